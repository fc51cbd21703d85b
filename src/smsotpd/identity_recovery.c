/* SPDX-License-Identifier: BSD-3-Clause */
#include "identity_recovery.h"

#include <string.h>

#include "identity_tables.h"

_Static_assert(STORE_ID_SIZE == HASH_SIZE, "an id is what the record keeps of a code");

static enum result load(struct identities *identities, MDB_txn *txn, const struct identity_id *id,
	struct recovery *ret)
{
	struct identity_id wanted = *id;
	MDB_val key = {sizeof(wanted), &wanted}, record;

	enum result result = store_result(mdb_get(txn, identities->recovery, &key, &record));
	if (result != RESULT_OK)
		return result;
	if (recovery_decode(record.mv_data, record.mv_size, ret) != RESULT_OK)
		return RESULT_FAILED;
	return RESULT_OK;
}

static enum result save(struct identities *identities, MDB_txn *txn, const struct identity_id *id,
	const struct recovery *recovery)
{
	uint8_t bytes[RECOVERY_RECORD_SIZE];
	struct identity_id wanted = *id;
	MDB_val key = {sizeof(wanted), &wanted}, record = {sizeof(bytes), bytes};

	recovery_encode(recovery, bytes);
	return store_result(mdb_put(txn, identities->recovery, &key, &record, 0));
}

/* The codes of another key are nothing here: a clone must not take what its image took. */
static void mark_of(const struct identities *identities, uint8_t ret[static RECOVERY_MARK_SIZE])
{
	struct identity_id id;

	id_of_key(identities, &id);
	memcpy(ret, id.bytes, RECOVERY_MARK_SIZE);
}

enum result identities_recovery_find(struct identities *identities, MDB_txn *txn, const char *name,
	bool own, const struct recovery_code *code, struct recovery_work *ret_work)
{
	struct recovery_work work = {.match = RECOVERY_CODES};
	struct recovery of_nobody = {0};
	struct identity_id id, nobody, hash;

	id_of_name(identities, name, &id);
	id_of_nobody(identities, id.bytes[0] % RECOVERY_NOBODIES, &nobody);
	id_of_code(identities, name, code->symbols, &hash);
	enum result result = load(identities, txn, &id, &work.recovery);
	enum result spare = load(identities, txn, &nobody, &of_nobody);
	if (result != RESULT_OK && result != RESULT_NOT_FOUND)
		return result;
	if (spare != RESULT_OK)
		return RESULT_FAILED;
	bool has = own && result == RESULT_OK;
	if (!has)
		work.recovery = of_nobody;
	memcpy(work.id, has ? id.bytes : nobody.bytes, sizeof(work.id));
	work.match = recovery_find(&work.recovery, hash.bytes);
	*ret_work = work;
	return RESULT_OK;
}

enum result identities_recovery_keep(
	struct identities *identities, MDB_txn *txn, const struct recovery_work *work)
{
	struct identity_id id;

	memcpy(id.bytes, work->id, sizeof(id.bytes));
	return save(identities, txn, &id, &work->recovery);
}

enum result identities_recovery_load(
	struct identities *identities, MDB_txn *txn, const char *name, struct recovery *ret)
{
	struct identity_id id;

	id_of_name(identities, name, &id);
	return load(identities, txn, &id, ret);
}

/* The record there, or an empty one, to be dated after it. */
static enum result load_or_none(
	struct identities *identities, MDB_txn *txn, const char *name, struct recovery *ret)
{
	enum result result = identities_recovery_load(identities, txn, name, ret);

	if (result != RESULT_NOT_FOUND)
		return result;
	*ret = (struct recovery){0};
	return RESULT_OK;
}

enum result identities_recovery_issue(struct identities *identities, MDB_txn *txn, const char *name,
	int64_t now, struct recovery_code ret_codes[static RECOVERY_CODES])
{
	struct recovery fresh = {0}, before;
	struct identity_id id, hash;

	enum result result = load_or_none(identities, txn, name, &before);
	if (result != RESULT_OK)
		return result;
	mark_of(identities, fresh.mark);
	fresh.issued = recovery_date(&before, now);
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		recovery_draw(&ret_codes[i]);
		id_of_code(identities, name, ret_codes[i].symbols, &hash);
		fresh.slot[i].state = RECOVERY_LIVE;
		memcpy(fresh.slot[i].hash, hash.bytes, HASH_SIZE);
	}
	id_of_name(identities, name, &id);
	return save(identities, txn, &id, &fresh);
}

