/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "identity_tables.h"

size_t schema_find(const struct schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->count; i++) {
		if (strcmp(schema->trait[i].name, name) == 0)
			return i;
	}
	return schema->count;
}

bool schema_has_phone(const struct schema *schema)
{
	for (size_t i = 0; i < schema->count; i++) {
		if (schema->trait[i].type == TRAIT_PHONE)
			return true;
	}
	return false;
}

bool schema_equal(const struct schema *one, const struct schema *other)
{
	bool equal = one->count == other->count;

	for (size_t i = 0; equal && i < one->count; i++) {
		const struct trait *a = &one->trait[i], *b = &other->trait[i];
		equal = strcmp(a->name, b->name) == 0 && a->type == b->type &&
			a->identifier == b->identifier && a->required == b->required;
	}
	return equal;
}

static const char *const type_names[] = {
	[TRAIT_STRING] = "string",
	[TRAIT_PHONE] = "phone",
	[TRAIT_EMAIL] = "email",
};

const char *trait_type_name(enum trait_type type)
{
	return type_names[type];
}

enum result trait_type_parse(const char *name, enum trait_type *ret_type)
{
	for (size_t i = 0; i < sizeof(type_names) / sizeof(type_names[0]); i++) {
		if (strcmp(name, type_names[i]) != 0)
			continue;
		*ret_type = (enum trait_type)i;
		return RESULT_OK;
	}
	return RESULT_INVALID;
}

enum result identities_find(struct identities *identities, MDB_txn *txn, const char *name,
	struct identity *ret_identity)
{
	struct schema schema;

	enum result result = identities_schema(identities, txn, &schema);
	return result == RESULT_OK
		       ? identities_find_name(identities, txn, &schema, name, ret_identity)
		       : result;
}

enum result identities_find_name(struct identities *identities, MDB_txn *txn,
	const struct schema *schema, const char *name, struct identity *ret_identity)
{
	struct identity_id id;

	id_of_name(identities, name, &id);
	return tables_read(identities, txn, schema, &id, ret_identity);
}

/* Where the index has nothing, its own key stands in, so that a miss goes on to the records too. */
static enum result follow(MDB_txn *txn, MDB_dbi table, struct identity_id *id)
{
	MDB_val key = {sizeof(*id), id}, value;

	enum result result = store_result(mdb_get(txn, table, &key, &value));
	if (result == RESULT_NOT_FOUND)
		return RESULT_OK;
	if (result != RESULT_OK || value.mv_size != sizeof(*id))
		return RESULT_FAILED;
	memcpy(id, value.mv_data, sizeof(*id));
	return RESULT_OK;
}

enum result identities_find_uid(struct identities *identities, MDB_txn *txn,
	const struct schema *schema, uint32_t uid, struct identity *ret_identity)
{
	struct identity_id id;

	id_of_uid(identities, uid, &id);
	enum result result = follow(txn, identities->uid, &id);
	if (result != RESULT_OK)
		return result;
	return tables_read(identities, txn, schema, &id, ret_identity);
}

enum result identities_find_phone(struct identities *identities, MDB_txn *txn,
	const struct schema *schema, const char *typed, const char *country,
	struct identity *ret_identity)
{
	WIPED(phone) phone = {0};

	if (phone_parse(typed, country, &phone) != RESULT_OK)
		return RESULT_NOT_FOUND;
	for (size_t i = 0; i < schema->count; i++) {
		struct identity_id id;
		if (schema->trait[i].type != TRAIT_PHONE || !schema->trait[i].identifier)
			continue;
		id_of_value(identities, &schema->trait[i], phone.e164, &id);
		enum result result = follow(txn, identities->identifier, &id);
		if (result == RESULT_OK)
			result = tables_read(identities, txn, schema, &id, ret_identity);
		if (result != RESULT_NOT_FOUND)
			return result;
	}
	return RESULT_NOT_FOUND;
}

enum result identity_phone(
	const struct schema *schema, const struct identity *identity, struct phone *ret_phone)
{
	if (!schema_has_phone(schema))
		return RESULT_INVALID;
	for (size_t i = 0; i < schema->count; i++) {
		if (schema->trait[i].type == TRAIT_PHONE && identity->value[i][0] != '\0' &&
			phone_parse(identity->value[i], "", ret_phone) == RESULT_OK)
			return RESULT_OK;
	}
	return RESULT_NOT_FOUND;
}
