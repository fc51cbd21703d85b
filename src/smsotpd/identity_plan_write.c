/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "identity_plan_array.h"
#include "identity_record.h"

#define TELL_EACH 4096 /* writes */

/* Of those that are alike the first line comes first. */
static int compare_lines(const void *one, const void *other)
{
	const struct plan_link *a = one, *b = other;
	int order = plan_compare_links(a, b);

	return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

static void sort_links(struct array *array)
{
	if (array->count > 0)
		qsort(array->items, array->count, sizeof(struct plan_link), compare_lines);
}

/* The name that an id has in the plan or in the store. */
static void name_of(const struct plan *plan, const struct identity_id *id,
	char ret_name[static IDENTITY_NAME_MAX + 1])
{
	const struct plan_entry *entry = plan_find(plan, id);
	WIPED(identity) identity = {0};

	if (entry != NULL)
		snprintf(ret_name, IDENTITY_NAME_MAX + 1, "%s", plan_name(plan, entry));
	else if (tables_load(plan->identities, plan->txn, id, &identity) == RESULT_OK)
		memcpy(ret_name, identity.name, sizeof(identity.name));
	else
		snprintf(ret_name, IDENTITY_NAME_MAX + 1, "an identity that is lost");
}

static void clash(const struct plan *plan, enum plan_index index, const struct plan_link *link,
	const struct identity_id *holder, const struct plan_faults *faults)
{
	char one[IDENTITY_NAME_MAX + 1], other[IDENTITY_NAME_MAX + 1];
	char sentence[2 * IDENTITY_NAME_MAX + TRAIT_NAME_MAX + 100];

	if (memcmp(holder, &link->id, sizeof(*holder)) == 0)
		return; /* a name that stands twice, which is a fault already */
	name_of(plan, holder, one);
	name_of(plan, &link->id, other);
	snprintf(sentence, sizeof(sentence),
		"%s and %s would have the same %s, and no two identities may; change one of them",
		one, other, index == INDEX_UID ? "uid" : plan->schema->trait[link->trait].name);
	faults->add(faults->context, link->line, sentence);
}

/* Whoever holds the entry in the store, unless the plan takes it from him. */
static enum result check_stored(const struct plan *plan, enum plan_index index,
	const struct plan_link *link, const struct plan_faults *faults)
{
	const struct array *drops = &plan->drops[index];
	struct identity_id at = link->at, holder;
	MDB_val key = {sizeof(at), &at}, value;

	enum result result =
		store_result(mdb_get(plan->txn, plan_table(plan, index), &key, &value));
	if (result == RESULT_NOT_FOUND)
		return RESULT_OK;
	if (result != RESULT_OK || value.mv_size != sizeof(holder))
		return RESULT_FAILED;
	memcpy(&holder, value.mv_data, sizeof(holder));
	bool freed = drops->count > 0 && bsearch(link, drops->items, drops->count, sizeof(*link),
						 plan_compare_links) != NULL;
	if (!freed)
		clash(plan, index, link, &holder, faults);
	return RESULT_OK;
}

enum result plan_check(struct plan *plan, const struct plan_faults *faults)
{
	enum result result = RESULT_OK;

	for (size_t index = 0; index < INDEX_COUNT; index++) {
		struct array *adds = &plan->adds[index];
		const struct plan_link *links = adds->items;
		sort_links(adds);
		sort_links(&plan->drops[index]);
		for (size_t i = 0; i < adds->count && result == RESULT_OK; i++) {
			const struct plan_link *link = &links[i];
			if (i > 0 && plan_compare_links(link - 1, link) == 0)
				clash(plan, index, link, &links[i - 1].id, faults);
			else
				result = check_stored(plan, index, link, faults);
		}
	}
	return result;
}

/* What a write hears and counts. */
struct writing {
	MDB_txn *txn;
	bool (*tell)(void *context, size_t done);
	void *context;
	size_t done;
};

static enum result wrote(struct writing *writing, int failure)
{
	if (failure != 0)
		return store_result(failure);
	writing->done++;
	if (writing->tell != NULL && writing->done % TELL_EACH == 0 &&
		!writing->tell(writing->context, writing->done))
		return RESULT_UNREACHABLE;
	return RESULT_OK;
}

/* An emptied table takes what comes at its end, page after page, without looking for the place. */
static enum result empty_table(MDB_txn *txn, MDB_dbi table, size_t gone, unsigned int *ret_flags)
{
	size_t count = 0;
	enum result result = store_count(txn, table, &count);

	*ret_flags = 0;
	if (result != RESULT_OK || count != gone)
		return result;
	*ret_flags = MDB_APPEND;
	return gone == 0 ? RESULT_OK : store_result(mdb_drop(txn, table, 0));
}

static enum result write_index(struct plan *plan, enum plan_index index, struct writing *writing)
{
	MDB_dbi table = plan_table(plan, index);
	const struct array *adds = &plan->adds[index], *drops = &plan->drops[index];
	struct plan_link *links = drops->items;
	unsigned int flags = 0;

	enum result result = empty_table(writing->txn, table, drops->count, &flags);
	for (size_t i = 0; i < drops->count && flags == 0 && result == RESULT_OK; i++) {
		MDB_val key = {sizeof(links[i].at), &links[i].at};
		int failure = mdb_del(writing->txn, table, &key, NULL);
		result = wrote(writing, failure == MDB_NOTFOUND ? 0 : failure);
	}
	links = adds->items;
	for (size_t i = 0; i < adds->count && result == RESULT_OK; i++) {
		MDB_val key = {sizeof(links[i].at), &links[i].at};
		MDB_val value = {sizeof(links[i].id), &links[i].id};
		result = wrote(writing,
			mdb_put(writing->txn, table, &key, &value, flags | MDB_NOOVERWRITE));
	}
	return result;
}

static enum result write_entry(const struct plan *plan, struct plan_entry *entry,
	unsigned int flags, struct writing *writing)
{
	MDB_dbi table = plan->identities->identity;
	MDB_val key = {sizeof(entry->id), &entry->id};
	uint8_t *text = (uint8_t *)plan->text.items + entry->at;
	MDB_val record = {entry->size, text + strlen((const char *)text) + 1};

	if (entry->kind == PLAN_SAME)
		return RESULT_OK;
	if (entry->kind != PLAN_REMOVE)
		return wrote(writing, mdb_put(writing->txn, table, &key, &record, flags));
	return flags != 0 ? RESULT_OK : wrote(writing, mdb_del(writing->txn, table, &key, NULL));
}

static enum result write_schema(struct plan *plan, MDB_txn *txn)
{
	struct schema stored;
	enum result result = identities_schema(plan->identities, txn, &stored);

	if (result != RESULT_OK || schema_equal(&stored, plan->schema))
		return result;
	return tables_save_schema(plan->identities, txn, plan->schema);
}

/*
 * A table's entry in the main database holds its root page, and LMDB never writes a page where it
 * was: the same bytes are the same table.
 */
static bool same_tables(const struct plan *plan, MDB_txn *txn)
{
	static const char *const names[] = {"meta", "identity", "identifier", "uid"};
	bool same = true;
	MDB_dbi tables;

	if (mdb_dbi_open(txn, NULL, 0, &tables) != 0)
		return false;
	for (size_t i = 0; same && i < sizeof(names) / sizeof(names[0]); i++) {
		MDB_val key = {strlen(names[i]), (void *)names[i]}, then, now;
		same = mdb_get(plan->txn, tables, &key, &then) == 0 &&
		       mdb_get(txn, tables, &key, &now) == 0 && then.mv_size == now.mv_size &&
		       memcmp(then.mv_data, now.mv_data, now.mv_size) == 0;
	}
	return same;
}

enum result plan_write(
	struct plan *plan, MDB_txn *txn, bool (*tell)(void *context, size_t done), void *context)
{
	struct writing writing = {.txn = txn, .tell = tell, .context = context};
	struct plan_entry *entries = plan->entries.items;
	unsigned int flags = 0;

	if (!same_tables(plan, txn))
		return RESULT_EXISTS;
	enum result result = write_schema(plan, txn);
	for (size_t i = 0; i < INDEX_COUNT && result == RESULT_OK; i++)
		result = write_index(plan, i, &writing);
	if (result == RESULT_OK)
		result = empty_table(
			txn, plan->identities->identity, plan->counts[PLAN_REMOVE], &flags);
	for (size_t i = 0; i < plan->entries.count && result == RESULT_OK; i++)
		result = write_entry(plan, &entries[i], flags, &writing);
	return result;
}
