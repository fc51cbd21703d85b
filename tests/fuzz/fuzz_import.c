/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes as a file of identities, in either form: reading ends, each row is further down than
 * the one before, and has no more in it than a reader has room for. The first byte chooses the
 * form.
 */
#include <stdlib.h>
#include <string.h>

#include "smsotpd/import_rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_row(const struct row *row, size_t last)
{
	if (row->line <= last || row->name == NULL || row->count > ROW_FIELDS_MAX)
		abort();
	for (size_t i = 0; i < row->count; i++) {
		if (strlen(row->field[i].name) > (size_t)1 << 30 ||
			strlen(row->field[i].value) > (size_t)1 << 30)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error error = {""};
	size_t last = 0, before;
	struct rows rows;
	struct row row;

	if (size == 0)
		return 0;
	enum rows_format format = data[0] % 3;
	enum result result = rows_open(&rows, format, (const char *)data + 1, size - 1, &error);
	if (result == RESULT_INVALID && (error.text[0] == '\0' || rows.line == 0))
		abort();
	/* What has no header is not read on. */
	for (bool more = result == RESULT_OK; more; more = result != RESULT_NOT_FOUND) {
		before = rows_done(&rows);
		result = rows_next(&rows, &row, &error);
		if (result == RESULT_OK)
			check_row(&row, last);
		if (result != RESULT_NOT_FOUND && rows_done(&rows) <= before)
			abort();
		last = rows.line;
	}
	rows_free(&rows);
	return 0;
}
