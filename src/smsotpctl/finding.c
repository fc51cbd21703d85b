/* SPDX-License-Identifier: BSD-3-Clause */
#include "finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

#define CAUSE_SIZE 1024

/* One row an id; smsotpctl(8) lists them all, and a test each provokes it. */
static const struct {
	const char *name;
	enum severity severity;
} table[FINDING_IDS] = {
	[CONFIG_BROKEN] = {"config.broken", SEVERITY_ERROR},
	[PAM_UNUSED] = {"pam.unused", SEVERITY_NOTE},
	[PAM_BROKEN] = {"pam.broken", SEVERITY_ERROR},
	[PAM_MISSING] = {"pam.missing", SEVERITY_ERROR},
	[PAM_ARGUMENT] = {"pam.argument", SEVERITY_ERROR},
	[PAM_SECTION] = {"pam.section", SEVERITY_WARNING},
	[PAM_TWICE] = {"pam.twice", SEVERITY_ERROR},
	[PAM_CONTROL] = {"pam.control", SEVERITY_ERROR},
	[PAM_PERMIT] = {"pam.permit", SEVERITY_ERROR},
	[PAM_SUFFICIENT] = {"pam.sufficient", SEVERITY_ERROR},
	[PAM_PAST] = {"pam.past", SEVERITY_WARNING},
	[PAM_AWAY] = {"pam.away", SEVERITY_WARNING},
	[PAM_ROLLOUT] = {"pam.rollout", SEVERITY_WARNING},
	[PAM_OFF] = {"pam.off", SEVERITY_WARNING},
	[PAM_USELESS] = {"pam.useless", SEVERITY_ERROR},
	[PAM_BEFORE] = {"pam.before", SEVERITY_ERROR},
	[PAM_SESSION] = {"pam.session", SEVERITY_NOTE},
	[SSHD_MISSING] = {"sshd.missing", SEVERITY_NOTE},
	[SSHD_SERVICE] = {"sshd.service", SEVERITY_ERROR},
	[SSHD_CONFIG] = {"sshd.config", SEVERITY_ERROR},
	[SSHD_USEPAM] = {"sshd.usepam", SEVERITY_ERROR},
	[SSHD_KBDINT] = {"sshd.kbdint", SEVERITY_ERROR},
	[SSHD_PASSWORD] = {"sshd.password", SEVERITY_ERROR},
	[SSHD_METHODS] = {"sshd.methods", SEVERITY_ERROR},
	[SSHD_KEY] = {"sshd.key", SEVERITY_NOTE},
	[SSHD_OPEN] = {"sshd.open", SEVERITY_WARNING},
	[SSHD_ROOT] = {"sshd.root", SEVERITY_WARNING},
	[SSHD_GRACE] = {"sshd.grace", SEVERITY_WARNING},
	[SSHD_STARTUPS] = {"sshd.startups", SEVERITY_NOTE},
	[SSHD_PERSOURCE] = {"sshd.persource", SEVERITY_NOTE},
	[LOGIN_TIMEOUT] = {"login.timeout", SEVERITY_WARNING},
	[FILE_USER] = {"file.user", SEVERITY_ERROR},
	[FILE_MISSING] = {"file.missing", SEVERITY_ERROR},
	[FILE_KIND] = {"file.kind", SEVERITY_ERROR},
	[FILE_OWNER] = {"file.owner", SEVERITY_ERROR},
	[FILE_MODE] = {"file.mode", SEVERITY_ERROR},
	[UNIT_DISABLED] = {"unit.disabled", SEVERITY_ERROR},
	[DAEMON_AWAY] = {"daemon.away", SEVERITY_ERROR},
	[DAEMON_REFUSED] = {"daemon.refused", SEVERITY_ERROR},
	[DAEMON_VERSION] = {"daemon.version", SEVERITY_WARNING},
	[DAEMON_SENDER] = {"daemon.sender", SEVERITY_ERROR},
	[SCHEMA_PHONE] = {"schema.phone", SEVERITY_ERROR},
	[STORE_FULL] = {"store.full", SEVERITY_WARNING},
	[IDENTITY_NONE] = {"identity.none", SEVERITY_WARNING},
	[CLOCK_YEAR] = {"clock.year", SEVERITY_ERROR},
	[CLOCK_LOOSE] = {"clock.loose", SEVERITY_WARNING},
	[GATEWAY_STUB] = {"gateway.stub", SEVERITY_WARNING},
	[GATEWAY_DLT] = {"gateway.dlt", SEVERITY_WARNING},
	[GATEWAY_UNCHECKED] = {"gateway.unchecked", SEVERITY_WARNING},
	[GATEWAY_PASSWORD] = {"gateway.password", SEVERITY_ERROR},
	[GATEWAY_UNREACHABLE] = {"gateway.unreachable", SEVERITY_ERROR},
	[GATEWAY_CERTIFICATE] = {"gateway.certificate", SEVERITY_WARNING},
	[EXEMPT_MATCH] = {"exempt.match", SEVERITY_NOTE},
	[EXEMPT_UNOWNED] = {"exempt.unowned", SEVERITY_WARNING},
	[EXEMPT_EXPIRED] = {"exempt.expired", SEVERITY_ERROR},
	[SUDO_UNREAD] = {"sudo.unread", SEVERITY_WARNING},
	[SUDO_ELSEWHERE] = {"sudo.elsewhere", SEVERITY_NOTE},
	[SUDO_NOPASSWD] = {"sudo.nopasswd", SEVERITY_WARNING},
	[SUDO_UNTIL] = {"sudo.until", SEVERITY_NOTE},
	[SUDO_EXPIRED] = {"sudo.expired", SEVERITY_WARNING},
};

