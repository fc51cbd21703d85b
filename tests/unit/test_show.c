/* SPDX-License-Identifier: BSD-3-Clause */
/* What smsotpctl shows of a reply that smsotpd would not have sent: less, and it goes on. */
#include "smsotpctl/progress.h"
#include "smsotpctl/tool.h"
#include "test.h"

static void shows(void (*show)(const json_t *reply), const char *reply, const char *expected)
{
	json_t *json = json_loads(reply, 0, NULL);
	FILE *terminal = stdout;
	char *text = NULL;
	size_t size = 0;

	assert_non_null(json);
	stdout = open_memstream(&text, &size);
	show(json);
	fclose(stdout);
	stdout = terminal;
	assert_string_equal(text, expected);
	free(text);
	json_decref(json);
}

static void test_codes_that_are_no_strings(void **state)
{
	(void)state;
	shows(recovery_issue_show, "{\"codes\": [\"AAAA-BBBB-CCCC\", 1]}", "AAAA-BBBB-CCCC\n\n");
	shows(recovery_list_show, "{\"issued\": \"2026\", \"left\": 9, \"used\": [null]}",
		"issued  2026\nleft    9\nused    \n");
}

static void test_progress_beyond_all_counts(void **state)
{
	char line[PROGRESS_LINE];

	(void)state;
	progress_line(123000, 430, 2412, line);
	assert_string_equal(line, "123000 done, 43 %, 50995 a second, 4 s left");
	progress_line(SIZE_MAX, UINT32_MAX, 1, line);
	assert_string_equal(
		line, "18446744073709551615 done, 429496729 %, 18446744073709551616000 a second");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes_that_are_no_strings),
		cmocka_unit_test(test_progress_beyond_all_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
