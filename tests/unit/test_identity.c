/* SPDX-License-Identifier: BSD-3-Clause */
/* Who has which phone: what the store takes, refuses and finds. */
#include "identity_fixture.h"
#include "smsotpd/identity_tables.h"

static void test_put_and_find(void **state)
{
	struct fixture *fixture = *state;
	struct identity found = {0};
	struct phone phone;
	static const struct schema first = {
		.count = 1, .trait = {{.name = "phone", .type = TRAIT_PHONE}}};

	assert_int_equal(put(fixture, "alice", 1000, "099999 00001", ""), RESULT_OK);
	reopen(fixture, key);
	assert_int_equal(find(fixture, "alice", &found), RESULT_OK);
	assert_int_equal(found.uid, 1000);
	assert_string_equal(found.value[0], "+919999900001");
	assert_int_equal(identity_phone(&first, &found, &phone), RESULT_OK);
	assert_string_equal(phone.e164, "+919999900001");
	assert_int_equal(find_uid(fixture, 1000, &found), RESULT_OK);
	assert_string_equal(found.name, "alice");
	assert_int_equal(find(fixture, "bob", &found), RESULT_NOT_FOUND);
	assert_int_equal(find(fixture, "", &found), RESULT_NOT_FOUND);
	assert_int_equal(find_uid(fixture, 1001, &found), RESULT_NOT_FOUND);
	assert_int_equal(find_uid(fixture, UID_NONE, &found), RESULT_NOT_FOUND);
}

static void test_no_phone(void **state)
{
	(void)state;
	static const struct schema with = {
		.count = 1, .trait = {{.name = "phone", .type = TRAIT_PHONE}}};
	static const struct schema without = {
		.count = 1, .trait = {{.name = "phone", .type = TRAIT_STRING}}};
	struct identity nobody = {0};
	struct phone phone;

	assert_int_equal(identity_phone(&with, &nobody, &phone), RESULT_NOT_FOUND);
	assert_int_equal(identity_phone(&without, &nobody, &phone), RESULT_INVALID);
}

static void test_replace_and_remove(void **state)
{
	struct fixture *fixture = *state;
	struct identity found = {0};

	assert_int_equal(set_schema(fixture, &phone_identifies, false), RESULT_OK);
	assert_int_equal(put(fixture, "alice", 1000, "+919999900001", ""), RESULT_OK);
	assert_int_equal(put(fixture, "alice", 1001, "+919999900002", ""), RESULT_OK);
	assert_int_equal(find_uid(fixture, 1000, &found), RESULT_NOT_FOUND);
	assert_int_equal(find_phone(fixture, "+919999900001", &found), RESULT_NOT_FOUND);
	assert_int_equal(find_phone(fixture, "9999900002", &found), RESULT_OK);
	assert_string_equal(found.name, "alice");
	/* What alice left is free for others. */
	assert_int_equal(put(fixture, "bob", 1000, "+919999900001", ""), RESULT_OK);
	assert_int_equal(remove_name(fixture, "bob"), RESULT_OK);
	assert_int_equal(find(fixture, "bob", &found), RESULT_NOT_FOUND);
	assert_int_equal(find_phone(fixture, "+919999900001", &found), RESULT_NOT_FOUND);
	assert_int_equal(remove_name(fixture, "bob"), RESULT_NOT_FOUND);
	expect_words(fixture, "no identity bob");
}

