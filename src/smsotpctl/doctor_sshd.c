/* SPDX-License-Identifier: BSD-3-Clause */
/* sshd's settings in force, by its own word ("sshd -T"), and the file that each is mended in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "child.h"
#include "doctor.h"
#include "sshd.h"

#define SERVICE       "sshd" /* where PAMServiceName of OpenSSH 9.8 and later says nothing */
#define GRACE_SECONDS 300
#define STARTUPS      30 /* people who wait for a text hold a connection each */
#define LINE_METHODS  "AuthenticationMethods publickey,keyboard-interactive:pam"

/* Settings that have one right value. */
static const struct {
	const char *keyword;
	const char *wrong;
	enum finding_id id;
	const char *line;
	const char *cause;
} rows[] = {
	{"usepam", "no", SSHD_USEPAM, "UsePAM yes",
		"sshd does not ask PAM, so nobody is asked for a code"},
	{"kbdinteractiveauthentication", "no", SSHD_KBDINT, "KbdInteractiveAuthentication yes",
		"sshd has no method that can ask for a code"},
	{"passwordauthentication", "yes", SSHD_PASSWORD, "PasswordAuthentication no",
		"sshd's method for passwords hands a password over where a code is asked for, "
		"which "
		"costs a try"},
};

/* The line that counts now, or where a new one counts: the first word on a subject does. */
static void mend(const struct doctor *doctor, enum finding_id id, const char *keyword,
	const char *text, const char *cause)
{
	const struct sshd_line *line = sshd_file_find(doctor->sshd, keyword);
	bool drop_ins = doctor->sshd == NULL || doctor->sshd->drop_ins;
	struct mend mend = {.file = drop_ins ? SSHD_DROP_IN : SSHD_FILE, .text = text};

	if (line != NULL) {
		mend.file = line->file;
		mend.number = line->number;
	}
	finding_add(doctor->findings, id, &mend, "%s", cause);
}

static long number_of(const char *settings, const char *keyword)
{
	char value[64];

	return sshd_setting(settings, keyword, value, sizeof(value)) ? strtol(value, NULL, 10) : -1;
}

static bool is(const char *settings, const char *keyword, const char *wanted)
{
	char value[64];

	return sshd_setting(settings, keyword, value, sizeof(value)) && strcmp(value, wanted) == 0;
}

static void look_at_times(const struct doctor *doctor, const char *settings)
{
	char cause[160];

	long grace = number_of(settings, "logingracetime");
	snprintf(cause, sizeof(cause),
		"sshd ends a login after %ld s, and a text may take longer to come and be typed",
		grace);
	if (grace > 0 && grace < GRACE_SECONDS)
		mend(doctor, SSHD_GRACE, "logingracetime", "LoginGraceTime 300", cause);
	long startups = number_of(settings, "maxstartups");
	snprintf(cause, sizeof(cause),
		"from %ld people on who wait for their texts, sshd drops new connections",
		startups);
	if (startups >= 0 && startups < STARTUPS)
		mend(doctor, SSHD_STARTUPS, "maxstartups", "MaxStartups 100:30:200", cause);
	if (is(settings, "persourcemaxstartups", "none"))
		mend(doctor, SSHD_PERSOURCE, "persourcemaxstartups", "PerSourceMaxStartups 10",
			"one address can hold all of MaxStartups by prompts that it does not "
			"answer");
}

/* The stack that it asks by. */
static const char *service_of(const struct doctor *doctor)
{
	const struct sshd_line *line = sshd_file_find(doctor->sshd, "pamservicename");

	return line == NULL ? SERVICE : line->value;
}

/* What sshd asks for without PAM, where it is enough. */
static void look_past(const struct doctor *doctor, const char *settings)
{
	static const struct {
		const char *keyword;
		const char *method;
		const char *what;
	} ways[] = {
		{"pubkeyauthentication", "publickey", "a key"},
		{"gssapiauthentication", "gssapi-with-mic", "a Kerberos ticket"},
		{"hostbasedauthentication", "hostbased", "a trusted host"},
	};
	char cause[160] = "";

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		size_t used = strlen(cause);
		if (is(settings, ways[i].keyword, "yes") &&
			sshd_methods_past(doctor->methods, ways[i].method))
			snprintf(cause + used, sizeof(cause) - used, "%s%s",
				used == 0 ? "" : " or ", ways[i].what);
	}
	if (cause[0] == '\0')
		return;
	size_t used = strlen(cause);
	snprintf(cause + used, sizeof(cause) - used,
		" alone signs in: whoever has one is not asked for a code");
	mend(doctor, SSHD_KEY, "authenticationmethods", LINE_METHODS, cause);
}

