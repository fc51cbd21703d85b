/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The thread that owns both stores. Jobs go in and come back in their order; what is ready is one
 * transaction, of at most COMMITTER_BATCH; where that fails each job is done again alone. A job is
 * back only after the commit that consumed or charged what it did.
 *
 * Where a reply in it is as long as a recovery code, the batch writes to the identity store as
 * well, and commits there first: a crash in between has used the code up and let nobody in. While
 * an import writes identities, these replies wait for it, out of their order, and nothing else
 * does: for VERIFY_MS at most, then they are back with RESULT_FAILED, and nothing is done.
 */
#ifndef SMSOTP_COMMITTER_H
#define SMSOTP_COMMITTER_H

#include "judge.h"

#define COMMITTER_BATCH 64

struct committer;

/* `judge` is copied; its stores are the thread's from now on. `wake` is an eventfd, added to for
 * each batch. */
CHECKED enum result committer_start(
	const struct judge *judge, int wake, struct committer **ret_committer);

/* Finishes what was given, but for replies that wait for an import, then joins the thread. Jobs not
 * taken back are freed. */
void committer_stop(struct committer **committer);

/* The job is the committer's until committer_take returns it. */
void committer_give(struct committer *committer, struct job *job);

/* The same for a job that nobody waits for: it is begun with the next that is given, or when
 * committer_wake is called. */
void committer_lay(struct committer *committer, struct job *job);
void committer_wake(struct committer *committer);

/* A finished job, the caller's now; NULL where there is none. */
struct job *committer_take(struct committer *committer);

/* One of the stores takes no transaction any more (store_broken): this process can only end. */
bool committer_broken(struct committer *committer);

#endif
