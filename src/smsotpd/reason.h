/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rule that decided a step of a login, one row each, for the trail's field "rule" and for the
 * counters. smsotp-events(5) has a row for each; a rule that is a key of the config has its name.
 */
#ifndef SMSOTP_REASON_H
#define SMSOTP_REASON_H

#include <stdbool.h>

enum reason {
	REASON_NONE = 0, /* not decided */
	/* Of a text that was asked for. */
	REASON_DUE,
	REASON_JOINED,
	REASON_TOO_EARLY,
	REASON_NO_TEXTS,
	REASON_TEXTS_USER,
	REASON_TEXTS_DAY,
	REASON_TEXTS_SOURCE,
	REASON_TEXTS_HOST,
	REASON_PREFIX_STOP,
	/* Of an answer. */
	REASON_RIGHT,
	REASON_WRONG,
	REASON_EXPIRED,
	REASON_TRIES,
	REASON_FAILURES_USER,
	REASON_FAILURES_DAY,
	REASON_FAILURES_SOURCE,
	REASON_FAILURES_HOST,
	REASON_CEILING_STRANGE,
	REASON_CEILING_KNOWN,
	/* Of both. */
	REASON_LOCKOUT,
	REASON_UNKNOWN_NAME,
	REASON_SUSPENDED,
	REASON_NO_PHONE,
	REASON_NO_TRAIT,
	REASON_ROOT,
	REASON_FILTERED,
	REASON_BEFORE,
	REASON_NO_ROOM,
	REASON_APPLICATION,
	REASON_STORE,
	REASON_NO_SERVICE,
	REASON_COUNT,
};

/* What a step asks for, and what came of it. */
enum decision {
	DECISION_TEXT = 0, /* a text is sent */
	DECISION_NO_TEXT,
	DECISION_GRANTED,
	DECISION_REFUSED,
	DECISION_UNAVAILABLE,
	DECISION_COUNT,
};

/* "texts_user"; "" for REASON_NONE. */
const char *reason_name(enum reason reason);

/* "text", "no text", "granted", "refused", "unavailable". */
const char *decision_name(enum decision decision);

/* The rule can come to this decision: such pairs are counted and shown, the others do not occur. */
bool reason_decides(enum reason reason, enum decision decision);

#endif
