/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "identity_check.h"
#include "identity_tables.h"

/* What goes through a visit of all identities while the schema changes. */
struct change {
	struct identities *identities;
	MDB_txn *txn;
	const struct schema *old;
	const struct schema *new;
	const char *country;
	size_t held[SCHEMA_TRAITS_MAX]; /* values of a trait of `old` */
	struct error *error;
	bool told; /* `error` has its sentence */
};

static enum result count_held(const struct identity *identity, void *context)
{
	struct change *change = context;

	for (size_t i = 0; i < change->old->count; i++) {
		if (identity->value[i][0] != '\0')
			change->held[i]++;
	}
	return RESULT_OK;
}

/* The identity comes decoded by the new schema: its record names its traits. */
static enum result rewrite(const struct identity *identity, void *context)
{
	struct change *change = context;
	WIPED(identity) kept = *identity;

	change->told = true;
	enum result result = identity_check(change->new, change->country, &kept, change->error);
	if (result == RESULT_OK)
		result = index_add(
			change->identities, change->txn, change->new, &kept, change->error);
	if (result != RESULT_OK)
		return result;
	change->told = false;
	return tables_save(change->identities, change->txn, change->new, &kept);
}

/* A trait that goes takes its values with it: never without being told to. */
static enum result check_removed(struct change *change)
{
	enum result result = identities_each(change->identities, change->txn, count_held, change);

	if (result != RESULT_OK)
		return tables_error(result, change->error);
	for (size_t i = 0; i < change->old->count; i++) {
		const char *name = change->old->trait[i].name;
		if (change->held[i] == 0 || schema_find(change->new, name) < change->new->count)
			continue;
		return error_set(change->error, RESULT_REFUSED,
			"%zu identities hold a value of %s, which the new schema does not have; "
			"keep the trait, or repeat with --force to lose the values",
			change->held[i], name);
	}
	return RESULT_OK;
}

enum result identities_set_schema(struct identities *identities, MDB_txn *txn,
	const struct schema *schema, const char *country, bool force, struct error *error)
{
	struct schema old;
	struct change change = {.identities = identities,
		.txn = txn,
		.old = &old,
		.new = schema,
		.country = country,
		.error = error};

	enum result result = schema_check(schema, error);
	if (result != RESULT_OK)
		return result;
	result = identities_schema(identities, txn, &old);
	if (result != RESULT_OK)
		return tables_error(result, error);
	if (!force) {
		result = check_removed(&change);
		if (result != RESULT_OK)
			return result;
	}
	result = tables_save_schema(identities, txn, schema);
	if (result == RESULT_OK)
		result = index_clear(identities, txn);
	if (result == RESULT_OK)
		result = identities_each(identities, txn, rewrite, &change);
	return result == RESULT_OK || change.told ? result : tables_error(result, error);
}
