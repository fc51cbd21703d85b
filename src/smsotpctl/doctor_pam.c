/* SPDX-License-Identifier: BSD-3-Clause */
/* PAM's stacks: which of them ask us, and what each can come to. */
#include <dirent.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "config_keys.h"
#include "doctor_look.h"

#define PAM_SHARED   "common-"
#define LINE_SSHD    "auth [success=done ignore=ignore default=die] pam_smsotp.so"
#define LINE_BEHIND  "auth [success=ok ignore=ignore default=die] pam_smsotp.so"
#define LINE_SESSION "session optional pam_smsotp.so"

#define WRONG (LOOK_BIT(RETURN_AUTH_ERR) | LOOK_BIT(RETURN_MAXTRIES))

/* libpam looks into the second for what the first has not. */
static const char *const directories[] = {"/etc/pam.d", "/usr/lib/pam.d"};

/* Of a file that is in neither: in the first. */
static const char *path_of(const char *name, char ret[static PATH_MAX])
{
	if (name[0] == '/') {
		snprintf(ret, PATH_MAX, "%s", name);
		return ret;
	}
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		snprintf(ret, PATH_MAX, "%s/%s", directories[i], name);
		if (access(ret, R_OK) == 0)
			return ret;
	}
	snprintf(ret, PATH_MAX, "%s/%s", directories[0], name);
	return ret;
}

static char *read_pam(void *context, const char *name)
{
	char path[PATH_MAX];

	(void)context;
	return file_text(path_of(name, path));
}

static const struct stack_reader reader = {.read = read_pam};

void look_mend(const struct look *look, enum finding_id id, const struct stack_entry *entry,
	const char *text, const char *cause)
{
	char path[PATH_MAX];
	const struct mend mend = {path_of(entry->file, path), entry->line, text};

	finding_add(look->doctor->findings, id, &mend, "%s: %s", look->service, cause);
}

/* The line that the shipped stack of this kind has. */
static const char *shipped_line(const struct look *look)
{
	for (const struct stack_entry *entry = look->stack->entry; entry < look->ours; entry++) {
		if (walk_asks(entry))
			return LINE_BEHIND;
	}
	return LINE_SSHD;
}

static bool can(const struct look *look, unsigned int ours, bool proof, unsigned int outcome)
{
	const struct walk walk = {.ours = ours, .proof = proof};

	return (walk_stack(look->stack, &walk) & outcome) != 0;
}

/* What we refuse must be refused by the stack, and what we grant must be able to sign in. */
static void look_at_verdicts(const struct look *look)
{
	const char *line = shipped_line(look);

	if (can(look, LOOK_BIT(RETURN_IGNORE) | LOOK_BIT(RETURN_UNAVAIL), false, WALK_THROUGH))
		look_mend(look, PAM_PERMIT, look->ours, line,
			"where the code is switched off or smsotpd is away, everybody gets in: "
			"nothing behind our line refuses by itself; let @include common-auth "
			"stand behind it, and no pam_permit.so");
	if (can(look, WRONG, true, WALK_THROUGH))
		look_mend(look, PAM_CONTROL, look->ours, line,
			"a wrong code is not the end: the lines behind ours let people in all the "
			"same");
	else
		look_at_away(look);
	if (!can(look, LOOK_BIT(RETURN_SUCCESS), true, WALK_THROUGH))
		look_mend(look, PAM_USELESS, look->ours, line, "a right code lets nobody in");
	else if (!can(look, LOOK_BIT(RETURN_IGNORE), true, WALK_THROUGH))
		look_mend(look, PAM_OFF, look->ours, line,
			"enabled = no would keep everybody out: the stack does not go on to "
			"another way in");
}

static void look_at_twice(const struct look *look)
{
	const unsigned int all = WRONG | LOOK_BIT(RETURN_SUCCESS) | LOOK_BIT(RETURN_UNAVAIL);
	const struct stack_entry *second = look->ours + 1;

	if (!can(look, all, true, WALK_TWICE))
		return;
	while (!stack_is_ours(second))
		second++;
	look_mend(look, PAM_TWICE, second, "(take this line out)",
		"the stack comes by pam_smsotp.so twice, so people are asked for two codes");
}

