/* SPDX-License-Identifier: BSD-3-Clause */
/* What doctor makes of values that a test's host cannot have: another clock. And its comments. */
#include "smsotpctl/doctor_host.h"
#include "smsotpctl/exempt.h"
#include "smsotpctl/finding.h"
#include "test.h"

/* The id of the only finding, "" for none. */
static void clock_finding(time_t now, bool synchronised, char *ret, size_t size)
{
	struct findings *findings = findings_new();

	clock_judge(findings, now, synchronised);
	json_t *all = findings_json(findings);
	assert_true(json_array_size(all) <= 1);
	const char *id = json_string_value(json_object_get(json_array_get(all, 0), "id"));
	snprintf(ret, size, "%s", id == NULL ? "" : id);
	json_decref(all);
	findings_free(&findings);
}

static void test_clock(void **state)
{
	char id[32];

	(void)state;
	clock_finding(CLOCK_EARLIEST - 1, true, id, sizeof(id));
	assert_string_equal(id, "clock.year");
	clock_finding(0, false, id, sizeof(id));
	assert_string_equal(id, "clock.year");
	clock_finding(CLOCK_EARLIEST, false, id, sizeof(id));
	assert_string_equal(id, "clock.loose");
	clock_finding(CLOCK_EARLIEST, true, id, sizeof(id));
	assert_string_equal(id, "");
}

/* Causes and mends quote files and other programs: nothing of theirs drives a terminal. */
static void test_bytes_of_others(void **state)
{
	const struct mend mend = {
		.file = "/etc/pam.d/a\x7f", .number = 3, .text = "one\n\ttwo\xc3\xa4"};
	struct findings *findings = findings_new();

	(void)state;
	finding_add(findings, SSHD_CONFIG, &mend, "%s", "line 1: \x1b[2J\"\xff\" is none");
	json_t *all = findings_json(findings);
	const json_t *finding = json_array_get(all, 0);
	const json_t *shown = json_object_get(finding, "mend");
	assert_string_equal(
		json_string_value(json_object_get(finding, "cause")), "line 1: ?[2J\"?\" is none");
	assert_string_equal(json_string_value(json_object_get(shown, "file")), "/etc/pam.d/a?");
	assert_string_equal(json_string_value(json_object_get(shown, "line")), "one\n?two??");
	json_decref(all);
	findings_free(&findings);
}

static void test_login_timeout(void **state)
{
	static const struct {
		const char *text;
		long seconds;
		unsigned int line;
	} rows[] = {
		{"", 60, 0},
		{"#LOGIN_TIMEOUT 10\nLOGIN_TIMEOUTS 20\n", 60, 0},
		{"A 1\n\n LOGIN_TIMEOUT\t\t300\nB 2", 300, 3},
		{"LOGIN_TIMEOUT 1\nLOGIN_TIMEOUT 0", 0, 2},
	};
	unsigned int line = 9;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		HOLDS(rows[i].text, login_timeout(rows[i].text, &line) == rows[i].seconds);
		HOLDS(rows[i].text, line == rows[i].line);
	}
}

static void test_comments(void **state)
{
	struct exempt exempt;

	(void)state;
	assert_true(exempt_read("# smsotp exempt: until=2027-01-31 owner=ops@example.org\n"
				"# smsotp reason:  nightly backup\n",
		&exempt));
	assert_string_equal(exempt.until, "2027-01-31");
	assert_string_equal(exempt.owner, "ops@example.org");
	assert_string_equal(exempt.reason, "nightly backup");
	assert_true(exempt_read("# x\n# smsotp exempt: owner=o until=2027-01-31\n", &exempt));
	assert_string_equal(exempt.reason, "");
	assert_false(exempt_read("", &exempt));
	assert_false(exempt_read("# smsotp exempt: until=2027-01-31\n", &exempt));
	assert_false(exempt_read("# smsotp exempt: owner=o\n# until=2027-01-31\n", &exempt));
	assert_false(exempt_read("# smsotp exempt: owner=o xuntil=2027-01-31\n", &exempt));
	assert_false(exempt_read("# smsotp exempt: owner=o until=2027-01-311\n", &exempt));
	assert_false(exempt_read("# smsotp exempt: owner=o until=never\n", &exempt));
}

static void test_days(void **state)
{
	static const char *const wrong[] = {"", "2027-02-29", "2027-00-10", "2027-13-01",
		"2027-1-01", "2027-01-1 ", "27-01-01", "2027/01/01", "2027-01-31 "};
	time_t end = 0, next = 0;

	(void)state;
	assert_true(exempt_day_end("2028-02-29", &end));
	assert_true(exempt_day_end("2028-03-01", &next));
	assert_int_equal(next - end, 86400);
	for (size_t i = 0; i < COUNT(wrong); i++)
		HOLDS(wrong[i], !exempt_day_end(wrong[i], &end));
	assert_null(exempt_until_fault("2028-02-29", end));
	assert_non_null(exempt_until_fault("2028-02-29", end + 86401));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_bytes_of_others),
		cmocka_unit_test(test_login_timeout),
		cmocka_unit_test(test_comments),
		cmocka_unit_test(test_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
