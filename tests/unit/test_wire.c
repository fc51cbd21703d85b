/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames byte by byte: what is written, and what a reader refuses. */
#include "test.h"
#include "wire.h"

static const uint8_t sample[] = {
	WIRE_VERSION, FRAME_TEXT,                       /* */
	0xaa,                                           /* u8 */
	0x04, 0x03, 0x02, 0x01,                         /* u32 */
	0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11, /* u64 */
	0x00, 0xff, 0x7f,                               /* bytes */
	0x02, 0x00, 'h', 'i', 0x00,                     /* string */
	0x00, 0x00, 0x00,                               /* no string */
};

static void sample_write(struct wire *wire, uint8_t *bytes, size_t size)
{
	wire_start(wire, bytes, size, 0, FRAME_TEXT);
	wire_put_u8(wire, 0xaa);
	wire_put_u32(wire, 0x01020304);
	wire_put_u64(wire, UINT64_C(0x1112131415161718));
	wire_put_bytes(wire, "\x00\xff\x7f", 3);
	wire_put_string(wire, "hi there", 2);
	wire_put_string(wire, NULL, 2);
}

static enum result sample_read(uint8_t *bytes, size_t size)
{
	struct wire wire;
	uint8_t version = 0;
	uint8_t type = 0;
	uint8_t three[3];

	if (wire_open(&wire, bytes, size, &version, &type) != RESULT_OK)
		return RESULT_INVALID;
	bool equal = type == FRAME_TEXT && version == WIRE_VERSION && wire_get_u8(&wire) == 0xaa &&
		     wire_get_u32(&wire) == 0x01020304 &&
		     wire_get_u64(&wire) == UINT64_C(0x1112131415161718);
	wire_get_bytes(&wire, three, sizeof(three));
	equal = equal && memcmp(three, "\x00\xff\x7f", 3) == 0;
	equal = strcmp(wire_get_string(&wire, 2), "hi") == 0 && equal;
	equal = strcmp(wire_get_string(&wire, 2), "") == 0 && equal;
	enum result result = wire_done(&wire);
	assert_true(equal || result != RESULT_OK);
	return result;
}

static void test_layout(void **state)
{
	uint8_t bytes[64];
	struct wire wire;

	(void)state;
	sample_write(&wire, bytes, sizeof(bytes));
	assert_false(wire.failed);
	assert_int_equal(wire.at, sizeof(sample));
	assert_memory_equal(bytes, sample, sizeof(sample));
}

static void test_read_back(void **state)
{
	uint8_t bytes[sizeof(sample) + 1] = {0};

	(void)state;
	memcpy(bytes, sample, sizeof(sample));
	assert_int_equal(sample_read(bytes, sizeof(sample)), RESULT_OK);
	/* A byte too many is another frame. */
	assert_int_equal(sample_read(bytes, sizeof(bytes)), RESULT_INVALID);
}

static void test_every_truncation_is_refused(void **state)
{
	(void)state;
	for (size_t size = 0; size < sizeof(sample); size++) {
		/* On the heap, where a sanitizer sees a read behind the end. */
		uint8_t *bytes = malloc(size + (size == 0));
		memcpy(bytes, sample, size);
		assert_int_equal(sample_read(bytes, size), RESULT_INVALID);
		free(bytes);
	}
}

static void test_a_writer_without_room_fails_and_stays_inside(void **state)
{
	(void)state;
	for (size_t size = 0; size < sizeof(sample); size++) {
		uint8_t bytes[sizeof(sample)];
		struct wire wire;

		memset(bytes, 0x5a, sizeof(bytes));
		sample_write(&wire, bytes, size);
		assert_true(wire.failed);
		assert_true(wire.at <= size);
		for (size_t i = size; i < sizeof(bytes); i++)
			assert_int_equal(bytes[i], 0x5a);
	}
}

/* Our own and the one before. */
static bool spoken(unsigned int version)
{
	return version == WIRE_VERSION || (version == WIRE_VERSION - 1 && version > 0);
}

