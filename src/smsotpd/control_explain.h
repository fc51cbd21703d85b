/* SPDX-License-Identifier: BSD-3-Clause */
/* smsotpctl explain on the main thread: from the request to a job, and from the job to the reply.
 */
#ifndef SMSOTP_CONTROL_EXPLAIN_H
#define SMSOTP_CONTROL_EXPLAIN_H

#include "flow.h"

/*
 * Answers at once with *ret_reply (the caller's), or gives a job to the committer and leaves it
 * NULL.
 */
CHECKED enum result control_explain(struct flow *flow, uint64_t connection, const json_t *request,
	json_t **ret_reply, struct error *error);

/* The reply to a job that came back, the caller's. */
CHECKED enum result control_explained(
	struct flow *flow, const struct job *job, json_t **ret_reply, struct error *error);

#endif
