/* SPDX-License-Identifier: BSD-3-Clause */
/* What "sshd -T" prints: a line each of a keyword in small letters, a blank, and its value. */
#include <string.h>
#include <strings.h>

#include "sshd.h"

#define KBDINT "keyboard-interactive"

bool sshd_setting(const char *text, const char *keyword, char *ret, size_t size)
{
	size_t length = strlen(keyword);

	for (const char *line = text; *line != '\0'; line += strspn(line, "\n")) {
		size_t whole = strcspn(line, "\n");
		if (whole > length && strncasecmp(line, keyword, length) == 0 &&
			line[length] == ' ') {
			size_t used = whole - length - 1;
			if (used >= size)
				return false;
			memcpy(ret, line + length + 1, used);
			ret[used] = '\0';
			return true;
		}
		line += whole;
	}
	return false;
}

/* Whether `methods`, one list of `length` bytes, holds `method`; *ret_first: as its first. "any"
 * lets each method do it alone. */
static bool list_holds(const char *methods, size_t length, const char *method, bool *ret_first)
{
	size_t size = strlen(method);
	bool found = false;

	*ret_first = false;
	for (size_t i = 0; i < length; i++) {
		bool begins = i == 0 || methods[i - 1] == ',';
		if (!begins || length - i < size || strncasecmp(methods + i, method, size) != 0)
			continue;
		found = true;
		*ret_first = *ret_first || i == 0;
	}
	return found;
}

static bool is_any(const char *methods, size_t length)
{
	return length == 3 && strncasecmp(methods, "any", 3) == 0;
}

/* What holds of the lists, as bits. */
enum { WITHOUT = 1, WITH = 2, FIRST = 4 };

static unsigned int judge(const char *methods)
{
	unsigned int found = 0;
	bool first;

	for (const char *at = methods + strspn(methods, " \t"); *at != '\0';
		at += strspn(at, " \t")) {
		size_t length = strcspn(at, " \t");
		if (is_any(at, length))
			found |= WITHOUT | WITH | FIRST;
		else if (list_holds(at, length, KBDINT, &first))
			found |= WITH | (first ? FIRST : 0);
		else
			found |= WITHOUT;
		at += length;
	}
	return found;
}

bool sshd_methods_without(const char *methods)
{
	return (judge(methods) & WITHOUT) != 0;
}

bool sshd_methods_first(const char *methods)
{
	return (judge(methods) & FIRST) != 0;
}

bool sshd_methods_with(const char *methods)
{
	return (judge(methods) & WITH) != 0;
}

bool sshd_methods_past(const char *methods, const char *method)
{
	bool first, past = false;

	for (const char *at = methods + strspn(methods, " \t"); *at != '\0';
		at += strspn(at, " \t")) {
		size_t length = strcspn(at, " \t");
		past = past || is_any(at, length) ||
		       (!list_holds(at, length, KBDINT, &first) &&
			       list_holds(at, length, method, &first));
		at += length;
	}
	return past;
}
