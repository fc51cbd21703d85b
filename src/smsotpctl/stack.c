/* SPDX-License-Identifier: BSD-3-Clause */
#include "stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "stack_line.h"

/* Files read for one stack: those that include each other twice over would double with each. */
#define FILES_MAX 64

struct reading {
	const struct stack_reader *reader;
	const char *type;
	struct stack *stack;
	unsigned int files;
	struct error *error;
};

static enum result read_file(
	struct reading *reading, const char *file, unsigned int level, int depth);

bool stack_is_ours(const struct stack_entry *entry)
{
	return strcmp(entry->module, STACK_OURS) == 0;
}

static enum result refuse(
	struct reading *reading, const char *file, unsigned int line, const char *why)
{
	return error_set(reading->error, RESULT_INVALID, "%s:%u %s", file, line, why);
}

static enum result too_long(struct reading *reading, const char *file)
{
	return error_set(reading->error, RESULT_FULL,
		"%s: the stack has over %d lines or %d files, too many to be looked at", file,
		STACK_LINES_MAX, FILES_MAX);
}

static enum result add_module(struct reading *reading, const char *file,
	const struct stack_line *line, unsigned int level)
{
	struct stack *stack = reading->stack;
	const char *slash = strrchr(line->module, '/');

	if (stack->count == STACK_LINES_MAX)
		return too_long(reading, file);
	struct stack_entry *entry = &stack->entry[stack->count];
	*entry = (struct stack_entry){.line = line->number, .level = level};
	if (!stack_control(line->control, entry->action))
		return refuse(
			reading, file, line->number, "has a control that libpam does not know");
	if (line->module[0] == '\0')
		return refuse(reading, file, line->number, "names no module");
	snprintf(entry->file, sizeof(entry->file), "%s", file);
	snprintf(entry->path, sizeof(entry->path), "%s", line->module);
	snprintf(entry->module, sizeof(entry->module), "%.*s", (int)sizeof(entry->module) - 1,
		slash == NULL ? line->module : slash + 1);
	snprintf(entry->arguments, sizeof(entry->arguments), "%s", line->arguments);
	stack->count++;
	return RESULT_OK;
}

static enum result follow(struct reading *reading, const char *file, const char *name,
	unsigned int number, unsigned int level, int depth)
{
	char why[2 * STACK_ARGUMENTS];

	if (depth >= STACK_DEPTH_MAX)
		return refuse(reading, file, number, "is in files that include each other");
	enum result result = read_file(reading, name, level, depth + 1);
	if (result != RESULT_NOT_FOUND)
		return result;
	snprintf(why, sizeof(why), "includes %s, and there is no such file", name);
	return refuse(reading, file, number, why);
}

/* A jump counts it as one line, so it has an entry of its own. */
static enum result add_substack(struct reading *reading, const char *file,
	const struct stack_line *line, unsigned int level, int depth)
{
	struct stack *stack = reading->stack;

	if (stack->count == STACK_LINES_MAX)
		return too_long(reading, file);
	struct stack_entry *entry = &stack->entry[stack->count++];
	*entry = (struct stack_entry){.line = line->number, .level = level, .substack = true};
	snprintf(entry->file, sizeof(entry->file), "%s", file);
	return follow(reading, file, line->module, line->number, level + 1, depth);
}

static bool type_is_known(const char *type)
{
	static const char *const types[] = {"auth", "account", "session", "password"};
	bool known = false;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		known = known || strcasecmp(type, types[i]) == 0;
	return known;
}

static enum result take_line(struct reading *reading, const char *file,
	const struct stack_line *line, unsigned int level, int depth)
{
	/* "@include FILE": the second word is the file. */
	if (strcasecmp(line->type, "@include") == 0)
		return follow(reading, file, line->control, line->number, level, depth);
	if (!type_is_known(line->type))
		return refuse(
			reading, file, line->number, "is of a type that libpam does not know");
	if (strcasecmp(line->type, reading->type) != 0)
		return RESULT_OK;
	if (strcasecmp(line->control, "include") == 0)
		return follow(reading, file, line->module, line->number, level, depth);
	if (strcasecmp(line->control, "substack") == 0)
		return add_substack(reading, file, line, level, depth);
	return add_module(reading, file, line, level);
}

static enum result read_file(
	struct reading *reading, const char *file, unsigned int level, int depth)
{
	enum result result = RESULT_OK;
	struct stack_line line;

	if (reading->files++ == FILES_MAX)
		return too_long(reading, file);
	char *text = reading->reader->read(reading->reader->context, file);
	if (text == NULL)
		return RESULT_NOT_FOUND;
	struct stack_text rest = {.at = text};
	while (result == RESULT_OK && stack_line_next(&rest, &line))
		result = take_line(reading, file, &line, level, depth);
	free(text);
	return result;
}

enum result stack_read(const struct stack_reader *reader, const char *service, const char *type,
	struct stack **ret_stack, struct error *error)
{
	struct stack *stack = calloc(1, sizeof(*stack));
	struct reading reading = {.reader = reader, .type = type, .stack = stack, .error = error};

	if (stack == NULL)
		return error_set(error, RESULT_MEMORY, "no memory is left to read %s", service);
	enum result result = read_file(&reading, service, 0, 0);
	if (result == RESULT_NOT_FOUND)
		result = error_set(error, result, "%s cannot be read", service);
	if (result != RESULT_OK) {
		free(stack);
		return result;
	}
	*ret_stack = stack;
	return RESULT_OK;
}
