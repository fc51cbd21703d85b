/* SPDX-License-Identifier: BSD-3-Clause */
/* Phones as people write them. */
#include "secret.h"
#include "test.h"

static const struct {
	const char *sentence;
	const char *text;
	const char *country;
	const char *e164; /* NULL: refused */
} phones[] = {
	{"international stays as it is", "+919999900001", "", "+919999900001"},
	{"international needs no country", "+12025550100", "91", "+12025550100"},
	{"00 is the plus", "00919999900001", "", "+919999900001"},
	{"00 is the plus even with a country", "00919999900001", "1", "+919999900001"},
	{"national is completed", "9999900001", "91", "+919999900001"},
	{"national without a country is refused", "9999900001", "", NULL},
	{"one leading zero of a national number is dropped", "09999900001", "91", "+919999900001"},
	{"separators are dropped", "+91 99999-00001", "", "+919999900001"},
	{"parentheses and dots are dropped", "(202) 555.0100", "1", "+12025550100"},
	{"blanks around are dropped", "  +91 99999 00001 ", "", "+919999900001"},
	{"a leading parenthesis does not hide the plus", "(+91) 99999 00001", "", "+919999900001"},
	{"seven digits are the shortest", "+1234567", "", "+1234567"},
	{"six digits are too short", "+123456", "", NULL},
	{"fifteen digits are the longest", "+123456789012345", "", "+123456789012345"},
	{"sixteen digits are too long", "+1234567890123456", "", NULL},
	{"seventeen digits are too long", "+12345678901234567", "", NULL},
	{"the country counts", "12345678901234", "91", NULL},
	{"no country code begins with zero", "+0919999900001", "", NULL},
	{"nor after 00", "000919999900001", "", NULL},
	{"letters are refused", "+91 99999 0000x", "", NULL},
	{"a second plus is refused", "++919999900001", "", NULL},
	{"a plus inside is refused", "91+9999900001", "", NULL},
	{"an extension is refused", "+12025550100;ext=1", "", NULL},
	{"nothing is refused", "", "91", NULL},
	{"a plus alone is refused", "+", "91", NULL},
	{"separators alone are refused", " - ", "", NULL},
	{"a newline is refused", "+919999900001\n", "", NULL},
	{"digits of another script are refused", "+91999990000\xd9\xa1", "", NULL},
};

static void test_phones(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(phones); i++) {
		struct phone phone = {"untouched"};
		enum result result = phone_parse(phones[i].text, phones[i].country, &phone);
		const char *expected = phones[i].e164 != NULL ? phones[i].e164 : "untouched";

		HOLDS(phones[i].sentence, (result == RESULT_OK) == (phones[i].e164 != NULL));
		HOLDS(phones[i].sentence, result == RESULT_OK || result == RESULT_INVALID);
		HOLDS(phones[i].sentence, strcmp(phone.e164, expected) == 0);
	}
}

static void test_masks(void **state)
{
	static const struct {
		const char *e164;
		const char *masked;
	} rows[] = {
		{"+919999900001", "+91xxxxxxxx01"},
		{"+1234567", "+12xxx67"},
		{"+123456789012345", "+12xxxxxxxxxxx45"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct phone phone = {""};
		char masked[PHONE_MASKED_SIZE];

		strcpy(phone.e164, rows[i].e164);
		phone_mask(&phone, masked);
		assert_string_equal(masked, rows[i].masked);
	}
}

static void test_secrets_are_wiped(void **state)
{
	static const struct reply nothing;
	struct code code = {"123456"};
	struct phone phone = {"+919999900001"};
	struct reply reply = {6, "123456"};
	struct password password = {"password"};

	(void)state;
	code_wipe(&code);
	phone_wipe(&phone);
	reply_wipe(&reply);
	password_wipe(&password);
	assert_memory_equal(&code, &nothing, sizeof(code));
	assert_memory_equal(&phone, &nothing, sizeof(phone));
	assert_memory_equal(&reply, &nothing, sizeof(reply));
	assert_memory_equal(&password, &nothing, sizeof(password));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_phones),
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_secrets_are_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
