/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a login's job does to the stores, in the caller's transactions: look up, judge, write back.
 * One load and one save of one record, whoever it is; a name of no standing works on nobody's
 * record. A reply as long as a recovery code also reads and writes one record of the identity
 * store. Every name is looked for among the host's accounts as well, once.
 */
#ifndef SMSOTP_JUDGE_H
#define SMSOTP_JUDGE_H

#include "accounts.h"
#include "job.h"
#include "state.h"

struct judge {
	struct identities *identities;
	struct state *state;
	struct accounts *accounts;
	const struct keys *keys;
	const struct clock *clock;
};

/*
 * May be done again after a failed commit: it writes nothing but the transactions and the job's
 * lower half. `identity_txn` must be a writer's where the job has a long reply.
 */
void judge_run(
	const struct judge *judge, MDB_txn *identity_txn, MDB_txn *state_txn, struct job *job);

#endif
