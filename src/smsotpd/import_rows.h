/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rows of a file of identities, in either form. A row names an identity and some of what it
 * has, as identity_assign takes it; an empty value takes away. Pure, takes any bytes, and no
 * sentence holds a value.
 *
 *	CSV         as csv.h reads it; the first line names the columns: name, and any of uid,
 *	            suspended and the traits, in any order
 *	JSON lines  one object a line: {"name": "alice", "uid": 1000 or null, "suspended": false,
 *	            "traits": {"phone": "+91..." or null}, "recovery": base64 of the record of
 *	            recovery codes}, all but name optional; the first may be
 *	            {"schema": {"traits": [...]}}, as `schema show --json` has them
 */
#ifndef SMSOTP_IMPORT_ROWS_H
#define SMSOTP_IMPORT_ROWS_H

#include <jansson.h>

#include "csv.h"

#define ROW_FIELDS_MAX (SCHEMA_TRAITS_MAX + 2) /* uid, suspended */

enum rows_format { ROWS_GUESS = 0, ROWS_CSV, ROWS_JSONL };

/* Holds phones; points into the reader, until the next row. */
struct row {
	size_t line;
	const char *name;
	const char *recovery; /* base64, NULL for none */
	size_t count;
	struct {
		const char *name;
		const char *value;
	} field[ROW_FIELDS_MAX];
};

struct rows {
	enum rows_format format;
	size_t line; /* of the row that was read last, or refused */
	struct csv csv;
	struct csv_row header;
	struct csv_row cells;
	size_t name; /* the column */
	json_t *object;
	char uid[24];
	json_t *schema; /* of the first line, NULL for none */
};

/* "csv", "jsonl"; RESULT_INVALID for others. */
CHECKED enum result rows_format_parse(const char *word, enum rows_format *ret_format);

/*
 * `text` is borrowed. ROWS_GUESS takes what begins with '{' for JSON lines. RESULT_INVALID with a
 * sentence about ret_rows->line where the first line is no header; free it in any case.
 */
CHECKED enum result rows_open(struct rows *ret_rows, enum rows_format format, const char *text,
	size_t size, struct error *error);
void rows_free(struct rows *rows);

/* RESULT_NOT_FOUND at the end; RESULT_INVALID with a sentence about rows->line: the next may be
 * right. */
CHECKED enum result rows_next(struct rows *rows, struct row *ret_row, struct error *error);

/* Whether the last line is as long as it was written: of CSV only its newline tells. */
bool rows_whole(const struct rows *rows);

/* Bytes that were read. */
size_t rows_done(const struct rows *rows);

#endif
