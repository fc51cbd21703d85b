/* SPDX-License-Identifier: BSD-3-Clause */
/* The way to the gateway, which smsotp-send tries for us up to but not including a text. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "child.h"
#include "doctor.h"
#include "json_whole.h"
#include "output.h"

#define MONTH (30L * 24 * 60 * 60)
#define INDIA "+919999900000"
/* As installed: it is in nobody's PATH. */
#define CHECK "/usr/libexec/smsotp/smsotp-send --check"

static void look_at_ids(const struct doctor *doctor)
{
	const struct config_gateway *gateway = &doctor->config->gateway;

	if (config_phone_barred(gateway, INDIA) == NULL &&
		config_dlt_missing(gateway, INDIA) != NULL)
		finding_add(doctor->findings, GATEWAY_DLT,
			&(struct mend){.file = doctor_config_file(doctor),
				.text = "[gateway]\nentity_id = ID\ntemplate_id = ID"},
			"entity_id or template_id is not set, so no text leaves to +91; set both, "
			"or allow_prefixes without +91");
}

static void look_at_end(const struct doctor *doctor, time_t expires)
{
	char day[sizeof("2026-01-31")];
	struct tm date;

	if (expires == 0 || expires > doctor->now + MONTH || gmtime_r(&expires, &date) == NULL)
		return;
	strftime(day, sizeof(day), "%Y-%m-%d", &date);
	finding_add(doctor->findings, GATEWAY_CERTIFICATE, &(struct mend){.text = CHECK},
		"a certificate of the gateway ends on %s, and then no text leaves; ask the gateway "
		"for a new one",
		day);
}

static void look_at_check(const struct doctor *doctor, const json_t *said)
{
	const struct config_gateway *gateway = &doctor->config->gateway;
	const char *step = output_field(said, "step");
	const char *reason = output_field(said, "reason");
	char command[2 * CONFIG_PATH + 64];

	snprintf(command, sizeof(command), "install -m 0400 -o smsotp-send /dev/stdin %s",
		gateway->password_file);
	if (strcmp(step, "password") == 0)
		finding_add(doctor->findings, GATEWAY_PASSWORD, &(struct mend){.text = command},
			"smsotp-send cannot read the gateway's password, so no text leaves: %s",
			reason);
	snprintf(command, sizeof(command), "curl -v --proxy '%s' %s", gateway->proxy, gateway->url);
	if (strcmp(step, "connect") == 0)
		finding_add(doctor->findings, GATEWAY_UNREACHABLE, &(struct mend){.text = command},
			"there is no trusted connection to the gateway, so no text leaves: %s",
			reason);
	look_at_end(doctor, json_integer_value(json_object_get(said, "expires")));
}

static void try_connection(const struct doctor *doctor)
{
	/* By name it must be there, by default its parts alone will do. */
	const char *path = doctor->config_path;
	const char *option = path == NULL ? NULL : "--config";
	const char *const argv[] = {"smsotp-send", "--check", option, path, NULL};
	struct child child = {0};
	json_t *said = NULL;

	enum result result = child_run(argv, &child);
	if (result == RESULT_OK)
		said = json_read(child.text, strlen(child.text), 0);
	if (json_is_object(said))
		look_at_check(doctor, said);
	else
		finding_add(doctor->findings, GATEWAY_UNCHECKED, &(struct mend){.text = CHECK},
			"the connection to the gateway was not tried: smsotp-send %s",
			result == RESULT_NOT_FOUND ? "is not installed" : "did not say how it is");
	json_decref(said);
	child_free(&child);
}

void doctor_gateway(struct doctor *doctor)
{
	if (!doctor->sound)
		return;
	if (doctor->config->gateway.stub) {
		finding_add(doctor->findings, GATEWAY_STUB,
			&(struct mend){.file = doctor_config_file(doctor),
				.text = "[gateway]\nurl = URL\nusername = NAME\nfeed_id = ID\n"
					"password_file = FILE"},
			"nothing is sent: codes go to %s/stub.log, where root reads them",
			doctor->config->paths.run);
		return;
	}
	look_at_ids(doctor);
	try_connection(doctor);
}
