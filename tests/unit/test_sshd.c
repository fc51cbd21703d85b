/* SPDX-License-Identifier: BSD-3-Clause */
/* sshd's settings, in force and as they are written. */
#include "smsotpctl/sshd.h"
#include "test.h"

static void test_settings(void **state)
{
	static const char text[] = "port 22\nusepam yes\nusepamx no\nmaxstartups 10:30:100\n"
				   "authenticationmethods publickey,a b\nbanner none";
	char value[16];

	(void)state;
	assert_true(sshd_setting(text, "usepam", value, sizeof(value)));
	assert_string_equal(value, "yes");
	assert_true(sshd_setting(text, "banner", value, sizeof(value)));
	assert_string_equal(value, "none");
	assert_false(sshd_setting(text, "use", value, sizeof(value)));
	assert_false(sshd_setting(text, "none", value, sizeof(value)));
	assert_false(sshd_setting("", "usepam", value, sizeof(value)));
	/* What does not fit is not cut: half a list of methods says something else. */
	assert_false(sshd_setting(text, "authenticationmethods", value, 5));
	assert_string_equal(value, "none");
}

static void test_methods(void **state)
{
	static const struct {
		const char *methods;
		bool without, with, first;
	} rows[] = {
		{"any", true, true, true},
		{"publickey", true, false, false},
		{"publickey,keyboard-interactive:pam", false, true, false},
		{"publickey,keyboard-interactive publickey", true, true, false},
		{"keyboard-interactive:pam", false, true, true},
		{"KEYBOARD-INTERACTIVE,publickey", false, true, true},
		{"publickey keyboard-interactive", true, true, true},
		{"publickey,xkeyboard-interactive", true, false, false},
		{"", false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		HOLDS(rows[i].methods, sshd_methods_without(rows[i].methods) == rows[i].without);
		HOLDS(rows[i].methods, sshd_methods_with(rows[i].methods) == rows[i].with);
		HOLDS(rows[i].methods, sshd_methods_first(rows[i].methods) == rows[i].first);
	}
}

static void test_file(void **state)
{
	struct sshd_file *file = sshd_file_parse("f", "# one\nUsePAM = yes\n"
						      "UsePAM no\n"
						      "Include /nowhere/*\n"
						      "\n# lost\n\n# two\n\t# three\n"
						      "Match User a Address 192.0.2.0/24\t\r\n"
						      "  MaxStartups 1\n"
						      "  challengeresponseauthentication no\n"
						      "match all");

	(void)state;
	assert_non_null(file);
	assert_int_equal(sshd_file_find(file, "usepam")->number, 2);
	assert_string_equal(sshd_file_find(file, "usepam")->value, "yes");
	/* In a block is not for everybody. */
	assert_null(sshd_file_find(file, "maxstartups"));
	assert_int_equal(file->matches, 2);
	const struct sshd_line *line = &file->line[file->match[0].line];
	assert_int_equal(line->number, 10);
	assert_string_equal(line->value, "User a Address 192.0.2.0/24");
	assert_string_equal(file->match[0].comment, "# two\n# three\n");
	assert_string_equal(file->match[1].comment, "");
	assert_string_equal(sshd_match_value(file, 0, "maxstartups"), "1");
	assert_string_equal(sshd_match_value(file, 0, "kbdinteractiveauthentication"), "no");
	assert_null(sshd_match_value(file, 1, "maxstartups"));
	sshd_file_free(&file);
	assert_null(file);
}

/* As sshd takes them apart; a Match line is shown, so it stays as it is written. */
static void test_values(void **state)
{
	static const struct {
		const char *written, *value;
	} rows[] = {
		{"publickey,keyboard-interactive:pam # key and code",
			"publickey,keyboard-interactive:pam"},
		{"\"publickey,keyboard-interactive\"\t#", "publickey,keyboard-interactive"},
		{"'a b' \"c\"d", "a b cd"},
		{"a#b #c", "a#b"},
		{"\"# a\" b", "# a b"},
		{"a' #'b", "a #b"},
		{"\\\"a\\ b\\c\\\\", "\"a b\\c\\"},
		{"'a\\ b'", "a\\ b"},
		{"# all", ""},
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		snprintf(text, sizeof(text), "Match User \"a b\" # x\n\tBanner %s\n",
			rows[i].written);
		struct sshd_file *file = sshd_file_parse("f", text);
		const char *value = sshd_match_value(file, 0, "banner");
		HOLDS(rows[i].written, value != NULL && strcmp(value, rows[i].value) == 0);
		assert_string_equal(file->line[0].value, "User \"a b\" # x");
		sshd_file_free(&file);
	}
}

static void test_the_line_that_counts(void **state)
{
	struct sshd_file *file = sshd_file_parse("f", "LoginGraceTime 1\nMaxStartups 1\n"
						      "LoginGraceTime 2\nMaxStartups 2\n");

	(void)state;
	assert_int_equal(sshd_file_find(file, "logingracetime")->number, 1);
	assert_int_equal(sshd_file_find(file, "maxstartups")->number, 4);
	sshd_file_free(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_the_line_that_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
