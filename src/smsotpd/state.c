/* SPDX-License-Identifier: BSD-3-Clause */
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TALLY_VALUE_SIZE (BOOT_ID_SIZE + TALLY_SIZE) /* the boot id, then the tally */

/*
 * A record is a page of its own and its share of a page of keys. The rest is the tallies' and room
 * to write in: a commit of a full batch copies every page that it changes, twice before the old
 * ones are free again. What is not for records is measured in test_state_room.c.
 *
 * In larger pages there are several records, and there may be half as many; to write one is to
 * write them all. So a record takes the room of two, and one more is to write in
 * (test_state_kernel.c).
 */
#define PAGE           4096
#define RECORD_ROOM    (PAGE + 64)
#define RECORD_SHARING (3 * PAGE)
#define WRITING_ROOM   ((size_t)10 << 20)

_Static_assert(RECORD_SIZE + 16 <= PAGE, "a record with its header is one page");

struct state {
	struct store *store;
	size_t records_max;
	MDB_dbi users;
	MDB_dbi tallies; /* of sources */
	MDB_dbi sums;    /* the others */
	MDB_dbi table[STATE_TABLES];
	bool made[STATE_TABLES];
	bool began; /* when it was opened */
	struct keys keys;
};

static size_t records_max(size_t size, size_t page)
{
	size_t room = page == PAGE ? RECORD_ROOM : RECORD_SHARING;

	return size > WRITING_ROOM ? (size - WRITING_ROOM) / room : 0;
}

static enum result tally_make(
	MDB_txn *txn, MDB_dbi table, struct tally_key tally_key, unsigned int how)
{
	uint8_t bytes[TALLY_VALUE_SIZE] = {0};
	MDB_val key = {.mv_size = sizeof(tally_key), .mv_data = &tally_key};
	MDB_val value = {.mv_size = sizeof(bytes), .mv_data = bytes};

	return store_result(mdb_put(txn, table, &key, &value, how));
}

/*
 * Every slot is there from the first start on, so that no source can make the store grow; in the
 * order of their keys, so that pages are filled to the brim.
 */
static enum result tallies_fill(struct state *state, MDB_txn *txn)
{
	enum result result = RESULT_OK;
	struct tally_key host;

	for (uint32_t i = 0; result == RESULT_OK && i < STATE_SOURCES; i++)
		result = tally_make(txn, state->tallies,
			(struct tally_key){{0, 0, (uint8_t)(i >> 8), (uint8_t)i}}, MDB_APPEND);
	tally_key_host(&host);
	return result == RESULT_OK ? tally_make(txn, state->sums, host, 0) : result;
}

/* A store that an older version filled has no room for them, and serves all the same. */
static enum result tables_open(struct state *state)
{
	static const char *const names[] = {[STATE_MODES] = "modes", [STATE_SEEN] = "seen"};

	for (size_t i = 0; i < STATE_TABLES; i++) {
		enum result result = store_table(state->store, names[i], &state->table[i]);
		state->made[i] = result == RESULT_OK;
		if (result != RESULT_OK && result != RESULT_FULL)
			return result;
	}
	return RESULT_OK;
}

static enum result open_tables(struct state *state)
{
	enum result result = store_table(state->store, "users", &state->users);

	if (result == RESULT_OK)
		result = store_table(state->store, "tallies", &state->tallies);
	return result == RESULT_OK ? store_table(state->store, "sums", &state->sums) : result;
}

static void nobody_id(const struct state *state, uint8_t number, uint8_t ret_id[static HASH_SIZE])
{
	const struct part parts[] = {{"nobody", 6}, {&number, 1}};

	key_hash(state->keys.name, parts, 2, ret_id);
}

/* Nobody's records too, so that all others are users'. */
static enum result nobodies_fill(struct state *state, MDB_txn *txn)
{
	static const struct record empty;
	uint8_t id[HASH_SIZE];
	enum result result = RESULT_OK;

	for (uint8_t i = 0; i < STATE_NOBODIES && result == RESULT_OK; i++) {
		nobody_id(state, i, id);
		result = state_save(state, txn, id, &empty);
	}
	return result;
}

/*
 * All of it in one transaction: a store is filled or not. Where it is and nobody's records are not
 * found, it was filled under another key.
 */
static enum result fill(struct state *state)
{
	uint8_t id[HASH_SIZE];
	MDB_txn *txn = NULL;
	size_t tallies = 0;
	bool ours = false;
	enum result result = store_begin(state->store, true, &txn);

