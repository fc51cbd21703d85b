/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as a frame of any kind: what is taken is encoded and taken again, to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Decodes and encodes anew; 0 where the frame is refused. */
static size_t again_ask(uint8_t *bytes, size_t size, uint8_t *ret)
{
	struct ask ask;

	return ask_decode(bytes, size, &ask) == RESULT_OK ? ask_encode(&ask, ret, WIRE_FRAME_SIZE)
							  : 0;
}

static size_t again_answer(uint8_t *bytes, size_t size, uint8_t *ret)
{
	struct answer answer;

	return answer_decode(bytes, size, &answer) == RESULT_OK
		       ? answer_encode(&answer, ret, WIRE_FRAME_SIZE)
		       : 0;
}

static size_t again_text(uint8_t *bytes, size_t size, uint8_t *ret)
{
	struct text text;

	return text_decode(bytes, size, &text) == RESULT_OK
		       ? text_encode(&text, ret, WIRE_FRAME_SIZE)
		       : 0;
}

static size_t again_report(uint8_t *bytes, size_t size, uint8_t *ret)
{
	struct report report;

	return report_decode(bytes, size, &report) == RESULT_OK
		       ? report_encode(&report, ret, WIRE_FRAME_SIZE)
		       : 0;
}

static void try(size_t (*again)(uint8_t *, size_t, uint8_t *), const uint8_t *data, size_t size)
{
	static uint8_t first[WIRE_FRAME_SIZE], second[WIRE_FRAME_SIZE];
	uint8_t *bytes = malloc(size);

	if (bytes == NULL)
		return;
	memcpy(bytes, data, size);
	size_t length = again(bytes, size, first);
	free(bytes);
	if (length > 0 &&
		(again(first, length, second) != length || memcmp(first, second, length) != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	try(again_ask, data, size);
	try(again_answer, data, size);
	try(again_text, data, size);
	try(again_report, data, size);
	return 0;
}
