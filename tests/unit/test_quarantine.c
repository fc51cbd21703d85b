/* SPDX-License-Identifier: BSD-3-Clause */
/* Changes of a number in every order, and the clocks that a changed one waits by. */
#include "core_fixture.h"
#include "smsotpd/quarantine.h"

#define DAY_SECONDS 86400

static const uint8_t boot_a[BOOT_ID_SIZE] = {1}, boot_b[BOOT_ID_SIZE] = {2};

/* The name's number is `number` from then on, 0 for none. */
struct step {
	int64_t at;
	uint32_t number;
};

static const uint8_t *hash_or_none(uint8_t hash[static HASH_SIZE], uint32_t number)
{
	hash_fill(hash, number);
	return number == 0 ? NULL : hash;
}

static struct quarantine walk(const struct step *steps, size_t count)
{
	struct quarantine quarantine = {0};
	uint8_t before[HASH_SIZE], after[HASH_SIZE];
	uint32_t number = 0;

	memcpy(quarantine.boot, boot_a, BOOT_ID_SIZE);
	for (size_t i = 0; i < count && (i == 0 || steps[i].at > 0); i++) {
		struct moment now = moment_after(steps[i].at);
		(void)quarantine_change(&quarantine, hash_or_none(before, number),
			hash_or_none(after, steps[i].number), DAY_SECONDS, &now);
		number = steps[i].number;
	}
	return quarantine;
}

static void test_what_waits_and_how_long(void **state)
{
	static const struct {
		const char *sentence;
		struct step steps[5];
		int64_t at;
		int64_t left;
	} rows[] = {
		{"a first number", {{0, 1}}, 1, 0},
		{"another number", {{0, 1}, {10, 2}}, 10, DAYS(1)},
		{"the same again", {{0, 1}, {10, 1}}, 10, 0},
		{"it runs", {{0, 1}, {10, 2}}, 10 + HOURS(23), HOURS(1)},
		{"it ends", {{0, 1}, {10, 2}}, 10 + DAYS(1), 0},
		{"gone, then another", {{0, 1}, {10, 0}, {20, 2}}, 20, DAYS(1)},
		{"gone, then the same", {{0, 1}, {10, 0}, {20, 1}}, 20, 0},
		{"gone for long, then another", {{0, 1}, {10, 0}, {10 + DAYS(1), 2}}, 10 + DAYS(1),
			0},
		{"gone nearly for long", {{0, 1}, {10, 0}, {9 + DAYS(1), 2}}, 9 + DAYS(1), DAYS(1)},
		{"back to the first", {{0, 1}, {10, 2}, {20, 1}}, 20, DAYS(1)},
		{"waiting, gone and back", {{0, 1}, {10, 2}, {20, 0}, {30, 2}}, 30, DAYS(1) - 20},
		{"waiting, gone and another", {{0, 1}, {10, 2}, {20, 0}, {30, 3}}, 30, DAYS(1)},
		{"gone twice, then the first", {{0, 1}, {10, 0}, {20, 2}, {30, 0}, {40, 1}}, 40,
			DAYS(1)},
		{"after the wait, another", {{0, 1}, {10, 2}, {DAYS(2), 3}}, DAYS(2), DAYS(1)},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct quarantine quarantine = walk(rows[i].steps, COUNT(rows[i].steps));
		struct moment now = moment_after(rows[i].at);
		HOLDS(rows[i].sentence,
			quarantine_left(&quarantine, DAY_SECONDS, &now) == rows[i].left);
	}
}

static struct quarantine changed(void)
{
	static const struct step steps[] = {{0, 1}, {10, 2}};

	return walk(steps, COUNT(steps));
}

static void test_a_smaller_value_ends_it_and_a_larger_does_not_prolong(void **state)
{
	const struct quarantine quarantine = changed();
	struct moment now = moment_after(10);

	(void)state;
	assert_int_equal(quarantine_left(&quarantine, 0, &now), 0);
	assert_int_equal(quarantine_left(&quarantine, 60, &now), SECONDS(60));
	assert_int_equal(quarantine_left(&quarantine, 10 * DAY_SECONDS, &now), DAYS(1));
}

