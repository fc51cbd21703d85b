/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "import_parts.h"

/* Whom the state may have a record of. */
struct voided {
	struct state *state;
	enum ctl_forgets wanted;
	bool after; /* the identities have changed */
	uint8_t (*ids)[HASH_SIZE];
	size_t count;
	size_t room;
};

static enum result collect(enum plan_kind kind, unsigned int voids, const char *name, void *context)
{
	struct voided *voided = context;

	/* Whoever was not there before has nothing yet that could be used. */
	if (voids != voided->wanted || (kind == PLAN_ADD && !voided->after))
		return RESULT_OK;
	if (voided->count == voided->room) {
		size_t room = voided->room == 0 ? 1024 : 2 * voided->room;
		void *ids = reallocarray(voided->ids, room, HASH_SIZE);
		if (ids == NULL)
			return RESULT_MEMORY;
		voided->ids = ids;
		voided->room = room;
	}
	state_id(voided->state, name, true, voided->ids[voided->count++]);
	return RESULT_OK;
}

/* Keeps those of `count` from `first` on that are there, at `kept`. */
static enum result look_up(struct voided *voided, size_t first, size_t count, size_t *kept)
{
	MDB_txn *txn = NULL;
	enum result result = state_begin(voided->state, false, &txn);

	for (size_t i = first; i < first + count && result == RESULT_OK; i++) {
		bool has = false;
		result = state_has(voided->state, txn, voided->ids[i], &has);
		if (has)
			memmove(voided->ids[(*kept)++], voided->ids[i], HASH_SIZE);
	}
	store_abort(&txn);
	return result;
}

static enum result look_up_all(struct voided *voided)
{
	enum result result = RESULT_OK;
	size_t kept = 0;

	for (size_t i = 0; i < voided->count && result == RESULT_OK; i += STATE_VIEW) {
		size_t left = voided->count - i;
		result = look_up(voided, i, left < STATE_VIEW ? left : STATE_VIEW, &kept);
	}
	voided->count = kept;
	return result;
}

/* Logins commit in between. */
static enum result forget_some(const struct voided *voided, size_t first)
{
	MDB_txn *txn = NULL;
	enum result result = state_begin(voided->state, true, &txn);

	for (size_t i = first; i < voided->count && i < first + STATE_PART && result == RESULT_OK;
		i++)
		result = voided->wanted == CTL_FORGETS
				 ? state_forget(voided->state, txn, voided->ids[i])
				 : state_void(voided->state, txn, voided->ids[i]);
	if (result == RESULT_OK)
		result = store_commit(&txn);
	store_abort(&txn);
	return result;
}

static enum result forget(struct import *import, enum ctl_forgets wanted, bool after)
{
	const struct timespec moment = {.tv_nsec = 1000000};
	struct voided voided = {
		.state = import->call->context->state, .wanted = wanted, .after = after};
	enum result result = plan_each_void(import->plan, collect, &voided);

	if (result == RESULT_OK)
		result = look_up_all(&voided);
	for (size_t i = 0; i < voided.count && result == RESULT_OK; i += STATE_PART) {
		/* The lock of a store is not fair: whoever waits for it gets his turn now. */
		if (i > 0)
			nanosleep(&moment, NULL);
		result = forget_some(&voided, i);
	}
	free(voided.ids);
	return result;
}

enum result import_forget(struct import *import, bool after)
{
	enum result result = forget(import, CTL_VOIDS_CODES, after);

	return result == RESULT_OK ? forget(import, CTL_FORGETS, after) : result;
}
