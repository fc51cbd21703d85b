/* SPDX-License-Identifier: BSD-3-Clause */
/* import: the file goes to the daemon in a memfd, with the names of --only behind it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "output.h"
#include "tool.h"

static enum tool_exit copy(int from, int to, const char *name)
{
	char block[65536];
	enum tool_exit code = TOOL_OK;

	for (;;) {
		ssize_t count = read(from, block, sizeof(block));
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			code = tool_fail(TOOL_REFUSED, "%s: %s", name, strerror(errno));
		if (count <= 0)
			break;
		if (write(to, block, (size_t)count) != count) {
			code = tool_fail(TOOL_REFUSED, "no memory for %s", name);
			break;
		}
	}
	explicit_bzero(block, sizeof(block));
	return code;
}

static const char *shown_name(const char *name)
{
	return strcmp(name, "-") == 0 ? "standard input" : name;
}

static enum tool_exit copy_file(const char *name, int to)
{
	bool standard = strcmp(name, "-") == 0;
	int file = standard ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);

	if (file < 0)
		return tool_fail(TOOL_REFUSED, "%s: %s", name, strerror(errno));
	if (standard && isatty(STDIN_FILENO))
		fputs("Type the lines of the file. End with ^D.\n", stderr);
	enum tool_exit code = copy(file, to, shown_name(name));
	if (!standard)
		close(file);
	return code;
}

/* NULL where the name does not tell: then the daemon looks at the first byte. */
static const char *format_of(const struct tool *tool)
{
	static const struct {
		const char *end;
		const char *format;
	} rows[] = {{".csv", "csv"}, {".jsonl", "jsonl"}, {".ndjson", "jsonl"}};
	size_t length = strlen(tool->operand);

	if (tool->format != NULL)
		return tool->format;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t end = strlen(rows[i].end);
		if (length > end && strcmp(tool->operand + length - end, rows[i].end) == 0)
			return rows[i].format;
	}
	return NULL;
}

static void put_options(const struct tool *tool, json_t *json)
{
	const char *format = format_of(tool);

	json_object_set_new(json, "progress", json_true());
	json_object_set_new(json, "dry_run", json_boolean((tool->options & OPTION_DRY_RUN) != 0));
	json_object_set_new(json, "replace", json_boolean((tool->options & OPTION_REPLACE) != 0));
	if (format != NULL)
		json_object_set_new(json, "format", json_string(format));
	if ((tool->options & OPTION_MAX_CHANGE) != 0)
		json_object_set_new(json, "max_change", json_integer(tool->max_change));
}

enum tool_exit import_build(const struct tool *tool, struct tool_request *request)
{
	if (tool->only != NULL && strcmp(tool->only, "-") == 0 && strcmp(tool->operand, "-") == 0)
		return tool_fail(TOOL_USAGE, "only one of both files can be standard input");
	put_options(tool, request->json);
	request->bulk = memfd_create("smsotp-import", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (request->bulk < 0)
		return tool_fail(TOOL_REFUSED, "no memory for the file: %s", strerror(errno));
	enum tool_exit code = copy_file(tool->operand, request->bulk);
	if (code != TOOL_OK || tool->only == NULL)
		return code;
	json_object_set_new(
		request->json, "names_at", json_integer(lseek(request->bulk, 0, SEEK_CUR)));
	return copy_file(tool->only, request->bulk);
}

static long long number(const json_t *reply, const char *name)
{
	return (long long)json_integer_value(json_object_get(reply, name));
}

static void show_names(const json_t *reply, const char *word)
{
	const json_t *entries = json_object_get(reply, word);

	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *entry = json_array_get(entries, i);
		const json_t *fields = json_object_get(entry, "fields");
		printf("%s ", word);
		output_text(output_field(entry, "name"));
		for (size_t j = 0; j < json_array_size(fields); j++)
			printf("%s%s", j == 0 ? ": " : ", ", output_item(fields, j));
		putchar('\n');
	}
}

static void show_missing(const json_t *reply)
{
	const json_t *missing = json_object_get(reply, "missing");

	fflush(stdout);
	for (size_t i = 0; i < json_array_size(missing); i++)
		fprintf(stderr, "Warning: the file has no %s, whom --only names\n",
			output_item(missing, i));
}

void import_show(const json_t *reply)
{
	show_names(reply, "add");
	show_names(reply, "change");
	show_names(reply, "remove");
	if (json_is_true(json_object_get(reply, "dry_run")))
		fputs("would be: ", stdout);
	printf("added %lld, changed %lld, removed %lld, unchanged %lld\n", number(reply, "added"),
		number(reply, "changed"), number(reply, "removed"), number(reply, "unchanged"));
	show_missing(reply);
	output_warnings(reply);
}

void import_faults(const struct tool *tool, const json_t *reply)
{
	const json_t *errors = json_object_get(reply, "errors");

	for (size_t i = 0; i < json_array_size(errors); i++) {
		const json_t *fault = json_array_get(errors, i);
		fprintf(stderr, "%s:%lld: %s\n", shown_name(tool->operand),
			(long long)json_integer_value(json_object_get(fault, "line")),
			output_field(fault, "error"));
	}
	/* A dry run that would be refused for its size is how one sees what it would do. */
	if (json_is_true(json_object_get(reply, "dry_run")) && errors == NULL && !tool->json)
		import_show(reply);
}
