/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "identity_plan_array.h"
#include "identity_record.h"

struct named {
	const char *name;
	const struct plan_entry *entry;
};

static int compare_names(const void *one, const void *other)
{
	return strcmp(((const struct named *)one)->name, ((const struct named *)other)->name);
}

static enum result visit_one(struct plan *plan, const struct named *named,
	enum result (*visit)(enum plan_kind kind, const struct identity *before,
		const struct identity *after, void *context),
	void *context)
{
	const struct plan_entry *entry = named->entry;
	uint8_t *record = (uint8_t *)plan->text.items + entry->at + strlen(named->name) + 1;
	WIPED(identity) before = {0};
	WIPED(identity) after = {0};
	bool was = entry->kind != PLAN_ADD, is = entry->kind != PLAN_REMOVE;
	enum result result = RESULT_OK;

	if (was)
		result = tables_load(plan->identities, plan->txn, &entry->id, &before);
	if (is && result == RESULT_OK)
		result = identity_decode(plan->schema, record, entry->size, &after);
	if (result != RESULT_OK)
		return RESULT_FAILED;
	return visit(entry->kind, was ? &before : NULL, is ? &after : NULL, context);
}

enum result plan_each(struct plan *plan,
	enum result (*visit)(enum plan_kind kind, const struct identity *before,
		const struct identity *after, void *context),
	void *context)
{
	const struct plan_entry *entries = plan->entries.items;
	struct named *named = calloc(plan->entries.count + 1, sizeof(*named));
	enum result result = RESULT_OK;
	size_t count = 0;

	if (named == NULL)
		return RESULT_MEMORY;
	for (size_t i = 0; i < plan->entries.count; i++) {
		if (entries[i].kind != PLAN_SAME)
			named[count++] = (struct named){plan_name(plan, &entries[i]), &entries[i]};
	}
	qsort(named, count, sizeof(*named), compare_names);
	for (size_t i = 0; i < count && result == RESULT_OK; i++)
		result = visit_one(plan, &named[i], visit, context);
	free(named);
	return result;
}

enum result plan_each_void(struct plan *plan,
	enum result (*visit)(
		enum plan_kind kind, unsigned int voids, const char *name, void *context),
	void *context)
{
	const struct plan_entry *entries = plan->entries.items;
	enum result result = RESULT_OK;

	for (size_t i = 0; i < plan->entries.count && result == RESULT_OK; i++) {
		if (entries[i].voids != 0)
			result = visit(entries[i].kind, entries[i].voids,
				plan_name(plan, &entries[i]), context);
	}
	return result;
}
