/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a login would meet in the stores now: judge_run itself, over a job, in transactions that are
 * then aborted. Nothing is sent, charged or written.
 */
#ifndef SMSOTP_EXPLAIN_H
#define SMSOTP_EXPLAIN_H

#include "judge.h"

/*
 * `job` is of kind JOB_EXPLAIN with login, now, view and findings filled. Where the view asks, its
 * begin is judged and then the right answer to it, else only an answer. The lower half of the job
 * is the begin's, or EFFECT_NONE; what becomes of the answer stands in the findings. The code is
 * wiped.
 */
void explain_run(const struct judge *judge, struct job *job);

/* The user's code that is on its way to this login, as the findings have it; NULL for none. */
const struct challenge *explain_live(const struct job *job);

#endif