static void test_refused_values(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *name, *phone, *email, *words;
	} rows[] = {
		{"alice", "12", "", "phone of alice is no phone number"},
		{"alice", "+9199999000011234567", "", "no phone number"},
		{"alice", "99999x00001", "", "no phone number"},
		{"alice", "", "alice", "email of alice is no mail address"},
		{"alice", "", "alice@", "no mail address"},
		{"alice", "", "@example.org", "no mail address"},
		{"alice", "", "a b@example.org", "no mail address"},
		{"alice", "", "a@b@example.org", "no mail address"},
		{"alice", "", "alice@example.org\r", "control character"},
		{"", "", "", "cannot name an identity"},
		{"al ice", "", "", "cannot name an identity"},
		{"-alice", "", "", "cannot name an identity"},
		{"al:ice", "", "", "cannot name an identity"},
		{"al\x1b[31m", "", "", "\\x1b"},
		{"al\x7f", "", "", "\\x7f"},
	};

	assert_int_equal(set_schema(fixture, &phone_identifies, false), RESULT_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum result result =
			put(fixture, rows[i].name, UID_NONE, rows[i].phone, rows[i].email);
		assert_int_equal(result, RESULT_INVALID);
		expect_words(fixture, rows[i].words);
		if (strlen(rows[i].phone) > 2)
			assert_null(strstr(fixture->error.text, rows[i].phone));
	}
}

static void test_uniqueness_names_both(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(set_schema(fixture, &phone_identifies, false), RESULT_OK);
	assert_int_equal(
		put(fixture, "alice", 1000, "+919999900001", "Alice@Example.org"), RESULT_OK);
	assert_int_equal(put(fixture, "bob", 1000, "", ""), RESULT_EXISTS);
	expect_words(fixture, "alice and bob would have the same uid");
	assert_int_equal(put(fixture, "bob", 1001, "99999-00001", ""), RESULT_EXISTS);
	expect_words(fixture, "alice and bob would have the same phone");
	assert_int_equal(put(fixture, "bob", 1001, "", "alice@example.ORG"), RESULT_EXISTS);
	expect_words(fixture, "alice and bob would have the same email");
	assert_int_equal(put(fixture, "bob", 1001, "", ""), RESULT_OK);
	assert_int_equal(put(fixture, "carol", 1002, "", ""), RESULT_OK);
}

struct names {
	char text[256];
};

static enum result join(const struct identity *identity, void *context)
{
	struct names *names = context;

	strcat(names->text, identity->name);
	strcat(names->text, " ");
	return RESULT_OK;
}

static void test_each_is_sorted(void **state)
{
	struct fixture *fixture = *state;
	static const char *const added[] = {"mallory", "alice", "zoe", "bob", "Eve"};
	struct names names = {""};
	MDB_txn *txn = NULL;
	size_t count = 0;

	for (size_t i = 0; i < 5; i++)
		assert_int_equal(put(fixture, added[i], UID_NONE, "", ""), RESULT_OK);
	assert_int_equal(identities_begin(fixture->identities, false, &txn), RESULT_OK);
	assert_int_equal(identities_each(fixture->identities, txn, join, &names), RESULT_OK);
	assert_int_equal(identities_count(fixture->identities, txn, &count), RESULT_OK);
	store_abort(&txn);
	assert_string_equal(names.text, "Eve alice bob mallory zoe ");
	assert_int_equal(count, 5);
}

/* A cloned image has another key: names, uids and identifiers are found as before. */
static void test_other_key(void **state)
{
	struct fixture *fixture = *state;
	static const uint8_t other[STORE_KEY_SIZE] = "the key of the cloned image";
	struct identity found = {0};

	assert_int_equal(set_schema(fixture, &phone_identifies, false), RESULT_OK);
	assert_int_equal(put(fixture, "alice", 1, "+919999900001", ""), RESULT_OK);
	assert_int_equal(put(fixture, "bob", 2, "+919999900002", ""), RESULT_OK);
	reopen(fixture, other);
	assert_int_equal(find(fixture, "alice", &found), RESULT_OK);
	assert_int_equal(find_uid(fixture, 2, &found), RESULT_OK);
	assert_string_equal(found.name, "bob");
	assert_int_equal(find_phone(fixture, "+919999900001", &found), RESULT_OK);
	assert_int_equal(put(fixture, "carol", 2, "", ""), RESULT_EXISTS);
	reopen(fixture, other);
	assert_int_equal(find(fixture, "bob", &found), RESULT_OK);
}

