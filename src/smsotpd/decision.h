/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rule that decided a step of a login, one row each, for the trail's field "rule" and for the
 * counters. smsotp-events(5) has a row for each; a rule that is a key of the config has its name.
 */
#ifndef SMSOTP_DECISION_H
#define SMSOTP_DECISION_H

#include <stdbool.h>

enum rule {
	RULE_NONE = 0, /* not decided */
	/* Of a text that was asked for. */
	RULE_DUE,
	RULE_JOINED,
	RULE_TOO_EARLY,
	RULE_NO_TEXTS,
	RULE_TEXTS_USER,
	RULE_TEXTS_DAY,
	RULE_TEXTS_SOURCE,
	RULE_TEXTS_HOST,
	RULE_PREFIX_STOP,
	/* Of an answer. */
	RULE_RIGHT,
	RULE_RECOVERY,
	RULE_WRONG,
	RULE_EXPIRED,
	RULE_TRIES,
	RULE_FAILURES_USER,
	RULE_FAILURES_DAY,
	RULE_FAILURES_SOURCE,
	RULE_FAILURES_HOST,
	RULE_CEILING_STRANGE,
	RULE_CEILING_KNOWN,
	/* Of both. */
	RULE_LOCKOUT,
	RULE_UNKNOWN_NAME,
	RULE_SUSPENDED,
	RULE_NO_PHONE,
	RULE_NO_TRAIT,
	RULE_ROOT,
	RULE_USERS,
	RULE_TRAIT,
	RULE_BEFORE,
	RULE_QUARANTINE,
	RULE_UID,
	RULE_NO_ROOM,
	RULE_APPLICATION,
	RULE_STORE,
	RULE_NO_SERVICE,
	RULE_COUNT,
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

/* "texts_user"; "" for RULE_NONE. */
const char *rule_name(enum rule rule);

/* By its name, as a limit's key; RULE_NONE where none has it. */
enum rule rule_find(const char *name);

/* "text", "no text", "granted", "refused", "unavailable". */
const char *decision_name(enum decision decision);

/* The rule can come to this decision: such pairs are counted and shown, the others do not occur. */
bool rule_decides(enum rule rule, enum decision decision);

#endif
