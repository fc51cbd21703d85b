/* SPDX-License-Identifier: BSD-3-Clause */
#include "sshd.h"

#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "child.h"

#define COMMENT_MAX 2048
/* Files read: those that include each other twice over would double with each. */
#define FILES_MAX 256

struct reading {
	struct sshd_file *file;
	const char *directory; /* NULL: includes are passed over */
	int match;             /* in which we are */
	unsigned int files;
	char comment[COMMENT_MAX];
};

/* Older names of a keyword, in small letters. */
static const struct {
	const char *old;
	const char *keyword;
} aliases[] = {
	{"challengeresponseauthentication", "kbdinteractiveauthentication"},
	{"skeyauthentication", "kbdinteractiveauthentication"},
};

static void read_file(struct reading *reading, const char *path, int depth);

static void free_line(struct sshd_line *line)
{
	free(line->file);
	free(line->keyword);
	free(line->value);
}

/* An array that grows by one; false without memory, or where it is long enough. */
static bool grow(void **array, size_t count, size_t size)
{
	if (count >= SSHD_LINES_MAX)
		return false;
	if (count != 0 && (count & (count - 1)) != 0)
		return true;
	void *more = reallocarray(*array, count == 0 ? 1 : 2 * count, size);
	if (more == NULL)
		return false;
	*array = more;
	return true;
}

static void add_match(struct reading *reading)
{
	struct sshd_file *file = reading->file;
	char *comment = strdup(reading->comment);

	if (comment == NULL || !grow((void **)&file->match, file->matches, sizeof(*file->match))) {
		free(comment);
		return;
	}
	file->match[file->matches] =
		(struct sshd_match){.line = file->count - 1, .comment = comment};
	reading->match = (int)file->matches++;
}

/* In small letters, under the name that sshd -T uses. */
static char *keyword_of(const char *word)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (strcasecmp(word, aliases[i].old) == 0)
			return strdup(aliases[i].keyword);
	}
	char *keyword = strdup(word);
	for (char *at = keyword; at != NULL && *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	return keyword;
}

static bool add_line(struct reading *reading, const char *path, unsigned int number,
	const char *keyword, const char *value)
{
	struct sshd_file *file = reading->file;
	struct sshd_line line = {.file = strdup(path),
		.number = number,
		.match = reading->match,
		.keyword = keyword_of(keyword),
		.value = strdup(value)};

	if (line.file == NULL || line.keyword == NULL || line.value == NULL ||
		!grow((void **)&file->line, file->count, sizeof(*file->line))) {
		free_line(&line);
		return false;
	}
	file->line[file->count++] = line;
	return true;
}

/* Each word of an Include is a pattern. A Match in an included file ends with it. */
static void include(struct reading *reading, const char *value, int depth)
{
	static const char blanks[] = " \t";
	char *copy = reading->directory == NULL ? NULL : strdup(value);
	char *rest = NULL;
	char *word = copy == NULL ? NULL : strtok_r(copy, blanks, &rest);
	int match = reading->match;

	for (; word != NULL; word = strtok_r(NULL, blanks, &rest)) {
		char pattern[512];
		glob_t found = {0};
		snprintf(pattern, sizeof(pattern), "%s%s%s",
			word[0] == '/' ? "" : reading->directory, word[0] == '/' ? "" : "/", word);
		if (strstr(pattern, "/sshd_config.d/") != NULL)
			reading->file->drop_ins = true;
		if (glob(pattern, 0, NULL, &found) == 0) {
			for (size_t i = 0; i < found.gl_pathc; i++) {
				read_file(reading, found.gl_pathv[i], depth + 1);
				reading->match = match;
			}
		}
		globfree(&found);
	}
	free(copy);
}

/* Remembers comments until the line below them is known. */
static void take_comment(struct reading *reading, const char *line)
{
	size_t used = strlen(reading->comment);

	if (*line != '#')
		reading->comment[0] = '\0';
	else
		snprintf(reading->comment + used, sizeof(reading->comment) - used, "%s\n", line);
}

