/* SPDX-License-Identifier: BSD-3-Clause */
#include "identity_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "identity_plan_array.h"
#include "identity_record.h"

enum result array_grow(struct array *array, size_t size, size_t more)
{
	size_t room = array->room == 0 ? 64 : array->room;

	if (array->count + more <= array->room)
		return RESULT_OK;
	while (room < array->count + more)
		room *= 2;
	/* Not realloc(3), which would leave what is here behind unwiped. */
	void *items = calloc(room, size);
	if (items == NULL)
		return RESULT_MEMORY;
	if (array->count > 0)
		memcpy(items, array->items, array->count * size);
	size_t count = array->count;
	array_free(array, size);
	*array = (struct array){.items = items, .count = count, .room = room};
	return RESULT_OK;
}

void array_free(struct array *array, size_t size)
{
	if (array->items != NULL)
		explicit_bzero(array->items, array->count * size);
	free(array->items);
	*array = (struct array){0};
}

MDB_dbi plan_table(const struct plan *plan, enum plan_index index)
{
	return index == INDEX_UID ? plan->identities->uid : plan->identities->identifier;
}

const char *plan_name(const struct plan *plan, const struct plan_entry *entry)
{
	return (const char *)plan->text.items + entry->at;
}

int plan_compare_entries(const void *one, const void *other)
{
	return memcmp(&((const struct plan_entry *)one)->id,
		&((const struct plan_entry *)other)->id, sizeof(struct identity_id));
}

int plan_compare_links(const void *one, const void *other)
{
	return memcmp(&((const struct plan_link *)one)->at, &((const struct plan_link *)other)->at,
		sizeof(struct identity_id));
}

const struct plan_entry *plan_find(const struct plan *plan, const struct identity_id *id)
{
	const struct plan_entry wanted = {.id = *id};

	return plan->entries.count == 0 ? NULL
					: bsearch(&wanted, plan->entries.items, plan->entries.count,
						  sizeof(wanted), plan_compare_entries);
}

enum result plan_new(struct identities *identities, MDB_txn *txn, const struct schema *schema,
	struct plan **ret_plan)
{
	struct plan *plan = calloc(1, sizeof(*plan));

	if (plan == NULL)
		return RESULT_MEMORY;
	plan->identities = identities;
	plan->txn = txn;
	plan->schema = schema;
	*ret_plan = plan;
	return RESULT_OK;
}

void plan_free(struct plan **plan)
{
	if (*plan == NULL)
		return;
	array_free(&(*plan)->entries, sizeof(struct plan_entry));
	array_free(&(*plan)->text, 1);
	for (size_t i = 0; i < INDEX_COUNT; i++) {
		array_free(&(*plan)->adds[i], sizeof(struct plan_link));
		array_free(&(*plan)->drops[i], sizeof(struct plan_link));
	}
	free(*plan);
	*plan = NULL;
}

static enum result add_link(struct array *array, const struct plan_link *link)
{
	enum result result = array_grow(array, sizeof(*link), 1);

	if (result == RESULT_OK)
		((struct plan_link *)array->items)[array->count++] = *link;
	return result;
}

/* An index entry that was and is the same is left alone. */
static enum result put_link(struct plan *plan, enum plan_index index, bool was, bool is,
	const struct identity_id *old, const struct plan_link *link)
{
	struct plan_link gone = {.at = *old, .id = link->id};
	enum result result = RESULT_OK;

	if (was && is && memcmp(old, &link->at, sizeof(*old)) == 0)
		return RESULT_OK;
	if (was)
		result = add_link(&plan->drops[index], &gone);
	if (is && result == RESULT_OK)
		result = add_link(&plan->adds[index], link);
	return result;
}

/* `before` or `after` may be NULL. */
static enum result put_links(struct plan *plan, const struct identity *before,
	const struct identity *after, struct plan_link *link)
{
	struct identity_id old = {{0}};
	bool was = before != NULL && before->uid != UID_NONE;
	bool is = after != NULL && after->uid != UID_NONE;

	if (was)
		id_of_uid(plan->identities, before->uid, &old);
	if (is)
		id_of_uid(plan->identities, after->uid, &link->at);
	enum result result = put_link(plan, INDEX_UID, was, is, &old, link);
	for (size_t i = 0; i < plan->schema->count && result == RESULT_OK; i++) {
		const struct trait *trait = &plan->schema->trait[i];
		if (!trait->identifier)
			continue;
		was = before != NULL && before->value[i][0] != '\0';
		is = after != NULL && after->value[i][0] != '\0';
		link->trait = (uint32_t)i;
		if (was)
			id_of_value(plan->identities, trait, before->value[i], &old);
		if (is)
			id_of_value(plan->identities, trait, after->value[i], &link->at);
		result = put_link(plan, INDEX_IDENTIFIER, was, is, &old, link);
	}
	return result;
}

static enum result put_entry(
	struct plan *plan, const struct plan_entry *entry, const char *name, const uint8_t *record)
{
	size_t length = strlen(name) + 1;
	enum result result = array_grow(&plan->entries, sizeof(*entry), 1);

