/* SPDX-License-Identifier: BSD-3-Clause */
/* Jobs under way by real uid. */
#include "smsotpd/share.h"
#include "test.h"

static void take(struct share *share, uint32_t uid, size_t jobs)
{
	for (size_t i = 0; i < jobs; i++)
		share_take(share, uid);
}

static void test_each_uid_has_a_share(void **state)
{
	struct share share = {0};

	(void)state;
	take(&share, 1000, SHARE_JOBS - 1);
	take(&share, 1001, SHARE_JOBS - 1);
	assert_false(share_used(&share, 1000));
	share_take(&share, 1000);
	assert_true(share_used(&share, 1000));
	assert_false(share_used(&share, 1001));
	assert_false(share_used(&share, 1002));
	share_leave(&share, 1000);
	assert_false(share_used(&share, 1000));
	share_take(&share, 1001);
	assert_true(share_used(&share, 1001));
	/* What was left behind the last job is nobody's. */
	share_leave(&share, 1001);
	assert_false(share_used(&share, 1001));
	/* And no other of his left with it. */
	share_take(&share, 1001);
	assert_true(share_used(&share, 1001));
	share_leave(&share, 1001);
	for (size_t i = 0; i < SHARE_JOBS - 1; i++) {
		share_leave(&share, 1000);
		share_leave(&share, 1001);
	}
	assert_int_equal(share.count, 0);
}

static void test_root_is_never_counted(void **state)
{
	struct share share = {0};

	(void)state;
	take(&share, 0, SHARE_JOBS);
	assert_false(share_used(&share, 0));
	take(&share, 1000, SHARE_JOBS);
	share_leave(&share, 0);
	assert_true(share_used(&share, 1000));
}

/* Whoever comes then is let in uncounted, and takes nobody's place when he leaves. */
static void test_more_than_it_holds(void **state)
{
	struct share share = {0};

	(void)state;
	for (uint32_t uid = 1; uid <= SHARE_SIZE / SHARE_JOBS; uid++)
		take(&share, uid, SHARE_JOBS);
	take(&share, 1000, SHARE_JOBS);
	assert_int_equal(share.count, SHARE_SIZE);
	assert_false(share_used(&share, 1000));
	share_leave(&share, 1000);
	for (uint32_t uid = 1; uid <= SHARE_SIZE / SHARE_JOBS; uid++)
		assert_true(share_used(&share, uid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_uid_has_a_share),
		cmocka_unit_test(test_root_is_never_counted),
		cmocka_unit_test(test_more_than_it_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
