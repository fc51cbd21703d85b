/* SPDX-License-Identifier: BSD-3-Clause */
/* A granted login opens one session, soon. */
#include "core_fixture.h"
#include "smsotpd/pass.h"

static struct visitor visitor_of(uint32_t login, uint32_t subject)
{
	struct visitor visitor = {{0}, {0}, {0}, {0}};

	memcpy(visitor.id, &login, sizeof(login));
	hash_fill(visitor.subject, subject);
	return visitor;
}

static void test_once_each(void **state)
{
	static struct passes passes;
	const struct visitor visitor = visitor_of(1, 1);

	(void)state;
	assert_false(pass_open(&passes, &visitor, BOOTTIME, PASS_MS));
	assert_false(pass_close(&passes, &visitor));
	pass_grant(&passes, &visitor, BOOTTIME);
	assert_false(pass_close(&passes, &visitor));
	assert_true(pass_open(&passes, &visitor, BOOTTIME + 1, PASS_MS));
	assert_false(pass_open(&passes, &visitor, BOOTTIME + 2, PASS_MS));
	assert_true(pass_close(&passes, &visitor));
	assert_false(pass_close(&passes, &visitor));
	assert_false(pass_open(&passes, &visitor, BOOTTIME + 3, PASS_MS));
}

static void test_of_the_same_login_and_subject_only(void **state)
{
	static struct passes passes;
	const struct visitor mine = visitor_of(1, 1);
	const struct visitor other_login = visitor_of(2, 1);
	const struct visitor other_subject = visitor_of(1, 2);

	(void)state;
	pass_grant(&passes, &mine, BOOTTIME);
	assert_false(pass_open(&passes, &other_login, BOOTTIME, PASS_MS));
	assert_false(pass_open(&passes, &other_subject, BOOTTIME, PASS_MS));
	assert_true(pass_open(&passes, &mine, BOOTTIME, PASS_MS));
	assert_false(pass_close(&passes, &other_login));
	assert_false(pass_close(&passes, &other_subject));
	assert_true(pass_close(&passes, &mine));
}

static void test_soon(void **state)
{
	static struct passes passes;
	const struct visitor first = visitor_of(1, 1);
	const struct visitor second = visitor_of(2, 1);

	(void)state;
	pass_grant(&passes, &first, BOOTTIME);
	assert_true(pass_open(&passes, &first, BOOTTIME + MINUTES(1), PASS_MS));
	/* A session may last for as long as it likes. */
	assert_true(pass_close(&passes, &first));
	pass_grant(&passes, &second, BOOTTIME);
	assert_false(pass_open(&passes, &second, BOOTTIME + MINUTES(1) + 1, PASS_MS));
	/* Where another factor is still asked for. */
	assert_false(pass_open(&passes, &second, BOOTTIME + MINUTES(10) + 1, PASS_WAIVED_MS));
	assert_true(pass_open(&passes, &second, BOOTTIME + MINUTES(10), PASS_WAIVED_MS));
}

static void test_the_oldest_gives_way(void **state)
{
	static struct passes passes;

	(void)state;
	for (uint32_t i = 0; i <= PASS_SIZE; i++) {
		const struct visitor visitor = visitor_of(i + 1, 1);
		pass_grant(&passes, &visitor, BOOTTIME + i);
	}
	const struct visitor oldest = visitor_of(1, 1);
	assert_false(pass_open(&passes, &oldest, BOOTTIME + PASS_SIZE, PASS_MS));
	for (uint32_t i = 1; i <= PASS_SIZE; i++) {
		const struct visitor visitor = visitor_of(i + 1, 1);
		assert_true(pass_open(&passes, &visitor, BOOTTIME + PASS_SIZE, PASS_MS));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once_each),
		cmocka_unit_test(test_of_the_same_login_and_subject_only),
		cmocka_unit_test(test_soon),
		cmocka_unit_test(test_the_oldest_gives_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
