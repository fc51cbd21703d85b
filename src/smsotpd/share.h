/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How many jobs each real uid has under way, so that one user's flood of begins never fills the
 * committer's queue before others. In memory, of fixed size, exact while no more are under way than
 * it holds. Root is sshd and login, with many people behind it: never counted.
 */
#ifndef SMSOTP_SHARE_H
#define SMSOTP_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHARE_JOBS 64 /* of one uid: a batch of the committer */
#define SHARE_SIZE 1024

struct share {
	size_t count;
	uint32_t uid[SHARE_SIZE]; /* one entry a job, in no order */
};

bool share_used(const struct share *share, uint32_t uid);

/* Each take is followed by one leave of the same uid. */
void share_take(struct share *share, uint32_t uid);
void share_leave(struct share *share, uint32_t uid);

#endif
