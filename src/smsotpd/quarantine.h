/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is remembered of a name's phones, so that a changed one gets no text for a while. Taking the
 * phone or the identity away and giving another is a change all the same: the number that went is
 * remembered, as a keyed hash, for as long as a changed one would wait. Pure.
 *
 * QUARANTINE_RECORD_SIZE bytes, little endian:
 *
 *	version u8 (1), flags u8 (bit 0 changed, bit 1 gone), zeros 2, seconds u32, boot id 16,
 *	since: boottime i64, realtime i64; went: boottime i64, realtime i64; last 16
 *
 * Time is reckoned as for locks: within a boot by its own clock, so that nobody ends a wait by the
 * wall clock; over a reboot by the wall clock, where one that went back has served nothing.
 */
#ifndef SMSOTP_QUARANTINE_H
#define SMSOTP_QUARANTINE_H

#include <stdbool.h>

#include "clock.h"
#include "key.h"

#define QUARANTINE_RECORD_SIZE 72

/* All zero: nothing is remembered. */
struct quarantine {
	uint8_t boot[BOOT_ID_SIZE];
	bool changed;     /* the number, here or gone, took another's place at `since` */
	bool gone;        /* there is no number; `last` went at `went` */
	uint32_t seconds; /* that held when it changed */
	struct moment since;
	struct moment went;
	uint8_t last[HASH_SIZE];
};

/* Makes it one of this boot; false where it is already. */
bool quarantine_rebase(struct quarantine *quarantine, const uint8_t boot[static BOOT_ID_SIZE],
	const struct moment *now);

/*
 * Milliseconds until the number gets texts, 0 for now; of this boot. `seconds`: of the config now,
 * which can shorten what held when the number changed.
 */
int64_t quarantine_left(
	const struct quarantine *quarantine, uint32_t seconds, const struct moment *now);

/*
 * A number takes another's place; NULL for none. Of this boot. True where the one that is there
 * now replaces another.
 */
bool quarantine_change(struct quarantine *quarantine, const uint8_t *before, const uint8_t *after,
	uint32_t seconds, const struct moment *now);

/* Nothing of it matters any more. */
bool quarantine_idle(
	const struct quarantine *quarantine, uint32_t seconds, const struct moment *now);

void quarantine_encode(
	const struct quarantine *quarantine, uint8_t ret[static QUARANTINE_RECORD_SIZE]);

/* RESULT_INVALID for all that quarantine_encode would not have written. */
CHECKED enum result quarantine_decode(
	const uint8_t *bytes, size_t size, struct quarantine *ret_quarantine);

#endif
