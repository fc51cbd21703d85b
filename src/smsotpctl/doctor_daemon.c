/* SPDX-License-Identifier: BSD-3-Clause */
/* What smsotpd says of itself over ctl.sock. Under systemd asking starts it. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"
#include "output.h"
#include "request.h"
#include "version.h"

#define PATIENCE    10 /* seconds */
#define NEARLY_FULL 80 /* percent */

static void look_at_store(const struct doctor *doctor, const json_t *reply, const char *store)
{
	char field[32], lines[64];

	snprintf(lines, sizeof(lines), "[store]\n%s_size = MB", store);
	snprintf(field, sizeof(field), "%s_used", store);
	json_int_t percent = json_integer_value(json_object_get(reply, field));
	if (percent >= NEARLY_FULL)
		finding_add(doctor->findings, STORE_FULL,
			&(struct mend){.file = doctor_config_file(doctor), .text = lines},
			"the %s store is %lld %% full; when it is full nobody new is remembered: "
			"raise its size and restart smsotpd, or remove identities that are not "
			"needed",
			store, (long long)percent);
}

static void look_at_version(const struct doctor *doctor, const char *version)
{
	if (strcmp(version, SMSOTP_VERSION) != 0)
		finding_add(doctor->findings, DAEMON_VERSION,
			&(struct mend){.text = "systemctl try-restart smsotpd smsotp-send"},
			"the smsotpd that runs is version %s, and installed is " SMSOTP_VERSION,
			version);
}

void daemon_judge(struct doctor *doctor, const json_t *reply)
{
	look_at_version(doctor, output_field(reply, "version"));
	if (strncmp(output_field(reply, "sender"), "away", 4) == 0)
		finding_add(doctor->findings, DAEMON_SENDER,
			&(struct mend){.text = "systemctl start smsotp-send.socket"},
			"smsotpd does not reach smsotp-send, so no text leaves");
	if (json_is_false(json_object_get(reply, "schema_phone")))
		finding_add(doctor->findings, SCHEMA_PHONE,
			&(struct mend){.text = "(smsotpctl schema show; echo phone: phone) | "
					       "smsotpctl schema set"},
			"the schema has no trait of type phone, so nobody gets a text");
	if (json_integer_value(json_object_get(reply, "identities")) == 0)
		finding_add(doctor->findings, IDENTITY_NONE,
			&(struct mend){.text = "smsotpctl identity set NAME"},
			"there is no identity, so nobody gets a text");
	look_at_store(doctor, reply, "identity");
	look_at_store(doctor, reply, "state");
}

static const char *socket_of(const struct doctor *doctor, char ret[static PATH_MAX])
{
	if (doctor->socket != NULL)
		snprintf(ret, PATH_MAX, "%s", doctor->socket);
	else
		snprintf(ret, PATH_MAX, "%s/ctl.sock", doctor->config->paths.run);
	return ret;
}

static enum result ask(const char *path, const char *verb, json_t **ret_reply)
{
	struct tool_request request = {.json = json_pack("{s:s}", "verb", verb), .bulk = -1};
	enum result result = request_try(path, &request, PATIENCE, ret_reply);
	int reason = errno;

	json_decref(request.json);
	errno = reason;
	return result;
}

/* What is wrong with a daemon that does not say is doctor_daemon's. */
void doctor_modes(struct doctor *doctor)
{
	json_t *reply = NULL;
	char path[PATH_MAX];

	if (ask(socket_of(doctor, path), "mode", &reply) == RESULT_OK)
		doctor->modes = json_incref(json_object_get(reply, "services"));
	json_decref(reply);
}

void doctor_daemon(struct doctor *doctor)
{
	json_t *reply = NULL;
	char path[PATH_MAX];

	enum result result = ask(socket_of(doctor, path), "status", &reply);
	if (result == RESULT_UNREACHABLE)
		finding_add(doctor->findings, DAEMON_AWAY,
			&(struct mend){.text = "systemctl enable --now smsotpd.socket"},
			"smsotpd does not answer at %s (%s), so whoever is asked for a code is "
			"refused",
			path, strerror(errno));
	else if (result != RESULT_OK)
		finding_add(doctor->findings, DAEMON_REFUSED,
			&(struct mend){.text = "journalctl -u smsotpd"},
			"smsotpd was asked at %s and did not answer, so whoever is asked for a "
			"code is refused",
			path);
	else if (!json_is_true(json_object_get(reply, "ok")))
		finding_add(doctor->findings, DAEMON_REFUSED,
			&(struct mend){.text = "journalctl -u smsotpd"},
			"smsotpd cannot read its stores: %s", output_field(reply, "error"));
	else
		daemon_judge(doctor, reply);
	json_decref(reply);
}
