/* SPDX-License-Identifier: BSD-3-Clause */
/* What may be the name of a trait and the value of one: whatever is shown must not drive a
 * terminal, and must not be another text to whoever reads it by the letter. */
#include "smsotpd/identity_check.h"

#include "test.h"

static void test_names_of_traits(void **state)
{
	static const struct {
		const char *name;
		bool valid;
	} rows[] = {
		{"phone", true},
		{"a", true},
		{"desk-2_b", true},
		{"abcdefghijklmnopqrstuvwxyz012345", true},
		{"abcdefghijklmnopqrstuvwxyz0123456", false},
		{"", false},
		{"2desk", false},
		{"-desk", false},
		{"Desk", false},
		{"desK", false},
		{"de sk", false},
		{"desk.", false},
		{"d\xc3\xa9sk", false},
		{"name", false},
		{"uid", false},
		{"suspended", false},
		{"names", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		HOLDS(rows[i].name, trait_name_valid(rows[i].name) == rows[i].valid);
}

/* RFC 3629 section 4, less the controls. */
static void test_values(void **state)
{
	static const struct schema schema = {.count = 1, .trait = {{.name = "note"}}};
	static const struct {
		const char *sentence;
		const char *value;
		bool valid;
	} rows[] = {
		{"ASCII", "4th floor ~", true},
		{"two bytes", "caf\xc3\xa9 \xdf\xbf", true},
		{"after C1", "\xc2\xa0", true},
		{"three bytes", "\xe2\x82\xac \xe0\xa0\x80 \xef\xbf\xbf", true},
		{"before the surrogates", "\xed\x9f\xbf", true},
		{"four bytes", "\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf", true},
		{"a newline", "a\nb", false},
		{"an escape", "a\x1b[2J", false},
		{"DEL", "\x7f", false},
		{"the last C1", "\xc2\x9f", false},
		{"a byte that goes on from none", "a\x80", false},
		{"two bytes cut short", "caf\xc3", false},
		{"two bytes that do not go on", "caf\xc3(", false},
		{"two bytes, and a letter", "caf\xc3Z", false},
		{"two bytes that begin anew", "caf\xc3\xc3\xa9", false},
		{"three that end after two", "\xe2\x82", false},
		{"three that do not go on", "\xe2\x82(", false},
		{"four that do not go on", "\xf0\x90\x80 ", false},
		{"no first byte", "\xc1\xbf", false},
		{"one byte in three", "\xe0\x9f\xbf", false},
		{"a surrogate", "\xed\xa0\x80", false},
		{"one byte in four", "\xf0\x8f\xbf\xbf", false},
		{"beyond the last", "\xf4\x90\x80\x80", false},
		{"far beyond", "\xf5\x80\x80\x80", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct identity identity = {.name = "alice", .uid = UID_NONE};
		struct error error = {""};
		strcpy(identity.value[0], rows[i].value);
		enum result result = identity_check(&schema, "91", &identity, &error);
		HOLDS(rows[i].sentence, result == (rows[i].valid ? RESULT_OK : RESULT_INVALID));
		HOLDS(rows[i].sentence, strcmp(identity.value[0], rows[i].value) == 0);
		HOLDS(rows[i].sentence,
			rows[i].valid ||
				strstr(error.text, "note of alice holds a control") != NULL);
	}
}

/* RFC 5321 section 4.5.3.1.3, with the angle brackets that stand around it there. */
static void test_the_longest_mail_address(void **state)
{
	static const struct schema schema = {
		.count = 1, .trait = {{.name = "email", .type = TRAIT_EMAIL}}};
	static const char domain[] = "@example.org";

	(void)state;
	for (size_t length = 254; length < 256; length++) {
		struct identity identity = {.name = "alice", .uid = UID_NONE};
		struct error error = {""};
		memset(identity.value[0], 'a', length - strlen(domain));
		strcat(identity.value[0], domain);
		assert_int_equal(identity_check(&schema, "91", &identity, &error),
			length == 254 ? RESULT_OK : RESULT_INVALID);
		assert_int_equal(strlen(identity.value[0]), length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_of_traits),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_the_longest_mail_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
