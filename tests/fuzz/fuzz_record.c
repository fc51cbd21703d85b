/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as a user's record in the state store: what is taken encodes to itself from then on. */
#include <stdlib.h>
#include <string.h>

#include "smsotpd/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[RECORD_SIZE] = {0};
	uint8_t first[RECORD_SIZE], second[RECORD_SIZE];
	struct record record;

	if (size != RECORD_SIZE && record_decode(data, size, &record) == RESULT_OK)
		abort();
	memcpy(bytes, data, size < RECORD_SIZE ? size : RECORD_SIZE);
	if (record_decode(bytes, RECORD_SIZE, &record) != RESULT_OK)
		return 0;
	record_encode(&record, first);
	if (record_decode(first, RECORD_SIZE, &record) != RESULT_OK)
		abort();
	record_encode(&record, second);
	if (memcmp(first, second, RECORD_SIZE) != 0)
		abort();
	return 0;
}
