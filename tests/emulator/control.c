/* SPDX-License-Identifier: BSD-3-Clause */
#include "control.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* If `text` begins with `word` and a blank: what follows, else NULL. */
static const char *after_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(text, word, length) != 0 || (text[length] != ' ' && text[length] != '\t'))
		return NULL;
	return text + length + strspn(text + length, " \t");
}

/* Whether the line is a fault for `to`; then where its words begin, and whether it stays. */
static bool line_fits(const char *line, const char *to, const char **ret_words, bool *ret_always)
{
	const char *always = after_word(line, "always");
	const char *words = always != NULL ? always : line;
	const char *number = after_word(words, "for");

	if (number != NULL) {
		size_t length = strcspn(number, " \t\n");

		if (strlen(to) != length || strncmp(number, to, length) != 0)
			return false;
		words = number + length + strspn(number + length, " \t");
	}
	if (*words == '#' || *words == '\n' || *words == '\0')
		return false;
	*ret_words = words;
	*ret_always = always != NULL;
	return true;
}

static void write_without(int file, const char *text, const char *line, size_t size)
{
	size_t before = (size_t)(line - text);
	size_t after = strlen(line + size);

	if (pwrite(file, line + size, after, (off_t)before) != (ssize_t)after ||
		ftruncate(file, (off_t)(before + after)) != 0)
		fprintf(stderr, "bulkpush-emulator: cannot write the control file: %m\n");
}

static enum result take_line(int file, const char *to, char *ret_words)
{
	char text[CONTROL_FILE_SIZE];
	ssize_t size = read(file, text, sizeof(text) - 1);

	text[size > 0 ? size : 0] = '\0';
	for (const char *line = text; *line != '\0';) {
		const char *words = NULL;
		bool always = false;
		size_t length = strcspn(line, "\n");
		size_t whole = length + (line[length] == '\n' ? 1 : 0);

		if (line_fits(line, to, &words, &always)) {
			snprintf(ret_words, CONTROL_LINE_SIZE, "%.*s", (int)(line + length - words),
				words);
			if (!always)
				write_without(file, text, line, whole);
			return RESULT_OK;
		}
		line += whole;
	}
	return RESULT_NOT_FOUND;
}

enum result control_take(const char *path, const char *to, char ret_words[static CONTROL_LINE_SIZE])
{
	int file = open(path, O_RDWR | O_CLOEXEC);

	if (file < 0)
		return RESULT_NOT_FOUND;
	flock(file, LOCK_EX);
	enum result result = take_line(file, to, ret_words);
	close(file);
	return result;
}
