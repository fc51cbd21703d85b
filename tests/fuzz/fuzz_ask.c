/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of the module and of smsotpd: what decodes is the same after another turn. */
#include "fuzz.h"

#include "ask.h"

static void ask_turn(const uint8_t *bytes, size_t size)
{
	static uint8_t first[WIRE_FRAME_SIZE], second[WIRE_FRAME_SIZE];
	uint8_t *copy = copy_of(bytes, size);
	struct ask ask, again;

	if (ask_decode(copy, size, &ask) == RESULT_OK) {
		size_t length = ask_encode(&ask, first, sizeof(first));
		must(length == size); /* one frame says a thing in one way only */
		must(ask_decode(first, length, &again) == RESULT_OK);
		must(ask_encode(&again, second, sizeof(second)) == length);
		must(ask_decode(first, length, &again) == RESULT_OK);
		must(memcmp(first, second, length) == 0);
		must(strlen(ask.user) <= NAME_SIZE_MAX && ask.reply.length <= REPLY_MAX);
	}
	free(copy);
}

static void answer_turn(const uint8_t *bytes, size_t size)
{
	static uint8_t first[WIRE_FRAME_SIZE], second[WIRE_FRAME_SIZE];
	uint8_t *copy = copy_of(bytes, size);
	struct answer answer, again;

	if (answer_decode(copy, size, &answer) == RESULT_OK) {
		must(answer.verdict < VERDICT_COUNT && answer.line < LINE_COUNT);
		size_t length = answer_encode(&answer, first, sizeof(first));
		must(length == size && memcmp(first, bytes, size) == 0);
		must(answer_decode(first, length, &again) == RESULT_OK);
		must(answer_encode(&again, second, sizeof(second)) == length);
		must(memcmp(first, second, length) == 0);
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	if (size > WIRE_FRAME_SIZE)
		return 0;
	ask_turn(bytes, size);
	answer_turn(bytes, size);
	return 0;
}
