/* SPDX-License-Identifier: BSD-3-Clause */
/* The times in a user's record and in a tally: which are sound, and which another boot moves. */
#include "core_fixture.h"
#include "smsotpd/record.h"

#define TIME_LIMIT (INT64_C(1) << 50)

static const uint8_t boot[BOOT_ID_SIZE] = {1};
static const uint8_t other_boot[BOOT_ID_SIZE] = {2};

static void test_the_limits_of_a_time(void **state)
{
	static const struct {
		int64_t time;
		enum result result;
	} rows[] = {
		{TIME_LIMIT, RESULT_INVALID},
		{TIME_LIMIT - 1, RESULT_OK},
		{-TIME_LIMIT, RESULT_INVALID},
		{1 - TIME_LIMIT, RESULT_OK},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct tally tally = {.failures = {.since = {.realtime = rows[i].time}}};
		struct tally back = {0};
		uint8_t bytes[TALLY_SIZE];

		tally_encode(&tally, bytes);
		assert_int_equal(tally_decode(bytes, sizeof(bytes), &back), rows[i].result);
		assert_int_equal(back.failures.since.realtime,
			rows[i].result == RESULT_OK ? rows[i].time : 0);
	}
}

static void test_what_is_no_tally_is_refused(void **state)
{
	const struct tally tally = {.texts = {moment_after(0), 2, 1}};
	uint8_t bytes[TALLY_SIZE + 1] = {0};
	struct tally back = {0};

	(void)state;
	tally_encode(&tally, bytes);
	for (size_t size = 0; size <= sizeof(bytes); size++) {
		enum result result = size == TALLY_SIZE ? RESULT_OK : RESULT_INVALID;
		assert_int_equal(tally_decode(bytes, size, &back), result);
	}
	assert_memory_equal(&back, &tally, sizeof(tally));
	bytes[20] = 3; /* strangers, of two in all */
	assert_int_equal(tally_decode(bytes, TALLY_SIZE, &back), RESULT_INVALID);
	assert_memory_equal(&back, &tally, sizeof(tally));
}

static void test_both_windows_of_a_tally_move(void **state)
{
	const struct moment now = {SECONDS(30), REALTIME + MINUTES(20)};
	struct tally tally = {{moment_after(0), 2, 1}, {moment_after(MINUTES(3)), 4, 3}};
	struct tally moved = tally;

	(void)state;
	window_rebase(&moved.texts, &now);
	window_rebase(&moved.failures, &now);
	assert_int_equal(moved.texts.since.boottime, SECONDS(30) - MINUTES(20));
	assert_int_equal(moved.failures.since.boottime, SECONDS(30) - MINUTES(17));
	tally_rebase(&tally, &now);
	assert_memory_equal(&tally, &moved, sizeof(tally));
}

static void test_either_window_may_be_of_the_future(void **state)
{
	const struct moment now = moment_after(0);
	const struct window past = {now, 1, 0}, future = {moment_after(1), 1, 0};
	const struct tally neither = {past, past}, texts = {future, past},
			   failures = {past, future};

	(void)state;
	assert_false(tally_from_future(&neither, &now));
	assert_true(tally_from_future(&texts, &now));
	assert_true(tally_from_future(&failures, &now));
}

/* A record of this boot, but for the part that `spoil` brings from the future: all is moved. */
static void assert_moved(void (*spoil)(struct record *record), bool moved)
{
	const struct moment now = moment_after(0);
	struct record record = {0};

	memcpy(record.boot, boot, BOOT_ID_SIZE);
	record.challenge[0] = (struct challenge){.sent = 1, .live = 1};
	record.challenge[0].code[0].made = now;
	record.source[0] =
		(struct record_source){.lockout = {.last = BOOTTIME}, .last_realtime = REALTIME};
	record.tally[0].texts = (struct window){now, 1, 0};
	spoil(&record);
	record_rebase(&record, boot, &now);
	assert_int_equal(record.challenge[0].sent, moved ? 0 : 1);
}

static void spoil_nothing(struct record *record)
{
	(void)record;
}

