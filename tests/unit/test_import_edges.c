/* SPDX-License-Identifier: BSD-3-Clause */
/* Imports of very much, and of what hardly anybody writes: what is said of it, and what stays. */
#include "import_fixture.h"
#include "smsotpd/identity_tables.h"

static const struct keys foreign = {.identity = "another", .name = "name"};

static json_int_t identities_of(struct fixture *fixture)
{
	json_t *reply = run(fixture, "{\"verb\": \"status\"}", -1);
	json_int_t count = json_integer_value(json_object_get(reply, "identities"));

	json_decref(reply);
	return count;
}

/* Whoever asked and has gone when the write was half done. */
static bool gone(void *context, size_t done, unsigned int permille)
{
	bool *writes = context;

	(void)done;
	*writes = *writes || permille >= 800;
	return permille < 850;
}

static void test_asker_goes_while_it_is_written(void **state)
{
	struct fixture *fixture = *state;
	bool writes = false;
	const struct ctl_progress progress = {.context = &writes, .tell = gone};
	char *text = many_people(9000, 1);

	begin(fixture);
	fixture->context.progress = &progress;
	expect_error(import_with(fixture, "", text, strlen(text)), "no identity was changed");
	assert_true(writes);
	assert_int_equal(identities_of(fixture), 3);
	free(text);
}

static void save_records(struct fixture *fixture, int count)
{
	struct record record = {.known = {{.realtime = 1}}, .challenge = {{.sent = 1, .live = 1}}};
	struct state *state = fixture->context.state;
	uint8_t id[HASH_SIZE];
	char name[16];
	MDB_txn *txn = NULL;

	assert_int_equal(state_begin(state, true, &txn), RESULT_OK);
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "u%05d", i);
		state_id(state, name, true, id);
		assert_int_equal(state_save(state, txn, id, &record), RESULT_OK);
	}
	assert_int_equal(store_commit(&txn), RESULT_OK);
}

/* How many have a code, and how many a place. */
static void count_records(struct fixture *fixture, int count, int *ret_codes, int *ret_known)
{
	struct state *state = fixture->context.state;
	struct record record;
	uint8_t id[HASH_SIZE];
	char name[16];
	MDB_txn *txn = NULL;

	*ret_codes = *ret_known = 0;
	assert_int_equal(state_begin(state, false, &txn), RESULT_OK);
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "u%05d", i);
		state_id(state, name, true, id);
		assert_int_equal(state_load(state, txn, id, &record), RESULT_OK);
		*ret_codes += record.challenge[0].sent > 0;
		*ret_known += record.known[0].realtime != 0;
	}
	store_abort(&txn);
}

static size_t commits(struct fixture *fixture)
{
	MDB_txn *txn = NULL;

	assert_int_equal(state_begin(fixture->context.state, false, &txn), RESULT_OK);
	size_t number = mdb_txn_id(txn);
	store_abort(&txn);
	return number;
}

/* All of them, in transactions that logins come in between. */
static void test_many_are_forgotten(void **state)
{
	const int count = 1100;
	struct fixture *fixture = *state;
	char *first = many_people(count, 1), *second = many_people(count, 2),
	     suspend[64 * 1024] = "";
	int codes = 0, known = 0;

	strcat(suspend, "name,suspended\n");
	for (int i = 0; i < count; i++)
		sprintf(suspend + strlen(suspend), "u%05d,yes\n", i);
	expect_ok(import_with(fixture, "", first, strlen(first)));
	save_records(fixture, count);
	size_t before = commits(fixture);
	expect_ok(import_with(fixture, "", suspend, strlen(suspend)));
	count_records(fixture, count, &codes, &known);
	assert_true(codes == 0 && known == count);
	assert_in_range(commits(fixture) - before, 3, 12);
	save_records(fixture, count);
	before = commits(fixture);
	expect_ok(import_with(fixture, "", second, strlen(second)));
	count_records(fixture, count, &codes, &known);
	assert_true(codes == 0 && known == 0);
	assert_in_range(commits(fixture) - before, 3, 12);
	free(first);
	free(second);
}

static void reopen(struct fixture *fixture, size_t size, bool create, const struct keys *with)
{
	struct error error = {""};
	char path[96];

	identities_close(&fixture->context.identities);
	snprintf(path, sizeof(path), "%s/identity", fixture->root);
	if (create) {
		char file[128];
		snprintf(file, sizeof(file), "%s/data.mdb", path);
		assert_int_equal(unlink(file), 0);
	}
	if (identities_open(path, size, create, with->identity, &fixture->context.identities,
		    &error) != RESULT_OK)
		fail_msg("%s", error.text);
}

static void test_a_store_that_is_full(void **state)
{
	struct fixture *fixture = *state;
	char *text = many_people(9000, 1);

	reopen(fixture, (size_t)1 << 20, true, &keys);
	begin(fixture);
	expect_error(import_with(fixture, "", text, strlen(text)),
		"the identity store is full; raise identity_size in [store], restart smsotpd and "
		"repeat; no identity was changed, but codes, ");
	assert_int_equal(identities_of(fixture), 3);
	free(text);
}

/* A name that stands twice has its uid twice as well, which is no second fault. */
static void test_a_name_twice_is_one_fault(void **state)
{
	struct fixture *fixture = *state;
	char text[4096] = "name,uid\n";

	json_t *reply = import_with(fixture, "", TEXT("name,uid\nalice,1\nalice,1\n"));
	assert_int_equal(json_array_size(json_object_get(reply, "errors")), 1);
	expect_fault(reply, 3, "alice stands on line 2 already");
	for (int i = 0; i < 60; i++)
		sprintf(text + strlen(text), "u%d,%d\n", i / 2, i);
	reply = import_with(fixture, "", text, strlen(text));
	assert_int_equal(json_array_size(json_object_get(reply, "errors")), 20);
	expect_error(reply, "at least 20 faults");
	expect_list(fixture, "[]");
}

