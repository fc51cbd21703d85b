/* SPDX-License-Identifier: BSD-3-Clause */
#include "identity_quarantine.h"

#include <stdlib.h>
#include <string.h>

#include "identity_tables.h"

_Static_assert(STORE_ID_SIZE == HASH_SIZE, "an id is what the record keeps of a number");

static enum result load(struct identities *identities, MDB_txn *txn, const struct identity_id *id,
	struct quarantine *ret)
{
	struct identity_id wanted = *id;
	MDB_val key = {sizeof(wanted), &wanted}, record;

	enum result result = store_result(mdb_get(txn, identities->quarantine, &key, &record));
	if (result == RESULT_NOT_FOUND) {
		*ret = (struct quarantine){0};
		return RESULT_OK;
	}
	if (result != RESULT_OK)
		return result;
	if (quarantine_decode(record.mv_data, record.mv_size, ret) != RESULT_OK)
		return RESULT_FAILED;
	return RESULT_OK;
}

static enum result save(struct identities *identities, MDB_txn *txn, const struct identity_id *id,
	const struct quarantine *quarantine)
{
	uint8_t bytes[QUARANTINE_RECORD_SIZE];
	struct identity_id wanted = *id;
	MDB_val key = {sizeof(wanted), &wanted}, record = {sizeof(bytes), bytes};

	quarantine_encode(quarantine, bytes);
	return store_result(mdb_put(txn, identities->quarantine, &key, &record, 0));
}

static enum result drop(struct identities *identities, MDB_txn *txn, const struct identity_id *id)
{
	struct identity_id wanted = *id;
	MDB_val key = {sizeof(wanted), &wanted};

	return store_result(mdb_del(txn, identities->quarantine, &key, NULL));
}

enum result identities_quarantine_load(struct identities *identities, MDB_txn *txn,
	const char *name, const struct clock *clock, const struct moment *now,
	struct quarantine *ret_quarantine)
{
	struct identity_id id;

	id_of_name(identities, name, &id);
	enum result result = load(identities, txn, &id, ret_quarantine);
	if (result == RESULT_OK)
		(void)quarantine_rebase(ret_quarantine, clock->boot, now);
	return result;
}

enum result identities_quarantine_left(struct identities *identities, MDB_txn *txn,
	const char *name, uint32_t seconds, const struct clock *clock, const struct moment *now,
	int64_t *ret_left)
{
	struct quarantine quarantine;
	enum result result =
		identities_quarantine_load(identities, txn, name, clock, now, &quarantine);

	if (result == RESULT_OK)
		*ret_left = quarantine_left(&quarantine, seconds, now);
	return result;
}

/* A record of a name that is no identity's, and when it was written. */
struct gone {
	int64_t written;
	struct identity_id id;
};

/* A walk over all records, beside the identities: both lie in the order of their ids. */
struct walk {
	struct identities *identities;
	MDB_txn *txn;
	uint32_t seconds;
	struct moment now;
	const uint8_t *boot;
	MDB_cursor *records;
	MDB_cursor *names;
	bool named;              /* there is an identity that the walk has come to, */
	struct identity_id name; /* and this one */
	struct gone *gone;
	size_t count;
	size_t room; /* 0: those who are gone are not asked for */
};

static enum result next_name(struct walk *walk)
{
	MDB_val key, record;
	int failure = mdb_cursor_get(walk->names, &key, &record, MDB_NEXT);

	walk->named = failure == 0;
	if (failure != 0)
		return failure == MDB_NOTFOUND ? RESULT_OK : store_result(failure);
	if (key.mv_size != STORE_ID_SIZE)
		return RESULT_FAILED;
	memcpy(walk->name.bytes, key.mv_data, STORE_ID_SIZE);
	return RESULT_OK;
}

