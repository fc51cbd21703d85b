/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state forgets whom the plan voids before the identities change, and once more after: logins
 * go on beside, and one that began in between was judged by the old phone. The committer takes the
 * state's transaction before its view of the identities, so what it writes after the second time
 * was judged by the new one.
 */
#include <string.h>

#include "identity_quarantine.h"
#include "identity_recovery.h"
#include "import_parts.h"
#include "turn.h"

#define EVENTS_MAX 1000 /* of single identities; the import has one of its own */

/* What a write tells, in the last fifth of the way. */
struct telling {
	const struct import *import;
	struct error *error;
};

static bool tell(void *context, size_t done)
{
	const struct telling *telling = context;
	const struct plan *plan = telling->import->plan;
	size_t rows = plan_count(plan, PLAN_ADD) + plan_count(plan, PLAN_CHANGE) +
		      plan_count(plan, PLAN_REMOVE);
	/* An identity is at most two or three writes. */
	size_t part = done * 100 / (rows + 1);

	return import_tell(telling->import, rows + plan_count(plan, PLAN_SAME),
		       (unsigned int)(800 + (part > 199 ? 199 : part)),
		       telling->error) == RESULT_OK;
}

/* What follows the records, in the same transaction. */
struct following {
	const struct import *import;
	MDB_txn *txn;
	struct error *error;
	bool told; /* `error` has its sentence */
};

static enum result follow_one(enum plan_kind kind, const struct identity *before,
	const struct identity *after, void *context)
{
	struct following *following = context;
	const struct import *import = following->import;
	struct ctl_call call = *import->call;
	json_t *unheard = json_array();

	(void)kind;
	if (json_array_size(call.events) >= EVENTS_MAX)
		call.events = unheard;
	enum result result = ctl_change_follow(
		&call, following->txn, &import->schema, before, after, following->error);
	following->told = result != RESULT_OK;
	json_decref(unheard);
	return result;
}

static enum result follow_all(struct import *import, MDB_txn *txn, struct error *error)
{
	struct identities *identities = import->call->context->identities;
	struct following following = {.import = import, .txn = txn, .error = error};
	size_t held = 0;

	enum result result = identities_quarantine_count(identities, txn, &held);
	/* A first phone matters to nothing but what is remembered of another. */
	bool all_first = held == 0 && !import->suspends &&
			 plan_count(import->plan, PLAN_CHANGE) == 0 &&
			 plan_count(import->plan, PLAN_REMOVE) == 0;
	if (result == RESULT_OK && !all_first)
		result = plan_each(import->plan, follow_one, &following);
	for (size_t i = 0; i < import->codes_count && result == RESULT_OK; i++)
		result = identities_recovery_import(identities, txn, import->codes[i].name,
			import->codes[i].record, sizeof(import->codes[i].record));
	return result == RESULT_OK || following.told ? result : ctl_failed(result, error);
}

/* Until it is over the committer lets those wait, and nobody else, whose replies are as long as a
 * recovery code. *ret_told: `error` has its sentence. */
static enum result write_in_turn(struct import *import, struct error *error, bool *ret_told)
{
	struct identities *identities = import->call->context->identities;
	struct telling telling = {.import = import, .error = error};
	MDB_txn *txn = NULL;

	turn_wait(identities_turn(identities));
	enum result result = identities_begin(identities, true, &txn);
	if (result == RESULT_OK)
		result = plan_write(import->plan, txn, tell, &telling);
	if (result == RESULT_OK) {
		result = follow_all(import, txn, error);
		*ret_told = result != RESULT_OK;
	}
	if (result == RESULT_OK)
		result = store_commit(&txn);
	store_abort(&txn);
	turn_give(identities_turn(identities));
	return result;
}

static enum result write_identities(struct import *import, struct error *error)
{
	bool told = false;
	enum result result = write_in_turn(import, error, &told);

	if (told)
		return result;
	if (result == RESULT_EXISTS)
		return error_set(error, result,
			"the identities changed while the file was read; repeat the import");
	if (result == RESULT_FULL)
		return error_set(error, result,
			"the identity store is full; raise identity_size in [store], restart "
			"smsotpd and repeat");
	return result == RESULT_OK || result == RESULT_UNREACHABLE ? result
								   : ctl_failed(result, error);
}

static enum result change(struct import *import, struct error *error)
{
	enum result result = import_forget(import, false);

	return result == RESULT_OK ? write_identities(import, error) : ctl_failed(result, error);
}

/* What was forgotten beforehand stays so. */
static enum result unchanged(enum result result, struct error *error)
{
	const struct error why = *error;

	return error_set(error, result,
		"%s; no identity was changed, but codes, known places and locks of those who would "
		"have been may be forgotten",
		why.text);
}

enum result import_write(struct import *import, json_t *reply, struct error *error)
{
	enum result result = change(import, error);

	if (result != RESULT_OK)
		return unchanged(result, error);
	enum result forgotten = import_forget(import, true);
	if (forgotten != RESULT_OK)
		import_reply_unforgotten(forgotten, reply);
	return RESULT_OK;
}