	if (result == RESULT_OK)
		result = array_grow(&plan->text, 1, length + entry->size);
	if (result != RESULT_OK)
		return result;
	struct plan_entry *kept =
		&((struct plan_entry *)plan->entries.items)[plan->entries.count++];
	*kept = *entry;
	kept->at = plan->text.count;
	uint8_t *text = (uint8_t *)plan->text.items + plan->text.count;
	memcpy(text, name, length);
	if (entry->size > 0)
		memcpy(text + length, record, entry->size);
	plan->text.count += length + entry->size;
	plan->counts[entry->kind]++;
	return RESULT_OK;
}

/* Whether the stored bytes are what would be written. */
static enum result compare_stored(const struct plan *plan, const struct identity_id *id,
	const uint8_t *record, size_t size, bool *ret_stored)
{
	struct identity_id wanted = *id;
	MDB_val key = {sizeof(wanted), &wanted}, found;
	enum result result =
		store_result(mdb_get(plan->txn, plan->identities->identity, &key, &found));

	if (result == RESULT_OK)
		*ret_stored = found.mv_size == size && memcmp(found.mv_data, record, size) == 0;
	return result;
}

enum result plan_put(struct plan *plan, size_t line, const struct identity *before,
	const struct identity *after, unsigned int voids, bool changes)
{
	uint8_t record[IDENTITY_RECORD_MAX];
	struct plan_entry entry = {.line = (uint32_t)line, .voids = voids};
	struct plan_link link = {.line = (uint32_t)line};
	enum result result = RESULT_OK;
	bool stored = false;

	id_of_name(plan->identities, after->name, &entry.id);
	link.id = entry.id;
	size_t size = identity_encode(plan->schema, after, record, sizeof(record));
	if (size == 0)
		return RESULT_FAILED;
	if (before != NULL && !changes)
		result = compare_stored(plan, &entry.id, record, size, &stored);
	/* Of what is the same, only that the name was put is remembered. */
	entry.size = stored ? 0 : (uint32_t)size;
	if (!stored)
		entry.kind = before == NULL ? PLAN_ADD : PLAN_CHANGE;
	if (result == RESULT_OK)
		result = put_entry(plan, &entry, after->name, record);
	explicit_bzero(record, size);
	if (result != RESULT_OK || entry.kind == PLAN_SAME)
		return result;
	return put_links(plan, before, after, &link);
}

/* Stored identities that were not put, in the order of keys: both sides are sorted. */
static enum result remove_others(struct plan *plan, MDB_cursor *cursor, unsigned int voids,
	bool (*goes)(void *context, const char *name), void *context)
{
	WIPED(identity) before = {0};
	MDB_val key, value;
	int failure;

	const size_t put = plan->entries.count;
	for (size_t i = 0; (failure = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0;) {
		struct plan_entry entry = {.kind = PLAN_REMOVE, .voids = voids};
		struct plan_link link = {0};
		const struct plan_entry *entries = plan->entries.items;
		if (key.mv_size != sizeof(entry.id))
			return RESULT_FAILED;
		memcpy(&entry.id, key.mv_data, sizeof(entry.id));
		while (i < put && plan_compare_entries(&entries[i], &entry) < 0)
			i++;
		if (i < put && plan_compare_entries(&entries[i], &entry) == 0)
			continue;
		if (identity_decode(plan->schema, value.mv_data, value.mv_size, &before) !=
			RESULT_OK)
			return RESULT_FAILED;
		if (!goes(context, before.name))
			continue;
		link.id = entry.id;
		enum result result = put_entry(plan, &entry, before.name, NULL);
		if (result == RESULT_OK)
			result = put_links(plan, &before, NULL, &link);
		if (result != RESULT_OK)
			return result;
	}
	return failure == MDB_NOTFOUND ? RESULT_OK : store_result(failure);
}

static void sort_entries(struct plan *plan)
{
	if (plan->entries.count > 0)
		qsort(plan->entries.items, plan->entries.count, sizeof(struct plan_entry),
			plan_compare_entries);
}

enum result plan_remove_others(struct plan *plan, unsigned int voids,
	bool (*goes)(void *context, const char *name), void *context)
{
	MDB_cursor *cursor = NULL;
	enum result result =
		store_result(mdb_cursor_open(plan->txn, plan->identities->identity, &cursor));

	if (result != RESULT_OK)
		return result;
	result = remove_others(plan, cursor, voids, goes, context);
	mdb_cursor_close(cursor);
	sort_entries(plan);
	return result;
}

void plan_sort(struct plan *plan, const struct plan_faults *faults)
{
	char sentence[IDENTITY_NAME_MAX + 80];

	sort_entries(plan);
	const struct plan_entry *entries = plan->entries.items;
	for (size_t i = 1; i < plan->entries.count; i++) {
		const struct plan_entry *one = &entries[i - 1], *other = &entries[i];
		if (plan_compare_entries(one, other) != 0)
			continue;
		bool ordered = one->line < other->line;
		snprintf(sentence, sizeof(sentence),
			"%s stands on line %u already; leave one of them out", plan_name(plan, one),
			ordered ? one->line : other->line);
		faults->add(faults->context, ordered ? other->line : one->line, sentence);
	}
}

size_t plan_count(const struct plan *plan, enum plan_kind kind)
{
	return plan->counts[kind];
}
