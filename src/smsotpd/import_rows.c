/* SPDX-License-Identifier: BSD-3-Clause */
#include "import_rows.h"

#include <stdio.h>
#include <string.h>

#include "identity_check.h"
#include "json_whole.h"

enum result rows_format_parse(const char *word, enum rows_format *ret_format)
{
	bool csv = strcmp(word, "csv") == 0;

	if (!csv && strcmp(word, "jsonl") != 0)
		return RESULT_INVALID;
	*ret_format = csv ? ROWS_CSV : ROWS_JSONL;
	return RESULT_OK;
}

void rows_free(struct rows *rows)
{
	json_decref(rows->object);
	json_decref(rows->schema);
	explicit_bzero(rows, sizeof(*rows));
}

size_t rows_done(const struct rows *rows)
{
	return rows->csv.at;
}

bool rows_whole(const struct rows *rows)
{
	return rows->format != ROWS_CSV || rows->csv.text[rows->csv.size - 1] == '\n';
}

/* A file without its first line has a phone there, which is not repeated. */
static bool is_column(const char *name)
{
	return trait_name_valid(name) || strcmp(name, "name") == 0 || strcmp(name, "uid") == 0 ||
	       strcmp(name, "suspended") == 0;
}

static enum result read_header(struct rows *rows, struct error *error)
{
	static const char hint[] = "the first line names the columns, as in: name,uid,phone";
	const struct csv_row *header = &rows->header;
	enum result result = csv_next(&rows->csv, &rows->header, error);

	if (result == RESULT_NOT_FOUND)
		return error_set(error, RESULT_INVALID, "the file is empty; %s", hint);
	rows->line = rows->csv.begin;
	if (result != RESULT_OK)
		return result;
	rows->name = header->count;
	for (size_t i = 0; i < header->count; i++) {
		const char *column = header->field[i];
		if (!is_column(column))
			return error_set(error, RESULT_INVALID,
				"field %zu cannot name a column; %s", i + 1, hint);
		for (size_t j = 0; j < i; j++) {
			if (strcmp(header->field[j], column) == 0)
				return error_set(error, RESULT_INVALID,
					"two columns have one name; leave one of them out");
		}
		if (strcmp(column, "name") == 0)
			rows->name = i;
	}
	if (rows->name == header->count)
		return error_set(error, RESULT_INVALID, "no column is called name; %s", hint);
	return RESULT_OK;
}

static enum result next_cells(struct rows *rows, struct row *row, struct error *error)
{
	enum result result = csv_next(&rows->csv, &rows->cells, error);

	rows->line = rows->csv.begin;
	if (result == RESULT_INVALID)
		csv_skip(&rows->csv);
	if (result != RESULT_OK)
		return result;
	if (rows->cells.count != rows->header.count)
		return error_set(error, RESULT_INVALID,
			"there are %zu fields, and the first line names %zu columns",
			rows->cells.count, rows->header.count);
	row->name = rows->cells.field[rows->name];
	for (size_t i = 0; i < rows->cells.count; i++) {
		if (i == rows->name)
			continue;
		row->field[row->count].name = rows->header.field[i];
		row->field[row->count++].value = rows->cells.field[i];
	}
	return RESULT_OK;
}

/* The next line that holds something, as an object. */
static enum result next_object(struct rows *rows, struct error *error)
{
	struct csv *at = &rows->csv;
	const char *line;
	size_t length;

	json_decref(rows->object);
	rows->object = NULL;
	do {
		if (at->at == at->size)
			return RESULT_NOT_FOUND;
		line = at->text + at->at;
		const char *end = memchr(line, '\n', at->size - at->at);
		length = end == NULL ? at->size - at->at : (size_t)(end - line);
		rows->line = at->line++;
		at->at += length + (end == NULL ? 0 : 1);
		while (length > 0 && strchr(" \t\r", line[length - 1]) != NULL)
			length--;
	} while (length == 0);
	/* What jansson would say repeats the line. */
	rows->object = json_read(line, length, JSON_REJECT_DUPLICATES);
	if (json_is_object(rows->object))
		return RESULT_OK;
	return error_set(error, RESULT_INVALID,
		"this is no JSON object in UTF-8 whose members each stand once; write one object "
		"on each line");
}

static enum result put_field(
	struct row *row, const char *name, const char *value, struct error *error)
{
	if (row->count == ROW_FIELDS_MAX)
		return error_set(
			error, RESULT_INVALID, "there are more than %d traits", SCHEMA_TRAITS_MAX);
	row->field[row->count].name = name;
	row->field[row->count++].value = value;
	return RESULT_OK;
}

