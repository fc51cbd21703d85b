/* SPDX-License-Identifier: BSD-3-Clause */
#include "csv.h"

#include <string.h>

#define END (-1)

void csv_row_wipe(struct csv_row *row)
{
	explicit_bzero(row, sizeof(*row));
}

void csv_open(struct csv *ret_csv, const char *text, size_t size)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t start = size >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;

	*ret_csv = (struct csv){.text = text, .size = size, .at = start, .line = 1};
}

/* CRLF counts as LF. */
static int peek(const struct csv *csv)
{
	if (csv->at == csv->size)
		return END;
	bool crlf = csv->text[csv->at] == '\r' && csv->at + 1 < csv->size &&
		    csv->text[csv->at + 1] == '\n';
	return crlf ? '\n' : (unsigned char)csv->text[csv->at];
}

static void skip(struct csv *csv)
{
	if (peek(csv) == '\n')
		csv->line++;
	if (csv->text[csv->at] == '\r' && peek(csv) == '\n')
		csv->at++;
	csv->at++;
}

static enum result append(struct csv_row *row, size_t *length, char byte, struct error *error)
{
	if (byte == '\0')
		return error_set(
			error, RESULT_INVALID, "there is a NUL byte; save the file as UTF-8 text");
	if (*length == TRAIT_VALUE_MAX)
		return error_set(error, RESULT_INVALID,
			"field %zu is longer than %d bytes; shorten it", row->count + 1,
			TRAIT_VALUE_MAX);
	row->field[row->count][(*length)++] = byte;
	return RESULT_OK;
}

static enum result read_plain(struct csv *csv, struct csv_row *row, struct error *error)
{
	size_t length = 0;

	for (int c = peek(csv); c != END && c != ',' && c != '\n'; c = peek(csv)) {
		if (c == '"')
			return error_set(error, RESULT_INVALID,
				"field %zu has a quote inside; put the whole field in quotes and "
				"write the quote twice",
				row->count + 1);
		enum result result = append(row, &length, (char)c, error);
		if (result != RESULT_OK)
			return result;
		skip(csv);
	}
	row->field[row->count][length] = '\0';
	return RESULT_OK;
}

static enum result read_quoted(struct csv *csv, struct csv_row *row, struct error *error)
{
	size_t length = 0;

	skip(csv);
	for (;;) {
		int c = peek(csv);
		if (c == END)
			return error_set(error, RESULT_INVALID,
				"the quote of field %zu is never closed", row->count + 1);
		skip(csv);
		if (c == '"' && peek(csv) != '"')
			break;
		if (c == '"')
			skip(csv);
		enum result result = append(row, &length, (char)c, error);
		if (result != RESULT_OK)
			return result;
	}
	row->field[row->count][length] = '\0';
	int c = peek(csv);
	if (c != END && c != ',' && c != '\n')
		return error_set(error, RESULT_INVALID,
			"field %zu goes on after its closing quote; write a quote inside a field "
			"twice",
			row->count + 1);
	return RESULT_OK;
}

enum result csv_next(struct csv *csv, struct csv_row *ret_row, struct error *error)
{
	__attribute__((cleanup(csv_row_wipe))) struct csv_row row = {0};

	while (peek(csv) == '\n')
		skip(csv);
	if (peek(csv) == END)
		return RESULT_NOT_FOUND;
	row.line = csv->begin = csv->line;
	for (;;) {
		if (row.count == CSV_FIELDS_MAX)
			return error_set(error, RESULT_INVALID,
				"there are more than %d fields; leave some of them out",
				CSV_FIELDS_MAX);
		enum result result = peek(csv) == '"' ? read_quoted(csv, &row, error)
						      : read_plain(csv, &row, error);
		if (result != RESULT_OK)
			return result;
		row.count++;
		if (peek(csv) != ',')
			break;
		skip(csv);
	}
	*ret_row = row;
	return RESULT_OK;
}

void csv_skip(struct csv *csv)
{
	while (peek(csv) != END && peek(csv) != '\n')
		skip(csv);
}
