/* SPDX-License-Identifier: BSD-3-Clause */
#include "reason.h"

#include <stddef.h>

/* Decisions as bits. */
#define SENDS      (1u << DECISION_TEXT)
#define SENDS_NONE (1u << DECISION_NO_TEXT)
#define GRANTS     (1u << DECISION_GRANTED)
#define REFUSES    (1u << DECISION_REFUSED)
#define CANNOT     (1u << DECISION_UNAVAILABLE)
#define IN_THE_WAY (SENDS_NONE | REFUSES)

static const struct {
	const char *name;
	unsigned int decisions;
} rows[] = {
	[REASON_NONE] = {"", 0},
	[REASON_DUE] = {"due", SENDS},
	[REASON_JOINED] = {"joined", SENDS_NONE},
	[REASON_TOO_EARLY] = {"too_early", SENDS_NONE},
	[REASON_NO_TEXTS] = {"no_texts", SENDS_NONE},
	[REASON_TEXTS_USER] = {"texts_user", SENDS_NONE},
	[REASON_TEXTS_DAY] = {"texts_day", SENDS_NONE},
	[REASON_TEXTS_SOURCE] = {"texts_source", SENDS_NONE},
	[REASON_TEXTS_HOST] = {"texts_host", SENDS_NONE},
	[REASON_PREFIX_STOP] = {"prefix_stop", SENDS_NONE},
	[REASON_RIGHT] = {"right", GRANTS},
	[REASON_WRONG] = {"wrong", REFUSES},
	[REASON_EXPIRED] = {"expired", REFUSES},
	[REASON_TRIES] = {"tries", REFUSES},
	[REASON_FAILURES_USER] = {"failures_user", REFUSES},
	[REASON_FAILURES_DAY] = {"failures_day", REFUSES},
	[REASON_FAILURES_SOURCE] = {"failures_source", REFUSES},
	[REASON_FAILURES_HOST] = {"failures_host", REFUSES},
	[REASON_CEILING_STRANGE] = {"ceiling_strange", REFUSES},
	[REASON_CEILING_KNOWN] = {"ceiling_known", REFUSES},
	[REASON_LOCKOUT] = {"lockout", IN_THE_WAY},
	[REASON_UNKNOWN_NAME] = {"unknown_name", IN_THE_WAY},
	[REASON_SUSPENDED] = {"suspended", IN_THE_WAY},
	[REASON_NO_PHONE] = {"no_phone", IN_THE_WAY},
	[REASON_NO_TRAIT] = {"no_phone_trait", IN_THE_WAY},
	[REASON_ROOT] = {"root", IN_THE_WAY},
	[REASON_FILTERED] = {"filtered", IN_THE_WAY},
	[REASON_BEFORE] = {"before", IN_THE_WAY},
	[REASON_NO_ROOM] = {"no_room", IN_THE_WAY},
	[REASON_APPLICATION] = {"application", REFUSES},
	[REASON_STORE] = {"store", CANNOT},
	[REASON_NO_SERVICE] = {"no_service", CANNOT},
};

_Static_assert(sizeof(rows) / sizeof(rows[0]) == REASON_COUNT, "a row for every reason");

static const char *const decisions[] = {
	[DECISION_TEXT] = "text",
	[DECISION_NO_TEXT] = "no text",
	[DECISION_GRANTED] = "granted",
	[DECISION_REFUSED] = "refused",
	[DECISION_UNAVAILABLE] = "unavailable",
};

_Static_assert(
	sizeof(decisions) / sizeof(decisions[0]) == DECISION_COUNT, "a name for every decision");

const char *reason_name(enum reason reason)
{
	return rows[reason].name;
}

const char *decision_name(enum decision decision)
{
	return decisions[decision];
}

bool reason_decides(enum reason reason, enum decision decision)
{
	return (rows[reason].decisions & (1u << decision)) != 0;
}
