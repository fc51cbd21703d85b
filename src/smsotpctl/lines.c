/* SPDX-License-Identifier: BSD-3-Clause */
#include "lines.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define INPUT_MAX 16384

struct input {
	char text[INPUT_MAX + 1];
	size_t length;
};

static void input_wipe(struct input *input)
{
	explicit_bzero(input, sizeof(*input));
}

/* read(2), because stdio would keep a copy. */
static enum tool_exit read_all(struct input *input)
{
	for (;;) {
		ssize_t count = read(STDIN_FILENO, input->text + input->length,
			sizeof(input->text) - input->length);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return tool_fail(TOOL_REFUSED, "standard input: %s", strerror(errno));
		if (count == 0)
			break;
		input->length += (size_t)count;
		if (input->length > INPUT_MAX)
			return tool_fail(
				TOOL_USAGE, "standard input is longer than %d bytes", INPUT_MAX);
	}
	if (memchr(input->text, '\0', input->length) != NULL)
		return tool_fail(TOOL_USAGE, "there is a NUL byte on standard input");
	input->text[input->length] = '\0';
	return TOOL_OK;
}

static char *trim(char *text)
{
	text += strspn(text, " \t\r");
	size_t length = strlen(text);
	while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL)
		length--;
	text[length] = '\0';
	return text;
}

static enum tool_exit take_line(char *line, unsigned int number,
	enum tool_exit (*take)(const char *key, const char *value, void *context), void *context)
{
	char *colon = strchr(line, ':');

	if (colon == NULL)
		return tool_fail(
			TOOL_USAGE, "line %u has no colon; write it as: phone: VALUE", number);
	*colon = '\0';
	return take(trim(line), trim(colon + 1), context);
}

enum tool_exit lines_read(const char *hint,
	enum tool_exit (*take)(const char *key, const char *value, void *context), void *context)
{
	__attribute__((cleanup(input_wipe))) struct input input = {0};
	unsigned int number = 0, taken = 0;

	if (isatty(STDIN_FILENO))
		fprintf(stderr, "%s End with ^D.\n", hint);
	enum tool_exit code = read_all(&input);
	char *next = input.text;
	while (code == TOOL_OK && next != NULL) {
		char *line = strsep(&next, "\n");
		number++;
		if (line[strspn(line, " \t\r")] == '\0')
			continue;
		taken++;
		code = take_line(line, number, take, context);
	}
	if (code == TOOL_OK && taken == 0)
		return tool_fail(TOOL_USAGE, "standard input is empty; nothing was changed");
	return code;
}
