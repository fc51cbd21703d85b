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

/* A boot's clock that was set back: it waits its length, and no more. */
static void test_a_change_that_lies_ahead(void **state)
{
	struct moment now = moment_after(SECONDS(10));
	struct quarantine quarantine = {
		.changed = true, .seconds = 60, .since = moment_after(DAYS(5))};

	(void)state;
	assert_int_equal(quarantine_left(&quarantine, 60, &now), SECONDS(60));
	quarantine.since = now;
	assert_int_equal(quarantine_left(&quarantine, 60, &now), SECONDS(60));
	quarantine.since = moment_after(SECONDS(9));
	assert_int_equal(quarantine_left(&quarantine, 60, &now), SECONDS(59));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_waits_and_how_long),
		cmocka_unit_test(test_a_smaller_value_ends_it_and_a_larger_does_not_prolong),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_a_change_that_lies_ahead),
		cmocka_unit_test(test_the_record_is_read_back_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
