/* SPDX-License-Identifier: BSD-3-Clause */
#include "identity_tables.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "identity_record.h"

static void id_start(
	const struct identities *identities, crypto_generichash_state *hash, uint8_t tag)
{
	crypto_generichash_init(hash, identities->key, sizeof(identities->key), STORE_ID_SIZE);
	crypto_generichash_update(hash, &tag, 1);
}

static void id_end(crypto_generichash_state *hash, struct identity_id *ret_id)
{
	crypto_generichash_final(hash, ret_id->bytes, STORE_ID_SIZE);
	sodium_memzero(hash, sizeof(*hash));
}

void id_of_name(const struct identities *identities, const char *name, struct identity_id *ret_id)
{
	crypto_generichash_state hash;

	id_start(identities, &hash, 'n');
	crypto_generichash_update(&hash, (const uint8_t *)name, strlen(name));
	id_end(&hash, ret_id);
}

void id_of_uid(const struct identities *identities, uint32_t uid, struct identity_id *ret_id)
{
	crypto_generichash_state hash;
	const uint8_t bytes[] = {
		(uint8_t)uid, (uint8_t)(uid >> 8), (uint8_t)(uid >> 16), (uint8_t)(uid >> 24)};

	id_start(identities, &hash, 'u');
	crypto_generichash_update(&hash, bytes, sizeof(bytes));
	id_end(&hash, ret_id);
}

void id_of_value(const struct identities *identities, const struct trait *trait, const char *value,
	struct identity_id *ret_id)
{
	crypto_generichash_state hash;

	id_start(identities, &hash, 'i');
	crypto_generichash_update(&hash, (const uint8_t *)trait->name, strlen(trait->name) + 1);
	for (; *value != '\0'; value++) {
		uint8_t byte = (uint8_t)*value;
		if (trait->type == TRAIT_EMAIL && byte >= 'A' && byte <= 'Z')
			byte = (uint8_t)(byte - 'A' + 'a');
		crypto_generichash_update(&hash, &byte, 1);
	}
	id_end(&hash, ret_id);
}

void id_of_nobody(const struct identities *identities, uint8_t number, struct identity_id *ret_id)
{
	crypto_generichash_state hash;

	id_start(identities, &hash, 'o');
	crypto_generichash_update(&hash, &number, 1);
	id_end(&hash, ret_id);
}

void id_of_code(const struct identities *identities, const char *name, const char *code,
	struct identity_id *ret_id)
{
	crypto_generichash_state hash;

	id_start(identities, &hash, 'r');
	crypto_generichash_update(&hash, (const uint8_t *)name, strlen(name) + 1);
	crypto_generichash_update(&hash, (const uint8_t *)code, strlen(code));
	id_end(&hash, ret_id);
}

void id_of_phone(
	const struct identities *identities, const struct phone *phone, struct identity_id *ret_id)
{
	crypto_generichash_state hash;

	id_start(identities, &hash, 'p');
	crypto_generichash_update(&hash, (const uint8_t *)phone->e164, strlen(phone->e164));
	id_end(&hash, ret_id);
}

void id_of_key(const struct identities *identities, struct identity_id *ret_id)
{
	crypto_generichash_state hash;

	id_start(identities, &hash, 'k');
	id_end(&hash, ret_id);
}

enum result tables_read(struct identities *identities, MDB_txn *txn, const struct schema *schema,
	const struct identity_id *id, struct identity *ret_identity)
{
	struct identity_id wanted = *id;
	MDB_val key = {sizeof(wanted), &wanted}, record;

	enum result result = store_result(mdb_get(txn, identities->identity, &key, &record));
	if (result != RESULT_OK)
		return result;
	if (identity_decode(schema, record.mv_data, record.mv_size, ret_identity) != RESULT_OK)
		return RESULT_FAILED;
	return RESULT_OK;
}

enum result tables_load(struct identities *identities, MDB_txn *txn, const struct identity_id *id,
	struct identity *ret_identity)
{
	struct schema schema;

	enum result result = identities_schema(identities, txn, &schema);
	return result == RESULT_OK ? tables_read(identities, txn, &schema, id, ret_identity)
				   : result;
}

enum result tables_save(struct identities *identities, MDB_txn *txn, const struct schema *schema,
	const struct identity *identity)
{
	uint8_t bytes[IDENTITY_RECORD_MAX];
	struct identity_id id;

	id_of_name(identities, identity->name, &id);
	size_t size = identity_encode(schema, identity, bytes, sizeof(bytes));
	MDB_val key = {sizeof(id), &id}, record = {size, bytes};
	int failure =
		size == 0 ? MDB_BAD_VALSIZE : mdb_put(txn, identities->identity, &key, &record, 0);
	sodium_memzero(bytes, sizeof(bytes));
	return store_result(failure);
}

static enum result save_meta(
	struct identities *identities, MDB_txn *txn, const char *name, void *bytes, size_t size)
{
	char text[16];
	MDB_val key = {strlen(name), text}, record = {size, bytes};

	memcpy(text, name, key.mv_size);
	return store_result(mdb_put(txn, identities->meta, &key, &record, 0));
}

enum result tables_save_schema(
	struct identities *identities, MDB_txn *txn, const struct schema *schema)
{
	uint8_t bytes[SCHEMA_RECORD_MAX];

	size_t size = schema_encode(schema, bytes, sizeof(bytes));
	return size == 0 ? RESULT_FAILED : save_meta(identities, txn, "schema", bytes, size);
}

enum result tables_save_key(struct identities *identities, MDB_txn *txn)
{
	struct identity_id id;

	id_of_key(identities, &id);
	return save_meta(identities, txn, "key", &id, sizeof(id));
}

static enum result collect_ids(
	MDB_cursor *cursor, struct identity_id *ids, size_t size, size_t *ret_count)
{
	MDB_val key, record;
	size_t count = 0;
	int failure;

	while ((failure = mdb_cursor_get(cursor, &key, &record, MDB_NEXT)) == 0) {
		if (key.mv_size != sizeof(ids[0]) || count == size)
			return RESULT_FAILED;
		memcpy(&ids[count++], key.mv_data, key.mv_size);
	}
	if (failure != MDB_NOTFOUND)
		return store_result(failure);
	*ret_count = count;
	return RESULT_OK;
}

enum result tables_ids(struct identities *identities, MDB_txn *txn, struct identity_id **ret_ids,
	size_t *ret_count)
{
	MDB_cursor *cursor = NULL;
	size_t size = 0;

	enum result result = identities_count(identities, txn, &size);
	if (result != RESULT_OK)
		return result;
	struct identity_id *ids = calloc(size + 1, sizeof(*ids));
	if (ids == NULL)
		return RESULT_MEMORY;
	result = store_result(mdb_cursor_open(txn, identities->identity, &cursor));
	if (result == RESULT_OK) {
		result = collect_ids(cursor, ids, size, ret_count);
		mdb_cursor_close(cursor);
	}
	if (result != RESULT_OK) {
		free(ids);
		return result;
	}
	*ret_ids = ids;
	return RESULT_OK;
}

enum result tables_error(enum result result, struct error *error)
{
	if (result == RESULT_FULL)
		return error_set(error, result,
			"the identity store is full: raise identity_size in [store] and restart "
			"smsotpd, or remove identities that are not needed");
	return error_set(error, result,
		"the identity store failed (%s); look at its disk, then restore it from a backup",
		result_name(result));
}