static void test_clocks(void **state)
{
	static const struct {
		const char *sentence;
		const uint8_t *boot;
		struct moment now; /* after the change */
		int64_t left;
	} rows[] = {
		{"time passes", boot_a, {HOURS(1), HOURS(1)}, HOURS(23)},
		{"the wall clock is set forward", boot_a, {HOURS(1), DAYS(30)}, HOURS(23)},
		{"the wall clock is set back", boot_a, {HOURS(1), -DAYS(30)}, HOURS(23)},
		{"the boot's clock is behind", boot_a, {-HOURS(1), HOURS(1)}, HOURS(23)},
		{"a reboot, an hour later", boot_b, {-HOURS(5), HOURS(1)}, HOURS(23)},
		{"a reboot, two days later", boot_b, {-HOURS(5), DAYS(2)}, 0},
		{"a reboot and a wall clock that went back", boot_b, {-HOURS(5), -DAYS(2)},
			DAYS(1)},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct quarantine quarantine = changed();
		struct moment now = moment_after(10);
		now.boottime += rows[i].now.boottime;
		now.realtime += rows[i].now.realtime;
		(void)quarantine_rebase(&quarantine, rows[i].boot, &now);
		HOLDS(rows[i].sentence,
			quarantine_left(&quarantine, DAY_SECONDS, &now) == rows[i].left);
		/* From here on only the boot's own clock counts. */
		now.realtime += DAYS(9);
		HOLDS(rows[i].sentence, !quarantine_rebase(&quarantine, rows[i].boot, &now));
		HOLDS(rows[i].sentence,
			quarantine_left(&quarantine, DAY_SECONDS, &now) == rows[i].left);
	}
}

/* A number that went is remembered over reboots by the wall clock, as a changed one waits by it. */
static void test_clocks_of_one_that_went(void **state)
{
	static const struct {
		const char *sentence;
		struct moment now; /* of the next boot, after it went */
		int64_t left;      /* where another takes its place then */
	} rows[] = {
		{"nearly a day later", {-HOURS(5), HOURS(23)}, DAYS(1)},
		{"two days later", {-HOURS(5), DAYS(2)}, 0},
		{"a wall clock that went back", {HOURS(90), -DAYS(2)}, DAYS(1)},
	};
	static const struct step steps[] = {{0, 1}, {10, 0}};
	static const struct moment never;
	uint8_t after[HASH_SIZE];

	(void)state;
	hash_fill(after, 2);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct quarantine quarantine = walk(steps, COUNT(steps));
		struct moment now = moment_after(10);
		assert_false(quarantine_rebase(&quarantine, boot_a, &now));
		now.boottime += rows[i].now.boottime;
		now.realtime += rows[i].now.realtime;
		assert_true(quarantine_rebase(&quarantine, boot_b, &now));
		assert_memory_equal(&quarantine.since, &never, sizeof(never));
		(void)quarantine_change(&quarantine, NULL, after, DAY_SECONDS, &now);
		HOLDS(rows[i].sentence,
			quarantine_left(&quarantine, DAY_SECONDS, &now) == rows[i].left);
	}
}

/* What a clock that went backwards could not tell is counted from then on. */
static void test_a_clock_that_went_backwards_and_goes_on(void **state)
{
	static const struct moment back = {SECONDS(30), REALTIME - DAYS(2)}, never;
	static const struct moment later = {SECONDS(30), REALTIME - DAYS(2) + HOURS(1)};
	struct quarantine quarantine = changed();

	(void)state;
	assert_true(quarantine_rebase(&quarantine, boot_b, &back));
	assert_int_equal(quarantine_left(&quarantine, DAY_SECONDS, &back), DAYS(1));
	assert_true(quarantine_rebase(&quarantine, boot_a, &later));
	assert_int_equal(quarantine_left(&quarantine, DAY_SECONDS, &later), HOURS(23));
	assert_memory_equal(&quarantine.went, &never, sizeof(never));
}

static void test_what_has_yet_to_be_reached_has_served_nothing(void **state)
{
	struct quarantine quarantine = changed();
	const struct moment now = moment_after(-HOURS(1));

	(void)state;
	assert_int_equal(quarantine_left(&quarantine, DAY_SECONDS, &now), DAYS(1));
	quarantine.changed = false;
	assert_int_equal(quarantine_left(&quarantine, DAY_SECONDS, &now), 0);
}

/* Shorter for a while, and the operator saw it end: it does not begin again. */
static void test_what_has_ended_does_not_come_back(void **state)
{
	struct quarantine quarantine = changed();
	const struct moment now = moment_after(SECONDS(70));
	uint8_t number[HASH_SIZE];

	(void)state;
	hash_fill(number, 2);
	(void)quarantine_change(&quarantine, number, number, 60, &now);
	assert_int_equal(quarantine_left(&quarantine, DAY_SECONDS, &now), 0);
}

