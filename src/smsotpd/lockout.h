/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Failures of one user from one source, and the wait they earn: after `failures` within `window` a
 * lock of `wait` seconds, doubled for each further lock up to `wait_max`, `wait` again after
 * `forget` seconds without a failure. Pure: used by the visible ledger and by the user's record
 * alike.
 */
#ifndef SMSOTP_LOCKOUT_H
#define SMSOTP_LOCKOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

struct config_lockout;

/* All zero is a clean sheet. Times are milliseconds of CLOCK_BOOTTIME in the boot that judges them.
 */
struct lockout {
	uint32_t failures; /* in the window that began at `first` */
	uint32_t wait;     /* seconds of the last lock, 0 for none */
	int64_t first;
	int64_t last;
	int64_t until;
};

/* Milliseconds until the lock ends, 0 where there is none. */
int64_t lockout_left(const struct lockout *lockout, int64_t now);

/* Counts one failure. */
void lockout_charge(struct lockout *lockout, const struct config_lockout *config, int64_t now);

/* Failures that are left before the next lock; 0 while locked. */
uint32_t lockout_failures_left(
	const struct lockout *lockout, const struct config_lockout *config, int64_t now);

/* When nothing of it matters any more: what a full table gives up first. */
int64_t lockout_end(const struct lockout *lockout, const struct config_lockout *config);

#endif
