/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules of sudoers by which sudo asks nobody, read by cvtsudoers(1): includes, aliases and all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "child.h"
#include "doctor.h"
#include "json_whole.h"
#include "output.h"

#define SUDOERS  "/etc/sudoers"
#define SWITCHES "/etc/nsswitch.conf"
#define NAMES    160

/* One member of a list, an object of one kind and one name: "%adm", "!bob", "#1000". */
static void name_of(json_t *member, char ret[static NAMES])
{
	static const struct {
		const char *kind;
		const char *mark;
	} kinds[] = {{"usergroup", "%"}, {"usergid", "%#"}, {"netgroup", "+"}, {"userid", "#"}};
	bool negated = json_is_true(json_object_get(member, "negated"));
	const char *kind;
	json_t *name;

	ret[0] = '\0';
	json_object_foreach(member, kind, name)
	{
		const char *mark = "";
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
			mark = strcmp(kind, kinds[i].kind) == 0 ? kinds[i].mark : mark;
		if (json_is_string(name))
			snprintf(ret, NAMES, "%s%s%s", negated ? "!" : "", mark,
				json_string_value(name));
		else if (json_is_integer(name))
			snprintf(ret, NAMES, "%s%s%lld", negated ? "!" : "", mark,
				(long long)json_integer_value(name));
	}
}

/* "%adm, bob", cut where it is long. */
static void join_names(const json_t *list, char ret[static NAMES])
{
	char name[NAMES];

	ret[0] = '\0';
	for (size_t i = 0; i < json_array_size(list); i++) {
		size_t used = strlen(ret);
		name_of(json_array_get(list, i), name);
		snprintf(ret + used, NAMES - used, "%s%s", used == 0 ? "" : ", ", name);
	}
}

/* The value of an option in a list of objects with one member each; NULL where it is not there. */
static const json_t *option_of(const json_t *options, const char *name)
{
	const json_t *found = NULL;

	for (size_t i = 0; i < json_array_size(options); i++) {
		const json_t *value = json_object_get(json_array_get(options, i), name);
		found = value == NULL ? found : value;
	}
	return found;
}

/* A NOTAFTER of sudoers(5), "20270131000000Z", as seconds; 0 for none. */
static time_t end_of(const json_t *options)
{
	const json_t *value = option_of(options, "notafter");
	struct tm date = {0};

	if (!json_is_string(value) ||
		strptime(json_string_value(value), "%Y%m%d%H%M%S", &date) == NULL)
		return 0;
	return timegm(&date);
}

static void look_at_rule(const struct doctor *doctor, const char *who, const json_t *rule)
{
	const json_t *options = json_object_get(rule, "Options");
	struct mend mend = {.file = SUDOERS, .text = "NOTAFTER=YYYYMMDD000000Z NOPASSWD:"};
	char what[NAMES], cause[2 * NAMES + 64];

	if (!json_is_false(option_of(options, "authenticate")))
		return;
	join_names(json_object_get(rule, "Commands"), what);
	time_t end = end_of(options);
	snprintf(cause, sizeof(cause), "sudo asks %s for no code (NOPASSWD) to run %s", who, what);
	if (end == 0) {
		finding_add(doctor->findings, SUDO_NOPASSWD, &mend, "%s, without an end", cause);
		return;
	}
	mend.text = end < doctor->now ? "(take this rule out)" : "(goes on as it is)";
	finding_add(doctor->findings, end < doctor->now ? SUDO_EXPIRED : SUDO_UNTIL, &mend,
		"%s, which %s on %.10s", cause, end < doctor->now ? "ended" : "ends",
		json_string_value(option_of(options, "notafter")));
}

