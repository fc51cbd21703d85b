/* SPDX-License-Identifier: BSD-3-Clause */
/* Recovery codes as they are drawn, written, read and kept. */
#include "smsotpd/code.h"
#include "smsotpd/recovery.h"
#include "test.h"

static struct reply reply_of(const char *text)
{
	struct reply reply = {.length = strlen(text)};

	memcpy(reply.bytes, text, reply.length);
	return reply;
}

static void test_no_text_code_is_as_long(void **state)
{
	(void)state;
	for (size_t length = 0; length <= CODE_DIGITS_MAX; length++)
		assert_false(recovery_length(length));
	assert_false(recovery_length(RECOVERY_SYMBOLS - 1));
	assert_true(recovery_length(RECOVERY_SYMBOLS));
	assert_true(recovery_length(RECOVERY_TEXT_SIZE - 1));
	assert_true(recovery_length(RECOVERY_LENGTH_MAX));
	assert_false(recovery_length(RECOVERY_LENGTH_MAX + 1));
}

static void test_what_is_drawn_is_read(void **state)
{
	bool seen[128] = {false};
	size_t symbols = 0;

	(void)state;
	for (int i = 0; i < 300; i++) {
		struct recovery_code drawn, read;
		char text[RECOVERY_TEXT_SIZE];
		recovery_draw(&drawn);
		recovery_write(&drawn, text);
		assert_int_equal(strlen(text), 14);
		assert_true(text[4] == '-' && text[9] == '-');
		const struct reply reply = reply_of(text);
		assert_int_equal(recovery_read(&reply, &read), RESULT_OK);
		assert_string_equal(read.symbols, drawn.symbols);
		for (const char *at = drawn.symbols; *at != '\0'; at++)
			seen[(size_t)*at] = true;
	}
	for (size_t i = 0; i < COUNT(seen); i++)
		symbols += seen[i];
	assert_int_equal(symbols, 32);
	assert_false(seen['I'] || seen['L'] || seen['O'] || seen['U']);
}

static void test_reading(void **state)
{
	static const struct {
		const char *typed;
		const char *read; /* NULL: no recovery code */
	} rows[] = {
		{"0123-4567-89AB", "0123456789AB"},
		{"0123456789AB", "0123456789AB"},
		{"abcd-efgh-jkmz", "ABCDEFGHJKMZ"},
		{" rstv - wxyz\t0000 ", "RSTVWXYZ0000"},
		{"oOiI-lL00-0000", "001111000000"},
		{"0123-4567-89A", NULL},
		{"0123-4567-89ABC", NULL},
		{"0123-4567-89AU", NULL},
		{"0123_4567_89AB", NULL},
		{"0123-4567-89A\n", NULL},
		{"123456", NULL},
		{"12345678", NULL},
		{"------------", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct reply reply = reply_of(rows[i].typed);
		struct recovery_code code = {"before"};
		bool read = recovery_read(&reply, &code) == RESULT_OK;
		HOLDS(rows[i].typed, read == (rows[i].read != NULL));
		HOLDS(rows[i].typed, strcmp(code.symbols, read ? rows[i].read : "before") == 0);
	}
}

/* No reply is both: what is right for one cannot be right for the other. */
static void test_a_code_is_of_one_kind(void **state)
{
	static const char *const texts[] = {"1 2 3 4 5 6 7 8", "12345678", "1234-5678-9012"};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		const struct reply reply = reply_of(texts[i]);
		struct recovery_code recovery;
		struct code code;
		bool text = code_read(&reply, 8, &code) == RESULT_OK;
		HOLDS(texts[i], text != (recovery_read(&reply, &recovery) == RESULT_OK));
	}
}

static struct recovery issue(void)
{
	struct recovery recovery = {.issued = 1800000000000};

	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		recovery.slot[i].state = RECOVERY_LIVE;
		memset(recovery.slot[i].hash, (int)i + 1, HASH_SIZE);
	}
	return recovery;
}

static void test_a_used_one_is_not_found_again(void **state)
{
	struct recovery recovery = issue();
	uint8_t hash[HASH_SIZE], none[HASH_SIZE] = {0};

	(void)state;
	memset(hash, 4, sizeof(hash));
	assert_int_equal(recovery_find(&recovery, hash), 3);
	assert_int_equal(recovery_find(&recovery, none), RECOVERY_CODES);
	recovery_use(&recovery, 3, 1800000000001);
	assert_int_equal(recovery_find(&recovery, hash), RECOVERY_CODES);
	/* What is left in its place is no code either. */
	assert_int_equal(recovery_find(&recovery, none), RECOVERY_CODES);
	assert_int_equal(recovery_left(&recovery), RECOVERY_CODES - 1);
	assert_int_equal(recovery.slot[3].used, 1800000000001);
}