	nobody_id(state, 0, id);
	if (result == RESULT_OK)
		result = state_has(state, txn, id, &ours);
	if (result == RESULT_OK)
		result = store_count(txn, state->tallies, &tallies);
	state->began = !ours;
	if (result == RESULT_OK && state->began)
		result = tallies > 0 ? RESULT_INVALID : tallies_fill(state, txn);
	if (result == RESULT_OK && state->began)
		result = nobodies_fill(state, txn);
	if (result == RESULT_OK)
		result = store_commit(&txn);
	store_abort(&txn);
	return result;
}

enum result state_open(const char *directory, size_t size, const struct keys *keys,
	struct state **ret_state, struct error *error)
{
	struct state *state = calloc(1, sizeof(*state));

	if (state == NULL)
		return error_set(error, RESULT_MEMORY, "no memory for the state store");
	state->keys = *keys;
	enum result result = store_open(directory, size, true, &state->store, error);
	if (result == RESULT_OK) {
		state->records_max = records_max(size, store_page(state->store));
		result = open_tables(state);
		if (result == RESULT_OK)
			result = fill(state);
		if (result == RESULT_OK)
			result = tables_open(state);
		if (result != RESULT_OK)
			result = error_set(error, result,
				"the state store %s has not its tables: %s", directory,
				result_name(result));
	}
	if (result != RESULT_OK) {
		state_close(&state);
		return result;
	}
	*ret_state = state;
	return RESULT_OK;
}

enum result state_after_fork(struct state *state, struct error *error)
{
	enum result result = store_after_fork(state->store, error);

	if (result != RESULT_OK)
		return result;
	result = open_tables(state);
	if (result == RESULT_OK)
		result = tables_open(state);
	return result == RESULT_OK ? result
				   : error_set(error, result, "the state store has not its tables");
}

struct store *state_store(const struct state *state)
{
	return state->store;
}

bool state_began(const struct state *state)
{
	return state->began;
}

void state_close(struct state **state)
{
	if (*state == NULL)
		return;
	store_close(&(*state)->store);
	keys_wipe(&(*state)->keys);
	free(*state);
	*state = NULL;
}

enum result state_begin(struct state *state, bool write, MDB_txn **ret_txn)
{
	return store_begin(state->store, write, ret_txn);
}

bool state_broken(const struct state *state)
{
	return store_broken(state->store);
}

void state_id(
	const struct state *state, const char *name, bool exists, uint8_t ret_id[static HASH_SIZE])
{
	uint8_t hash[HASH_SIZE];
	uint8_t nobody[HASH_SIZE];
	const struct part user[] = {{"user", 4}, {name, strlen(name)}};

	/* Both are computed whichever is taken: a miss costs what a hit costs. */
	key_hash(state->keys.name, user, 2, hash);
	nobody_id(state, hash[0] % STATE_NOBODIES, nobody);
	memcpy(ret_id, exists ? hash : nobody, HASH_SIZE);
}

enum result state_load(struct state *state, MDB_txn *txn, const uint8_t id[static HASH_SIZE],
	struct record *ret_record)
{
	MDB_val key = {.mv_size = HASH_SIZE, .mv_data = (void *)id}, value;
	enum result result = store_result(mdb_get(txn, state->users, &key, &value));

	if (result == RESULT_NOT_FOUND) {
		memset(ret_record, 0, sizeof(*ret_record));
		return RESULT_OK;
	}
	if (result != RESULT_OK)
		return result;
	return record_decode(value.mv_data, value.mv_size, ret_record);
}

size_t state_users_max(const struct state *state)
{
	return state->records_max > STATE_NOBODIES ? state->records_max - STATE_NOBODIES : 0;
}

bool state_sentence(const struct state *state, size_t identities, char ret[static STATE_SENTENCE])
{
	size_t room = state_users_max(state);

	if (identities <= room)
		return false;
	snprintf(ret, STATE_SENTENCE,
		"There are %zu identities, and the state store has room for %zu: whoever comes "
		"after those gets no text. Raise state_size in [store] and restart smsotpd.",
		identities, room);
	return true;
}

enum result state_admits(
	struct state *state, MDB_txn *txn, const uint8_t id[static HASH_SIZE], bool *ret_admits)
{
	size_t count = 0;
	bool has = false;
	enum result result = store_count(txn, state->users, &count);

	if (result == RESULT_OK)
		result = state_has(state, txn, id, &has);
	if (result == RESULT_OK)
		*ret_admits = has || count < state->records_max;
	return result;
}