static const struct {
	const char *name;
	enum colour colour;
} severities[SEVERITIES] = {
	[SEVERITY_NOTE] = {"note", COLOUR_BOLD},
	[SEVERITY_WARNING] = {"warning", COLOUR_YELLOW},
	[SEVERITY_ERROR] = {"error", COLOUR_RED},
};

struct findings {
	json_t *of[SEVERITIES]; /* an array each */
};

struct findings *findings_new(void)
{
	struct findings *findings = calloc(1, sizeof(*findings));

	for (size_t i = 0; findings != NULL && i < SEVERITIES; i++)
		findings->of[i] = json_array();
	return findings;
}

void findings_free(struct findings **findings)
{
	if (*findings == NULL)
		return;
	for (size_t i = 0; i < SEVERITIES; i++)
		json_decref((*findings)->of[i]);
	free(*findings);
	*findings = NULL;
}

/* What came from files may be no UTF-8, which JSON must be. Line ends stay. */
static void make_ascii(char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;
		if ((byte < 0x20 && byte != '\n') || byte >= 0x7f)
			*text = '?';
	}
}

static json_t *json_ascii(const char *text)
{
	char copy[CAUSE_SIZE];

	snprintf(copy, sizeof(copy), "%s", text);
	make_ascii(copy);
	return json_string(copy);
}

static json_t *json_mend(const struct mend *mend)
{
	json_t *object = json_object();

	if (mend->file == NULL) {
		json_object_set_new(object, "command", json_ascii(mend->text));
		return object;
	}
	json_object_set_new(object, "file", json_ascii(mend->file));
	if (mend->number != 0)
		json_object_set_new(object, "number", json_integer(mend->number));
	json_object_set_new(object, "line", json_ascii(mend->text));
	return object;
}

static bool is_there(const json_t *array, const char *name, const json_t *mend, const char *cause)
{
	bool somewhere =
		json_object_get(mend, "file") != NULL && json_object_get(mend, "number") == NULL;

	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *finding = json_array_get(array, i);
		if (strcmp(output_field(finding, "id"), name) == 0 &&
			json_equal(json_object_get(finding, "mend"), mend) &&
			(!somewhere || strcmp(output_field(finding, "cause"), cause) == 0))
			return true;
	}
	return false;
}

void finding_add(struct findings *findings, enum finding_id id, const struct mend *mend,
	const char *format, ...)
{
	json_t *array = findings->of[table[id].severity];
	char cause[CAUSE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(cause, sizeof(cause), format, args);
	va_end(args);
	make_ascii(cause);
	json_t *mending = json_mend(mend);
	if (!is_there(array, table[id].name, mending, cause))
		json_array_append_new(
			array, json_pack("{s:s, s:s, s:s, s:O}", "id", table[id].name, "severity",
				       severities[table[id].severity].name, "cause", cause, "mend",
				       mending));
	json_decref(mending);
}

size_t findings_count(const struct findings *findings, enum severity severity)
{
	return json_array_size(findings->of[severity]);
}

json_t *findings_json(const struct findings *findings)
{
	json_t *all = json_array();

	for (int i = SEVERITIES - 1; i >= 0; i--)
		json_array_extend(all, findings->of[i]);
	return all;
}

/* One line behind what stands already, several below it. */
static void print_lines(const char *text)
{
	bool several = strchr(text, '\n') != NULL;
	char line[CAUSE_SIZE];

	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)length, text);
		fputs(several ? "\n        " : "", stdout);
		output_text(line);
		text += length + (text[length] == '\n' ? 1 : 0);
	}
	putchar('\n');
}

static void print_mend(const json_t *mend)
{
	const char *file = output_field(mend, "file");
	json_int_t number = json_integer_value(json_object_get(mend, "number"));

	fputs("    ", stdout);
	if (file[0] == '\0') {
		fputs("# ", stdout);
		output_text(output_field(mend, "command"));
	} else {
		output_text(file);
		if (number != 0)
			printf(":%lld", (long long)number);
		fputs(": ", stdout);
		print_lines(output_field(mend, "line"));
		return;
	}
	putchar('\n');
}

static void print_finding(const json_t *finding, enum severity severity)
{
	printf("%s%s%s  %s\n    ", colour_on(severities[severity].colour),
		severities[severity].name, colour_off(), output_field(finding, "id"));
	output_text(output_field(finding, "cause"));
	putchar('\n');
	print_mend(json_object_get(finding, "mend"));
}

void findings_print(const struct findings *findings)
{
	for (int i = SEVERITIES - 1; i >= 0; i--) {
		for (size_t j = 0; j < json_array_size(findings->of[i]); j++)
			print_finding(json_array_get(findings->of[i], j), (enum severity)i);
	}
	printf("errors %zu, warnings %zu, notes %zu\n", findings_count(findings, SEVERITY_ERROR),
		findings_count(findings, SEVERITY_WARNING),
		findings_count(findings, SEVERITY_NOTE));
}
