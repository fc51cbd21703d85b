/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Comma-separated rows as RFC 4180 has them: a field in double quotes may hold commas, line ends
 * and quotes written twice. Lines end with LF or CRLF, empty ones are passed over, a UTF-8 mark at
 * the start is dropped. Pure; takes any bytes.
 */
#ifndef SMSOTP_CSV_H
#define SMSOTP_CSV_H

#include "identity.h"

#define CSV_FIELDS_MAX (SCHEMA_TRAITS_MAX + 3) /* name, uid, suspended */

struct csv {
	const char *text;
	size_t size;
	size_t at;
	size_t line;  /* of `at`, from 1 */
	size_t begin; /* the line of the last row, also where that was refused */
};

/* Holds phones: wipe it. */
struct csv_row {
	size_t line; /* where the row begins */
	size_t count;
	char field[CSV_FIELDS_MAX][TRAIT_VALUE_MAX + 1];
};

void csv_row_wipe(struct csv_row *row);

/* `text` is borrowed. */
void csv_open(struct csv *ret_csv, const char *text, size_t size);

/* RESULT_NOT_FOUND at the end; RESULT_INVALID with a sentence. */
CHECKED enum result csv_next(struct csv *csv, struct csv_row *ret_row, struct error *error);

/* To the end of the line, to go on after a row that was refused. */
void csv_skip(struct csv *csv);

#endif
