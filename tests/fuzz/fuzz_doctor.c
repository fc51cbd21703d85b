/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What doctor makes of a host whose programs and files say anything: "sshd -T", cvtsudoers' JSON,
 * systemctl, smsotp-send --check, login.defs, sshd_config; one text behind a NUL for each.
 *
 * - It ends, each finding has a cause and a severity, and the JSON of all can be written.
 */
#include "fuzz.h"

#include <stdio.h>

#include "smsotpctl/child.h"
#include "smsotpctl/doctor.h"
#include "smsotpctl/doctor_host.h"
#include "smsotpctl/sshd.h"

static struct input input;

/* Up to the next NUL, or to the end. */
static char *next_text(void)
{
	const uint8_t *end = input.left == 0 ? NULL : memchr(input.at, 0, input.left);
	size_t length = end == NULL ? input.left : (size_t)(end - input.at);
	char *text = text_of(input.at, length);

	input.at += length + (end == NULL ? 0 : 1);
	input.left -= length + (end == NULL ? 0 : 1);
	return text;
}

enum result child_run(const char *const argv[], struct child *ret_child)
{
	must(argv[0] != NULL);
	uint8_t how = take_u8(&input);
	if (how == 'N')
		return RESULT_NOT_FOUND;
	if (how == 'T')
		return RESULT_TIMEOUT;
	*ret_child = (struct child){next_text(), text_of((const uint8_t *)"reason", 6), how == 'F'};
	return RESULT_OK;
}

void child_free(struct child *child)
{
	free(child->text);
	free(child->error);
	*child = (struct child){0};
}

char *file_text(const char *path)
{
	must(path != NULL);
	return take_u8(&input) == 'N' ? NULL : next_text();
}

static void check_findings(const struct findings *findings)
{
	json_t *all = findings_json(findings), *finding;
	size_t i, count = 0;

	json_array_foreach(all, i, finding)
	{
		const char *cause = json_string_value(json_object_get(finding, "cause"));
		must(cause != NULL && cause[0] != '\0');
		must(json_is_string(json_object_get(finding, "severity")));
	}
	for (int severity = 0; severity < SEVERITIES; severity++)
		count += findings_count(findings, (enum severity)severity);
	must(count == json_array_size(all));
	char *text = json_dumps(all, JSON_COMPACT);
	must(text != NULL);
	free(text);
	json_decref(all);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static void (*const subjects[])(struct doctor *) = {doctor_sudo, doctor_sshd, doctor_login,
		doctor_gateway, doctor_units, doctor_exempt};
	struct doctor doctor = {.findings = findings_new(),
		.sound = true,
		.now = 1800000000,
		.services = json_pack("{s:{s:b}, s:{s:b}, s:{s:b}}", "sshd", "asked", 1, "sudo",
			"asked", 1, "login", "asked", 1)};

	input = (struct input){bytes, size};
	must(doctor.findings != NULL && doctor.services != NULL);
	must(config_defaults(&doctor.config) == RESULT_OK);
	doctor.config->gateway.stub = false;
	uint8_t which = take_u8(&input);
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		subjects[(i + which) % (sizeof(subjects) / sizeof(subjects[0]))](&doctor);
	check_findings(doctor.findings);
	sshd_file_free(&doctor.sshd);
	findings_free(&doctor.findings);
	config_free(&doctor.config);
	json_decref(doctor.services);
	return 0;
}