/* Lines before ours that end the stack, or jump over us. */
static void look_at_past(const struct look *look)
{
	bool lines[STACK_LINES_MAX];
	char cause[256];

	walk_past(look->stack, lines);
	for (size_t i = 0; i < look->stack->count; i++) {
		const struct stack_entry *entry = &look->stack->entry[i];
		if (!lines[i])
			continue;
		snprintf(cause, sizeof(cause), "%s lets people in past the code%s", entry->module,
			walk_asks(entry) ? ", by what it asks for alone"
					 : ", or by another proof than ours");
		look_mend(look, walk_asks(entry) ? PAM_SUFFICIENT : PAM_PAST, entry,
			"(take this line out, or put it behind ours)", cause);
	}
}

static bool module_is_there(const struct stack_entry *entry)
{
	static const char *const patterns[] = {"/lib/security/%s", "/lib/*/security/%s",
		"/usr/lib/*/security/%s", "/lib64/security/%s"};
	bool found = entry->path[0] == '/' && access(entry->path, R_OK) == 0;

	for (size_t i = 0; entry->path[0] != '/' && !found && i < 4; i++) {
		char pattern[PATH_MAX];
		glob_t paths = {0};
		/* The patterns are ours, above. */
		snprintf(pattern, sizeof(pattern), "%.*s%s", (int)strcspn(patterns[i], "%"),
			patterns[i], entry->module);
		found = glob(pattern, 0, NULL, &paths) == 0;
		globfree(&paths);
	}
	return found;
}

static bool argument_is_known(const char *word, size_t length)
{
	return (length == 4 && strncmp(word, "echo", 4) == 0) ||
	       (length > 8 && strncmp(word, "socket=/", 8) == 0);
}

static void look_at_line(const struct look *look)
{
	const struct stack_entry *ours = look->ours;

	if (!module_is_there(ours))
		finding_add(look->doctor->findings, PAM_MISSING,
			&(struct mend){.text = "apt install ./libpam-smsotp_*.deb"},
			"%s: %s is not installed, so the stack refuses everybody", look->service,
			ours->path);
	for (const char *word = ours->arguments; *word != '\0'; word += strspn(word, " \t")) {
		size_t length = strcspn(word, " \t");
		if (!argument_is_known(word, length))
			look_mend(look, PAM_ARGUMENT, ours, shipped_line(look),
				"pam_smsotp.so is given an argument that it does not know, and "
				"refuses everybody; it takes socket=PATH and echo");
		word += length;
	}
}

/* With `before = password` a line before ours must ask for one, and a wrong one must end it. */
static void look_at_before(const struct look *look)
{
	static const char mend[] = "@include common-auth\n" LINE_BEHIND;
	bool asked = false;

	for (const struct stack_entry *entry = look->stack->entry; entry < look->ours; entry++)
		asked = asked || walk_asks(entry);
	if (!asked)
		look_mend(look, PAM_BEFORE, look->ours, mend,
			"smsotp.conf has before = password, and no line before ours asks for one, "
			"so nobody gets a text");
	else if (can(look, LOOK_BIT(RETURN_SUCCESS), false, WALK_ASKED))
		look_mend(look, PAM_BEFORE, look->ours, mend,
			"smsotp.conf has before = password, and a wrong one does not end the "
			"stack: whoever knows none is asked for the code, and a text leaves");
}

/* What smsotp.conf says of the service must fit its stack. */
static void look_at_section(const struct look *look)
{
	const struct config_service *section =
		config_service_find(look->doctor->config, look->service);
	char text[128];

	if (section == NULL) {
		snprintf(text, sizeof(text), "[service %s]\nenabled = no", look->service);
		finding_add(look->doctor->findings, PAM_SECTION,
			&(struct mend){.file = doctor_config_file(look->doctor), .text = text},
			"%s: its stack asks us, and no section of smsotp.conf speaks of it, so "
			"everybody is refused there",
			look->service);
		return;
	}
	if (section->before == BEFORE_PASSWORD)
		look_at_before(look);
}

static void add_broken(
	struct doctor *doctor, const char *service, enum result result, const struct error *error)
{
	char path[PATH_MAX];