static void look_at_defaults(const struct doctor *doctor, const json_t *defaults)
{
	const struct mend mend = {.file = SUDOERS, .text = "(take this line out)"};
	const json_t *binding = json_object_get(defaults, "Binding");
	const json_t *options = json_object_get(defaults, "Options");
	const json_t *group = option_of(options, "exempt_group");
	char who[NAMES];

	join_names(binding, who);
	if (json_is_false(option_of(options, "authenticate")))
		finding_add(doctor->findings, SUDO_NOPASSWD, &mend,
			"sudo asks %s for no code (Defaults !authenticate), without an end",
			binding == NULL ? "whoever it lets do something" : who);
	if (json_is_string(group))
		finding_add(doctor->findings, SUDO_NOPASSWD, &mend,
			"sudo asks %%%s for no code (Defaults exempt_group), without an end",
			json_string_value(group));
}

static void look_at_sudoers(const struct doctor *doctor, const json_t *sudoers)
{
	const json_t *defaults = json_object_get(sudoers, "Defaults");
	const json_t *specs = json_object_get(sudoers, "User_Specs");
	char who[NAMES];

	for (size_t i = 0; i < json_array_size(defaults); i++)
		look_at_defaults(doctor, json_array_get(defaults, i));
	for (size_t i = 0; i < json_array_size(specs); i++) {
		const json_t *spec = json_array_get(specs, i);
		const json_t *rules = json_object_get(spec, "Cmnd_Specs");
		join_names(json_object_get(spec, "User_List"), who);
		for (size_t j = 0; j < json_array_size(rules); j++)
			look_at_rule(doctor, who, json_array_get(rules, j));
	}
}

/* The first of `places`, up to the end of the line, that is not files; what stands in brackets says
 * when to go on to the next. */
static void first_elsewhere(const char *places, char ret[static NAMES])
{
	size_t word;

	for (const char *at = places; *at != '\0' && *at != '\n' && *at != '#'; at += word) {
		at += strspn(at, " \t]");
		word = strcspn(at, *at == '[' ? "]\n" : " \t#\n");
		if (word == 0 || *at == '[' || (word == 5 && strncmp(at, "files", word) == 0))
			continue;
		snprintf(ret, NAMES, "%.*s", (int)word, at);
		return;
	}
}

/* The first place besides files that "sudoers:" of nsswitch.conf names; "" for none. */
static void elsewhere_of(const char *text, char ret[static NAMES])
{
	static const char key[] = "sudoers:";

	ret[0] = '\0';
	for (const char *line = text; *line != '\0'; line += *line == '\n' ? 1 : 0) {
		const char *at = line + strspn(line, " \t");
		if (strncmp(at, key, sizeof(key) - 1) == 0)
			first_elsewhere(at + sizeof(key) - 1, ret);
		line += strcspn(line, "\n");
	}
}

/* sudo(8) asks them itself; without it nobody can list the rules that they hold. */
static void look_elsewhere(const struct doctor *doctor)
{
	char *text = file_text(SWITCHES);
	char place[NAMES];

	elsewhere_of(text == NULL ? "" : text, place);
	free(text);
	if (place[0] != '\0')
		finding_add(doctor->findings, SUDO_ELSEWHERE,
			&(struct mend){.text = "sudo -l -U NAME"},
			"sudo has rules from %s, too (sudoers: in " SWITCHES
			"), and they were not looked at: who is asked for no code by them is not "
			"named here",
			place);
}

void doctor_sudo(struct doctor *doctor)
{
	/* Not by cvtsudoers.conf, which can leave rules out. */
	static const char *const argv[] = {
		"cvtsudoers", "-c", "/dev/null", "-e", "-f", "json", SUDOERS, NULL};
	struct child child = {0};
	json_t *sudoers = NULL;

	if (!doctor_asks(doctor, "sudo") && !doctor_asks(doctor, "sudo-i"))
		return;
	look_elsewhere(doctor);
	enum result result = child_run(argv, &child);
	if (result == RESULT_OK && child.status == 0)
		sudoers = json_read(child.text, strlen(child.text), 0);
	if (sudoers != NULL)
		look_at_sudoers(doctor, sudoers);
	else
		finding_add(doctor->findings, SUDO_UNREAD, &(struct mend){.text = "visudo -c"},
			"the rules of sudo were not looked at: cvtsudoers %s",
			result == RESULT_NOT_FOUND ? "is not installed" : "does not read them");
	json_decref(sudoers);
	child_free(&child);
}
