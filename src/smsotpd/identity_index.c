/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "identity_tables.h"

/* Whoever has the entry at `at` already, for the sentence. */
static enum result name_holder(struct identities *identities, MDB_txn *txn, MDB_dbi table,
	struct identity_id *at, struct identity *ret_holder)
{
	struct identity_id id;
	MDB_val key = {sizeof(*at), at}, value;

	enum result result = store_result(mdb_get(txn, table, &key, &value));
	if (result != RESULT_OK)
		return result;
	if (value.mv_size != sizeof(id))
		return RESULT_FAILED;
	memcpy(&id, value.mv_data, sizeof(id));
	return tables_load(identities, txn, &id, ret_holder);
}

/* `what` is the trait's name, or "uid". */
static enum result add_entry(struct identities *identities, MDB_txn *txn, MDB_dbi table,
	struct identity_id *at, const char *name, const char *what, struct error *error)
{
	WIPED(identity) holder = {0};
	struct identity_id id;
	MDB_val key = {sizeof(*at), at}, value = {sizeof(id), &id};

	id_of_name(identities, name, &id);
	enum result result = store_result(mdb_put(txn, table, &key, &value, MDB_NOOVERWRITE));
	if (result == RESULT_OK)
		return RESULT_OK;
	if (result == RESULT_EXISTS)
		result = name_holder(identities, txn, table, at, &holder);
	if (result != RESULT_OK)
		return tables_error(result, error);
	return error_set(error, RESULT_EXISTS,
		"%s and %s would have the same %s, and no two identities may; change one of them",
		holder.name, name, what);
}

enum result index_add(struct identities *identities, MDB_txn *txn, const struct schema *schema,
	const struct identity *identity, struct error *error)
{
	struct identity_id at;
	enum result result = RESULT_OK;

	if (identity->uid != UID_NONE) {
		id_of_uid(identities, identity->uid, &at);
		result = add_entry(
			identities, txn, identities->uid, &at, identity->name, "uid", error);
	}
	for (size_t i = 0; i < schema->count && result == RESULT_OK; i++) {
		const struct trait *trait = &schema->trait[i];
		if (!trait->identifier || identity->value[i][0] == '\0')
			continue;
		id_of_value(identities, trait, identity->value[i], &at);
		result = add_entry(identities, txn, identities->identifier, &at, identity->name,
			trait->name, error);
	}
	return result;
}

static enum result remove_entry(MDB_txn *txn, MDB_dbi table, struct identity_id *at)
{
	MDB_val key = {sizeof(*at), at};

	enum result result = store_result(mdb_del(txn, table, &key, NULL));
	return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}

enum result index_remove(struct identities *identities, MDB_txn *txn, const struct schema *schema,
	const struct identity *identity)
{
	struct identity_id at;
	enum result result = RESULT_OK;

	if (identity->uid != UID_NONE) {
		id_of_uid(identities, identity->uid, &at);
		result = remove_entry(txn, identities->uid, &at);
	}
	for (size_t i = 0; i < schema->count && result == RESULT_OK; i++) {
		const struct trait *trait = &schema->trait[i];
		if (!trait->identifier || identity->value[i][0] == '\0')
			continue;
		id_of_value(identities, trait, identity->value[i], &at);
		result = remove_entry(txn, identities->identifier, &at);
	}
	return result;
}

enum result index_clear(struct identities *identities, MDB_txn *txn)
{
	int failure = mdb_drop(txn, identities->uid, 0);

	if (failure == 0)
		failure = mdb_drop(txn, identities->identifier, 0);
	return store_result(failure);
}
