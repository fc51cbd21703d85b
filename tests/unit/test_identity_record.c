/* SPDX-License-Identifier: BSD-3-Clause */
/* Records survive the round trip, a change of schema and any bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smsotpd/identity_record.h"

static const struct schema schema = {
	.count = 3,
	.trait = {{.name = "phone", .type = TRAIT_PHONE, .identifier = true},
		{.name = "email", .type = TRAIT_EMAIL},
		{.name = "desk", .type = TRAIT_STRING, .required = true}},
};

static const struct identity alice = {
	.name = "alice",
	.uid = 1000,
	.suspended = true,
	.value = {"+919999900001", "", "4th floor"},
};

static void test_round_trip(void **state)
{
	(void)state;
	uint8_t bytes[IDENTITY_RECORD_MAX];
	struct identity back = {0};

	size_t size = identity_encode(&schema, &alice, bytes, sizeof(bytes));
	assert_true(size > 0);
	assert_int_equal(identity_decode(&schema, bytes, size, &back), RESULT_OK);
	assert_string_equal(back.name, "alice");
	assert_int_equal(back.uid, 1000);
	assert_true(back.suspended);
	for (size_t i = 0; i < schema.count; i++)
		assert_string_equal(back.value[i], alice.value[i]);
}

static void test_layout(void **state)
{
	(void)state;
	static const uint8_t expected[] = "\x01\x01\xe8\x03\x00\x00\x05\x00"
					  "alice\x00\x02\x05\x00phone\x00\x0d\x00"
					  "+919999900001\x00\x04\x00"
					  "desk\x00\x09\x00"
					  "4th floor";
	uint8_t bytes[IDENTITY_RECORD_MAX];

	size_t size = identity_encode(&schema, &alice, bytes, sizeof(bytes));
	assert_int_equal(size, sizeof(expected));
	assert_memory_equal(bytes, expected, size);
}

static void test_values_follow_their_trait(void **state)
{
	(void)state;
	static const struct schema other = {
		.count = 2,
		.trait = {{.name = "desk", .type = TRAIT_STRING},
			{.name = "phone", .type = TRAIT_PHONE}},
	};
	uint8_t bytes[IDENTITY_RECORD_MAX];
	struct identity back = {0};

	size_t size = identity_encode(&schema, &alice, bytes, sizeof(bytes));
	assert_int_equal(identity_decode(&other, bytes, size, &back), RESULT_OK);
	assert_string_equal(back.value[0], "4th floor");
	assert_string_equal(back.value[1], "+919999900001");
}

static void test_a_value_stands_once(void **state)
{
	(void)state;
	uint8_t bytes[] = "\x01\x01\xe8\x03\x00\x00\x05\x00"
			  "alice\x00\x02\x04\x00"
			  "desk\x00\x01\x00"
			  "1\x00\x04\x00"
			  "fesk\x00\x01\x00"
			  "2";
	uint8_t twice[sizeof(bytes)];
	struct identity back = {.uid = 7};

	memcpy(twice, bytes, sizeof(bytes));
	*(uint8_t *)memchr(twice, 'f', sizeof(twice)) = 'd';
	assert_int_equal(identity_decode(&schema, bytes, sizeof(bytes), &back), RESULT_OK);
	assert_string_equal(back.value[2], "1");
	back.uid = 7;
	assert_int_equal(identity_decode(&schema, twice, sizeof(twice), &back), RESULT_INVALID);
	assert_int_equal(back.uid, 7);
}

static void test_largest(void **state)
{
	(void)state;
	struct schema wide = {.count = SCHEMA_TRAITS_MAX};
	struct identity full = {.uid = UID_NONE}, back = {0};
	uint8_t bytes[IDENTITY_RECORD_MAX], schema_bytes[SCHEMA_RECORD_MAX];

	memset(full.name, 'n', IDENTITY_NAME_MAX);
	for (size_t i = 0; i < SCHEMA_TRAITS_MAX; i++) {
		memset(wide.trait[i].name, 'a' + (int)i, TRAIT_NAME_MAX);
		memset(full.value[i], 'v', TRAIT_VALUE_MAX);
	}
	size_t size = identity_encode(&wide, &full, bytes, sizeof(bytes));
	assert_true(size > 0);
	assert_int_equal(identity_decode(&wide, bytes, size, &back), RESULT_OK);
	assert_memory_equal(&full, &back, sizeof(full));
	assert_true(schema_encode(&wide, schema_bytes, sizeof(schema_bytes)) > 0);
	assert_int_equal(identity_encode(&wide, &full, bytes, size - 1), 0);
}

/* No part of a record is a record, nor is a record with more behind it. */
static void test_cut_and_padded(void **state)
{
	(void)state;
	uint8_t bytes[IDENTITY_RECORD_MAX] = {0}, schema_bytes[SCHEMA_RECORD_MAX] = {0};
	struct identity back = {.name = "untouched"};
	struct schema schema_back = {.count = 7};

	size_t size = identity_encode(&schema, &alice, bytes, sizeof(bytes));
	for (size_t cut = 0; cut < size; cut++)
		assert_int_equal(identity_decode(&schema, bytes, cut, &back), RESULT_INVALID);
	assert_int_equal(identity_decode(&schema, bytes, size + 1, &back), RESULT_INVALID);
	assert_string_equal(back.name, "untouched");
	size = schema_encode(&schema, schema_bytes, sizeof(schema_bytes));
	for (size_t cut = 0; cut < size; cut++)
		assert_int_equal(schema_decode(schema_bytes, cut, &schema_back), RESULT_INVALID);
	assert_int_equal(schema_decode(schema_bytes, size + 1, &schema_back), RESULT_INVALID);
	assert_int_equal(schema_back.count, 7);
}