static void test_versions(void **state)
{
	(void)state;
	for (unsigned int version = 0; version < 256; version++) {
		uint8_t bytes[] = {(uint8_t)version, FRAME_BEGIN};
		struct wire wire;
		uint8_t type = 77;
		uint8_t said = 77;

		enum result result = wire_open(&wire, bytes, sizeof(bytes), &said, &type);
		assert_int_equal(result, spoken(version) ? RESULT_OK : RESULT_INVALID);
		assert_int_equal(type, spoken(version) ? FRAME_BEGIN : 77);
		assert_int_equal(said, spoken(version) ? version : 77);
		assert_int_equal(wire_foreign(bytes, sizeof(bytes)), !spoken(version));
		assert_false(wire_foreign(bytes, 1));
	}
}

static void test_again(void **state)
{
	static const uint8_t ours[] = {WIRE_VERSION, 8};
	uint8_t bytes[WIRE_AGAIN_SIZE + 1] = {0};

	(void)state;
	wire_put_again(bytes, 0);
	assert_memory_equal(bytes, ours, sizeof(ours));
	for (unsigned int version = 1; version < 256; version++) {
		uint8_t said = 77;

		wire_put_again(bytes, (uint8_t)version);
		assert_int_equal(wire_get_again(bytes, WIRE_AGAIN_SIZE, &said), spoken(version));
		assert_int_equal(said, spoken(version) ? version : 77);
		for (size_t size = 0; size <= sizeof(bytes); size++)
			assert_true(size == WIRE_AGAIN_SIZE || !wire_get_again(bytes, size, &said));
		bytes[1] = FRAME_ANSWER;
		assert_false(wire_get_again(bytes, WIRE_AGAIN_SIZE, &said));
	}
}

static void test_strings(void **state)
{
	static const struct {
		const char *sentence;
		const char *bytes;
		size_t size;
		size_t max;
		const char *text; /* NULL: refused */
	} rows[] = {
		{"empty", "\0\0\0", 3, 4, ""},
		{"as long as allowed", "\4\0abcd\0", 7, 4, "abcd"},
		{"longer than allowed", "\5\0abcde\0", 8, 4, NULL},
		{"a NUL inside", "\4\0ab\0d\0", 7, 4, NULL},
		{"a NUL first", "\1\0\0\0", 4, 4, NULL},
		{"no NUL behind", "\2\0abc", 5, 4, NULL},
		{"its NUL is missing", "\2\0ab", 4, 4, NULL},
		{"half a length", "\2", 1, 4, NULL},
		{"a length of 65535",
			"\xff\xff"
			"ab\0",
			5, 65535, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t bytes[16];
		struct wire wire = {.bytes = bytes, .size = rows[i].size};

		memcpy(bytes, rows[i].bytes, rows[i].size);
		const char *text = wire_get_string(&wire, rows[i].max);
		bool good = wire_done(&wire) == RESULT_OK;
		HOLDS(rows[i].sentence, good == (rows[i].text != NULL));
		HOLDS(rows[i].sentence, strcmp(text, good ? rows[i].text : "") == 0);
	}
}

static void test_failure_sticks(void **state)
{
	uint8_t bytes[4] = {1, 2, 3, 4};
	uint8_t four[4] = {9, 9, 9, 9};
	struct wire wire = {.bytes = bytes, .size = sizeof(bytes)};

	(void)state;
	assert_int_equal(wire_get_u64(&wire), 0);
	assert_int_equal(wire_get_u8(&wire), 0);
	wire_get_bytes(&wire, four, sizeof(four));
	assert_memory_equal(four, "\0\0\0\0", 4);
	assert_string_equal(wire_get_string(&wire, 4), "");
	assert_int_equal(wire_done(&wire), RESULT_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_every_truncation_is_refused),
		cmocka_unit_test(test_a_writer_without_room_fails_and_stays_inside),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_failure_sticks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
