/* SPDX-License-Identifier: BSD-3-Clause */
/* events: the end of the trail, read from its file. */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "filter.h"
#include "json_whole.h"
#include "output.h"
#include "paths.h"
#include "tool.h"
#include "trail.h"

#define EVENTS_FILE "events.jsonl"

/* What has been asked for, and the newest lines while the end of the trail is looked for. */
struct show {
	const struct tool *tool;
	struct filter filter;
	char **kept; /* NULL: each is printed at once */
	size_t room;
	size_t count; /* of all that were kept, the oldest gives way */
};

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

static void print_event(const json_t *event)
{
	const char *what = output_field(event, "event");
	const char *name;
	json_t *value;

	output_text(output_field(event, "time"));
	printf(" %s", colour_on(colour_of(what)));
	output_text(what);
	fputs(colour_off(), stdout);
	json_object_foreach((json_t *)event, name, value)
	{
		if (strcmp(name, "time") != 0 && strcmp(name, "event") != 0)
			print_value(name, value);
	}
	putchar('\n');
}

static void print_line(const struct tool *tool, const char *line)
{
	if (tool->json) {
		output_text(line);
		putchar('\n');
		return;
	}
	json_t *event = json_read(line, strlen(line), 0);
	if (output_plain(event))
		print_event(event);
	json_decref(event);
}

/* What a full disk or a crash left of a line is no event: it is passed over. */
static void take_line(const char *line, size_t length, void *context)
{
	struct show *show = context;
	json_t *event = json_read(line, length, 0);
	bool taken = json_is_object(event) && filter_takes(&show->filter, event);

	json_decref(event);
	if (!taken)
		return;
	if (show->kept == NULL) {
		print_line(show->tool, line);
		return;
	}
	char **place = &show->kept[show->count++ % show->room];
	free(*place);
	*place = strdup(line);
}

static void print_kept(struct show *show)
{
	size_t first = show->count > show->room ? show->count - show->room : 0;

	for (size_t i = first; i < show->count; i++) {
		char *line = show->kept[i % show->room];
		if (line != NULL)
			print_line(show->tool, line);
		free(line);
	}
	free(show->kept);
	show->kept = NULL;
}

/* Without a filter the last lines are found from the end of the file; with one, all of it and of
 * the file before it have to be read. */
static void show_past(struct show *show, FILE *file, const char *path)
{
	char before[PATH_MAX + 2];
	bool all = show->filter.since[0] != '\0' && (show->tool->options & OPTION_LINES) == 0;

	if (!filter_any(&show->filter)) {
		trail_seek_tail(file, show->tool->lines);
		trail_read(file, take_line, show);
		return;
	}
	show->room = (size_t)show->tool->lines;
	show->kept = all ? NULL : calloc(show->room, sizeof(*show->kept));
	snprintf(before, sizeof(before), "%s.1", path);
	FILE *older = trail_open(before);
	if (older != NULL) {
		trail_read(older, take_line, show);
		fclose(older);
	}
	trail_read(file, take_line, show);
	if (show->kept != NULL)
		print_kept(show);
}

/* Whether the file's last line may be of `since` or later. */
static bool reaches(const char *path, const char *since)
{
	char last[SINCE_SIZE];
	struct stat status;
	struct tm tm;

	return stat(path, &status) == 0 && gmtime_r(&status.st_mtime, &tm) != NULL &&
	       strftime(last, sizeof(last), "%Y-%m-%dT%H:%M:%S.999Z", &tm) > 0 &&
	       strcmp(last, since) >= 0;
}

/* Of files that were turned over before the last, so that nobody takes what was shown for all. */
static void tell_unread(const struct show *show, const char *path)
{
	size_t length = strlen(path);
	char pattern[PATH_MAX + 2];
	glob_t files = {0};

	if (show->filter.since[0] == '\0')
		return;
	fflush(stdout);
	snprintf(pattern, sizeof(pattern), "%s?*", path);
	(void)glob(pattern, 0, NULL, &files);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		const char *file = files.gl_pathv[i];
		if (strcmp(file + length, ".1") != 0 && reaches(file, show->filter.since))
			fprintf(stderr,
				"Warning: %s has events since then, too, and was not read; zcat -f "
				"shows it\n",
				file);
	}
	globfree(&files);
}

/* Until ^C or until nobody reads standard output. */
static void follow(struct show *show, FILE **file, const char *path)
{
	static const struct timespec pause = {.tv_nsec = 500000000};

	while (fflush(stdout) == 0 && !ferror(stdout)) {
		nanosleep(&pause, NULL);
		bool replaced = trail_replaced(*file, path);
		/* Whoever made the new file writes to the old one no more: now it is whole. */
		trail_read(*file, take_line, show);
		FILE *next = replaced ? trail_open(path) : NULL;
		if (next == NULL)
			continue;
		fclose(*file);
		*file = next;
		trail_read(*file, take_line, show);
	}
}

static enum tool_exit read_filter(const struct tool *tool, struct filter *ret_filter)
{
	*ret_filter = (struct filter){.user = tool->user, .id = tool->id, .kind = tool->kind};
	if (tool->since == NULL || since_read(tool->since, time(NULL), ret_filter->since))
		return TOOL_OK;
	return tool_fail(TOOL_USAGE,
		"--since takes 90s, 10m, 2h or 3d, or a moment in UTC as 2026-11-23T09:30");
}

static enum tool_exit find_events(const struct tool *tool, char ret_path[static PATH_MAX])
{
	struct config_paths paths;

	enum tool_exit code = paths_load(tool, &paths);
	if (code == TOOL_OK)
		snprintf(ret_path, PATH_MAX, "%s/%s", paths.log, EVENTS_FILE);
	return code;
}

static const char *remedy_of(int reason)
{
	if (reason == ENOENT)
		return "smsotpd makes it when it starts";
	return reason == EACCES ? "use sudo"
				: "move away what stands there, and smsotpd makes the file";
}

enum tool_exit events_run(const struct tool *tool)
{
	struct show show = {.tool = tool};
	char path[PATH_MAX];

	enum tool_exit code = read_filter(tool, &show.filter);
	if (code == TOOL_OK)
		code = find_events(tool, path);
	if (code != TOOL_OK)
		return code;
	FILE *file = trail_open(path);
	if (file == NULL)
		return tool_fail(
			TOOL_REFUSED, "%s: %s; %s", path, strerror(errno), remedy_of(errno));
	show_past(&show, file, path);
	tell_unread(&show, path);
	if ((tool->options & OPTION_FOLLOW) != 0)
		follow(&show, &file, path);
	fclose(file);
	return TOOL_OK;
}