/* Notes a record whose name is no identity's. */
static enum result note_gone(struct walk *walk, const uint8_t id[static STORE_ID_SIZE],
	const struct quarantine *quarantine)
{
	enum result result = RESULT_OK;
	int order = -1;

	while (result == RESULT_OK && walk->named) {
		order = memcmp(walk->name.bytes, id, STORE_ID_SIZE);
		if (order >= 0)
			break;
		result = next_name(walk);
	}
	bool there = walk->named && order == 0;
	if (result != RESULT_OK || there || walk->count == walk->room)
		return result;
	struct gone *gone = &walk->gone[walk->count++];
	gone->written = quarantine->gone ? quarantine->went.boottime : quarantine->since.boottime;
	memcpy(gone->id.bytes, id, STORE_ID_SIZE);
	return RESULT_OK;
}

static enum result visit(struct walk *walk, const MDB_val *key, const MDB_val *record)
{
	uint8_t bytes[QUARANTINE_RECORD_SIZE];
	struct quarantine quarantine;
	MDB_val at = *key, fresh = {sizeof(bytes), bytes};

	if (key->mv_size != STORE_ID_SIZE ||
		quarantine_decode(record->mv_data, record->mv_size, &quarantine) != RESULT_OK)
		return RESULT_FAILED;
	bool moved = quarantine_rebase(&quarantine, walk->boot, &walk->now);
	if (quarantine_idle(&quarantine, walk->seconds, &walk->now))
		return store_result(mdb_cursor_del(walk->records, 0));
	enum result result =
		walk->room > 0 ? note_gone(walk, key->mv_data, &quarantine) : RESULT_OK;
	if (result != RESULT_OK || !moved)
		return result;
	quarantine_encode(&quarantine, bytes);
	return store_result(mdb_cursor_put(walk->records, &at, &fresh, MDB_CURRENT));
}

static enum result visit_all(struct walk *walk)
{
	MDB_val key, record;
	enum result result = next_name(walk);

	while (result == RESULT_OK) {
		int failure = mdb_cursor_get(walk->records, &key, &record, MDB_NEXT);
		if (failure == MDB_NOTFOUND)
			return RESULT_OK;
		result = failure == 0 ? visit(walk, &key, &record) : store_result(failure);
	}
	return result;
}

/* What is remembered is made of this boot, and dropped where it is over. */
static enum result walk_all(struct walk *walk, const struct clock *clock)
{
	struct identities *identities = walk->identities;

	clock->now(clock, &walk->now);
	walk->boot = clock->boot;
	enum result result =
		store_result(mdb_cursor_open(walk->txn, identities->quarantine, &walk->records));
	if (result == RESULT_OK)
		result = store_result(
			mdb_cursor_open(walk->txn, identities->identity, &walk->names));
	if (result == RESULT_OK)
		result = visit_all(walk);
	mdb_cursor_close(walk->names);
	mdb_cursor_close(walk->records);
	return result;
}

static int compare_gone(const void *one, const void *other)
{
	const struct gone *a = one, *b = other;

	return (a->written > b->written) - (a->written < b->written);
}

/* All records, and those that are more than one for each identity and `spare`, 0 for none. */
static enum result excess(struct identities *identities, MDB_txn *txn, size_t spare,
	size_t *ret_records, size_t *ret_excess)
{
	size_t records = 0, names = 0;
	enum result result = identities_quarantine_count(identities, txn, &records);

	if (result == RESULT_OK)
		result = identities_count(identities, txn, &names);
	if (result == RESULT_OK) {
		*ret_records = records;
		*ret_excess = records > names + spare ? records - names - spare : 0;
	}
	return result;
}

/* What is over goes, then of the names that are gone those who went first. */
static enum result drop_gone(struct walk *walk, const struct clock *clock)
{
	size_t records = 0, most = 0;

	enum result result = walk_all(walk, clock);
	if (result == RESULT_OK)
		result = excess(walk->identities, walk->txn, QUARANTINE_GONE, &records, &most);
	qsort(walk->gone, walk->count, sizeof(*walk->gone), compare_gone);
	for (size_t i = 0; i < walk->count && i < most && result == RESULT_OK; i++)
		result = drop(walk->identities, walk->txn, &walk->gone[i].id);
	return result;
}

