/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * LMDB's pages are the kernel's: 4 KB on most hosts, 16 or 64 KB on others. As many records as are
 * promised there go in, and can be written as they are on the others: by a full batch, by whom one
 * comes for another, and by what changes many.
 */
#include <unistd.h>

#include "records_fixture.h"
#include "smsotpd/state.h"
#include "stores_fixture.h"

#define EXPORTED __attribute__((visibility("default")))
#define BATCHES  20

long __sysconf(int name);

/* What LMDB asks when it makes an environment. Of the library, so it can only be file-scope. */
static long page = 4096;

EXPORTED long sysconf(int name)
{
	return name == _SC_PAGESIZE ? page : __sysconf(name);
}

/* An empty state store of so large pages in the place of the scene's. */
static void replace_state(struct scene *scene, long size, uint32_t megabytes)
{
	struct error error = {""};
	char path[64];

	state_close(&scene->judge.state);
	snprintf(path, sizeof(path), "%s/%ld-%u", scene->directory, size, megabytes);
	page = size;
	assert_int_equal(state_open(path, (size_t)megabytes << 20, &scene->keys,
				 &scene->judge.state, &error),
		RESULT_OK);
	page = 4096;
}

static void id_of(const struct state *store, size_t user, uint8_t ret_id[static HASH_SIZE])
{
	char name[24];

	snprintf(name, sizeof(name), "%zu", user);
	state_id(store, name, true, ret_id);
}

static enum result end(enum result result, MDB_txn *txn)
{
	if (result == RESULT_OK)
		return store_commit(&txn);
	store_abort(&txn);
	return result;
}

/* Each of them goes and another comes, `each` at a time. */
static enum result turn_over(struct state *store, size_t users, size_t each)
{
	static const struct record empty;
	enum result result = RESULT_OK;
	uint8_t id[HASH_SIZE];

	for (size_t i = 0; i < users && result == RESULT_OK;) {
		MDB_txn *txn = NULL;
		assert_int_equal(state_begin(store, true, &txn), RESULT_OK);
		for (size_t stop = i + each; i < stop && i < users && result == RESULT_OK; i++) {
			id_of(store, i, id);
			result = state_forget(store, txn, id);
			id_of(store, users + i, id);
			if (result == RESULT_OK)
				result = state_save(store, txn, id, &empty);
		}
		result = end(result, txn);
	}
	return result;
}

/* All that are there, many at a time. */
static enum result write_anew(struct state *store)
{
	static const struct record empty;
	enum result result = RESULT_OK;
	uint8_t id[HASH_SIZE] = {0};

	for (bool more = true; more && result == RESULT_OK;) {
		MDB_txn *txn = NULL;
		assert_int_equal(state_begin(store, true, &txn), RESULT_OK);
		for (size_t i = 0; i < STATE_PART && result == RESULT_OK; i++) {
			result = state_next(store, txn, id);
			if (result == RESULT_OK)
				result = state_save(store, txn, id, &empty);
		}
		more = result == RESULT_OK;
		result = end(result == RESULT_NOT_FOUND ? RESULT_OK : result, txn);
	}
	return result;
}

/* Full batches of logins, each from a source of its own. */
static enum result log_in(struct scene *scene, size_t users)
{
	static const struct record empty;
	static const struct tally tally;
	struct state *store = scene->judge.state;
	enum result result = RESULT_OK;
	struct tally_key key;
	uint8_t id[HASH_SIZE];

	for (size_t i = 0; i < BATCHES && result == RESULT_OK; i++) {
		MDB_txn *txn = NULL;
		assert_int_equal(state_begin(store, true, &txn), RESULT_OK);
		for (size_t j = 0; j < SAVE_BATCH && result == RESULT_OK; j++) {
			const uint8_t source[HASH_SIZE] = {
				(uint8_t)(j * 31 + i), (uint8_t)(j * 57)};
			tally_key_source(source, &key);
			result = state_tally_save(store, txn, &key, &scene->clock, &tally);
			id_of(store, users + (i * SAVE_BATCH + j * 17) % users, id);
			if (result == RESULT_OK)
				result = state_save(store, txn, id, &empty);
		}
		result = end(result, txn);
	}
	return result;
}

static void test_what_is_promised_holds(void **state)
{
	static const struct {
		long page;
		uint32_t megabytes;
		size_t least;
	} rows[] = {{4096, 16, 1400}, {8192, 16, 400}, {16384, 16, 400}, {16384, 64, 4500},
		{32768, 16, 400}, {65536, 16, 400}, {65536, 32, 1800}, {65536, 64, 4500}};
	struct scene *scene = *state;
	char what[32];

	for (size_t i = 0; i < COUNT(rows); i++) {
		replace_state(scene, rows[i].page, rows[i].megabytes);
		struct state *store = scene->judge.state;
		size_t users = state_users_max(store);
		snprintf(what, sizeof(what), "%ld, %u MB", rows[i].page, rows[i].megabytes);
		HOLDS(what, users >= rows[i].least);
		save_empty(store, "", 0, users);
		HOLDS(what, turn_over(store, users, SAVE_BATCH) == RESULT_OK);
		HOLDS(what, log_in(scene, users) == RESULT_OK);
		HOLDS(what, write_anew(store) == RESULT_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_what_is_promised_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
