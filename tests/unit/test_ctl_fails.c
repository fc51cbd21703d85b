/* SPDX-License-Identifier: BSD-3-Clause */
/* Each call of the stores in turn fails while an operator's verb runs: it is refused, and no
 * identity is another one than before. */
#include <dlfcn.h>
#include <errno.h>

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

/* A transaction is over where its commit failed. */
int mdb_txn_commit(MDB_txn *txn)
{
	if (!verbs_struck())
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_call_of_the_stores),
		cmocka_unit_test(test_each_call_of_a_clash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
