/* SPDX-License-Identifier: BSD-3-Clause */
/* Times as operators read them, and that a forked child can write them. */
#include "smsotpd/when.h"

#include <dlfcn.h>
#include <time.h>

#include "core_fixture.h"
#include "test.h"

#define DAY_MS INT64_C(86400000)

/* What takes the C library's lock of time zones can only be counted at file scope. */
static int locks;

struct tm *gmtime_r(const time_t *time, struct tm *ret)
{
	locks++;
	return ((__typeof__(&gmtime_r))(uintptr_t)dlsym(RTLD_NEXT, "gmtime_r"))(time, ret);
}

static void test_times(void **state)
{
	static const struct {
		int64_t realtime;
		const char *text;
	} rows[] = {
		{0, "1970-01-01T00:00:00Z"},
		{-1, "1969-12-31T23:59:59Z"},
		{INT64_C(1795408671999), "2026-11-23T04:37:51Z"},
		{INT64_C(951782400000), "2000-02-29T00:00:00Z"},
		{INT64_C(1709251199000), "2024-02-29T23:59:59Z"},
		{INT64_C(1709251200000), "2024-03-01T00:00:00Z"},
		{INT64_C(4107542399999), "2100-02-28T23:59:59Z"},
		{INT64_C(4107542400000), "2100-03-01T00:00:00Z"},
		{-INT64_C(62135596800001), "0000-12-31T23:59:59Z"},
		{INT64_C(1) << 50, "37648-05-06T22:07:22Z"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[WHEN_SIZE] = "";
		when_write(rows[i].realtime, text);
		assert_string_equal(text, rows[i].text);
	}
}

/* Each day of 400 years, as the C library has it. */
static void test_all_days(void **state)
{
	(void)state;
	for (int64_t day = -73048; day < 73049; day++) {
		char text[WHEN_SIZE] = "", expected[WHEN_SIZE];
		time_t seconds = (time_t)(day * DAY_MS / 1000);
		struct tm tm;
		assert_non_null(gmtime_r(&seconds, &tm));
		assert_int_not_equal(
			strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &tm), 0);
		when_write(day * DAY_MS, text);
		assert_string_equal(text, expected);
	}
}

static void test_no_lock_is_taken(void **state)
{
	char text[WHEN_SIZE];

	(void)state;
	locks = 0;
	when_write(REALTIME, text);
	assert_int_equal(locks, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_all_days),
		cmocka_unit_test(test_no_lock_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
