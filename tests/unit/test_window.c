/* SPDX-License-Identifier: BSD-3-Clause */
/* Windows at their edges: empty, full, over, and with a quota that has become smaller. */
#include "core_fixture.h"
#include "smsotpd/window.h"

static const struct quota quota = {.span = 600, .all = 5, .strange = 3};

static struct window counted(uint32_t all, uint32_t strange)
{
	return (struct window){.since = moment_after(0), .all = all, .strange = strange};
}

static void test_what_is_known_takes_nothing_of_the_strangers(void **state)
{
	const struct moment now = moment_after(0);
	struct window window = {.all = 0};

	(void)state;
	window_count(&window, &quota, &now, false);
	assert_int_equal(window.all, 1);
	assert_int_equal(window.strange, 0);
	window_count(&window, &quota, &now, true);
	assert_int_equal(window.all, 2);
	assert_int_equal(window.strange, 1);
	assert_int_equal(window_free(&window, &quota, &now, true), 2);
	assert_int_equal(window_free(&window, &quota, &now, false), 3);
}

static void test_how_long_it_lasts(void **state)
{
	const struct moment just_booted = {1, REALTIME};
	const struct window empty = {.all = 0}, window = counted(1, 1);

	(void)state;
	assert_int_equal(window_left(&empty, &quota, &just_booted), 0);
	for (int64_t at = SECONDS(599); at <= SECONDS(601); at += SECONDS(1)) {
		const struct moment now = moment_after(at);
		int64_t left = at < SECONDS(600) ? SECONDS(600) - at : 0;
		assert_int_equal(window_left(&window, &quota, &now), left);
		assert_int_equal(window_free(&window, &quota, &now, true), left > 0 ? 2 : 3);
	}
}

/* An operator lowers a limit while more than that is counted already. */
static void test_a_smaller_quota_leaves_nothing(void **state)
{
	const struct moment now = moment_after(0);
	const struct window window = counted(9, 6);

	(void)state;
	assert_int_equal(window_free(&window, &quota, &now, false), 0);
	assert_int_equal(window_free(&window, &quota, &now, true), 0);
	assert_false(window_room(&window, &quota, &now, false));
}

static void test_the_counts_do_not_begin_anew(void **state)
{
	const struct moment now = moment_after(0);
	struct window window = counted(UINT32_MAX, UINT32_MAX);

	(void)state;
	window_count(&window, &quota, &now, true);
	assert_int_equal(window.all, UINT32_MAX);
	assert_int_equal(window.strange, UINT32_MAX);
}

/* Told once: by the count that reaches 80 %. */
static void test_near_is_told_of_each_kind_alone(void **state)
{
	static const struct quota tens = {.span = 600, .all = 10, .strange = 5};
	static const struct {
		const char *sentence;
		uint32_t all, strange;
		bool near, strange_near;
	} rows[] = {
		{"before both", 7, 3, false, false},
		{"all reach it", 8, 3, true, false},
		{"strangers reach it", 7, 4, false, true},
		{"behind both", 9, 5, false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct window window = counted(rows[i].all, rows[i].strange);
		HOLDS(rows[i].sentence, window_near(&window, &tens, false) == rows[i].near);
		HOLDS(rows[i].sentence, window_near(&window, &tens, true) == rows[i].strange_near);
	}
}

/* By the wall clock, and from then on by this boot's: what has passed is counted once. */
static void test_another_boot(void **state)
{
	struct moment now = {SECONDS(5), REALTIME + SECONDS(100)};
	struct window window = counted(2, 1), empty = {.all = 0};

	(void)state;
	for (int i = 0; i < 2; i++) {
		window_rebase(&window, &now);
		assert_int_equal(window_left(&window, &quota, &now), SECONDS(500));
	}
	window_rebase(&empty, &now);
	assert_true(empty.since.boottime == 0 && empty.since.realtime == 0);
	now.realtime = REALTIME - DAYS(1);
	window_rebase(&window, &now);
	assert_int_equal(window_left(&window, &quota, &now), SECONDS(600));
	now.realtime += SECONDS(1);
	window_rebase(&window, &now);
	assert_int_equal(window_left(&window, &quota, &now), SECONDS(599));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_known_takes_nothing_of_the_strangers),
		cmocka_unit_test(test_how_long_it_lasts),
		cmocka_unit_test(test_a_smaller_quota_leaves_nothing),
		cmocka_unit_test(test_the_counts_do_not_begin_anew),
		cmocka_unit_test(test_near_is_told_of_each_kind_alone),
		cmocka_unit_test(test_another_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
