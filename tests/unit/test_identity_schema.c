/* SPDX-License-Identifier: BSD-3-Clause */
/* What a new schema does to the identities that are there. */
#include <dlfcn.h>

#include "identity_fixture.h"

/* What stands between the store and LMDB can only be file-scope: its calls bring no context. */
static int look_ups;

int mdb_get(MDB_txn *txn, MDB_dbi table, MDB_val *at, MDB_val *ret_value)
{
	look_ups++;
	return ((__typeof__(&mdb_get))(uintptr_t)dlsym(RTLD_NEXT, "mdb_get"))(
		txn, table, at, ret_value);
}

static void test_shared_phone(void **state)
{
	struct fixture *fixture = *state;
	static const struct schema identifies = {
		.count = 1, .trait = {{.name = "phone", .type = TRAIT_PHONE, .identifier = true}}};

	assert_int_equal(put(fixture, "bob", 1, "+919999900001", ""), RESULT_OK);
	assert_int_equal(put(fixture, "alice", 2, "+919999900001", ""), RESULT_OK);
	assert_int_equal(set_schema(fixture, &identifies, false), RESULT_EXISTS);
	expect_words(fixture, "alice and bob would have the same phone");
	/* Nothing of the refused schema stays. */
	assert_int_equal(put(fixture, "carol", 3, "+919999900001", ""), RESULT_OK);
}

static void test_schema_change(void **state)
{
	struct fixture *fixture = *state;
	static const struct schema reordered = {
		.count = 2,
		.trait = {{.name = "email", .type = TRAIT_EMAIL},
			{.name = "phone", .type = TRAIT_PHONE}},
	};
	static const struct schema without = {
		.count = 1, .trait = {{.name = "email", .type = TRAIT_EMAIL}}};
	static const struct schema requiring = {
		.count = 2,
		.trait = {{.name = "phone", .type = TRAIT_PHONE},
			{.name = "email", .type = TRAIT_EMAIL, .required = true}},
	};
	struct identity found = {0};

	assert_int_equal(put(fixture, "alice", 1, "+919999900001", ""), RESULT_OK);
	assert_int_equal(put(fixture, "bob", 2, "+919999900002", ""), RESULT_OK);
	assert_int_equal(set_schema(fixture, &reordered, false), RESULT_OK);
	assert_int_equal(find(fixture, "alice", &found), RESULT_OK);
	assert_string_equal(found.value[0], "");
	assert_string_equal(found.value[1], "+919999900001");
	assert_int_equal(set_schema(fixture, &requiring, false), RESULT_INVALID);
	expect_words(fixture, "alice has no email");
	assert_int_equal(set_schema(fixture, &without, false), RESULT_REFUSED);
	expect_words(fixture, "2 identities hold a value of phone");
	assert_int_equal(set_schema(fixture, &without, true), RESULT_OK);
	assert_int_equal(set_schema(fixture, &reordered, false), RESULT_OK);
	assert_int_equal(find(fixture, "alice", &found), RESULT_OK);
	assert_string_equal(found.value[1], "");
	assert_int_equal(find_uid(fixture, 2, &found), RESULT_OK);
	assert_string_equal(found.name, "bob");
}

static void test_retyped_trait(void **state)
{
	struct fixture *fixture = *state;
	static const struct schema text = {
		.count = 1, .trait = {{.name = "tel", .type = TRAIT_STRING}}};
	static const struct schema phone = {
		.count = 1, .trait = {{.name = "tel", .type = TRAIT_PHONE, .identifier = true}}};
	struct identity found = {0};

	assert_int_equal(set_schema(fixture, &text, false), RESULT_OK);
	assert_int_equal(put(fixture, "alice", 1, "99999 00001", ""), RESULT_OK);
	assert_int_equal(put(fixture, "bob", 2, "ask at the desk", ""), RESULT_OK);
	assert_int_equal(set_schema(fixture, &phone, false), RESULT_INVALID);
	expect_words(fixture, "tel of bob is no phone number");
	assert_int_equal(put(fixture, "bob", 2, "", ""), RESULT_OK);
	assert_int_equal(set_schema(fixture, &phone, false), RESULT_OK);
	assert_int_equal(find_phone(fixture, "+919999900001", &found), RESULT_OK);
	assert_string_equal(found.name, "alice");
}

static void test_bad_schemas(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		struct schema schema;
		const char *words;
	} rows[] = {
		{{.count = 1, .trait = {{.name = "uid"}}}, "cannot name a trait"},
		{{.count = 1, .trait = {{.name = "Phone"}}}, "cannot name a trait"},
		{{.count = 1, .trait = {{.name = ""}}}, "cannot name a trait"},
		{{.count = 2, .trait = {{.name = "a"}, {.name = "a"}}}, "the trait a twice"},
		{{.count = SCHEMA_TRAITS_MAX + 1}, "at most 16"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(set_schema(fixture, &rows[i].schema, true), RESULT_INVALID);
		expect_words(fixture, rows[i].words);
	}
}

static enum result count_one(const struct identity *identity, void *context)
{
	(void)identity;
	++*(int *)context;
	return RESULT_OK;
}

/* Two look-ups for each identity, and one of the schema for all: logins wait for a new schema. */
static void test_the_schema_is_read_once(void **state)
{
	struct fixture *fixture = *state;
	MDB_txn *txn = NULL;
	char name[8];
	int count = 0;

	for (uint32_t i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		assert_int_equal(put(fixture, name, i, "", ""), RESULT_OK);
	}
	assert_int_equal(identities_begin(fixture->identities, false, &txn), RESULT_OK);
	look_ups = 0;
	assert_int_equal(identities_each(fixture->identities, txn, count_one, &count), RESULT_OK);
	store_abort(&txn);
	assert_int_equal(count, 10);
	assert_int_equal(look_ups, 2 * 10 + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORE(test_shared_phone),
		WITH_STORE(test_schema_change),
		WITH_STORE(test_retyped_trait),
		WITH_STORE(test_bad_schemas),
		WITH_STORE(test_the_schema_is_read_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
