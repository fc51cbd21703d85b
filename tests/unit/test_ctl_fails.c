/* SPDX-License-Identifier: BSD-3-Clause */
/* Each call of the stores in turn fails while an operator's verb runs: it is refused, and no
 * identity is another one than before. */
#include <dlfcn.h>
#include <errno.h>

#include "records_fixture.h"
#include "verbs_fixture.h"

#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))
#define STAND_IN(name, parameters, arguments)                                                      \
	int name parameters                                                                        \
	{                                                                                          \
		return verbs_struck() ? EIO : REAL(name) arguments;                                \
	}

/* clang-format off */
STAND_IN(mdb_txn_begin, (MDB_env *env, MDB_txn *parent, unsigned int flags, MDB_txn **ret),
	(env, parent, flags, ret))
STAND_IN(mdb_dbi_open, (MDB_txn *txn, const char *name, unsigned int flags, MDB_dbi *ret),
	(txn, name, flags, ret))
STAND_IN(mdb_get, (MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *ret), (txn, table, key, ret))
STAND_IN(mdb_put, (MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *value, unsigned int flags),
	(txn, table, key, value, flags))
STAND_IN(mdb_del, (MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *value),
	(txn, table, key, value))
STAND_IN(mdb_cursor_open, (MDB_txn *txn, MDB_dbi table, MDB_cursor **ret), (txn, table, ret))
STAND_IN(mdb_cursor_get, (MDB_cursor *cursor, MDB_val *key, MDB_val *ret, MDB_cursor_op op),
	(cursor, key, ret, op))
STAND_IN(mdb_cursor_put, (MDB_cursor *cursor, MDB_val *key, MDB_val *value, unsigned int flags),
	(cursor, key, value, flags))
STAND_IN(mdb_cursor_del, (MDB_cursor *cursor, unsigned int flags), (cursor, flags))
STAND_IN(mdb_stat, (MDB_txn *txn, MDB_dbi table, MDB_stat *ret), (txn, table, ret))
STAND_IN(mdb_env_info, (MDB_env *env, MDB_envinfo *ret), (env, ret))
/* clang-format on */

/* This commit fails, counted from 1; 0: none does. File-scope like verbs_strike. */
static unsigned int bad_commit;

/* A transaction is over where its commit failed. */
int mdb_txn_commit(MDB_txn *txn)
{
	bool struck = bad_commit > 0 && --bad_commit == 0;

	if (!verbs_struck() && !struck)
		return REAL(mdb_txn_commit)(txn);
	mdb_txn_abort(txn);
	return EIO;
}

/* None goes on as if it had been told something. */
static void expect_refused(struct verbs_tally tally)
{
	assert_true(tally.calls > 0);
	assert_int_equal(tally.refused, tally.calls);
}

static void test_each_call_of_the_stores(void **state)
{
	(void)state;
	for (size_t i = 0; i < VERB_CASES; i++)
		expect_refused(verbs_strike_all(&verb_cases[i]));
	expect_refused(verbs_strike_codes());
}

/* What two identities would have is refused, and never taken because nobody could be asked. */
static void test_each_call_of_a_clash(void **state)
{
	static const struct verb_case clash = {
		"{\"verb\":\"identity.set\",\"name\":\"dora\",\"set\":{\"uid\":\"2\"}}", NULL,
		false};
	struct fixture *fixture = verbs_anew(NULL);
	char *before = verbs_dump(fixture);
	unsigned int number = 1;
	bool hit = true;

	(void)state;
	for (; hit; number++) {
		json_t *reply = verbs_run(fixture, &clash, number, &hit);
		char *after = verbs_dump(fixture);
		assert_string_equal(after, before);
		free(after);
		expect_error(reply, hit ? "failed" : "bob and dora would have the same uid");
	}
	assert_true(number > 5);
	free(before);
	assert_int_equal(fixture_remove((void **)&fixture), 0);
}

/* Whether the state has a record of nothing any more. */
static bool forgotten(struct fixture *fixture, const char *name)
{
	struct state *state = fixture->context.state;
	uint8_t id[HASH_SIZE];
	bool has = false;
	MDB_txn *txn = NULL;

	state_id(state, name, true, id);
	assert_int_equal(state_begin(state, false, &txn), RESULT_OK);
	assert_int_equal(state_has(state, txn, id, &has), RESULT_OK);
	store_abort(&txn);
	return !has;
}

/* Of a reply, the caller's no more: what the import has had forgotten is said. Whether it was. */
static bool expect_said(struct fixture *fixture, json_t *reply, const char *name)
{
	const char *sentence = json_string_value(json_object_get(reply, "error"));
	bool gone = forgotten(fixture, name);

	if (gone && sentence != NULL && strstr(sentence, "identities were changed") == NULL &&
		strstr(sentence, "; no identity was changed, but codes, known places and locks of "
				 "those who would have been may be forgotten") == NULL)
		fail_msg("%s", sentence);
	json_decref(reply);
	return gone;
}

/* Of whoever would have changed, whatever fails after that. */
static void test_each_call_of_an_import_that_forgets(void **state)
{
	static const struct verb_case change = {
		"{\"verb\":\"import\",\"max_change\":100}", "name,uid\nalice,9\nbob,22\n", false};
	struct fixture *fixture = NULL;
	unsigned int gone = 0;
	bool hit = true;

	(void)state;
	for (unsigned int number = 1; hit; number++) {
		fixture = verbs_anew(fixture);
		json_t *reply = verbs_run(fixture, &change, number, &hit);
		gone += expect_said(fixture, reply, "alice");
	}
	assert_true(gone > 10);
	assert_int_equal(fixture_remove((void **)&fixture), 0);
}

/* In parts: the first is committed when the second fails. */
static void test_each_commit_of_an_import_of_many(void **state)
{
	static const struct record record = {.ceiling.strange = 1};
	const size_t people = 2 * STATE_PART;
	char text[2][32 * 2 * STATE_PART];
	struct fixture *fixture = NULL;
	bool done = false;

	(void)state;
	for (size_t uid = 0; uid < 2; uid++) {
		char *end = stpcpy(text[uid], "name,uid\n");
		for (size_t i = 0; i < people; i++)
			end += sprintf(end, "u%zu,%zu\n", i, 1000 + i + uid * people);
	}
	for (unsigned int number = 1; !done; number++) {
		size_t gone = 0;
		assert_true(number < 20);
		fixture = verbs_anew(fixture);
		expect_ok(import_with(fixture, "", text[0], strlen(text[0])));
		save_records(fixture->context.state, &record, "u", 0, people);
		bad_commit = number;
		json_t *reply =
			import_with(fixture, ", \"max_change\": 100", text[1], strlen(text[1]));
		bad_commit = 0;
		done = json_is_true(json_object_get(reply, "ok"));
		for (size_t i = 0; i < people; i++) {
			char name[16];
			snprintf(name, sizeof(name), "u%zu", i);
			gone += expect_said(fixture, json_incref(reply), name);
		}
		json_decref(reply);
		assert_int_equal(gone, number == 1 ? 0 : number == 2 ? people / 2 : people);
	}
	assert_int_equal(fixture_remove((void **)&fixture), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_call_of_the_stores),
		cmocka_unit_test(test_each_call_of_a_clash),
		cmocka_unit_test(test_each_call_of_an_import_that_forgets),
		cmocka_unit_test(test_each_commit_of_an_import_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