enum result state_save(struct state *state, MDB_txn *txn, const uint8_t id[static HASH_SIZE],
	const struct record *record)
{
	uint8_t bytes[RECORD_SIZE];
	MDB_val key = {.mv_size = HASH_SIZE, .mv_data = (void *)id};
	MDB_val value = {.mv_size = RECORD_SIZE, .mv_data = bytes};

	record_encode(record, bytes);
	return store_result(mdb_put(txn, state->users, &key, &value, 0));
}

static MDB_dbi tally_table(const struct state *state, const struct tally_key *key)
{
	return key->bytes[0] == 0 ? state->tallies : state->sums;
}

enum result state_tally_load(struct state *state, MDB_txn *txn, const struct tally_key *tally_key,
	const struct clock *clock, const struct moment *now, struct tally *ret_tally)
{
	MDB_val key = {.mv_size = sizeof(*tally_key), .mv_data = (void *)tally_key}, value;
	enum result result =
		store_result(mdb_get(txn, tally_table(state, tally_key), &key, &value));

	if (result == RESULT_NOT_FOUND) {
		memset(ret_tally, 0, sizeof(*ret_tally));
		return RESULT_OK;
	}
	if (result != RESULT_OK)
		return result;
	if (value.mv_size != TALLY_VALUE_SIZE)
		return RESULT_INVALID;
	const uint8_t *bytes = value.mv_data;
	result = tally_decode(bytes + BOOT_ID_SIZE, TALLY_SIZE, ret_tally);
	if (result == RESULT_OK && (memcmp(bytes, clock->boot, BOOT_ID_SIZE) != 0 ||
					   tally_from_future(ret_tally, now)))
		tally_rebase(ret_tally, now);
	return result;
}

enum result state_tally_save(struct state *state, MDB_txn *txn, const struct tally_key *tally_key,
	const struct clock *clock, const struct tally *tally)
{
	uint8_t bytes[TALLY_VALUE_SIZE];
	MDB_val key = {.mv_size = sizeof(*tally_key), .mv_data = (void *)tally_key};
	MDB_val value = {.mv_size = sizeof(bytes), .mv_data = bytes};

	memcpy(bytes, clock->boot, BOOT_ID_SIZE);
	tally_encode(tally, bytes + BOOT_ID_SIZE);
	return store_result(mdb_put(txn, tally_table(state, tally_key), &key, &value, 0));
}

enum result state_forget(struct state *state, MDB_txn *txn, const uint8_t id[static HASH_SIZE])
{
	MDB_val key = {.mv_size = HASH_SIZE, .mv_data = (void *)id};
	enum result result = store_result(mdb_del(txn, state->users, &key, NULL));

	return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}

enum result state_void(struct state *state, MDB_txn *txn, const uint8_t id[static HASH_SIZE])
{
	struct record record;
	bool any = false;

	enum result result = state_load(state, txn, id, &record);
	for (size_t i = 0; i < RECORD_CHALLENGES && result == RESULT_OK; i++) {
		any = any || record.challenge[i].sent > 0;
		record.challenge[i] = (struct challenge){0};
	}
	return result == RESULT_OK && any ? state_save(state, txn, id, &record) : result;
}

enum result state_next(struct state *state, MDB_txn *txn, uint8_t id[static HASH_SIZE])
{
	MDB_val key = {.mv_size = HASH_SIZE, .mv_data = id}, value;
	MDB_cursor *cursor = NULL;

	int failure = mdb_cursor_open(txn, state->users, &cursor);
	if (failure != 0)
		return store_result(failure);
	failure = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
	if (failure == 0 && memcmp(key.mv_data, id, HASH_SIZE) == 0)
		failure = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	if (failure == 0)
		memcpy(id, key.mv_data, HASH_SIZE);
	mdb_cursor_close(cursor);
	return store_result(failure);
}

enum result state_has(
	struct state *state, MDB_txn *txn, const uint8_t id[static HASH_SIZE], bool *ret_has)
{
	MDB_val key = {.mv_size = HASH_SIZE, .mv_data = (void *)id}, value;
	enum result result = store_result(mdb_get(txn, state->users, &key, &value));

	if (result != RESULT_OK && result != RESULT_NOT_FOUND)
		return result;
	*ret_has = result == RESULT_OK;
	return RESULT_OK;
}

bool state_table(const struct state *state, enum state_table table, MDB_dbi *ret_table)
{
	*ret_table = state->table[table];
	return state->made[table];
}

enum result state_used(struct state *state, unsigned int *ret_percent)
{
	return store_used(state->store, ret_percent);
}
