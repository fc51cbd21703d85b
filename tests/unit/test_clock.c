/* SPDX-License-Identifier: BSD-3-Clause */
/* A boot id as the kernel writes it, and what is none. */
#include "smsotpd/clock.h"
#include "test.h"

static void test_boot_ids(void **state)
{
	static const struct {
		const char *text;
		enum result result;
	} rows[] = {
		{"01020304-0506-0708-090a-0b0c0d0e0f10", RESULT_OK},
		{"0102030405060708090a0b0c0d0e0f10", RESULT_OK},
		{"", RESULT_INVALID},
		{"01020304-0506-0708-090a-0b0c0d0e0f1", RESULT_INVALID},
		{"01020304-0506-0708-090a-0b0c0d0e0f101", RESULT_INVALID},
		{"01020304-0506-0708-090a-0b0c0d0e0f10\n", RESULT_INVALID},
		{"01020304 0506 0708 090a 0b0c0d0e0f10", RESULT_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t boot[BOOT_ID_SIZE] = {0xff};
		HOLDS(rows[i].text, clock_boot_parse(rows[i].text, boot) == rows[i].result);
		for (uint8_t j = 0; rows[i].result == RESULT_OK && j < BOOT_ID_SIZE; j++)
			HOLDS(rows[i].text, boot[j] == j + 1);
		HOLDS(rows[i].text, rows[i].result == RESULT_OK || boot[0] == 0xff);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_boot_ids)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
