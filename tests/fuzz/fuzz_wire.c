/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames as all programs read and write them: the first half of the input says what is read from,
 * or written to, the second.
 *
 * - A reader never leaves its frame; once it has failed it goes nowhere, and gives zeros and "".
 * - A string is within the frame, has its NUL there and is as long as it says.
 * - What is written is read again; a writer that has failed has written nothing behind its end.
 */
#include "fuzz.h"

#include "wire.h"

static void check_string(const struct wire *wire, const char *text, size_t max)
{
	const uint8_t *at = (const uint8_t *)text;

	must(strlen(text) <= max);
	must(wire->failed ? text[0] == '\0' : at > wire->bytes && at < wire->bytes + wire->size);
}

static void read_on(struct wire *wire, uint8_t what)
{
	uint8_t bytes[64] = {1};
	bool failed = wire->failed;
	size_t at = wire->at;
	uint64_t number = 0;

	switch (what % 5) {
	case 0:
		number = wire_get_u8(wire);
		break;
	case 1:
		number = wire_get_u32(wire);
		break;
	case 2:
		number = wire_get_u64(wire);
		break;
	case 3:
		wire_get_bytes(wire, bytes, what % sizeof(bytes));
		break;
	default:
		check_string(wire, wire_get_string(wire, what), what);
	}
	must(wire->at >= at && wire->at <= wire->size);
	must(!failed || (wire->failed && wire->at == at && number == 0));
	must(!wire->failed || wire_done(wire) != RESULT_OK);
}

static void try_reader(const uint8_t *plan, size_t steps, const uint8_t *bytes, size_t size)
{
	uint8_t *frame = copy_of(bytes, size), version = 0, type = 0;
	struct wire wire;

	must(!wire_foreign(frame, size) || !wire_get_again(frame, size, &version));
	if (wire_open(&wire, frame, size, &version, &type) == RESULT_OK) {
		must(version >= WIRE_OLDEST && version <= WIRE_VERSION &&
			!wire_foreign(frame, size));
		for (size_t i = 0; i < steps; i++)
			read_on(&wire, plan[i]);
	}
	free(frame);
}

static void try_writer(const uint8_t *plan, size_t steps, const uint8_t *bytes, size_t size)
{
	size_t room = steps > 0 ? plan[0] : 0;
	uint8_t *frame = copy_of(bytes, size < room ? size : room), version, type;
	char *text = text_of(bytes, size);
	struct wire wire;

	room = size < room ? size : room;
	wire_start(&wire, frame, room, 0, FRAME_ANSWER);
	for (size_t i = 1; i < steps; i++)
		wire_put_string(&wire, text, plan[i]);
	must(wire.at <= room);
	if (!wire.failed) {
		struct wire again;
		must(wire_open(&again, frame, wire.at, &version, &type) == RESULT_OK);
		must(version == WIRE_VERSION && type == FRAME_ANSWER);
		for (size_t i = 1; i < steps; i++) {
			const char *found = wire_get_string(&again, 255);
			must(strncmp(found, text, plan[i]) == 0 && strlen(found) <= plan[i]);
		}
		must(wire_done(&again) == RESULT_OK);
	}
	free(text);
	free(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	size_t steps = size / 2 < 32 ? size / 2 : 32;

	try_reader(bytes, steps, bytes + steps, size - steps);
	try_writer(bytes, steps, bytes + steps, size - steps);
	return 0;
}
