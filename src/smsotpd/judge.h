/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a login's job does to the stores, in the caller's transactions: look up, judge, write back.
 * One load and one save of one record, whoever it is; a name of no standing works on nobody's
 * record.
 */
#ifndef SMSOTP_JUDGE_H
#define SMSOTP_JUDGE_H

#include "job.h"
#include "state.h"

struct judge {
	struct identities *identities;
	struct state *state;
	const struct keys *keys;
	const struct clock *clock;
};

/* The first rule that stands in the way of a text; all of them look alike to the user. */
enum standing judge_standing(const struct schema *schema, const struct identity *identity,
	const struct config_service *service, bool first_factor, struct phone *ret_phone);

/* Why smsotp-send would let no text go to this phone, NULL where it would. */
const char *judge_unsendable(const struct config *config, const struct phone *phone);

/* May be done again after a failed commit: it writes nothing but `txn` and the job's lower half. */
void judge_run(
	const struct judge *judge, MDB_txn *identity_txn, MDB_txn *state_txn, struct job *job);

#endif
