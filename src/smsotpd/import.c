/* SPDX-License-Identifier: BSD-3-Clause */
#include "import.h"

#include <string.h>

#include "csv.h"
#include "identity_assign.h"
#include "log.h"

/* One import under way. `lines` holds each name's line, to find a name that stands twice. */
struct import {
	const struct ctl_call *call;
	struct ctl_change *change;
	struct schema schema;
	struct csv csv;
	struct csv_row header;
	size_t name; /* the column */
	json_t *lines;
	struct import_count count;
};

static enum result at_line(
	const struct csv_row *row, enum result result, const char *column, struct error *error)
{
	struct error inner = *error;

	return error_set(error, result, "line %zu%s%s: %.400s", row->line,
		column[0] == '\0' ? "" : ", column ", column, inner.text);
}

static enum result check_header(struct import *import, struct error *error)
{
	const struct csv_row *header = &import->header;
	WIPED(identity) scratch = {0};

	import->name = header->count;
	for (size_t i = 0; i < header->count; i++) {
		const char *column = header->field[i];
		for (size_t j = 0; j < i; j++) {
			if (strcmp(header->field[j], column) == 0)
				return error_set(error, RESULT_INVALID,
					"line %zu: two columns have one name; leave one of them "
					"out",
					header->line);
		}
		if (strcmp(column, "name") == 0) {
			import->name = i;
			continue;
		}
		enum result result = identity_assign(&import->schema, &scratch, column, "", error);
		if (result != RESULT_OK)
			return at_line(header, result, "", error);
	}
	if (import->name == header->count)
		return error_set(error, RESULT_INVALID,
			"line %zu: no column is called name; the first line names the columns, as "
			"in: name,uid,phone",
			header->line);
	return RESULT_OK;
}

static enum result read_header(struct import *import, struct error *error)
{
	struct identities *identities = import->call->context->identities;

	enum result result =
		identities_schema(identities, import->change->identity, &import->schema);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	result = csv_next(&import->csv, &import->header, error);
	if (result == RESULT_NOT_FOUND)
		return error_set(error, RESULT_INVALID,
			"the file is empty; its first line names the columns, as in: "
			"name,uid,phone");
	return result == RESULT_OK ? check_header(import, error) : result;
}

static enum result check_row(struct import *import, const struct csv_row *row, struct error *error)
{
	const char *name = row->field[import->name];
	char shown[4 * IDENTITY_NAME_MAX + 1];

	if (row->count != import->header.count)
		return error_set(error, RESULT_INVALID,
			"line %zu: there are %zu fields, and the first line names %zu columns",
			row->line, row->count, import->header.count);
	json_t *earlier = json_object_get(import->lines, name);
	if (earlier != NULL)
		return error_set(error, RESULT_EXISTS,
			"line %zu, column name: %s stands on line %lld already; leave one of them "
			"out",
			row->line, log_escape(name, shown, sizeof(shown)),
			(long long)json_integer_value(earlier));
	return RESULT_OK;
}

static enum result import_row(struct import *import, const struct csv_row *row, struct error *error)
{
	const char *name = row->field[import->name];
	WIPED(identity) identity = {0};
	bool created = false;

	enum result result = identity_edit(import->call->context->identities,
		import->change->identity, name, &identity, error);
	if (result != RESULT_OK)
		return at_line(row, result, "name", error);
	for (size_t i = 0; i < row->count; i++) {
		if (i == import->name)
			continue;
		const char *column = import->header.field[i];
		result = identity_assign(&import->schema, &identity, column, row->field[i], error);
		if (result != RESULT_OK)
			return at_line(row, result, column, error);
	}
	result = ctl_change_put(import->call, import->change, &identity, &created, error);
	if (result != RESULT_OK)
		return at_line(row, result, "", error);
	json_object_set_new(import->lines, name, json_integer((json_int_t)row->line));
	import->count.created += created ? 1 : 0;
	import->count.changed += created ? 0 : 1;
	return RESULT_OK;
}

static enum result import_all(struct import *import, struct error *error)
{
	__attribute__((cleanup(csv_row_wipe))) struct csv_row row = {0};
	enum result result = read_header(import, error);

	while (result == RESULT_OK) {
		result = csv_next(&import->csv, &row, error);
		if (result == RESULT_NOT_FOUND)
			return RESULT_OK;
		if (result == RESULT_OK)
			result = check_row(import, &row, error);
		if (result == RESULT_OK)
			result = import_row(import, &row, error);
	}
	return result;
}

enum result import_rows(const struct ctl_call *call, struct ctl_change *change, const char *text,
	size_t size, struct import_count *ret_count, struct error *error)
{
	struct import import = {.call = call, .change = change, .lines = json_object()};

	csv_open(&import.csv, text, size);
	enum result result = import_all(&import, error);
	json_decref(import.lines);
	if (result == RESULT_OK)
		*ret_count = import.count;
	return result;
}