/* sshd's words of a value, in place: without quotes, escapes and the comment behind them. */
static void read_words(char *value)
{
	char *to = value;
	char quote = '\0';
	bool begins = true; /* a word */

	for (const char *at = value; *at != '\0' && !(begins && *at == '#'); at++) {
		begins = quote == '\0' && (*at == ' ' || *at == '\t');
		if (*at == '\\' && at[1] != '\0' &&
			strchr(quote == '\0' ? "'\"\\ " : "'\"\\", at[1]))
			*to++ = *++at;
		else if (quote != '\0' ? *at == quote : *at == '"' || *at == '\'')
			quote = quote == '\0' ? *at : '\0';
		else
			*to++ = *at;
	}
	while (to > value && (to[-1] == ' ' || to[-1] == '\t'))
		to--;
	*to = '\0';
}

/* "keyword value", "keyword=value", "keyword = value"; `line` has no newline. */
static void take_line(
	struct reading *reading, const char *path, unsigned int number, char *line, int depth)
{
	line += strspn(line, " \t");
	size_t length = strlen(line);
	while (length > 0 && strchr(" \t\r\f", line[length - 1]) != NULL)
		line[--length] = '\0';
	if (*line == '#' || *line == '\0') {
		take_comment(reading, line);
		return;
	}
	char *value = line + strcspn(line, " \t=");
	size_t gap = strspn(value, " \t");
	gap += value[gap] == '=' ? 1 : 0;
	char *rest = value + gap + strspn(value + gap, " \t");
	*value = '\0';
	bool match = strcasecmp(line, "match") == 0;
	if (!match)
		read_words(rest);
	if (strcasecmp(line, "include") == 0)
		include(reading, rest, depth);
	else if (add_line(reading, path, number, line, rest) && match)
		add_match(reading);
	reading->comment[0] = '\0';
}

/* Takes `text` apart in place. */
static void read_text(struct reading *reading, const char *path, char *text, int depth)
{
	unsigned int number = 0;
	char *line;

	while ((line = strsep(&text, "\n")) != NULL)
		take_line(reading, path, ++number, line, depth);
	reading->comment[0] = '\0';
}

static void read_file(struct reading *reading, const char *path, int depth)
{
	if (depth > SSHD_DEPTH_MAX || reading->files++ >= FILES_MAX)
		return;
	char *text = file_text(path);
	if (text != NULL)
		read_text(reading, path, text, depth);
	free(text);
}

struct sshd_file *sshd_file_read(const char *path, const char *directory)
{
	struct sshd_file *file = calloc(1, sizeof(*file));
	struct reading reading = {.file = file, .directory = directory, .match = SSHD_MATCH_ALL};

	if (file == NULL)
		return NULL;
	read_file(&reading, path, 0);
	if (file->count == 0)
		sshd_file_free(&file);
	return file;
}

struct sshd_file *sshd_file_parse(const char *path, const char *text)
{
	struct sshd_file *file = calloc(1, sizeof(*file));
	struct reading reading = {.file = file, .match = SSHD_MATCH_ALL};
	char *copy = strdup(text);

	if (file != NULL && copy != NULL)
		read_text(&reading, path, copy, 0);
	free(copy);
	return file;
}

void sshd_file_free(struct sshd_file **file)
{
	if (*file == NULL)
		return;
	for (size_t i = 0; i < (*file)->count; i++)
		free_line(&(*file)->line[i]);
	for (size_t i = 0; i < (*file)->matches; i++)
		free((*file)->match[i].comment);
	free((*file)->line);
	free((*file)->match);
	free(*file);
	*file = NULL;
}

const struct sshd_line *sshd_file_find(const struct sshd_file *file, const char *keyword)
{
	bool last = strcmp(keyword, "maxstartups") == 0;
	const struct sshd_line *found = NULL;

	for (size_t i = 0; file != NULL && i < file->count; i++) {
		const struct sshd_line *line = &file->line[i];
		if (line->match == SSHD_MATCH_ALL && strcmp(line->keyword, keyword) == 0 &&
			(found == NULL || last))
			found = line;
	}
	return found;
}

const char *sshd_match_value(const struct sshd_file *file, size_t match, const char *keyword)
{
	for (size_t i = file->match[match].line + 1; i < file->count; i++) {
		if (file->line[i].match == (int)match &&
			strcmp(file->line[i].keyword, keyword) == 0)
			return file->line[i].value;
	}
	return NULL;
}
