/* SPDX-License-Identifier: BSD-3-Clause */
/* The order of the subjects, and what comes of them. */
#include "doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "output.h"
#include "sshd.h"
#include "tool.h"

static void (*const subjects[])(struct doctor *doctor) = {
	doctor_config,
	doctor_modes,
	doctor_pam,
	doctor_sshd,
	doctor_login,
	doctor_files,
	doctor_units,
	doctor_daemon,
	doctor_clock,
	doctor_gateway,
	doctor_exempt,
	doctor_sudo,
};

/* A config that cannot be read is one finding; the rest is looked at by the defaults. */
void doctor_config(struct doctor *doctor)
{
	struct error error;

	doctor->sound = config_load(doctor->config_path, &doctor->config, &error) == RESULT_OK;
	if (doctor->sound)
		return;
	finding_add(doctor->findings, CONFIG_BROKEN, &(struct mend){.text = "smsotpd -t"},
		"the config is not taken, so smsotpd does not start by it: %s", error.text);
	if (config_defaults(&doctor->config) != RESULT_OK)
		doctor->config = NULL;
}

static void print_json(const struct doctor *doctor)
{
	bool good = findings_count(doctor->findings, SEVERITY_ERROR) == 0;
	json_t *reply = json_pack("{s:b, s:o, s:O}", "ok", good, "findings",
		findings_json(doctor->findings), "services", doctor->services);

	output_json(reply, stdout);
	json_decref(reply);
}

static enum tool_exit report(const struct tool *tool, const struct doctor *doctor)
{
	if (tool->json)
		print_json(doctor);
	else
		findings_print(doctor->findings);
	return findings_count(doctor->findings, SEVERITY_ERROR) == 0 ? TOOL_OK : TOOL_REFUSED;
}

static void doctor_free(struct doctor *doctor)
{
	findings_free(&doctor->findings);
	json_decref(doctor->services);
	json_decref(doctor->modes);
	sshd_file_free(&doctor->sshd);
	config_free(&doctor->config);
}

enum tool_exit doctor_run(const struct tool *tool)
{
	struct doctor doctor = {.config_path = tool->config,
		.socket = tool->socket,
		.methods = "any",
		.now = time(NULL)};
	enum tool_exit code = TOOL_OK;

	if (geteuid() != 0)
		return tool_fail(TOOL_REFUSED, "doctor looks at what only root may read; use sudo");
	doctor.findings = findings_new();
	doctor.services = json_object();
	if (doctor.findings == NULL || doctor.services == NULL)
		code = tool_fail(TOOL_REFUSED, "no memory is left");
	for (size_t i = 0; code == TOOL_OK && i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		subjects[i](&doctor);
		if (doctor.config == NULL)
			code = tool_fail(TOOL_REFUSED, "no memory is left");
	}
	if (code == TOOL_OK)
		code = report(tool, &doctor);
	doctor_free(&doctor);
	return code;
}