/* Whole otherwise: only the count is one too many. */
static void test_one_trait_too_many(void **state)
{
	(void)state;
	struct schema wide = {.count = SCHEMA_TRAITS_MAX}, schema_back;
	struct identity full = {.name = "n", .uid = UID_NONE}, back;
	uint8_t bytes[IDENTITY_RECORD_MAX], schema_bytes[SCHEMA_RECORD_MAX];
	uint8_t many[2 + 255 * 6] = {1};

	for (size_t i = 0; i < SCHEMA_TRAITS_MAX; i++) {
		wide.trait[i].name[0] = (char)('a' + i);
		full.value[i][0] = 'v';
	}
	size_t size = identity_encode(&wide, &full, bytes, sizeof(bytes));
	memcpy(bytes + size, "\x01\x00z\x00\x01\x00v", 8);
	assert_int_equal(identity_decode(&wide, bytes, size, &back), RESULT_OK);
	bytes[10]++;
	assert_int_equal(identity_decode(&wide, bytes, size + 8, &back), RESULT_INVALID);
	size = schema_encode(&wide, schema_bytes, sizeof(schema_bytes));
	assert_int_equal(schema_decode(schema_bytes, size, &schema_back), RESULT_OK);
	assert_memory_equal(&wide, &schema_back, sizeof(wide));
	many[1] = 255;
	for (size_t i = 2; i < sizeof(many); i += 6)
		memcpy(many + i, "\x00\x00\x01\x00z", 6);
	assert_int_equal(schema_decode(many, sizeof(many), &schema_back), RESULT_INVALID);
}

static void test_foreign(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		uint8_t byte;
		const char *why;
	} rows[] = {
		{0, 2, "a version of the future"},
		{1, 2, "a flag that is not known"},
		{8, '/', "a name that is none"},
		{14, 3, "one trait more than there is"},
		{14, 17, "more traits than there may be"},
		{17, 'P', "a trait's name that is none"},
		{25, 0, "a value with a NUL"},
	};
	uint8_t bytes[IDENTITY_RECORD_MAX];
	struct identity back;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t size = identity_encode(&schema, &alice, bytes, sizeof(bytes));
		bytes[rows[i].at] = rows[i].byte;
		if (identity_decode(&schema, bytes, size, &back) != RESULT_INVALID)
			fail_msg("took %s", rows[i].why);
	}
}

static void test_schema_round_trip(void **state)
{
	(void)state;
	uint8_t bytes[SCHEMA_RECORD_MAX];
	struct schema back = {0};

	size_t size = schema_encode(&schema, bytes, sizeof(bytes));
	assert_int_equal(schema_decode(bytes, size, &back), RESULT_OK);
	assert_memory_equal(&schema, &back, sizeof(back));
	bytes[2] = TRAIT_EMAIL + 1;
	assert_int_equal(schema_decode(bytes, size, &back), RESULT_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_values_follow_their_trait),
		cmocka_unit_test(test_a_value_stands_once),
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_cut_and_padded),
		cmocka_unit_test(test_one_trait_too_many),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_schema_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