/* Where twice as many are there as may stay, so that many changes are few walks. */
static enum result trim(
	struct identities *identities, MDB_txn *txn, uint32_t seconds, const struct clock *clock)
{
	struct walk walk = {.identities = identities, .txn = txn, .seconds = seconds};
	size_t most = 0;

	enum result result =
		excess(identities, txn, 2 * (size_t)QUARANTINE_GONE, &walk.room, &most);
	if (result != RESULT_OK || most == 0)
		return result;
	walk.gone = calloc(walk.room, sizeof(*walk.gone));
	if (walk.gone == NULL)
		return RESULT_MEMORY;
	result = drop_gone(&walk, clock);
	free(walk.gone);
	return result;
}

enum result identities_quarantine_change(struct identities *identities, MDB_txn *txn,
	const char *name, const struct phone *before, const struct phone *after, uint32_t seconds,
	const struct clock *clock, int64_t *ret_left, bool *ret_changed)
{
	struct identity_id id, old, new;
	struct quarantine quarantine;
	struct moment now;

	clock->now(clock, &now);
	id_of_name(identities, name, &id);
	id_of_phone(identities, before, &old);
	id_of_phone(identities, after, &new);
	enum result result = load(identities, txn, &id, &quarantine);
	if (result != RESULT_OK)
		return result;
	(void)quarantine_rebase(&quarantine, clock->boot, &now);
	bool there = quarantine.changed || quarantine.gone;
	bool changed = quarantine_change(&quarantine, before->e164[0] == '\0' ? NULL : old.bytes,
		after->e164[0] == '\0' ? NULL : new.bytes, seconds, &now);
	bool idle = quarantine_idle(&quarantine, seconds, &now);
	if (!idle)
		result = save(identities, txn, &id, &quarantine);
	else if (there)
		result = drop(identities, txn, &id);
	if (result == RESULT_OK && !idle)
		result = trim(identities, txn, seconds, clock);
	if (result != RESULT_OK)
		return result;
	*ret_left = after->e164[0] == '\0' ? 0 : quarantine_left(&quarantine, seconds, &now);
	*ret_changed = changed;
	return RESULT_OK;
}

enum result identities_quarantine_count(
	struct identities *identities, MDB_txn *txn, size_t *ret_count)
{
	return store_count(txn, identities->quarantine, ret_count);
}

enum result identities_quarantine_release(
	struct identities *identities, MDB_txn *txn, const char *name)
{
	struct identity_id id;

	id_of_name(identities, name, &id);
	return drop(identities, txn, &id);
}

enum result identities_quarantine_rebase(
	struct identities *identities, uint32_t seconds, const struct clock *clock)
{
	struct walk walk = {.identities = identities, .seconds = seconds};
	enum result result = identities_begin(identities, true, &walk.txn);

	if (result == RESULT_OK)
		result = walk_all(&walk, clock);
	if (result == RESULT_OK)
		result = store_commit(&walk.txn);
	store_abort(&walk.txn);
	/* Nobody is kept out by it: each look-up moves what it reads. */
	return result == RESULT_FULL ? RESULT_OK : result;
}

enum result identities_quarantine_move(struct identities *identities, MDB_txn *txn,
	const uint8_t from[static STORE_ID_SIZE], const char *name)
{
	struct identity_id old, new;
	struct quarantine quarantine;

	memcpy(old.bytes, from, sizeof(old.bytes));
	id_of_name(identities, name, &new);
	enum result result = load(identities, txn, &old, &quarantine);
	if (result != RESULT_OK || !(quarantine.changed || quarantine.gone))
		return result;
	result = drop(identities, txn, &old);
	return result == RESULT_OK ? save(identities, txn, &new, &quarantine) : result;
}
