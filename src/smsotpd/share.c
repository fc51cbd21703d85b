/* SPDX-License-Identifier: BSD-3-Clause */
#include "share.h"

bool share_used(const struct share *share, uint32_t uid)
{
	size_t jobs = 0;

	for (size_t i = 0; i < share->count; i++)
		jobs += share->uid[i] == uid ? 1 : 0;
	return jobs >= SHARE_JOBS;
}

void share_take(struct share *share, uint32_t uid)
{
	if (uid != 0 && share->count < SHARE_SIZE)
		share->uid[share->count++] = uid;
}

void share_leave(struct share *share, uint32_t uid)
{
	for (size_t i = 0; i < share->count; i++) {
		if (share->uid[i] == uid) {
			share->uid[i] = share->uid[--share->count];
			return;
		}
	}
}
