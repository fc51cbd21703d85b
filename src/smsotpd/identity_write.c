/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "identity_check.h"
#include "identity_recovery.h"
#include "identity_tables.h"
#include "log.h"

/* Takes the index entries of the identity that has the name now, if there is one. */
static enum result forget_old(
	struct identities *identities, MDB_txn *txn, const struct schema *schema, const char *name)
{
	WIPED(identity) old = {0};

	enum result result = identities_find(identities, txn, name, &old);
	if (result == RESULT_NOT_FOUND)
		return RESULT_OK;
	if (result != RESULT_OK)
		return result;
	return index_remove(identities, txn, schema, &old);
}

enum result identities_put(struct identities *identities, MDB_txn *txn,
	const struct identity *identity, const char *country, struct error *error)
{
	WIPED(identity) kept = *identity;
	struct schema schema;

	enum result result = identities_schema(identities, txn, &schema);
	if (result != RESULT_OK)
		return tables_error(result, error);
	result = identity_check(&schema, country, &kept, error);
	if (result != RESULT_OK)
		return result;
	result = forget_old(identities, txn, &schema, kept.name);
	if (result != RESULT_OK)
		return tables_error(result, error);
	result = index_add(identities, txn, &schema, &kept, error);
	if (result != RESULT_OK)
		return result;
	result = tables_save(identities, txn, &schema, &kept);
	return result == RESULT_OK ? result : tables_error(result, error);
}

enum result identities_remove(
	struct identities *identities, MDB_txn *txn, const char *name, struct error *error)
{
	char shown[4 * IDENTITY_NAME_MAX + 1];
	struct identity_id id;
	MDB_val key = {sizeof(id), &id};
	struct schema schema;

	id_of_name(identities, name, &id);
	enum result result = identities_schema(identities, txn, &schema);
	if (result == RESULT_OK)
		result = forget_old(identities, txn, &schema, name);
	if (result == RESULT_OK)
		result = store_result(mdb_del(txn, identities->identity, &key, NULL));
	if (result == RESULT_OK)
		result = identities_recovery_remove(identities, txn, name);
	if (result == RESULT_NOT_FOUND)
		return error_set(error, result,
			"there is no identity %s; see smsotpctl identity list",
			log_escape(name, shown, sizeof(shown)));
	return result == RESULT_OK ? result : tables_error(result, error);
}