static void test_what_a_change_leaves(void **state)
{
	static const uint8_t nothing[HASH_SIZE];
	const struct moment now = moment_after(0);
	struct quarantine quarantine = {0};
	uint8_t one[HASH_SIZE], two[HASH_SIZE];

	(void)state;
	hash_fill(one, 1);
	hash_fill(two, 2);
	assert_false(quarantine_change(&quarantine, NULL, one, DAY_SECONDS, &now));
	assert_false(quarantine_change(&quarantine, one, one, DAY_SECONDS, &now));
	assert_false(quarantine_change(&quarantine, one, NULL, DAY_SECONDS, &now));
	assert_true(quarantine.gone);
	assert_memory_equal(quarantine.last, one, HASH_SIZE);
	assert_false(quarantine_change(&quarantine, NULL, one, DAY_SECONDS, &now));
	assert_false(quarantine.gone);
	assert_memory_equal(quarantine.last, nothing, HASH_SIZE);
	assert_false(quarantine_change(&quarantine, one, NULL, DAY_SECONDS, &now));
	assert_true(quarantine_change(&quarantine, NULL, two, DAY_SECONDS, &now));
	assert_true(quarantine_change(&quarantine, two, one, DAY_SECONDS, &now));
}

static void test_the_record_is_read_back_whole(void **state)
{
	struct quarantine quarantine = changed(), read;
	uint8_t bytes[QUARANTINE_RECORD_SIZE], again[QUARANTINE_RECORD_SIZE];

	(void)state;
	quarantine.gone = true;
	quarantine.went = moment_after(-5);
	memset(quarantine.last, 7, HASH_SIZE);
	quarantine_encode(&quarantine, bytes);
	assert_int_equal(quarantine_decode(bytes, sizeof(bytes), &read), RESULT_OK);
	quarantine_encode(&read, again);
	assert_memory_equal(bytes, again, sizeof(bytes));
	assert_int_equal(read.went.realtime, REALTIME - 5);
	assert_int_equal(quarantine_decode(bytes, sizeof(bytes) - 1, &read), RESULT_INVALID);
	bytes[0] = 2;
	assert_int_equal(quarantine_decode(bytes, sizeof(bytes), &read), RESULT_INVALID);
	bytes[0] = 1;
	bytes[31] = 0x7f;
	assert_int_equal(quarantine_decode(bytes, sizeof(bytes), &read), RESULT_INVALID);
}

static void test_each_flag_stands_alone(void **state)
{
	uint8_t bytes[QUARANTINE_RECORD_SIZE];
	struct quarantine read;

	(void)state;
	for (uint8_t flags = 0; flags <= 3; flags++) {
		const struct quarantine quarantine = {
			.changed = (flags & 1) != 0, .gone = (flags & 2) != 0};
		quarantine_encode(&quarantine, bytes);
		assert_int_equal(bytes[1], flags);
		assert_int_equal(quarantine_decode(bytes, sizeof(bytes), &read), RESULT_OK);
		assert_int_equal(read.changed, quarantine.changed);
		assert_int_equal(read.gone, quarantine.gone);
	}
	for (size_t i = 1; i <= 3; i++) {
		quarantine_encode(&read, bytes);
		bytes[i] = 4;
		assert_int_equal(quarantine_decode(bytes, sizeof(bytes), &read), RESULT_INVALID);
	}
}

static void test_the_limits_of_a_time(void **state)
{
	static const int64_t limit = INT64_C(1) << 50;
	static const struct {
		int64_t time;
		enum result result;
	} rows[] = {{limit, RESULT_INVALID}, {limit - 1, RESULT_OK}, {-limit, RESULT_INVALID},
		{1 - limit, RESULT_OK}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct quarantine quarantine = {.went = {.realtime = rows[i].time}};
		uint8_t bytes[QUARANTINE_RECORD_SIZE];
		struct quarantine read;
		quarantine_encode(&quarantine, bytes);
		assert_int_equal(quarantine_decode(bytes, sizeof(bytes), &read), rows[i].result);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_waits_and_how_long),
		cmocka_unit_test(test_a_smaller_value_ends_it_and_a_larger_does_not_prolong),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_clocks_of_one_that_went),
		cmocka_unit_test(test_a_clock_that_went_backwards_and_goes_on),
		cmocka_unit_test(test_what_has_yet_to_be_reached_has_served_nothing),
		cmocka_unit_test(test_what_has_ended_does_not_come_back),
		cmocka_unit_test(test_what_a_change_leaves),
		cmocka_unit_test(test_the_record_is_read_back_whole),
		cmocka_unit_test(test_each_flag_stands_alone),
		cmocka_unit_test(test_the_limits_of_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