/* Whatever their names. */
static void test_a_clash_is_told_of_the_later_line(void **state)
{
	struct fixture *fixture = *state;

	expect_fault(import_with(fixture, "", TEXT("name,uid\nzoe,7\nann,8\nbob,7\n")), 4,
		"zoe and bob would have the same uid");
	expect_fault(import_with(fixture, "", TEXT("name,uid\nbob,7\nann,8\nzoe,7\n")), 4,
		"bob and zoe would have the same uid");
}

/* Whoever has the uid by the index has no record: a damaged store is no reason to overwrite it. */
static void test_an_identity_that_is_lost(void **state)
{
	struct fixture *fixture = *state;
	struct identities *identities = fixture->context.identities;
	struct identity_id at, nobody;
	MDB_val key = {sizeof(at), &at}, value = {sizeof(nobody), &nobody};
	MDB_txn *txn = NULL;

	id_of_uid(identities, 7, &at);
	id_of_name(identities, "lost", &nobody);
	assert_int_equal(identities_begin(identities, true, &txn), RESULT_OK);
	assert_int_equal(mdb_put(txn, identities->uid, &key, &value, 0), 0);
	assert_int_equal(store_commit(&txn), RESULT_OK);
	expect_fault(import_with(fixture, "", TEXT("name,uid\nalice,7\n")), 2,
		"an identity that is lost and alice would have the same uid");
	expect_list(fixture, "[]");
}

static void test_rows_that_hold_too_much(void **state)
{
	struct fixture *fixture = *state;
	char text[1024] = "{\"name\":\"alice\",\"uid\":1,\"traits\":{", name[400], options[64];

	for (int i = 0; i <= SCHEMA_TRAITS_MAX + 1; i++)
		sprintf(text + strlen(text), "%s\"t%d\":\"\"", i == 0 ? "" : ",", i);
	strcat(text, "}}\n");
	expect_fault(
		import_with(fixture, "", text, strlen(text)), 1, "there are more than 16 traits");
	expect_fault(import_with(fixture, ", \"format\": \"jsonl\"", TEXT("")), 1,
		"the file is empty; write one JSON object on each line");
	/* A name that no list of names can have is passed over, and named where there is no list.
	 */
	memset(name, 'n', 200);
	strcpy(name + 200, ",1\nalice,2\n");
	snprintf(text, sizeof(text), "name,uid\n%salice\n", name);
	snprintf(options, sizeof(options), ", \"names_at\": %zu", strlen(text) - 6);
	json_t *reply = import_with(fixture, options, text, strlen(text));
	expect_counts(reply, 1, 0, 0, 0);
	expect_ok(reply);
	expect_fault(
		import_with(fixture, "", text, strlen(text) - 6), 2, "cannot name an identity");
}

static void expect_change(json_t *reply, const char *expected)
{
	char *said = json_dumps(json_object_get(reply, "change"), JSON_COMPACT);

	assert_string_equal(said, expected);
	free(said);
	expect_ok(reply);
}

static void test_dry_run_names_what_changes(void **state)
{
	static const char dry[] = ", \"dry_run\": true";
	struct fixture *fixture = *state;

	begin(fixture);
	expect_change(import_with(fixture, dry, TEXT("name,suspended\nbob,yes\ncarol,no\n")),
		"[{\"name\":\"bob\",\"fields\":[\"suspended\"]}]");
	expect_ok(run(fixture, "{\"verb\": \"recovery.issue\", \"name\": \"bob\"}", -1));
	char *whole = export_with(fixture, "jsonl");
	reopen(fixture, IDENTITY_STORE_SIZE, true, &keys);
	begin(fixture);
	expect_change(import_with(fixture, dry, whole, strlen(whole)),
		"[{\"name\":\"bob\",\"fields\":[\"recovery\"]}]");
	free(whole);
}

/* Codes that another key made are no use here: warned of, and no reason to refuse the rest. */
static void test_codes_of_another_key(void **state)
{
	struct fixture *fixture = *state;

	begin(fixture);
	expect_ok(run(fixture, "{\"verb\": \"recovery.issue\", \"name\": \"bob\"}", -1));
	char *whole = export_with(fixture, "jsonl");
	reopen(fixture, IDENTITY_STORE_SIZE, true, &foreign);
	json_t *reply = import_with(fixture, "", whole, strlen(whole));
	const json_t *warnings = json_object_get(reply, "warnings");
	assert_int_equal(json_array_size(warnings), 1);
	assert_string_equal(json_string_value(json_array_get(warnings, 0)),
		"Recovery codes of 1 identities were made under another host's key and were left "
		"out. Issue new ones with: smsotpctl recovery issue");
	expect_counts(reply, 3, 0, 0, 0);
	expect_ok(reply);
	reply = run(fixture, "{\"verb\": \"recovery.list\", \"name\": \"bob\"}", -1);
	assert_true(json_is_null(json_object_get(reply, "issued")));
	expect_ok(reply);
	free(whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORES(test_asker_goes_while_it_is_written),
		WITH_STORES(test_many_are_forgotten),
		WITH_STORES(test_a_store_that_is_full),
		WITH_STORES(test_a_name_twice_is_one_fault),
		WITH_STORES(test_a_clash_is_told_of_the_later_line),
		WITH_STORES(test_an_identity_that_is_lost),
		WITH_STORES(test_rows_that_hold_too_much),
		WITH_STORES(test_dry_run_names_what_changes),
		WITH_STORES(test_codes_of_another_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
