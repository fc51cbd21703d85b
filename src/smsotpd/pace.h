/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When the committer begins its next batch. A commit costs the same for one login as for many: a
 * batch that several shared is a sign of more to come, and the next begins no sooner than PACE_US
 * after it, so that those share it, too. Whoever comes alone is not kept waiting, but by one who
 * answered as soon as he was asked: his begin and his answer shared a batch. Nobody is where a
 * commit takes longer than that. (PostgreSQL's commit_delay and commit_siblings do the same.)
 * Times are CLOCK_MONOTONIC in microseconds.
 */
#ifndef SMSOTP_PACE_H
#define SMSOTP_PACE_H

#include <stddef.h>
#include <stdint.h>

#define PACE_US 2500

int64_t pace_now(void);

/* After a batch of `jobs`, `most` of which it can hold, was begun at `now`; 0: at once. */
int64_t pace_next(size_t jobs, size_t most, int64_t now);

void pace_wait(int64_t next);

#endif
