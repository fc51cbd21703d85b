/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "identity_quarantine.h"
#include "identity_recovery.h"
#include "identity_tables.h"

struct place {
	char name[IDENTITY_NAME_MAX + 1];
	struct identity_id id;
};

static int compare_names(const void *one, const void *other)
{
	return strcmp(((const struct place *)one)->name, ((const struct place *)other)->name);
}

static enum result visit_all(struct identities *identities, MDB_txn *txn,
	const struct schema *schema, const struct place *places, size_t count,
	enum result (*visit)(const struct identity *identity, void *context), void *context)
{
	WIPED(identity) identity = {0};
	enum result result = RESULT_OK;

	for (size_t i = 0; i < count && result == RESULT_OK; i++) {
		result = tables_read(identities, txn, schema, &places[i].id, &identity);
		if (result == RESULT_OK)
			result = visit(&identity, context);
	}
	return result;
}

static enum result name_places(struct identities *identities, MDB_txn *txn,
	const struct schema *schema, const struct identity_id *ids, size_t count,
	struct place *places)
{
	WIPED(identity) identity = {0};

	for (size_t i = 0; i < count; i++) {
		enum result result = tables_read(identities, txn, schema, &ids[i], &identity);
		if (result != RESULT_OK)
			return RESULT_FAILED;
		places[i].id = ids[i];
		memcpy(places[i].name, identity.name, sizeof(places[i].name));
	}
	qsort(places, count, sizeof(places[0]), compare_names);
	return RESULT_OK;
}

enum result identities_each(struct identities *identities, MDB_txn *txn,
	enum result (*visit)(const struct identity *identity, void *context), void *context)
{
	struct identity_id *ids = NULL;
	struct schema schema;
	size_t count = 0;

	enum result result = identities_schema(identities, txn, &schema);
	if (result == RESULT_OK)
		result = tables_ids(identities, txn, &ids, &count);
	if (result != RESULT_OK)
		return result;
	struct place *places = calloc(count + 1, sizeof(*places));
	result = places == NULL ? RESULT_MEMORY
				: name_places(identities, txn, &schema, ids, count, places);
	free(ids);
	if (result == RESULT_OK)
		result = visit_all(identities, txn, &schema, places, count, visit, context);
	free(places);
	return result;
}

/* The records tell their names; keys and indexes are made anew from them. */
enum result identities_rekey(struct identities *identities, MDB_txn *txn, struct error *error)
{
	WIPED(identity) identity = {0};
	struct identity_id *ids = NULL;
	struct schema schema;
	size_t count = 0;

	enum result result = identities_schema(identities, txn, &schema);
	if (result == RESULT_OK)
		result = tables_ids(identities, txn, &ids, &count);
	if (result == RESULT_OK)
		result = index_clear(identities, txn);
	for (size_t i = 0; i < count && result == RESULT_OK; i++) {
		MDB_val key = {sizeof(ids[i]), &ids[i]};
		result = tables_load(identities, txn, &ids[i], &identity);
		if (result == RESULT_OK)
			result = store_result(mdb_del(txn, identities->identity, &key, NULL));
		if (result == RESULT_OK)
			result = tables_save(identities, txn, &schema, &identity);
		if (result == RESULT_OK)
			result = index_add(identities, txn, &schema, &identity, error);
		if (result == RESULT_OK)
			result = identities_quarantine_move(
				identities, txn, ids[i].bytes, identity.name);
	}
	free(ids);
	/* Codes under the other key are the other machine's: here they would be good once more. */
	if (result == RESULT_OK)
		result = identities_recovery_reset(identities, txn);
	if (result == RESULT_OK)
		result = tables_save_key(identities, txn);
	/* Who clashes is told already. */
	return result == RESULT_OK || result == RESULT_EXISTS ? result
							      : tables_error(result, error);
}
