/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "identity_check.h"
#include "import_parts.h"

static int compare(const void *one, const void *other)
{
	return strcmp(
		((const struct import_name *)one)->name, ((const struct import_name *)other)->name);
}

/* One line, blanks around it dropped; false where it holds nothing. */
static bool next_line(const char **at, const char *end, const char **ret_line, size_t *ret_length)
{
	const char *line = *at;
	const char *stop = memchr(line, '\n', (size_t)(end - line));
	size_t length = (size_t)((stop == NULL ? end : stop) - line);

	*at = stop == NULL ? end : stop + 1;
	while (length > 0 && strchr(" \t\r", line[0]) != NULL)
		line++, length--;
	while (length > 0 && strchr(" \t\r", line[length - 1]) != NULL)
		length--;
	*ret_line = line;
	*ret_length = length;
	return length > 0;
}

static enum result add(
	struct import *import, const char *line, size_t length, size_t number, struct error *error)
{
	struct import_name *entry = &import->names[import->names_count];

	if (length <= IDENTITY_NAME_MAX)
		memcpy(entry->name, line, length);
	if (length > IDENTITY_NAME_MAX || strlen(entry->name) != length ||
		!identity_name_valid(entry->name))
		return error_set(error, RESULT_INVALID,
			"line %zu of the names to take cannot be a login name; write one name on "
			"each line",
			number);
	import->names_count++;
	return RESULT_OK;
}

enum result import_names_read(struct import *import, struct error *error)
{
	const char *at = import->request->names, *line;
	size_t lines = 1, length, number = 0;

	if (at == NULL)
		return RESULT_OK;
	const char *end = at + import->request->names_size;
	for (const char *byte = at; byte < end; byte++)
		lines += *byte == '\n' ? 1 : 0;
	import->names = calloc(lines, sizeof(*import->names));
	if (import->names == NULL)
		return error_set(error, RESULT_MEMORY, "no memory for the names to take");
	while (at < end) {
		number++;
		if (!next_line(&at, end, &line, &length))
			continue;
		enum result result = add(import, line, length, number, error);
		if (result != RESULT_OK)
			return result;
	}
	if (import->names_count == 0)
		return error_set(error, RESULT_INVALID,
			"there is no name to take; write one name on each line");
	qsort(import->names, import->names_count, sizeof(*import->names), compare);
	return RESULT_OK;
}

bool import_names_take(struct import *import, const char *name, bool met)
{
	struct import_name wanted = {.name = ""};

	if (import->request->names == NULL)
		return true;
	if (strlen(name) > IDENTITY_NAME_MAX)
		return false;
	memcpy(wanted.name, name, strlen(name) + 1);
	struct import_name *found =
		bsearch(&wanted, import->names, import->names_count, sizeof(wanted), compare);
	if (found != NULL && met)
		found->met = true;
	return found != NULL;
}
