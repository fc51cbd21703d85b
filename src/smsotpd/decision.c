/* SPDX-License-Identifier: BSD-3-Clause */
#include "decision.h"

#include <stddef.h>
#include <string.h>

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
	[RULE_NONE] = {"", 0},
	[RULE_DUE] = {"due", SENDS},
	[RULE_JOINED] = {"joined", SENDS_NONE},
	[RULE_TOO_EARLY] = {"too_early", SENDS_NONE},
	[RULE_NO_TEXTS] = {"no_texts", SENDS_NONE},
	[RULE_TEXTS_USER] = {"texts_user", SENDS_NONE},
	[RULE_TEXTS_DAY] = {"texts_day", SENDS_NONE},
	[RULE_TEXTS_SOURCE] = {"texts_source", SENDS_NONE},
	[RULE_TEXTS_HOST] = {"texts_host", SENDS_NONE},
	[RULE_PREFIX_STOP] = {"prefix_stop", SENDS_NONE},
	[RULE_RIGHT] = {"right", GRANTS},
	[RULE_RECOVERY] = {"recovery_code", GRANTS},
	[RULE_WRONG] = {"wrong", REFUSES},
	[RULE_EXPIRED] = {"expired", REFUSES},
	[RULE_TRIES] = {"tries", REFUSES},
	[RULE_FAILURES_USER] = {"failures_user", REFUSES},
	[RULE_FAILURES_DAY] = {"failures_day", REFUSES},
	[RULE_FAILURES_SOURCE] = {"failures_source", REFUSES},
	[RULE_FAILURES_HOST] = {"failures_host", REFUSES},
	[RULE_CEILING_STRANGE] = {"ceiling_strange", REFUSES},
	[RULE_CEILING_KNOWN] = {"ceiling_known", REFUSES},
	[RULE_LOCKOUT] = {"lockout", IN_THE_WAY},
	[RULE_UNKNOWN_NAME] = {"unknown_name", IN_THE_WAY},
	[RULE_SUSPENDED] = {"suspended", IN_THE_WAY},
	[RULE_NO_PHONE] = {"no_phone", IN_THE_WAY},
	[RULE_NO_TRAIT] = {"no_phone_trait", IN_THE_WAY},
	[RULE_ROOT] = {"root", IN_THE_WAY},
	[RULE_USERS] = {"users", IN_THE_WAY},
	[RULE_TRAIT] = {"trait", IN_THE_WAY},
	[RULE_BEFORE] = {"before", IN_THE_WAY},
	[RULE_QUARANTINE] = {"quarantine", IN_THE_WAY},
	[RULE_UID] = {"another_uid", IN_THE_WAY},
	[RULE_NO_ROOM] = {"no_room", IN_THE_WAY},
	[RULE_APPLICATION] = {"application", REFUSES},
	[RULE_STORE] = {"store", CANNOT},
	[RULE_NO_SERVICE] = {"no_service", CANNOT},
};

_Static_assert(sizeof(rows) / sizeof(rows[0]) == RULE_COUNT, "a row for every rule");

static const char *const decisions[] = {
	[DECISION_TEXT] = "text",
	[DECISION_NO_TEXT] = "no text",
	[DECISION_GRANTED] = "granted",
	[DECISION_REFUSED] = "refused",
	[DECISION_UNAVAILABLE] = "unavailable",
};

_Static_assert(
	sizeof(decisions) / sizeof(decisions[0]) == DECISION_COUNT, "a name for every decision");

const char *rule_name(enum rule rule)
{
	return rows[rule].name;
}

enum rule rule_find(const char *name)
{
	for (size_t i = 0; i < RULE_COUNT; i++) {
		if (strcmp(rows[i].name, name) == 0)
			return (enum rule)i;
	}
	return RULE_NONE;
}

const char *decision_name(enum decision decision)
{
	return decisions[decision];
}

bool rule_decides(enum rule rule, enum decision decision)
{
	return (rows[rule].decisions & (1u << decision)) != 0;
}