static void spoil_challenge(struct record *record)
{
	record->challenge[RECORD_CHALLENGES - 1].code[0].made = moment_after(1);
}

static void spoil_source(struct record *record)
{
	record->source[RECORD_SOURCES - 1].lockout.last = BOOTTIME + 1;
}

static void spoil_tally(struct record *record)
{
	record->tally[RECORD_TALLIES - 1].texts = (struct window){moment_after(1), 1, 0};
}

static void test_each_part_tells_that_the_machine_was_set_back(void **state)
{
	(void)state;
	assert_moved(spoil_nothing, false);
	assert_moved(spoil_challenge, true);
	assert_moved(spoil_source, true);
	assert_moved(spoil_tally, true);
}

static void test_another_boot_moves_all_of_a_source(void **state)
{
	const struct moment now = {SECONDS(30), REALTIME + MINUTES(20)};
	struct record record = {0};
	const struct lockout *locked = &record.source[0].lockout;
	const struct lockout *free = &record.source[1].lockout;
	int64_t shift = SECONDS(30) - MINUTES(20) - BOOTTIME;

	(void)state;
	memcpy(record.boot, boot, BOOT_ID_SIZE);
	for (size_t i = 0; i < 2; i++) {
		record.source[i].lockout = (struct lockout){
			.first = BOOTTIME - MINUTES(1), .last = BOOTTIME, .failures = 1};
		record.source[i].last_realtime = REALTIME;
	}
	record.source[0].lockout.until = BOOTTIME + HOURS(1);
	record_rebase(&record, other_boot, &now);
	assert_int_equal(locked->first, BOOTTIME - MINUTES(1) + shift);
	assert_int_equal(locked->last, BOOTTIME + shift);
	assert_int_equal(locked->until, BOOTTIME + HOURS(1) + shift);
	assert_int_equal(free->last, BOOTTIME + shift);
	assert_int_equal(free->until, 0);
	assert_int_equal(record.source[0].last_realtime, REALTIME);
}

static void test_another_boot_moves_the_tallies(void **state)
{
	const struct moment now = {SECONDS(30), REALTIME + MINUTES(20)};
	struct record record = {0};

	(void)state;
	memcpy(record.boot, boot, BOOT_ID_SIZE);
	for (size_t i = 0; i < RECORD_TALLIES; i++)
		record.tally[i].failures = (struct window){moment_after(0), 3, 1};
	record_rebase(&record, other_boot, &now);
	for (size_t i = 0; i < RECORD_TALLIES; i++)
		assert_int_equal(
			record.tally[i].failures.since.boottime, SECONDS(30) - MINUTES(20));
}

/* What a clock that went backwards could not tell is counted from then on. */
static void test_a_clock_that_went_backwards_and_goes_on(void **state)
{
	const struct moment back = {SECONDS(30), REALTIME - DAYS(2)};
	const struct moment later = {SECONDS(30), REALTIME - DAYS(2) + MINUTES(20)};
	struct record record = {0};

	(void)state;
	record.source[0].lockout = (struct lockout){.last = BOOTTIME, .until = BOOTTIME + HOURS(1)};
	record.source[0].last_realtime = REALTIME;
	record_rebase(&record, boot, &back);
	assert_int_equal(lockout_left(&record.source[0].lockout, back.boottime), HOURS(1));
	record_rebase(&record, other_boot, &later);
	assert_int_equal(lockout_left(&record.source[0].lockout, later.boottime), MINUTES(40));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_limits_of_a_time),
		cmocka_unit_test(test_what_is_no_tally_is_refused),
		cmocka_unit_test(test_both_windows_of_a_tally_move),
		cmocka_unit_test(test_either_window_may_be_of_the_future),
		cmocka_unit_test(test_each_part_tells_that_the_machine_was_set_back),
		cmocka_unit_test(test_another_boot_moves_all_of_a_source),
		cmocka_unit_test(test_another_boot_moves_the_tallies),
		cmocka_unit_test(test_a_clock_that_went_backwards_and_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
