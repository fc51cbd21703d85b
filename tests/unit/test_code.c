/* SPDX-License-Identifier: BSD-3-Clause */
/* Codes: drawn, read and hashed. */
#include <dlfcn.h>

#include "core_fixture.h"
#include "smsotpd/code.h"

uint32_t randombytes_uniform(uint32_t bound);

/* Stands before libsodium's: what is drawn next, or SODIUM. */
#define SODIUM INT64_C(-1)
static int64_t drawn = SODIUM;
static uint32_t bound_asked;

uint32_t randombytes_uniform(uint32_t bound)
{
	uint32_t (*real)(uint32_t) = (__typeof__(&randombytes_uniform))(uintptr_t)dlsym(
		RTLD_NEXT, "randombytes_uniform");

	bound_asked = bound;
	if (drawn == SODIUM)
		return real(bound);
	return drawn < bound ? (uint32_t)drawn : bound - 1;
}

static const struct {
	const char *sentence;
	const char *typed;
	uint32_t digits;
	enum result result;
	const char *code;
} replies[] = {
	{"six digits", "123456", 6, RESULT_OK, "123456"},
	{"eight digits", "12345678", 8, RESULT_OK, "12345678"},
	{"a blank in the middle", "123 456", 6, RESULT_OK, "123456"},
	{"blanks everywhere", "  1 2 3 4 5 6  ", 6, RESULT_OK, "123456"},
	{"a tab is a blank", "123\t456", 6, RESULT_OK, "123456"},
	{"leading zeros count", "000001", 6, RESULT_OK, "000001"},
	{"a digit too few", "12345", 6, RESULT_INVALID, NULL},
	{"a digit too many", "1234567", 6, RESULT_INVALID, NULL},
	{"eight where six are asked for", "12345678", 6, RESULT_INVALID, NULL},
	{"blanks alone", "      ", 6, RESULT_INVALID, NULL},
	{"nothing", "", 6, RESULT_INVALID, NULL},
	{"letters", "12345a", 6, RESULT_INVALID, NULL},
	{"a sign", "+12345", 6, RESULT_INVALID, NULL},
	{"a dash", "123-456", 6, RESULT_INVALID, NULL},
	{"digits of another script", "12345\xd9\xa1", 6, RESULT_INVALID, NULL},
	{"a no-break space",
		"123\xc2\xa0"
		"456",
		6, RESULT_INVALID, NULL},
	{"what sshd hands over for a user it refuses", "\b\n\r\177INCORRECT", 6, RESULT_REFUSED,
		NULL},
	{"a newline behind a right code", "123456\n", 6, RESULT_REFUSED, NULL},
	{"a delete", "12345\x7f", 6, RESULT_REFUSED, NULL},
	{"a control byte behind what is wrong already", "abc\x01", 6, RESULT_REFUSED, NULL},
	{"an escape", "\x1b[A", 6, RESULT_REFUSED, NULL},
};

static void test_replies(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(replies); i++) {
		struct reply reply = {.length = strlen(replies[i].typed)};
		struct code code = {"before"};
		const char *expected = replies[i].code != NULL ? replies[i].code : "before";

		strcpy(reply.bytes, replies[i].typed);
		enum result result = code_read(&reply, replies[i].digits, &code);
		HOLDS(replies[i].sentence, result == replies[i].result);
		HOLDS(replies[i].sentence, strcmp(code.digits, expected) == 0);
	}
}

static void test_a_nul_is_a_control_byte(void **state)
{
	const struct reply reply = {.length = 7, .bytes = "123456\0"};
	struct code code;

	(void)state;
	assert_int_equal(code_read(&reply, 6, &code), RESULT_REFUSED);
}

static void test_a_long_reply_is_read_to_its_end(void **state)
{
	struct reply reply = {.length = REPLY_MAX};
	struct code code;

	(void)state;
	memset(reply.bytes, '7', REPLY_MAX);
	assert_int_equal(code_read(&reply, 6, &code), RESULT_INVALID);
	memset(reply.bytes, ' ', REPLY_MAX);
	memcpy(reply.bytes + REPLY_MAX - 6, "123456", 6);
	assert_int_equal(code_read(&reply, 6, &code), RESULT_OK);
	reply.bytes[REPLY_MAX - 1] = '\x02';
	assert_int_equal(code_read(&reply, 6, &code), RESULT_REFUSED);
}

/* Each digit at each place comes about as often; the odds against a false alarm are astronomic. */
static void test_drawn_codes(void **state)
{
	(void)state;
	for (uint32_t digits = CODE_DIGITS_MIN; digits <= CODE_DIGITS_MAX; digits++) {
		int seen[CODE_DIGITS_MAX][10] = {{0}};
		struct code test;

		code_test(digits, &test);
		for (int i = 0; i < 20000; i++) {
			struct code code;
			code_draw(digits, &code);
			assert_int_equal(strlen(code.digits), digits);
			assert_int_equal(strspn(code.digits, "0123456789"), digits);
			assert_string_not_equal(code.digits, test.digits);
			for (uint32_t at = 0; at < digits; at++)
				seen[at][code.digits[at] - '0']++;
		}
		for (uint32_t at = 0; at < digits; at++)
			for (int digit = 0; digit < 10; digit++)
				assert_in_range(seen[at][digit], 1600, 2400);
	}
}

static void test_the_first_and_the_last_code(void **state)
{
	struct code code;

	(void)state;
	drawn = 0;
	code_draw(6, &code);
	assert_string_equal(code.digits, "000001");
	drawn = INT32_MAX;
	code_draw(6, &code);
	assert_string_equal(code.digits, "999999");
	code_draw(8, &code);
	assert_string_equal(code.digits, "99999999");
	/* One more, and one code would come of two numbers, and zeros of one. */
	assert_int_equal(bound_asked, 99999999);
	drawn = SODIUM;
}

static void test_the_test_code_is_zeros(void **state)
{
	struct code code;

	(void)state;
	code_test(6, &code);
	assert_string_equal(code.digits, "000000");
	code_test(8, &code);
	assert_string_equal(code.digits, "00000000");
}

static void test_hashes_are_bound(void **state)
{
	const struct code code = {"123456"}, next = {"123457"}, longer = {"1234560"};
	uint8_t mine[HASH_SIZE], other[HASH_SIZE], first[HASH_SIZE], hash[HASH_SIZE];
	struct keys keys, foreign;

	(void)state;
	keys_fill(&keys, 1);
	keys_fill(&foreign, 9);
	hash_fill(mine, 1);
	hash_fill(other, 2);
	code_hash(&keys, mine, &code, first);
	code_hash(&keys, mine, &code, hash);
	assert_memory_equal(hash, first, HASH_SIZE);
	code_hash(&keys, mine, &next, hash);
	assert_memory_not_equal(hash, first, HASH_SIZE);
	code_hash(&keys, mine, &longer, hash);
	assert_memory_not_equal(hash, first, HASH_SIZE);
	code_hash(&keys, other, &code, hash);
	assert_memory_not_equal(hash, first, HASH_SIZE);
	code_hash(&foreign, mine, &code, hash);
	assert_memory_not_equal(hash, first, HASH_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_a_nul_is_a_control_byte),
		cmocka_unit_test(test_a_long_reply_is_read_to_its_end),
		cmocka_unit_test(test_drawn_codes),
		cmocka_unit_test(test_the_first_and_the_last_code),
		cmocka_unit_test(test_the_test_code_is_zeros),
		cmocka_unit_test(test_hashes_are_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
