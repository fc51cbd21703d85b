/* SPDX-License-Identifier: BSD-3-Clause */
#include "identity.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "identity_record.h"
#include "identity_recovery.h"
#include "identity_tables.h"

void identity_wipe(struct identity *identity)
{
	explicit_bzero(identity, sizeof(*identity));
}

static enum result open_tables(struct identities *identities)
{
	const struct {
		const char *name;
		MDB_dbi *table;
	} rows[] = {
		{"meta", &identities->meta},
		{"identity", &identities->identity},
		{"identifier", &identities->identifier},
		{"uid", &identities->uid},
		{"recovery", &identities->recovery},
		{"quarantine", &identities->quarantine},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum result result = store_table(identities->store, rows[i].name, rows[i].table);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

static enum result get_meta(
	struct identities *identities, MDB_txn *txn, const char *name, MDB_val *ret_record)
{
	char text[16];
	MDB_val key = {strlen(name), text};

	memcpy(text, name, key.mv_size);
	return store_result(mdb_get(txn, identities->meta, &key, ret_record));
}

/* A new store, and one from before there were recovery codes, gets nobody's. */
static enum result prepare_recovery(struct identities *identities, MDB_txn *txn)
{
	size_t count = 0;
	enum result result = store_count(txn, identities->recovery, &count);

	if (result == RESULT_OK && count == 0)
		result = identities_recovery_reset(identities, txn);
	return result;
}

/* A new store gets its schema and the mark of its key, an old one is checked for both. */
static enum result prepare_meta(
	struct identities *identities, MDB_txn *txn, bool create, struct error *error)
{
	static const struct schema first = {
		.count = 1, .trait = {{.name = "phone", .type = TRAIT_PHONE}}};
	struct identity_id ours;
	MDB_val record;

	id_of_key(identities, &ours);
	enum result result = get_meta(identities, txn, "key", &record);
	if (result == RESULT_OK) {
		if (record.mv_size == sizeof(ours) &&
			sodium_memcmp(record.mv_data, &ours, sizeof(ours)) == 0)
			return RESULT_OK;
		return identities_rekey(identities, txn, error);
	}
	if (result == RESULT_NOT_FOUND && !create)
		return error_set(error, RESULT_NOT_FOUND,
			"the identity store holds no schema; restore it from a backup");
	if (result == RESULT_NOT_FOUND)
		result = tables_save_schema(identities, txn, &first);
	if (result == RESULT_OK)
		result = tables_save_key(identities, txn);
	return result == RESULT_OK ? result : tables_error(result, error);
}

static enum result prepare(
	struct identities *identities, MDB_txn *txn, bool create, struct error *error)
{
	enum result result = prepare_meta(identities, txn, create, error);

	if (result != RESULT_OK)
		return result;
	result = prepare_recovery(identities, txn);
	return result == RESULT_OK ? result : tables_error(result, error);
}

static enum result prepare_all(struct identities *identities, bool create, struct error *error)
{
	MDB_txn *txn = NULL;

	enum result result = open_tables(identities);
	if (result == RESULT_OK)
		result = identities_begin(identities, true, &txn);
	if (result != RESULT_OK)
		return tables_error(result, error);
	result = prepare(identities, txn, create, error);
	if (result == RESULT_OK) {
		result = store_commit(&txn);
		if (result != RESULT_OK)
			return tables_error(result, error);
	}
	store_abort(&txn);
	return result;
}

enum result identities_open(const char *directory, size_t size, bool create,
	const uint8_t key[static STORE_KEY_SIZE], struct identities **ret, struct error *error)
{
	struct identities *identities = calloc(1, sizeof(*identities));

	if (identities == NULL)
		return error_set(error, RESULT_MEMORY, "no memory to open the identity store");
	memcpy(identities->key, key, sizeof(identities->key));
	enum result result = turn_new(&identities->turn);
	if (result != RESULT_OK)
		result = error_set(error, result, "no memory to open the identity store");
	else
		result = store_open(directory, size, create, &identities->store, error);
	if (result == RESULT_OK)
		result = prepare_all(identities, create, error);
	if (result != RESULT_OK) {
		identities_close(&identities);
		return result;
	}
	*ret = identities;
	return RESULT_OK;
}

enum result identities_after_fork(struct identities *identities, struct error *error)
{
	enum result result = store_after_fork(identities->store, error);

	if (result != RESULT_OK)
		return result;
	result = open_tables(identities);
	return result == RESULT_OK ? result : tables_error(result, error);
}

struct store *identities_store(const struct identities *identities)
{
	return identities->store;
}

void identities_close(struct identities **identities)
{
	if (*identities == NULL)
		return;
	store_close(&(*identities)->store);
	turn_free(&(*identities)->turn);
	explicit_bzero(*identities, sizeof(**identities));
	free(*identities);
	*identities = NULL;
}

enum result identities_begin(struct identities *identities, bool write, MDB_txn **ret_txn)
{
	return store_begin(identities->store, write, ret_txn);
}

struct turn *identities_turn(const struct identities *identities)
{
	return identities->turn;
}

bool identities_broken(const struct identities *identities)
{
	return store_broken(identities->store);
}

enum result identities_used(struct identities *identities, unsigned int *ret_percent)
{
	return store_used(identities->store, ret_percent);
}

enum result identities_count(struct identities *identities, MDB_txn *txn, size_t *ret_count)
{
	return store_count(txn, identities->identity, ret_count);
}

enum result identities_schema(
	struct identities *identities, MDB_txn *txn, struct schema *ret_schema)
{
	MDB_val record;

	enum result result = get_meta(identities, txn, "schema", &record);
	if (result != RESULT_OK)
		return RESULT_FAILED;
	if (schema_decode(record.mv_data, record.mv_size, ret_schema) != RESULT_OK)
		return RESULT_FAILED;
	return RESULT_OK;
}
