/* SPDX-License-Identifier: BSD-3-Clause */
#include "batch.h"

bool batch_writes(const struct job *first)
{
	for (const struct job *job = first; job != NULL; job = job->next) {
		if (job->long_reply)
			return true;
	}
	return false;
}

/*
 * One transaction of each store over `first` and all that follow it. The identities' ends first;
 * *ret_used is set where it was committed, so that the recovery codes in it are used up whatever is
 * returned.
 */
static enum result transact(const struct judge *judge, struct job *first, bool *ret_used)
{
	MDB_txn *identity_txn = NULL;
	MDB_txn *state_txn = NULL;
	bool writes = batch_writes(first);
	/* In this order: see import_write.c. */
	enum result result = state_begin(judge->state, true, &state_txn);

	if (result == RESULT_OK)
		result = identities_begin(judge->identities, writes, &identity_txn);
	for (struct job *job = first; job != NULL && result == RESULT_OK; job = job->next) {
		judge_run(judge, identity_txn, state_txn, job);
		result = job->result;
	}
	if (result == RESULT_OK && writes) {
		result = store_commit(&identity_txn);
		*ret_used = result == RESULT_OK;
	}
	if (result == RESULT_OK)
		result = store_commit(&state_txn);
	store_abort(&state_txn);
	store_abort(&identity_txn);
	return result;
}

void batch_run(const struct judge *judge, struct job *first)
{
	bool used = false;
	enum result result = transact(judge, first, &used);

	if (result == RESULT_OK)
		return;
	/* Somebody who was killed while he read would hold on to every page that was his. */
	if (result == RESULT_FULL)
		(void)!store_readers_check(state_store(judge->state));
	for (struct job *job = first; job != NULL; job = job->next) {
		struct job *next = job->next;
		bool spent = used && job->effect == EFFECT_RECOVERED;
		bool again = false;
		job->next = NULL;
		/* A used code must not be called wrong: its verdict is lost, as in a crash. */
		job->result = spent ? result : transact(judge, job, &again);
		job->next = next;
	}
}
