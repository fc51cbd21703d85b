/* SPDX-License-Identifier: BSD-3-Clause */
/* The locks of all are read in views of the state that are given back soon: as long as there is one
 * no page is free again that logins replace meanwhile. */
#include <dlfcn.h>

#include "import_fixture.h"

#define PEOPLE 10000

#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

/* The view that was opened last, and how often it was looked at. What stands before a library's own
 * can only be file-scope. */
static MDB_txn *view;
static size_t looks, most, all;

int mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned int flags, MDB_txn **ret_txn)
{
	int error = REAL(mdb_txn_begin)(env, parent, flags, ret_txn);

	view = error == 0 ? *ret_txn : NULL;
	looks = 0;
	return error;
}

int mdb_get(MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *ret_value)
{
	if (txn == view) {
		all++;
		most = ++looks > most ? looks : most;
	}
	return REAL(mdb_get)(txn, table, key, ret_value);
}

static void put_failure(struct fixture *fixture, const char *name)
{
	struct state *state = fixture->context.state;
	const struct record record = {.ceiling.strange = UINT32_MAX};
	uint8_t id[HASH_SIZE];
	MDB_txn *txn = NULL;

	state_id(state, name, true, id);
	assert_int_equal(state_begin(state, true, &txn), RESULT_OK);
	assert_int_equal(state_save(state, txn, id, &record), RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
}

static void test_no_view_lasts(void **state)
{
	static const char *const names[] = {"u00000", "u04095", "u04096", "u09999"};
	struct fixture *fixture = *state;
	char *people = many_people(PEOPLE, 1);

	expect_ok(import_with(fixture, "", people, strlen(people)));
	for (size_t i = 0; i < 4; i++)
		put_failure(fixture, names[i]);
	most = all = 0;
	json_t *reply = run(fixture, "{\"verb\": \"lock.list\"}", -1);
	assert_in_range(most, 1, STATE_VIEW);
	assert_in_range(all, PEOPLE, PEOPLE + 10);
	assert_int_equal(json_object_size(reply), 2);
	for (size_t i = 0; i < 4; i++) {
		const json_t *lock = json_array_get(json_object_get(reply, "locks"), i);
		assert_string_equal(json_string_value(json_object_get(lock, "name")), names[i]);
	}
	json_decref(reply);
	free(people);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORES(test_no_view_lasts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
