/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Why a login is let in, or is not: for each standing, effect and limit one sentence for the
 * operator, the key of smsotp.conf(5) that decides, and what to do. A new standing gets a row, or
 * the unit test fails.
 */
#ifndef SMSOTP_REASON_H
#define SMSOTP_REASON_H

#include "job.h"

/* `section` and `key` are "" where no key decides; a service's section is "service". */
struct reason {
	const char *sentence;
	const char *section;
	const char *key;
	const char *remedy; /* "" for none */
};

/* NULL where there is no row. */
const struct reason *reason_of_standing(enum standing standing);

/* Of the begin, and of the answer to it. EFFECT_OVER is a limit's: ask reason_of_limit. */
const struct reason *reason_of_begin(enum effect effect);
const struct reason *reason_of_guess(enum effect effect);

/* By its key in [limits]. */
const struct reason *reason_of_limit(const char *key);

/* What stands before and behind the stores: the section, what the ledger shows, smsotp-send. */
enum hurdle {
	HURDLE_SECTION = 0,
	HURDLE_OFF,
	HURDLE_LOCK,
	HURDLE_TEXTS,
	HURDLE_TEXTS_DAY,
	HURDLE_DIGITS,
	HURDLE_PREFIX,
	HURDLE_DLT,
	HURDLE_SENDER,
	HURDLE_COUNT,
};
const struct reason *reason_of_hurdle(enum hurdle hurdle);

#endif