enum result identities_recovery_revoke(struct identities *identities, MDB_txn *txn,
	const char *name, int64_t now, uint32_t *ret_left)
{
	struct recovery recovery;
	struct identity_id id;

	*ret_left = 0;
	id_of_name(identities, name, &id);
	enum result result = load(identities, txn, &id, &recovery);
	if (result == RESULT_NOT_FOUND)
		return RESULT_OK;
	if (result != RESULT_OK)
		return result;
	uint32_t left = recovery_left(&recovery);
	/* An issue of nothing: a copy from before does not come back over it. */
	recovery.issued = recovery_date(&recovery, now);
	memset(recovery.slot, 0, sizeof(recovery.slot));
	result = save(identities, txn, &id, &recovery);
	if (result == RESULT_OK)
		*ret_left = left;
	return result;
}

enum result identities_recovery_remove(
	struct identities *identities, MDB_txn *txn, const char *name)
{
	struct identity_id id;
	MDB_val key = {sizeof(id), &id};

	id_of_name(identities, name, &id);
	enum result result = store_result(mdb_del(txn, identities->recovery, &key, NULL));
	return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}

enum result identities_recovery_export(struct identities *identities, MDB_txn *txn,
	const char *name, uint8_t ret[static RECOVERY_RECORD_SIZE])
{
	struct recovery recovery;
	enum result result = identities_recovery_load(identities, txn, name, &recovery);

	if (result == RESULT_OK)
		recovery_encode(&recovery, ret);
	return result;
}

static void merge_used(struct recovery *copy, const struct recovery *here)
{
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		if (here->slot[i].state != RECOVERY_LIVE)
			copy->slot[i] = here->slot[i];
	}
}

/* What is here and in the copy together. */
static enum result merge(struct identities *identities, MDB_txn *txn, const char *name,
	const uint8_t *bytes, size_t size, struct recovery *ret_merged, bool *ret_changes)
{
	uint8_t mark[RECOVERY_MARK_SIZE], old[RECOVERY_RECORD_SIZE], new[RECOVERY_RECORD_SIZE];
	struct recovery copy, here;

	if (recovery_decode(bytes, size, &copy) != RESULT_OK)
		return RESULT_INVALID;
	mark_of(identities, mark);
	if (memcmp(copy.mark, mark, sizeof(mark)) != 0)
		return RESULT_REFUSED;
	enum result result = load_or_none(identities, txn, name, &here);
	if (result != RESULT_OK)
		return result;
	if (copy.issued == here.issued)
		merge_used(&copy, &here);
	*ret_merged = copy.issued < here.issued ? here : copy;
	recovery_encode(&here, old);
	recovery_encode(ret_merged, new);
	*ret_changes = memcmp(old, new, sizeof(old)) != 0;
	return RESULT_OK;
}

enum result identities_recovery_import(struct identities *identities, MDB_txn *txn,
	const char *name, const uint8_t *bytes, size_t size)
{
	struct recovery merged;
	struct identity_id id;
	bool changes = false;

	enum result result = merge(identities, txn, name, bytes, size, &merged, &changes);
	if (result != RESULT_OK || !changes)
		return result;
	id_of_name(identities, name, &id);
	return save(identities, txn, &id, &merged);
}

enum result identities_recovery_compare(struct identities *identities, MDB_txn *txn,
	const char *name, const uint8_t *bytes, size_t size, bool *ret_changes)
{
	struct recovery merged;

	return merge(identities, txn, name, bytes, size, &merged, ret_changes);
}

enum result identities_recovery_reset(struct identities *identities, MDB_txn *txn)
{
	static const struct recovery none;
	enum result result = store_result(mdb_drop(txn, identities->recovery, 0));

	for (uint8_t i = 0; i < RECOVERY_NOBODIES && result == RESULT_OK; i++) {
		struct identity_id id;
		id_of_nobody(identities, i, &id);
		result = save(identities, txn, &id, &none);
	}
	return result;
}