/* sshd asks PAM for root all the same, and hands over an answer that is never right. */
static void look_at_root(const struct doctor *doctor, const char *settings)
{
	const struct config_service *section =
		config_service_find(doctor->config, service_of(doctor));
	const struct sshd_file *sshd = doctor->sshd;
	char value[64];

	if (section == NULL || !section->root ||
		!sshd_setting(settings, "permitrootlogin", value, sizeof(value)))
		return;
	bool lets = strcmp(value, "yes") == 0;
	for (size_t i = 0; sshd != NULL && i < sshd->matches && !lets; i++) {
		const char *here = sshd_match_value(sshd, i, "permitrootlogin");
		lets = here != NULL && strcasecmp(here, "yes") == 0;
	}
	if (!lets)
		mend(doctor, SSHD_ROOT, "permitrootlogin", "PermitRootLogin yes",
			"smsotp.conf has root = yes, and sshd lets no root in by a code: root "
			"gets texts, and each right code is called wrong");
}

static void look_at_methods(struct doctor *doctor, const char *settings)
{
	const char *name = service_of(doctor);
	const struct config_service *section = config_service_find(doctor->config, name);
	const json_t *service = json_object_get(doctor->services, name);

	if (!sshd_methods_with(doctor->methods)) {
		mend(doctor, SSHD_METHODS, "authenticationmethods", LINE_METHODS,
			"sshd's AuthenticationMethods never ask by keyboard-interactive, so nobody "
			"is asked for a code");
		return;
	}
	look_past(doctor, settings);
	if (sshd_methods_first(doctor->methods) && section != NULL &&
		section->before == BEFORE_NONE && json_is_true(json_object_get(service, "first")))
		mend(doctor, SSHD_OPEN, "authenticationmethods", LINE_METHODS,
			"before = none, and sshd asks for the code first: whoever can reach it can "
			"make any user's phone ring, within the strangers' share of texts");
}

static void look_at_settings(struct doctor *doctor, const char *settings)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (is(settings, rows[i].keyword, rows[i].wrong))
			mend(doctor, rows[i].id, rows[i].keyword, rows[i].line, rows[i].cause);
	}
	look_at_methods(doctor, settings);
	look_at_root(doctor, settings);
	look_at_times(doctor, settings);
}

static void refused(const struct doctor *doctor, const char *reason)
{
	bool directory = strstr(reason, "privilege separation directory") != NULL;

	finding_add(doctor->findings, SSHD_CONFIG,
		&(struct mend){.text = directory ? "mkdir -m 0755 /run/sshd" : "sshd -t"},
		"sshd does not take its own settings: %s", reason);
}

/* Our lines stand in a stack that it does not go by. */
static void look_at_service(const struct doctor *doctor, const char *service)
{
	char cause[256];

	snprintf(cause, sizeof(cause),
		"sshd goes by the stack %.64s, which does not ask us, and not by " SERVICE
		", which does: nobody is asked for a code",
		service);
	if (doctor_asks(doctor, SERVICE))
		mend(doctor, SSHD_SERVICE, "pamservicename", "PAMServiceName " SERVICE, cause);
}

/* By its own section's name smsotpd knows where sshd's logins come from. */
static void look_at_section(const struct doctor *doctor, const char *service)
{
	const struct config_service *section = config_service_find(doctor->config, service);
	char text[128];

	if (section == NULL || strcmp(section->name, SERVICE) == 0)
		return;
	snprintf(text, sizeof(text), "[service " SERVICE "]\nalso = %s", service);
	finding_add(doctor->findings, SSHD_SERVICE,
		&(struct mend){.file = doctor_config_file(doctor), .text = text},
		"sshd goes by the stack %s, and [service %s] of smsotp.conf is not sshd's: all its "
		"logins count as from one place, whatever their address or key",
		service, section->name);
}

void doctor_sshd(struct doctor *doctor)
{
	static const char *const argv[] = {"sshd", "-T", NULL};
	struct child child = {0};

	doctor->sshd = sshd_file_read(SSHD_FILE, "/etc/ssh");
	const char *service = service_of(doctor);
	if (!doctor_asks(doctor, service)) {
		look_at_service(doctor, service);
		sshd_file_free(&doctor->sshd);
		return;
	}
	look_at_section(doctor, service);
	enum result result = child_run(argv, &child);
	if (result == RESULT_NOT_FOUND) {
		finding_add(doctor->findings, SSHD_MISSING,
			&(struct mend){.text = "apt install openssh-server"},
			"the stack %s asks us, and no sshd is installed", service);
	} else if (result != RESULT_OK || child.status != 0) {
		refused(doctor, result != RESULT_OK ? result_name(result) : child.error);
	} else {
		/* Where it says nothing, they stay "any". */
		(void)sshd_setting(child.text, "authenticationmethods", doctor->methods,
			sizeof(doctor->methods));
		look_at_settings(doctor, child.text);
	}
	child_free(&child);
}
