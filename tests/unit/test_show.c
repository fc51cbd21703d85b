/* SPDX-License-Identifier: BSD-3-Clause */
/* What smsotpctl shows of a reply that smsotpd would not have sent: less, and it goes on. */
#include "smsotpctl/output.h"
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

/* Stands in main.c, which has the program's main. */
enum tool_exit tool_fail(enum tool_exit code, const char *format, ...)
{
	(void)format;
	return code;
}

static void test_codes_that_are_no_strings(void **state)
{
	(void)state;
	shows(recovery_issue_show, "{\"codes\": [\"AAAA-BBBB-CCCC\", 1]}", "AAAA-BBBB-CCCC\n\n");
	shows(recovery_list_show, "{\"issued\": \"2026\", \"left\": 9, \"used\": [null]}",
		"issued  2026\nleft    9\nused    \n");
}

/* All of it: what is not sent, who goes on without a code, and by which line of the config. */
static void test_explain(void **state)
{
	(void)state;
	setenv("NO_COLOR", "1", 1);
	shows(explain_show,
		"{\"line\": \"We sent a code.\", \"asked\": true, \"text\": true, \"phone\": "
		"\"+91...01\","
		" \"stub\": true, \"lets_in\": true, \"mode\": \"warn\", \"reason\": {\"sentence\":"
		" \"nothing is in the way\", \"remedy\": \"\", \"rule\": \"[service sshd] mode ="
		" warn\", \"where\": \"/etc/smsotp/smsotp.conf:7\"}}",
		"shown      We sent a code.\n"
		"asked      for a code\n"
		"text       +91...01\n"
		"           but the stub writes it to its file: nothing is sent\n"
		"right code lets in\n"
		"mode       warn: goes on to the next line without a code, too\n"
		"because    nothing is in the way\n"
		"rule       [service sshd] mode = warn  (/etc/smsotp/smsotp.conf:7)\n");
	/* Where nothing leaves, the stub has nothing to write. */
	shows(explain_show,
		"{\"line\": \"\", \"asked\": false, \"text\": false, \"stub\": true, \"lets_in\": "
		"false,"
		" \"mode\": \"enforce\", \"reason\": {\"sentence\": \"there is no phone\","
		" \"remedy\": \"smsotpctl identity set NAME\"}}",
		"asked      nothing\n"
		"text       none leaves\n"
		"right code does not let in\n"
		"because    there is no phone\n"
		"to mend    smsotpctl identity set NAME\n");
}

static void test_status_of_a_daemon_that_counts_nothing(void **state)
{
	(void)state;
	shows(status_show, "{\"version\": \"0.1\", \"uptime\": 90061, \"sender\": \"reachable\"}",
		"version      0.1\n"
		"up           1 d 01:01:01\n"
		"texts go     to the gateway\n"
		"sender       reachable\n"
		"identities   0\n"
		"stores       identity 0 %, state 0 % full\n");
	shows(status_show,
		"{\"stub\": true, \"identities\": 3, \"texts\": {\"accepted\": 2, \"unsent\": 0},"
		" \"logins\": {}}",
		"up           0 d 00:00:00\n"
		"texts go     to the stub's file\n"
		"identities   3\n"
		"stores       identity 0 %, state 0 % full\n"
		"texts        accepted 2, unsent 0\n");
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

/* smsotpd is not root, whose terminal it is. */
static void test_controls_of_a_terminal(void **state)
{
	static const char reply[] = "{\"a\": [\"\\u001b[2J\", {\"error\": "
				    "\"J\u00fcrgen\\u007f\\u009b31m\\u0080\\u009f\\u00a0\"}],"
				    " \"\\u009bkey\": 1, \"names\": \"\u4e2d, \u20ac\"}";
	json_t *json = json_loads(reply, 0, NULL);

	(void)state;
	assert_true(output_plain(json));
	char *text = json_dumps(json, JSON_COMPACT);
	assert_string_equal(text, "{\"a\":[\"?[2J\",{\"error\":\"J\u00fcrgen??31m??\u00a0\"}],"
				  "\"names\":\"\u4e2d, \u20ac\"}");
	free(text);
	json_decref(json);
}

static void *no_memory(size_t size)
{
	(void)size;
	return NULL;
}

/* What cannot be made plain is not shown. */
static void test_controls_that_stay(void **state)
{
	static const char *const replies[] = {"[\"\\u001b\"]", "{\"a\": \"\\u001b\"}"};

	(void)state;
	for (size_t i = 0; i < COUNT(replies); i++) {
		json_t *json = json_loads(replies[i], 0, NULL);
		json_set_alloc_funcs(no_memory, free);
		HOLDS(replies[i], !output_plain(json));
		json_set_alloc_funcs(malloc, free);
		json_decref(json);
	}
}

static size_t columns;

static void show_text(const json_t *json)
{
	columns = output_text(json_string_value(json_object_get(json, "text")));
}

static void test_text_as_it_is_shown(void **state)
{
	(void)state;
	shows(show_text, "{\"text\": \"\\u009b31m\\u001b[K J\u00fcrgen\"}", "?31m?[K J\u00fcrgen");
	assert_int_equal(columns, 14);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes_that_are_no_strings),
		cmocka_unit_test(test_explain),
		cmocka_unit_test(test_status_of_a_daemon_that_counts_nothing),
		cmocka_unit_test(test_progress_beyond_all_counts),
		cmocka_unit_test(test_controls_of_a_terminal),
		cmocka_unit_test(test_controls_that_stay),
		cmocka_unit_test(test_text_as_it_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
