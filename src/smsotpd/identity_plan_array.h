/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays that grow, for the identity_plan*.c files alone, and what a plan is made of. */
#ifndef SMSOTP_IDENTITY_PLAN_ARRAY_H
#define SMSOTP_IDENTITY_PLAN_ARRAY_H

#include "identity_plan.h"
#include "identity_tables.h"

/* `size` bytes each; zero-initialised is empty. */
struct array {
	void *items;
	size_t count;
	size_t room;
};

/* Room for `more` items of `size` bytes behind the last, which the caller fills and counts. */
CHECKED enum result array_grow(struct array *array, size_t size, size_t more);

/* Wipes and frees. */
void array_free(struct array *array, size_t size);

/* In `text`: the name with its NUL at `at`, then the record, none for PLAN_REMOVE. */
struct plan_entry {
	struct identity_id id;
	size_t at;
	uint32_t size; /* of the record */
	uint32_t line;
	enum plan_kind kind;
	unsigned int voids;
};

/* One entry of an index, to add or to drop: `at` -> `id`. */
struct plan_link {
	struct identity_id at;
	struct identity_id id;
	uint32_t line;
	uint32_t trait; /* its place in the schema; of no meaning for a uid */
};

/* The two indexes, in the order of the tables below. */
enum plan_index { INDEX_UID = 0, INDEX_IDENTIFIER, INDEX_COUNT };

struct plan {
	struct identities *identities;
	MDB_txn *txn;
	const struct schema *schema;
	struct array entries; /* struct plan_entry; plan_sort sorts them by id */
	struct array text;    /* bytes */
	struct array adds[INDEX_COUNT];
	struct array drops[INDEX_COUNT];
	size_t counts[PLAN_KINDS];
};

MDB_dbi plan_table(const struct plan *plan, enum plan_index index);
const char *plan_name(const struct plan *plan, const struct plan_entry *entry);

/* The entry of that id, NULL for none; after plan_sort. */
const struct plan_entry *plan_find(const struct plan *plan, const struct identity_id *id);

/* By `id`, and by `at`: for qsort(3) and bsearch(3). */
int plan_compare_entries(const void *one, const void *other);
int plan_compare_links(const void *one, const void *other);

#endif