static enum result put_uid(struct rows *rows, struct row *row, json_t *uid, struct error *error)
{
	if (!json_is_integer(uid) && !json_is_null(uid))
		return error_set(error, RESULT_INVALID, "uid is neither a number nor null");
	rows->uid[0] = '\0';
	if (json_is_integer(uid))
		snprintf(rows->uid, sizeof(rows->uid), "%" JSON_INTEGER_FORMAT,
			json_integer_value(uid));
	return put_field(row, "uid", rows->uid, error);
}

static enum result put_traits(struct row *row, json_t *traits, struct error *error)
{
	const char *name;
	json_t *value;

	if (!json_is_object(traits))
		return error_set(error, RESULT_INVALID, "traits is no object");
	json_object_foreach(traits, name, value)
	{
		if (!trait_name_valid(name))
			return error_set(error, RESULT_INVALID,
				"a member of traits is the name of no trait");
		if (!json_is_string(value) && !json_is_null(value))
			return error_set(
				error, RESULT_INVALID, "%s is neither a string nor null", name);
		const char *text = json_is_null(value) ? "" : json_string_value(value);
		enum result result = put_field(row, name, text, error);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

static enum result put_member(
	struct rows *rows, struct row *row, const char *member, json_t *value, struct error *error)
{
	if (strcmp(member, "name") == 0 && json_is_string(value)) {
		row->name = json_string_value(value);
		return RESULT_OK;
	}
	if (strcmp(member, "uid") == 0)
		return put_uid(rows, row, value, error);
	if (strcmp(member, "suspended") == 0 && json_is_boolean(value))
		return put_field(row, "suspended", json_is_true(value) ? "yes" : "no", error);
	if (strcmp(member, "traits") == 0)
		return put_traits(row, value, error);
	if (strcmp(member, "recovery") == 0 && json_is_string(value)) {
		row->recovery = json_string_value(value);
		return RESULT_OK;
	}
	if (strcmp(member, "name") == 0 || strcmp(member, "suspended") == 0)
		return error_set(
			error, RESULT_INVALID, "name is a string, and suspended is true or false");
	return error_set(error, RESULT_INVALID,
		"there is a member that no identity has; there are name, uid, suspended and "
		"traits");
}

static enum result next_members(struct rows *rows, struct row *row, struct error *error)
{
	enum result result = next_object(rows, error);
	const char *member;
	json_t *value;

	if (result != RESULT_OK)
		return result;
	if (json_object_get(rows->object, "schema") != NULL)
		return error_set(error, RESULT_INVALID,
			"only the first line may hold a schema; leave this one out");
	json_object_foreach(rows->object, member, value)
	{
		result = put_member(rows, row, member, value, error);
		if (result != RESULT_OK)
			return result;
	}
	if (row->name == NULL)
		return error_set(error, RESULT_INVALID, "there is no member name");
	return RESULT_OK;
}

/* The schema is taken where the first line has one; any other line is a row and read again. */
static enum result read_schema(struct rows *rows, struct error *error)
{
	const struct csv before = rows->csv;
	enum result result = next_object(rows, error);

	if (result == RESULT_NOT_FOUND)
		return error_set(error, RESULT_INVALID,
			"the file is empty; write one JSON object on each line");
	if (result == RESULT_OK && json_object_get(rows->object, "schema") != NULL) {
		rows->schema = json_incref(json_object_get(rows->object, "schema"));
		return RESULT_OK;
	}
	rows->csv = before;
	return RESULT_OK;
}

enum result rows_open(struct rows *ret_rows, enum rows_format format, const char *text, size_t size,
	struct error *error)
{
	memset(ret_rows, 0, sizeof(*ret_rows));
	ret_rows->line = 1;
	csv_open(&ret_rows->csv, text, size);
	size_t at = ret_rows->csv.at;
	while (at < size && strchr(" \t\r\n", text[at]) != NULL && text[at] != '\0')
		at++;
	ret_rows->format = format;
	if (format == ROWS_GUESS)
		ret_rows->format = at < size && text[at] == '{' ? ROWS_JSONL : ROWS_CSV;
	return ret_rows->format == ROWS_CSV ? read_header(ret_rows, error)
					    : read_schema(ret_rows, error);
}

enum result rows_next(struct rows *rows, struct row *ret_row, struct error *error)
{
	struct row row = {0};
	enum result result = rows->format == ROWS_CSV ? next_cells(rows, &row, error)
						      : next_members(rows, &row, error);

	if (result != RESULT_OK)
		return result;
	row.line = rows->line;
	*ret_row = row;
	return RESULT_OK;
}
