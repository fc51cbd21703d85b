/* SPDX-License-Identifier: BSD-3-Clause */
/* Failures and the wait they earn. */
#include "core_fixture.h"
#include "smsotpd/lockout.h"

/* `count` failures at once, at `now`. */
static void fail_at(
	struct lockout *lockout, const struct config *config, uint32_t count, int64_t now)
{
	while (count-- > 0)
		lockout_charge(lockout, &config->lockout, now);
}

static void test_five_in_fifteen_minutes(void **state)
{
	const struct config *config = *state;
	struct lockout lockout = {0};

	assert_int_equal(lockout_failures_left(&lockout, &config->lockout, BOOTTIME), 5);
	for (uint32_t i = 0; i < 4; i++) {
		int64_t now = BOOTTIME + MINUTES(3 * i);
		lockout_charge(&lockout, &config->lockout, now);
		assert_int_equal(lockout_left(&lockout, now), 0);
		assert_int_equal(lockout_failures_left(&lockout, &config->lockout, now), 4 - i);
	}
	int64_t now = BOOTTIME + MINUTES(15) - 1;
	lockout_charge(&lockout, &config->lockout, now);
	assert_int_equal(lockout_left(&lockout, now), SECONDS(60));
	assert_int_equal(lockout_failures_left(&lockout, &config->lockout, now), 0);
	assert_int_equal(lockout_left(&lockout, now + SECONDS(60) - 1), 1);
	assert_int_equal(lockout_left(&lockout, now + SECONDS(60)), 0);
	assert_int_equal(lockout_failures_left(&lockout, &config->lockout, now + SECONDS(60)), 5);
}

static void test_a_window_that_is_over_counts_nothing(void **state)
{
	const struct config *config = *state;
	struct lockout lockout = {0};

	fail_at(&lockout, config, 4, BOOTTIME);
	int64_t now = BOOTTIME + MINUTES(15);
	assert_int_equal(lockout_failures_left(&lockout, &config->lockout, now), 5);
	fail_at(&lockout, config, 4, now);
	assert_int_equal(lockout_left(&lockout, now), 0);
	assert_int_equal(lockout_failures_left(&lockout, &config->lockout, now), 1);
}

static void test_the_wait_doubles_up_to_an_hour(void **state)
{
	static const int64_t waits[] = {60, 120, 240, 480, 960, 1920, 3600, 3600, 3600};
	const struct config *config = *state;
	struct lockout lockout = {0};
	int64_t now = BOOTTIME;

	for (size_t i = 0; i < COUNT(waits); i++) {
		fail_at(&lockout, config, 5, now);
		assert_int_equal(lockout_left(&lockout, now), SECONDS(waits[i]));
		now += SECONDS(waits[i]) + SECONDS(1);
	}
}

static void test_a_day_without_a_failure_is_forgotten(void **state)
{
	const struct config *config = *state;
	struct lockout lockout = {0};

	fail_at(&lockout, config, 5, BOOTTIME);
	fail_at(&lockout, config, 5, BOOTTIME + MINUTES(10));
	assert_int_equal(lockout_left(&lockout, BOOTTIME + MINUTES(10)), SECONDS(120));
	int64_t almost = BOOTTIME + MINUTES(10) + HOURS(24) - 1;
	struct lockout early = lockout;
	fail_at(&early, config, 5, almost);
	assert_int_equal(lockout_left(&early, almost), SECONDS(240));
	fail_at(&lockout, config, 5, almost + 1);
	assert_int_equal(lockout_left(&lockout, almost + 1), SECONDS(60));
}

/* A single failure in between keeps the memory: a day without one is what counts. */
static void test_a_failure_now_and_then_is_not_forgotten(void **state)
{
	const struct config *config = *state;
	struct lockout lockout = {0};

	fail_at(&lockout, config, 5, BOOTTIME);
	fail_at(&lockout, config, 1, BOOTTIME + HOURS(20));
	fail_at(&lockout, config, 5, BOOTTIME + HOURS(40));
	assert_int_equal(lockout_left(&lockout, BOOTTIME + HOURS(40)), SECONDS(120));
}

/* The day begins with the last failure, not with the first of its window. */
static void test_the_day_begins_with_the_last_failure(void **state)
{
	const struct config *config = *state;
	struct lockout lockout = {0};
	int64_t now = BOOTTIME + HOURS(24) + MINUTES(5);

	fail_at(&lockout, config, 4, BOOTTIME);
	fail_at(&lockout, config, 1, BOOTTIME + MINUTES(14));
	fail_at(&lockout, config, 5, now);
	assert_int_equal(lockout_left(&lockout, now), SECONDS(120));
}

static void test_when_it_ends(void **state)
{
	const struct config *config = *state;
	struct lockout once = {0}, locked = {0};

	fail_at(&once, config, 1, BOOTTIME);
	assert_int_equal(lockout_end(&once, &config->lockout), BOOTTIME + MINUTES(15));
	fail_at(&locked, config, 5, BOOTTIME);
	assert_int_equal(lockout_end(&locked, &config->lockout), BOOTTIME + HOURS(24));
}

/* Where a wait outlasts the memory, the row matters until the wait is over. */
static void test_a_long_wait_ends_it(void **state)
{
	struct config *config = *state;
	struct lockout locked = {0};

	config->lockout.forget = 60;
	config->lockout.wait = config->lockout.wait_max = 3600;
	fail_at(&locked, config, 5, BOOTTIME);
	assert_int_equal(lockout_end(&locked, &config->lockout), BOOTTIME + HOURS(1));
}

/* The failures that earned a lock are spent: the next window begins with the next failure. */
static void test_a_lock_ends_its_window(void **state)
{
	const struct config *config = *state;
	struct lockout lockout = {0};

	fail_at(&lockout, config, 5, BOOTTIME);
	fail_at(&lockout, config, 4, BOOTTIME + MINUTES(10));
	fail_at(&lockout, config, 1, BOOTTIME + MINUTES(16));
	assert_int_equal(lockout_left(&lockout, BOOTTIME + MINUTES(16)), SECONDS(120));
}

/* An operator lowers the limit below what is counted. */
static void test_a_lower_limit_leaves_none(void **state)
{
	struct config *config = *state;
	struct lockout lockout = {0};

	fail_at(&lockout, config, 4, BOOTTIME);
	config->lockout.failures = 3;
	assert_int_equal(lockout_failures_left(&lockout, &config->lockout, BOOTTIME), 0);
}

/* Just after boot, and in records from a boot before: times near and below zero. */
static void test_times_near_zero(void **state)
{
	const struct config *config = *state;
	struct lockout lockout = {0};

	fail_at(&lockout, config, 4, 1);
	assert_int_equal(lockout_failures_left(&lockout, &config->lockout, 2), 1);
	struct lockout before = {
		.failures = 4, .first = -MINUTES(10), .last = -MINUTES(10), .until = 0};
	fail_at(&before, config, 1, MINUTES(2));
	assert_int_equal(lockout_left(&before, MINUTES(2)), SECONDS(60));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_config(test_five_in_fifteen_minutes),
		with_config(test_a_window_that_is_over_counts_nothing),
		with_config(test_the_wait_doubles_up_to_an_hour),
		with_config(test_a_day_without_a_failure_is_forgotten),
		with_config(test_a_failure_now_and_then_is_not_forgotten),
		with_config(test_the_day_begins_with_the_last_failure),
		with_config(test_when_it_ends),
		with_config(test_a_long_wait_ends_it),
		with_config(test_a_lock_ends_its_window),
		with_config(test_a_lower_limit_leaves_none),
		with_config(test_times_near_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