	finding_add(doctor->findings, PAM_BROKEN,
		&(struct mend){
			.file = path_of(service, path), .text = "(mend that line, or take it out)"},
		"%s: %s%s", service, error->text,
		result == RESULT_INVALID ? ", so libpam refuses whoever comes to that line" : "");
}

/* Who is let in by the auth lines has no session where those of this type are broken. */
static void look_at_session(const struct look *look)
{
	struct stack *stack = NULL;
	struct error error;
	char path[PATH_MAX];
	bool found = false;

	enum result result = stack_read(&reader, look->service, "session", &stack, &error);
	if (result != RESULT_OK) {
		add_broken(look->doctor, look->service, result, &error);
		return;
	}
	for (size_t i = 0; i < stack->count; i++)
		found = found || stack_is_ours(&stack->entry[i]);
	free(stack);
	if (found)
		return;
	finding_add(look->doctor->findings, PAM_SESSION,
		&(struct mend){.file = path_of(look->service, path), .text = LINE_SESSION},
		"%s: there is no session line, so the trail does not say when a session begins "
		"and ends",
		look->service);
}

/* Remembers one that asks us; `first`: before anything has been proved. */
static void note_service(struct doctor *doctor, const char *service, bool first)
{
	json_object_set_new(doctor->services, service, json_pack("{s:b}", "first", first));
}

static void look_at_stack(struct doctor *doctor, const char *service, const struct stack *stack)
{
	struct look look = {.doctor = doctor, .service = service, .stack = stack};

	for (size_t i = 0; i < stack->count && look.ours == NULL; i++) {
		if (stack_is_ours(&stack->entry[i]))
			look.ours = &stack->entry[i];
	}
	if (look.ours == NULL)
		return;
	note_service(doctor, service, can(&look, LOOK_BIT(RETURN_SUCCESS), false, WALK_ASKED));
	look_at_line(&look);
	look_at_section(&look);
	look_at_verdicts(&look);
	look_at_twice(&look);
	look_at_past(&look);
	look_at_session(&look);
}

/* Other services' faults are none of ours. */
static void look_at_broken(
	struct doctor *doctor, const char *service, enum result result, const struct error *error)
{
	char *text = read_pam(NULL, service);
	bool named = text != NULL && strstr(text, STACK_OURS) != NULL;

	free(text);
	if (named)
		note_service(doctor, service, false);
	if (named || config_service_find(doctor->config, service) != NULL)
		add_broken(doctor, service, result, error);
}

static void look_at_service(struct doctor *doctor, const char *service)
{
	struct stack *stack = NULL;
	struct error error;

	enum result result = stack_read(&reader, service, "auth", &stack, &error);
	if (result == RESULT_OK)
		look_at_stack(doctor, service, stack);
	else
		look_at_broken(doctor, service, result, &error);
	free(stack);
}

/* Files that stacks include, and what packages and people leave lying about, are no services. */
static int is_service(const struct dirent *entry)
{
	static const char *const left[] = {".dpkg-", ".ucf-", ".bak", ".old", ".orig", ".save"};

	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		if (strstr(entry->d_name, left[i]) != NULL)
			return 0;
	}
	return config_name_valid(entry->d_name) &&
	       strncmp(entry->d_name, PAM_SHARED, sizeof(PAM_SHARED) - 1) != 0;
}

/* Its services; those of the directories before it are theirs. */
static void look_into(struct doctor *doctor, const char *directory)
{
	struct dirent **entries = NULL;
	int count = scandir(directory, &entries, is_service, alphasort);
	char path[PATH_MAX];

	for (int i = 0; i < count; i++) {
		path_of(entries[i]->d_name, path);
		if (strncmp(path, directory, strlen(directory)) == 0)
			look_at_service(doctor, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

void doctor_pam(struct doctor *doctor)
{
	for (size_t i = 0; i < 2; i++)
		look_into(doctor, directories[i]);
	if (json_object_size(doctor->services) == 0)
		finding_add(doctor->findings, PAM_UNUSED,
			&(struct mend){.text = "cp /usr/share/smsotp/pam.d/sshd /etc/pam.d/sshd"},
			"no stack asks pam_smsotp.so, so nobody is asked for a code");
}

bool doctor_asks(const struct doctor *doctor, const char *service)
{
	return json_object_get(doctor->services, service) != NULL;
}
