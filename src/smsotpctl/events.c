/* SPDX-License-Identifier: BSD-3-Clause */
/* events: the end of the trail, read from its file. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "output.h"
#include "paths.h"
#include "tool.h"

#define EVENTS_FILE "events.jsonl"

/* Where the last `lines` lines of the file begin. */
static off_t find_tail(int file, long lines)
{
	struct stat status;
	char block[4096];

	if (fstat(file, &status) != 0)
		return 0;
	off_t end = status.st_size;
	long wanted = lines + 1; /* the newline that ends the last line begins none */
	while (end > 0) {
		off_t start = end > (off_t)sizeof(block) ? end - (off_t)sizeof(block) : 0;
		ssize_t count = pread(file, block, (size_t)(end - start), start);
		if (count <= 0)
			return 0;
		for (ssize_t i = count - 1; i >= 0; i--) {
			if (block[i] == '\n' && --wanted == 0)
				return start + i + 1;
		}
		end = start;
	}
	return 0;
}

static enum colour colour_of(const char *event)
{
	static const struct {
		const char *ending;
		enum colour colour;
	} rows[] = {
		{".granted", COLOUR_GREEN},
		{".refused", COLOUR_RED},
		{".locked", COLOUR_RED},
		{".unavailable", COLOUR_RED},
		{".unsent", COLOUR_YELLOW},
		{".unknown", COLOUR_YELLOW},
	};
	size_t length = strlen(event);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t size = strlen(rows[i].ending);
		if (length >= size && strcmp(event + length - size, rows[i].ending) == 0)
			return rows[i].colour;
	}
	return COLOUR_NONE;
}

static void print_value(const char *name, const json_t *value)
{
	const char *text = json_string_value(value);

	putchar(' ');
	output_text(name);
	putchar('=');
	if (text == NULL) {
		json_dumpf(value, stdout, JSON_ENCODE_ANY | JSON_COMPACT);
		return;
	}
	const char *quote = text[strcspn(text, " =")] == '\0' ? "" : "\"";
	fputs(quote, stdout);
	output_text(text);
	fputs(quote, stdout);
}

static void print_event(const char *line)
{
	json_t *event = json_loads(line, 0, NULL);
	const char *what = output_field(event, "event");
	const char *name;
	json_t *value;

	if (!json_is_object(event)) {
		json_decref(event);
		return;
	}
	output_text(output_field(event, "time"));
	printf(" %s", colour_on(colour_of(what)));
	output_text(what);
	fputs(colour_off(), stdout);
	json_object_foreach(event, name, value)
	{
		if (strcmp(name, "time") != 0 && strcmp(name, "event") != 0)
			print_value(name, value);
	}
	putchar('\n');
	json_decref(event);
}

/* All whole lines from where the file stands; a line still being written waits for the next call.
 */
static void print_lines(FILE *file, bool json)
{
	char *line = NULL;
	size_t size = 0;
	off_t at = ftello(file);

	while (getline(&line, &size, file) > 0) {
		size_t length = strlen(line);
		if (length == 0 || line[length - 1] != '\n')
			break;
		if (json)
			fputs(line, stdout);
		else
			print_event(line);
		at = ftello(file);
	}
	free(line);
	fseeko(file, at, SEEK_SET);
	fflush(stdout);
}

/* logrotate(8) put another file in its place, or emptied this one. */
static bool replaced(FILE *file, const char *path)
{
	struct stat now, open_one;

	if (stat(path, &now) != 0 || fstat(fileno(file), &open_one) != 0)
		return false;
	return now.st_ino != open_one.st_ino || now.st_size < ftello(file);
}

/* Until ^C or until nobody reads standard output. */
static void follow(FILE **file, const char *path, bool json)
{
	static const struct timespec pause = {.tv_nsec = 500000000};

	while (!ferror(stdout)) {
		nanosleep(&pause, NULL);
		print_lines(*file, json);
		if (!replaced(*file, path))
			continue;
		FILE *next = fopen(path, "re");
		if (next == NULL)
			continue;
		fclose(*file);
		*file = next;
	}
}

static enum tool_exit find_events(const struct tool *tool, char ret_path[static PATH_MAX])
{
	struct config_paths paths;

	enum tool_exit code = paths_load(tool, &paths);
	if (code == TOOL_OK)
		snprintf(ret_path, PATH_MAX, "%s/%s", paths.log, EVENTS_FILE);
	return code;
}

enum tool_exit events_run(const struct tool *tool)
{
	char path[PATH_MAX];

	enum tool_exit code = find_events(tool, path);
	if (code != TOOL_OK)
		return code;
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return tool_fail(TOOL_REFUSED, "%s: %s; smsotpd makes it when it starts", path,
			strerror(errno));
	fseeko(file, find_tail(fileno(file), tool->lines), SEEK_SET);
	print_lines(file, tool->json);
	if ((tool->options & OPTION_FOLLOW) != 0)
		follow(&file, path, tool->json);
	fclose(file);
	return TOOL_OK;
}
