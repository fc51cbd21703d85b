/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of the state store that are no user's, and a store that has no room for their tables. */
#include <dlfcn.h>

#include "smsotpd/state_row.h"
#include "store_fixture.h"

#define ROOM ((size_t)16 << 20)

/* LMDB's calls bring no context. */
static bool full;

/* A store that version 0.1 filled to the last page takes no new table. */
int mdb_dbi_open(MDB_txn *txn, const char *table, unsigned int flags, MDB_dbi *ret_dbi)
{
	__typeof__(&mdb_dbi_open) real =
		(__typeof__(&mdb_dbi_open))(uintptr_t)dlsym(RTLD_NEXT, "mdb_dbi_open");
	bool late = strcmp(table, "modes") == 0 || strcmp(table, "seen") == 0;

	return full && late ? MDB_MAP_FULL : real(txn, table, flags, ret_dbi);
}

static const struct keys keys = {.name = "name"};

static const struct row_bytes name = {"sshd", 4};

static struct state *open_state(const struct place *place)
{
	struct state *state = NULL;
	struct error error = {""};

	if (state_open(place->path, ROOM, &keys, &state, &error) != RESULT_OK)
		fail_msg("%s", error.text);
	return state;
}

static enum result count_one(struct row_bytes key, struct row_bytes row, void *context)
{
	int *count = context;

	assert_int_equal(key.size, name.size);
	assert_int_equal(row.size, 3);
	*count += 1;
	return RESULT_OK;
}

static void assert_rows(struct state *state, MDB_txn *txn, size_t expected)
{
	size_t count = 99;
	int visited = 0;

	assert_int_equal(state_rows_count(state, txn, STATE_MODES, &count), RESULT_OK);
	assert_int_equal(count, expected);
	assert_int_equal(state_rows_each(state, txn, STATE_MODES, count_one, &visited), RESULT_OK);
	assert_int_equal(visited, expected);
}

static void test_a_row_comes_and_goes(void **state)
{
	struct state *store = open_state(*state);
	struct row_bytes row = {NULL, 0};
	MDB_txn *txn = NULL;

	assert_int_equal(state_begin(store, true, &txn), RESULT_OK);
	assert_int_equal(state_row_load(store, txn, STATE_MODES, name, &row), RESULT_NOT_FOUND);
	assert_rows(store, txn, 0);
	assert_int_equal(
		state_row_save(store, txn, STATE_MODES, name, (struct row_bytes){"one", 3}),
		RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
	state_close(&store);

	store = open_state(*state);
	assert_int_equal(state_begin(store, true, &txn), RESULT_OK);
	assert_int_equal(state_row_load(store, txn, STATE_MODES, name, &row), RESULT_OK);
	assert_memory_equal(row.bytes, "one", 3);
	assert_int_equal(state_row_load(store, txn, STATE_SEEN, name, &row), RESULT_NOT_FOUND);
	assert_rows(store, txn, 1);
	assert_int_equal(state_row_drop(store, txn, STATE_MODES, name), RESULT_OK);
	assert_int_equal(state_row_drop(store, txn, STATE_MODES, name), RESULT_OK);
	assert_rows(store, txn, 0);
	store_abort(&txn);
	state_close(&store);
}

static void test_a_full_store_opens_without_them(void **state)
{
	struct row_bytes row = {NULL, 0};
	MDB_txn *txn = NULL;

	full = true;
	struct state *store = open_state(*state);
	full = false;
	assert_int_equal(state_begin(store, true, &txn), RESULT_OK);
	assert_int_equal(state_row_load(store, txn, STATE_MODES, name, &row), RESULT_NOT_FOUND);
	assert_int_equal(
		state_row_save(store, txn, STATE_MODES, name, (struct row_bytes){"one", 3}),
		RESULT_FULL);
	assert_int_equal(state_row_drop(store, txn, STATE_MODES, name), RESULT_OK);
	assert_rows(store, txn, 0);
	store_abort(&txn);
	state_close(&store);

	/* With room again, what version 0.1 made has them too. */
	store = open_state(*state);
	assert_int_equal(state_begin(store, true, &txn), RESULT_OK);
	assert_int_equal(
		state_row_save(store, txn, STATE_MODES, name, (struct row_bytes){"one", 3}),
		RESULT_OK);
	assert_rows(store, txn, 1);
	store_abort(&txn);
	state_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_A_PLACE(test_a_row_comes_and_goes),
		AT_A_PLACE(test_a_full_store_opens_without_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
