/* SPDX-License-Identifier: BSD-3-Clause */
#include "identity_assign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "identity_check.h"
#include "identity_tables.h"
#include "log.h"

static enum result assign_uid(struct identity *identity, const char *value, struct error *error)
{
	if (value[0] == '\0') {
		identity->uid = UID_NONE;
		return RESULT_OK;
	}
	size_t length = strlen(value);
	unsigned long long uid = strtoull(value, NULL, 10);
	if (length > 10 || strspn(value, "0123456789") != length || uid >= UID_NONE)
		return error_set(error, RESULT_INVALID,
			"uid is no user id; write it as a number, as id -u shows it");
	identity->uid = (uint32_t)uid;
	return RESULT_OK;
}

static enum result assign_suspended(
	struct identity *identity, const char *value, struct error *error)
{
	bool yes = strcmp(value, "yes") == 0;

	if (!yes && value[0] != '\0' && strcmp(value, "no") != 0)
		return error_set(error, RESULT_INVALID, "suspended is neither yes nor no");
	identity->suspended = yes;
	return RESULT_OK;
}

static enum result unknown_field(
	const struct schema *schema, const char *field, struct error *error)
{
	char shown[4 * TRAIT_NAME_MAX + 1];
	char traits[SCHEMA_TRAITS_MAX * 24 + 1] = "";
	size_t at = 0;

	for (size_t i = 0; i < schema->count && at < sizeof(traits); i++)
		at += (size_t)snprintf(
			traits + at, sizeof(traits) - at, ", %s", schema->trait[i].name);
	return error_set(error, RESULT_INVALID,
		"\"%s\" is nothing an identity has; there are uid, suspended%s",
		log_escape(field, shown, sizeof(shown)), traits);
}

enum result identity_assign(const struct schema *schema, struct identity *identity,
	const char *field, const char *value, struct error *error)
{
	if (strcmp(field, "uid") == 0)
		return assign_uid(identity, value, error);
	if (strcmp(field, "suspended") == 0)
		return assign_suspended(identity, value, error);
	size_t place = schema_find(schema, field);
	if (place == schema->count)
		return unknown_field(schema, field, error);
	size_t length = strlen(value);
	if (length > TRAIT_VALUE_MAX)
		return error_set(error, RESULT_INVALID, "%s is longer than %d bytes; shorten it",
			field, TRAIT_VALUE_MAX);
	memset(identity->value[place], 0, sizeof(identity->value[place]));
	memcpy(identity->value[place], value, length);
	return RESULT_OK;
}

enum result identity_edit(struct identities *identities, MDB_txn *txn, const char *name,
	struct identity *ret_identity, struct error *error)
{
	struct identity fresh = {.uid = UID_NONE};

	enum result result = identity_name_check(name, error);
	if (result != RESULT_OK)
		return result;
	result = identities_find(identities, txn, name, ret_identity);
	if (result == RESULT_OK)
		return RESULT_OK;
	if (result != RESULT_NOT_FOUND)
		return tables_error(result, error);
	memcpy(fresh.name, name, strlen(name) + 1);
	*ret_identity = fresh;
	return RESULT_OK;
}
