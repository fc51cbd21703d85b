/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Many identities at once: what they are to be is collected beside the store, judged as a whole and
 * then written in the order of keys, in one transaction. So the rows of a file may swap uids, and
 * nothing is written before all of it is known to be right.
 *
 *	plan_new, plan_put for each identity of the file, plan_sort,
 *	plan_remove_others where the rest is to go, plan_check, plan_write
 */
#ifndef SMSOTP_IDENTITY_PLAN_H
#define SMSOTP_IDENTITY_PLAN_H

#include "identity.h"

struct plan;

enum plan_kind { PLAN_SAME = 0, PLAN_ADD, PLAN_CHANGE, PLAN_REMOVE, PLAN_KINDS };

/* Faults of the whole, each with the line of the file that it is said of. */
struct plan_faults {
	void *context;
	void (*add)(void *context, size_t line, const char *sentence);
};

/* Over the store as `txn`, a read transaction, sees it; both and `schema` are borrowed. */
CHECKED enum result plan_new(struct identities *identities, MDB_txn *txn,
	const struct schema *schema, struct plan **ret_plan);

/* Wipes. */
void plan_free(struct plan **plan);

/*
 * `after` as identity_check leaves it; `before` as it is stored, NULL where it is not. `voids`
 * comes back from plan_each_void where it is not 0; `changes`: something beside the record changes.
 */
CHECKED enum result plan_put(struct plan *plan, size_t line, const struct identity *before,
	const struct identity *after, unsigned int voids, bool changes);

/* Once all are put. A name that was put twice is a fault. */
void plan_sort(struct plan *plan, const struct plan_faults *faults);

/* After plan_sort: those of the store that were not put, and that `goes` says go. */
CHECKED enum result plan_remove_others(struct plan *plan, unsigned int voids,
	bool (*goes)(void *context, const char *name), void *context);

/* After plan_sort: two identities with one uid or identifier are a fault. */
CHECKED enum result plan_check(struct plan *plan, const struct plan_faults *faults);

size_t plan_count(const struct plan *plan, enum plan_kind kind);

/*
 * Visits what is not PLAN_SAME in the order of names, until a visit is not RESULT_OK. `before` is
 * NULL for PLAN_ADD, `after` for PLAN_REMOVE.
 */
CHECKED enum result plan_each(struct plan *plan,
	enum result (*visit)(enum plan_kind kind, const struct identity *before,
		const struct identity *after, void *context),
	void *context);

/* Visits the names of those that void. */
CHECKED enum result plan_each_void(struct plan *plan,
	enum result (*visit)(
		enum plan_kind kind, unsigned int voids, const char *name, void *context),
	void *context);

/*
 * Writes all of it, the schema too. RESULT_EXISTS where the tables are not what the plan's own
 * transaction saw. `tell`, NULL for none, hears after some writes how many are done; false
 * ends with RESULT_UNREACHABLE.
 */
CHECKED enum result plan_write(
	struct plan *plan, MDB_txn *txn, bool (*tell)(void *context, size_t done), void *context);

#endif
