/* SPDX-License-Identifier: BSD-3-Clause */
#include "stack_line.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LINE_MAX_BYTES 1024 /* libpam's BUF_SIZE */
#define JUMP_MAX       STACK_LINES_MAX
#define BLANKS         " \t"

/* Those that are looked at first, by their numbers, and the others. */
static const char *const returns[] = {
	[RETURN_SUCCESS] = "success",
	[RETURN_AUTH_ERR] = "auth_err",
	[RETURN_MAXTRIES] = "maxtries",
	[RETURN_UNAVAIL] = "authinfo_unavail",
	[RETURN_UNKNOWN] = "user_unknown",
	[RETURN_IGNORE] = "ignore",
	[STACK_RETURNS] = "default",
	"abort",
	"acct_expired",
	"authtok_disable_aging",
	"authtok_err",
	"authtok_expired",
	"authtok_lock_busy",
	"authtok_recover_err",
	"bad_item",
	"buf_err",
	"conv_again",
	"conv_err",
	"cred_err",
	"cred_expired",
	"cred_insufficient",
	"cred_unavail",
	"incomplete",
	"module_unknown",
	"new_authtok_reqd",
	"no_module_data",
	"open_err",
	"perm_denied",
	"service_err",
	"session_err",
	"symbol_err",
	"system_err",
	"try_again",
};

static const struct {
	const char *name;
	enum stack_action action;
} actions[] = {
	{"ignore", ACTION_IGNORE},
	{"ok", ACTION_OK},
	{"done", ACTION_DONE},
	{"bad", ACTION_BAD},
	{"die", ACTION_DIE},
	{"reset", ACTION_RESET},
};

/* The words of pam.conf(5) for what stands in brackets else. */
static const struct {
	const char *name;
	const char *brackets;
} controls[] = {
	{"required", "success=ok ignore=ignore default=bad"},
	{"requisite", "success=ok ignore=ignore default=die"},
	{"sufficient", "success=done default=ignore"},
	{"optional", "success=ok default=ignore"},
};

static bool equals(const char *word, size_t length, const char *name)
{
	return strlen(name) == length && memcmp(word, name, length) == 0;
}

static bool read_action(const char *word, size_t length, int *ret_action)
{
	char *end = NULL;

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (equals(word, length, actions[i].name)) {
			*ret_action = actions[i].action;
			return true;
		}
	}
	long jump = strtol(word, &end, 10);
	if (!isdigit((unsigned char)word[0]) || end != word + length || jump < 1)
		return false;
	*ret_action = jump > JUMP_MAX ? JUMP_MAX : (int)jump;
	return true;
}

/* One "return=action", with blanks around the sign or without; *at moves behind it. */
static bool read_pair(
	const char **at, int action[static STACK_RETURNS + 1], bool set[static STACK_RETURNS + 1])
{
	const size_t count = sizeof(returns) / sizeof(returns[0]);
	size_t length = strcspn(*at, BLANKS "=");
	const char *value = *at + length + strspn(*at + length, BLANKS);
	int found = 0;
	size_t i = 0;

	while (i < count && !equals(*at, length, returns[i]))
		i++;
	if (i == count || *value != '=')
		return false;
	value += 1 + strspn(value + 1, BLANKS);
	length = strcspn(value, BLANKS);
	if (!read_action(value, length, &found))
		return false;
	if (i <= STACK_RETURNS) {
		action[i] = found;
		set[i] = true;
	}
	*at = value + length;
	return true;
}

static bool read_brackets(const char *text, int ret_action[static STACK_RETURNS])
{
	bool set[STACK_RETURNS + 1] = {false};
	/* Where no default is named it is bad. */
	int action[STACK_RETURNS + 1] = {[STACK_RETURNS] = ACTION_BAD};

	for (const char *at = text + strspn(text, BLANKS); *at != '\0'; at += strspn(at, BLANKS)) {
		if (!read_pair(&at, action, set))
			return false;
	}
	for (size_t i = 0; i < STACK_RETURNS; i++)
		ret_action[i] = action[set[i] ? i : STACK_RETURNS];
	return true;
}

bool stack_control(const char *control, int ret_action[static STACK_RETURNS])
{
	for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++) {
		if (strcasecmp(control, controls[i].name) == 0)
			return read_brackets(controls[i].brackets, ret_action);
	}
	return strchr(control, '=') != NULL && read_brackets(control, ret_action);
}

/* The next word at *at, without its brackets, as far as `size` bytes hold it. */
static void next_word(const char **at, char *ret, size_t size)
{
	const char *from = *at + strspn(*at, " \t");
	bool brackets = *from == '[';
	size_t used = 0;

	if (brackets)
		from++;
	for (; *from != '\0'; from++) {
		if (brackets ? *from == ']' : *from == ' ' || *from == '\t')
			break;
		if (brackets && from[0] == '\\' && from[1] == ']')
			from++;
		if (used + 1 < size)
			ret[used++] = *from;
	}
	ret[used] = '\0';
	*at = brackets && *from == ']' ? from + 1 : from;
}

/* Joins lines that end in a backslash, and drops comments. Returns the bytes that were written. */
static size_t next_text(struct stack_text *text, char *ret, size_t size)
{
	size_t used = 0;
	bool more = true;

	while (more && *text->at != '\0') {
		size_t length = strcspn(text->at, "\n");
		size_t said = strcspn(text->at, "#\n");
		more = said == length && said > 0 && text->at[said - 1] == '\\';
		for (size_t i = 0; i < said - (more ? 1 : 0) && used + 2 < size; i++)
			ret[used++] = text->at[i];
		if (more)
			ret[used++] = ' ';
		text->at += length + (text->at[length] == '\n' ? 1 : 0);
		text->number++;
	}
	ret[used] = '\0';
	return used;
}

bool stack_line_next(struct stack_text *text, struct stack_line *ret_line)
{
	char whole[LINE_MAX_BYTES];

	while (*text->at != '\0') {
		struct stack_line line = {.number = text->number + 1};
		const char *at = whole;
		next_text(text, whole, sizeof(whole));
		next_word(&at, line.type, sizeof(line.type));
		if (line.type[0] == '\0')
			continue;
		if (line.type[0] == '-')
			memmove(line.type, line.type + 1, strlen(line.type));
		next_word(&at, line.control, sizeof(line.control));
		next_word(&at, line.module, sizeof(line.module));
		snprintf(line.arguments, sizeof(line.arguments), "%.*s",
			(int)sizeof(line.arguments) - 1, at + strspn(at, " \t"));
		*ret_line = line;
		return true;
	}
	return false;
}