static void test_the_record_is_read_back_whole(void **state)
{
	struct recovery recovery = issue(), read;
	uint8_t bytes[RECOVERY_RECORD_SIZE], again[RECOVERY_RECORD_SIZE];

	(void)state;
	memset(recovery.mark, 0x5a, sizeof(recovery.mark));
	recovery_use(&recovery, 9, 77);
	recovery_encode(&recovery, bytes);
	assert_int_equal(recovery_decode(bytes, sizeof(bytes), &read), RESULT_OK);
	recovery_encode(&read, again);
	assert_memory_equal(bytes, again, sizeof(bytes));
	assert_int_equal(read.slot[9].used, 77);
}

static void test_damage_is_refused(void **state)
{
	static const struct {
		const char *sentence;
		size_t at;
		uint8_t value;
	} rows[] = {
		{"another version", 0, 2},
		{"what must be zero", 5, 1},
		{"a state of none", 24, 3},
		{"a used one with a hash", 24, RECOVERY_USED},
		{"a void one with a hash", 24, RECOVERY_VOID},
		{"zeros of a code", 27, 1},
		{"a live one that was used", 32, 1},
		{"an issue before time", 23, 0x80},
	};
	const struct recovery recovery = issue();
	struct recovery read;
	uint8_t bytes[RECOVERY_RECORD_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		recovery_encode(&recovery, bytes);
		bytes[rows[i].at] = rows[i].value;
		HOLDS(rows[i].sentence,
			recovery_decode(bytes, sizeof(bytes), &read) == RESULT_INVALID);
	}
	recovery_encode(&recovery, bytes);
	assert_int_equal(recovery_decode(bytes, sizeof(bytes) - 1, &read), RESULT_INVALID);
}

/* A used code has a time, whatever the clock says: it is what tells it from one that never was. */
static void test_a_used_code_has_a_time(void **state)
{
	static const int64_t times[][2] = {{-5, 1}, {0, 1}, {1, 1}, {7, 7}};

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		struct recovery recovery = {.issued = 1};
		recovery_use(&recovery, 0, times[i][0]);
		assert_int_equal(recovery.slot[0].state, RECOVERY_USED);
		assert_int_equal(recovery.slot[0].used, times[i][1]);
	}
}

static void test_codes_are_counted_to_their_end(void **state)
{
	struct {
		struct recovery recovery;
		struct recovery_slot behind;
	} two = {.behind = {.state = RECOVERY_LIVE}};

	(void)state;
	assert_int_equal(recovery_left(&two.recovery), 0);
}

/* A record ends where it ends, and its date may be the last that there is. */
static void test_the_record_s_edges(void **state)
{
	uint8_t bytes[RECOVERY_RECORD_SIZE + 64];
	struct recovery recovery = {.issued = INT64_MAX / 2}, read;

	(void)state;
	memset(bytes, 0xaa, sizeof(bytes));
	recovery_encode(&recovery, bytes);
	for (size_t i = RECOVERY_RECORD_SIZE; i < sizeof(bytes); i++)
		assert_int_equal(bytes[i], 0xaa);
	assert_int_equal(recovery_decode(bytes, RECOVERY_RECORD_SIZE, &read), RESULT_OK);
	assert_true(read.issued == recovery.issued);
	recovery.issued++;
	recovery_encode(&recovery, bytes);
	assert_int_equal(recovery_decode(bytes, RECOVERY_RECORD_SIZE, &read), RESULT_INVALID);
}

/* Each issue has a date of its own, also two within a millisecond and behind a clock set back. */
static void test_dates_rise(void **state)
{
	const struct recovery before = {.issued = 5};

	(void)state;
	assert_int_equal(recovery_date(&before, 4), 6);
	assert_int_equal(recovery_date(&before, 5), 6);
	assert_int_equal(recovery_date(&before, 6), 6);
	assert_int_equal(recovery_date(&before, 9), 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_used_code_has_a_time),
		cmocka_unit_test(test_codes_are_counted_to_their_end),
		cmocka_unit_test(test_the_record_s_edges),
		cmocka_unit_test(test_dates_rise),
		cmocka_unit_test(test_no_text_code_is_as_long),
		cmocka_unit_test(test_what_is_drawn_is_read),
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_a_code_is_of_one_kind),
		cmocka_unit_test(test_a_used_one_is_not_found_again),
		cmocka_unit_test(test_the_record_is_read_back_whole),
		cmocka_unit_test(test_damage_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
