/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as a file of rows: it ends, and no row is wider or longer than there is room. */
#include <stdlib.h>
#include <string.h>

#include "smsotpd/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct csv_row row;
	struct error error;
	struct csv csv;
	size_t last = 0;

	csv_open(&csv, (const char *)data, size);
	while (csv_next(&csv, &row, &error) == RESULT_OK) {
		if (row.count == 0 || row.count > CSV_FIELDS_MAX || row.line <= last)
			abort();
		for (size_t i = 0; i < row.count; i++) {
			if (strnlen(row.field[i], sizeof(row.field[i])) > TRAIT_VALUE_MAX)
				abort();
		}
		last = row.line;
	}
	return 0;
}
