/* SPDX-License-Identifier: BSD-3-Clause */
/* The operator's text, judged as a phone would take it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gsm.h"

static void test_septets(void **state)
{
	static const struct {
		const char *text;
		size_t septets;
	} rows[] = {
		{"", 0},
		{"abc XYZ 0189 @$_!\"#%&'()*+,-./:;<=>?", 36},
		{"^{}\\[~]|\xe2\x82\xac\f", 20},
		{"\xc2\xa3\xc2\xa5\xc3\xa8\xc3\xa9\xc3\xb9\xc3\xac\xc3\xb2\xc3\x87\n\r", 10},
		{"\xce\x94\xce\xa6\xce\x93\xce\x9b\xce\xa9\xce\xa0\xce\xa8\xce\xa3\xce\x98\xce\x9e",
			10},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t septets = 99;
		size_t at = 99;
		assert_int_equal(gsm_septets(rows[i].text, &septets, &at), RESULT_OK);
		assert_int_equal(septets, rows[i].septets);
		assert_int_equal(at, 99);
	}
}

static void test_outside(void **state)
{
	static const struct {
		const char *name;
		const char *text;
		size_t at;
	} rows[] = {
		{"grave accent", "a`", 1},
		{"tab", "ab\t", 2},
		{"delete", "\x7f", 0},
		{"curly quote", "it\xe2\x80\x99s", 2},
		{"small c with cedilla", "\xc3\xa7", 0},
		{"emoji", "a\xf0\x9f\x98\x80", 1},
		{"a continuation alone", "\x80", 0},
		{"not gone on with", "\xc3i", 0},
		{"cut off", "ab\xc3", 2},
		{"cut off, three bytes", "ab\xe2\x82", 2},
		{"overlong A", "\xc1\x81", 0},
		{"overlong euro would be four bytes", "\xf0\x82\x82\xac", 0},
		{"overlong @ in three", "\xe0\x81\x80", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t septets = 99;
		size_t at = 99;
		if (gsm_septets(rows[i].text, &septets, &at) != RESULT_INVALID || septets != 99 ||
			at != rows[i].at)
			fail_msg("%s: at %zu", rows[i].name, at);
	}
}

static void assert_check(const char *text, enum result result, const char *word)
{
	struct error error = {""};

	assert_int_equal(message_check(text, &error), result);
	if (word != NULL && strstr(error.text, word) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", error.text, word);
}

static void test_check(void **state)
{
	char text[200];

	(void)state;
	assert_check("{code}", RESULT_OK, NULL);
	assert_check("Your code is {code}. {x}", RESULT_OK, NULL);
	assert_check("Your code is code", RESULT_INVALID, "no place");
	assert_check("{code} {code}", RESULT_INVALID, "more than one");
	assert_check("{code} \xe2\x80\x9cnow\xe2\x80\x9d", RESULT_INVALID, "byte 8 (0xe2)");
	/* 152 septets and a code of 8 digits are one part. */
	snprintf(text, sizeof(text), "%0152d{code}", 0);
	assert_check(text, RESULT_OK, NULL);
	snprintf(text, sizeof(text), "%0153d{code}", 0);
	assert_check(text, RESULT_INVALID, "161 septets");
	snprintf(text, sizeof(text), "%0151d^{code}", 0);
	assert_check(text, RESULT_INVALID, "161 septets");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_septets),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
