/* SPDX-License-Identifier: BSD-3-Clause */
/* Only a batch that several shared, and that had room for more, keeps the next. */
#include "smsotpd/pace.h"
#include "test.h"

#define NOW 5000000

static void test_who_comes_alone_is_not_kept(void **state)
{
	(void)state;
	assert_int_equal(pace_next(0, 64, NOW), 0);
	assert_int_equal(pace_next(1, 64, NOW), 0);
}

static void test_a_batch_of_several_keeps_the_next(void **state)
{
	(void)state;
	assert_int_equal(pace_next(2, 64, NOW), NOW + PACE_US);
	assert_int_equal(pace_next(63, 64, NOW), NOW + PACE_US);
}

static void test_a_full_batch_has_left_others_behind(void **state)
{
	(void)state;
	assert_int_equal(pace_next(64, 64, NOW), 0);
}

static void test_it_is_waited_until_then(void **state)
{
	int64_t since = pace_now();

	(void)state;
	pace_wait(0);
	pace_wait(since - 1);
	pace_wait(since + PACE_US);
	assert_true(pace_now() >= since + PACE_US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_comes_alone_is_not_kept),
		cmocka_unit_test(test_a_batch_of_several_keeps_the_next),
		cmocka_unit_test(test_a_full_batch_has_left_others_behind),
		cmocka_unit_test(test_it_is_waited_until_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