/* Closed stores let nobody be removed: what helps is told. */
static void test_other_key_without_room(void **state)
{
	static const uint8_t other[STORE_KEY_SIZE] = "the key of the cloned image";
	const size_t size = (size_t)512 << 10;
	struct fixture *fixture = *state;
	struct identity identity = {.uid = 1};
	MDB_txn *txn = NULL;
	char file[128];

	identities_close(&fixture->identities);
	snprintf(file, sizeof(file), "%s/data.mdb", fixture->path);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(identities_open(fixture->path, size, true, key, &fixture->identities,
				 &fixture->error),
		RESULT_OK);
	assert_int_equal(identities_begin(fixture->identities, true, &txn), RESULT_OK);
	for (; identity.uid <= 1600; identity.uid++) {
		snprintf(identity.name, sizeof(identity.name), "user%u", identity.uid);
		assert_int_equal(
			identities_put(fixture->identities, txn, &identity, "91", &fixture->error),
			RESULT_OK);
	}
	assert_int_equal(store_commit(&txn), RESULT_OK);
	identities_close(&fixture->identities);
	assert_int_equal(identities_open(fixture->path, size, false, other, &fixture->identities,
				 &fixture->error),
		RESULT_FULL);
	expect_words(fixture, "raise identity_size in [store] and restart smsotpd");
}

/* Of a store that is not what smsotpd wrote. */
static void test_other_key_names_who_clash(void **state)
{
	static const uint8_t other[STORE_KEY_SIZE] = "the key of the cloned image";
	struct fixture *fixture = *state;
	struct identity bob = {.name = "bob", .uid = 1};
	struct schema schema;
	MDB_txn *txn = NULL;

	assert_int_equal(put(fixture, "alice", 1, "", ""), RESULT_OK);
	assert_int_equal(identities_begin(fixture->identities, true, &txn), RESULT_OK);
	assert_int_equal(identities_schema(fixture->identities, txn, &schema), RESULT_OK);
	assert_int_equal(tables_save(fixture->identities, txn, &schema, &bob), RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
	identities_close(&fixture->identities);
	assert_int_equal(identities_open(fixture->path, IDENTITY_STORE_SIZE, false, other,
				 &fixture->identities, &fixture->error),
		RESULT_EXISTS);
	expect_words(fixture, "alice");
	expect_words(fixture, "bob");
	expect_words(fixture, "would have the same uid");
}

static void test_never_begun_by_itself(void **state)
{
	struct fixture *fixture = *state;
	char file[128];

	identities_close(&fixture->identities);
	snprintf(file, sizeof(file), "%s/data.mdb", fixture->path);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(identities_open(fixture->path, IDENTITY_STORE_SIZE, false, key,
				 &fixture->identities, &fixture->error),
		RESULT_NOT_FOUND);
	expect_words(fixture, "restore it from a backup");
}

/* What was made and never filled is no store of nobody. */
static void test_a_store_without_a_schema(void **state)
{
	struct fixture *fixture = *state;
	struct store *store = NULL;
	char file[128];

	identities_close(&fixture->identities);
	snprintf(file, sizeof(file), "%s/data.mdb", fixture->path);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(
		store_open(fixture->path, IDENTITY_STORE_SIZE, true, &store, &fixture->error),
		RESULT_OK);
	store_close(&store);
	assert_int_equal(identities_open(fixture->path, IDENTITY_STORE_SIZE, false, key,
				 &fixture->identities, &fixture->error),
		RESULT_NOT_FOUND);
	expect_words(fixture, "holds no schema; restore it from a backup");
	assert_null(fixture->identities);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORE(test_put_and_find),
		cmocka_unit_test(test_no_phone),
		WITH_STORE(test_replace_and_remove),
		WITH_STORE(test_refused_values),
		WITH_STORE(test_uniqueness_names_both),
		WITH_STORE(test_each_is_sorted),
		WITH_STORE(test_other_key),
		WITH_STORE(test_other_key_without_room),
		WITH_STORE(test_other_key_names_who_clash),
		WITH_STORE(test_never_begun_by_itself),
		WITH_STORE(test_a_store_without_a_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
