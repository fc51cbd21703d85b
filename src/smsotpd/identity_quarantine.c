/* SPDX-License-Identifier: BSD-3-Clause */
#include "identity_quarantine.h"

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

/* When it was written. */
static int64_t written(const struct quarantine *quarantine)
{
	return quarantine->gone ? quarantine->went.boottime : quarantine->since.boottime;
}

/* A walk over all records: `judge` says which of them go. */
struct walk {
	struct identities *identities;
	MDB_txn *txn;
	uint32_t seconds;
	const struct clock *clock;
	struct moment now;
	int64_t earliest;
	struct identity_id first;
};

static enum result visit(
	struct walk *walk, MDB_cursor *cursor, const MDB_val *key, const MDB_val *record)
{
	uint8_t bytes[QUARANTINE_RECORD_SIZE];
	struct quarantine quarantine;
	MDB_val at = *key, fresh = {sizeof(bytes), bytes};

	if (key->mv_size != STORE_ID_SIZE ||
		quarantine_decode(record->mv_data, record->mv_size, &quarantine) != RESULT_OK)
		return RESULT_FAILED;
	bool moved = quarantine_rebase(&quarantine, walk->clock->boot, &walk->now);
	if (quarantine_idle(&quarantine, walk->seconds, &walk->now))
		return store_result(mdb_cursor_del(cursor, 0));
	if (written(&quarantine) < walk->earliest) {
		walk->earliest = written(&quarantine);
		memcpy(walk->first.bytes, key->mv_data, STORE_ID_SIZE);
	}
	if (!moved)
		return RESULT_OK;
	quarantine_encode(&quarantine, bytes);
	return store_result(mdb_cursor_put(cursor, &at, &fresh, MDB_CURRENT));
}

static enum result walk_all(struct walk *walk)
{
	MDB_cursor *cursor = NULL;
	MDB_val key, record;
	int failure;

	walk->clock->now(walk->clock, &walk->now);
	walk->earliest = INT64_MAX;
	enum result result =
		store_result(mdb_cursor_open(walk->txn, walk->identities->quarantine, &cursor));
	if (result != RESULT_OK)
		return result;
	while ((failure = mdb_cursor_get(cursor, &key, &record, MDB_NEXT)) == 0) {
		result = visit(walk, cursor, &key, &record);
		if (result != RESULT_OK)
			break;
	}
	mdb_cursor_close(cursor);
	if (result != RESULT_OK)
		return result;
	return failure == MDB_NOTFOUND ? RESULT_OK : store_result(failure);
}

/* Room for one record more: what is over goes, else that which is over first. */
static enum result make_room(
	struct identities *identities, MDB_txn *txn, uint32_t seconds, const struct clock *clock)
{
	struct walk walk = {
		.identities = identities, .txn = txn, .seconds = seconds, .clock = clock};
	MDB_stat stat;

	enum result result = store_result(mdb_stat(txn, identities->quarantine, &stat));
	if (result != RESULT_OK || stat.ms_entries < QUARANTINE_MAX)
		return result;
	result = walk_all(&walk);
	if (result == RESULT_OK)
		result = store_result(mdb_stat(txn, identities->quarantine, &stat));
	if (result != RESULT_OK || stat.ms_entries < QUARANTINE_MAX)
		return result;
	return drop(identities, txn, &walk.first);
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
	if (!idle && !there)
		result = make_room(identities, txn, seconds, clock);
	if (result == RESULT_OK && !idle)
		result = save(identities, txn, &id, &quarantine);
	if (result == RESULT_OK && idle && there)
		result = drop(identities, txn, &id);
	if (result != RESULT_OK)
		return result;
	*ret_left = after->e164[0] == '\0' ? 0 : quarantine_left(&quarantine, seconds, &now);
	*ret_changed = changed;
	return RESULT_OK;
}

enum result identities_quarantine_count(
	struct identities *identities, MDB_txn *txn, size_t *ret_count)
{
	MDB_stat stat;
	enum result result = store_result(mdb_stat(txn, identities->quarantine, &stat));

	if (result == RESULT_OK)
		*ret_count = stat.ms_entries;
	return result;
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
	struct walk walk = {.identities = identities, .seconds = seconds, .clock = clock};
	enum result result = identities_begin(identities, true, &walk.txn);

	if (result == RESULT_OK)
		result = walk_all(&walk);
	if (result == RESULT_OK)
		result = store_commit(&walk.txn);
	store_abort(&walk.txn);
	return result;
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
