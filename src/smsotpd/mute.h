/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events that are counted instead of written: of one source, event and rule the first is written at
 * once, those of the minute after it are counted and come with the next. In memory, of fixed size.
 */
#ifndef SMSOTP_MUTE_H
#define SMSOTP_MUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "decision.h"
#include "event_table.h"
#include "key.h"

#define MUTED_SIZE 256 /* that are being counted; while all are, others share one */

struct muted {
	bool used;
	uint8_t source[HASH_SIZE];
	enum event event;
	enum rule rule;
	int64_t since;  /* boottime of the event that was written last */
	uint32_t count; /* not written yet */
};

struct mutes {
	struct muted muted[MUTED_SIZE];
	struct muted elsewhere; /* all that found no room among them, or gave it up */
};

void mutes_init(struct mutes *mutes);

/*
 * Counts one more. Returns 0 where it is only counted, else how many the event that is due speaks
 * of; *ret_elsewhere where it stands for all that had no room of their own.
 */
uint32_t mutes_count(struct mutes *mutes, const uint8_t source[static HASH_SIZE], enum event event,
	enum rule rule, int64_t now, bool *ret_elsewhere);

#endif
