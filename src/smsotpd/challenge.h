/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a right code is worth: the rules of challenges over one user's record. Pure; the record must
 * be of this boot (record_rebase). A name that does not exist has a record of nobody's, and the
 * same work.
 *
 * - A live challenge is joined: no second text, and the code on its way stays good.
 * - A resend draws a new code; the two newest share the tries.
 * - A try is charged before it is compared. A success voids the challenge.
 * - A code ends at its expiry by the boot's clock and by the wall clock, whichever comes first.
 */
#ifndef SMSOTP_CHALLENGE_H
#define SMSOTP_CHALLENGE_H

#include "record.h"

#define KNOWN_FOR_MS (60 * 86400 * INT64_C(1000))

struct config;

/* Who asks, from where, and when. `binding` is of service, source, first factor and phone. */
struct attempt {
	const struct config *config;
	struct moment now;
	int64_t begun; /* verify: boottime of the newest text that this login asked for */
	uint8_t binding[HASH_SIZE];
	uint8_t source[HASH_SIZE];
	char label[LABEL_SIZE];
	uint8_t asker[ASKER_SIZE]; /* of the login id */
	bool unnamed;              /* a source that has no name is never known */
	bool early;                /* verify: the text that this login asked for never left */
	bool recovered;            /* verify: what was typed is a recovery code of this user's */
};

/* What became of an attempt, for the trail; the user sees the visible ledger's word for it. */
enum effect {
	EFFECT_NONE = 0,  /* nothing to do, or nothing right */
	EFFECT_TEXT,      /* begin, resend: a text with the code whose hash was given is due */
	EFFECT_JOINED,    /* begin: a code is on its way already */
	EFFECT_TOO_EARLY, /* resend: before its time */
	EFFECT_NO_TEXTS,  /* resend: the challenge has had all its texts */
	EFFECT_LOCKED,    /* this source waits */
	EFFECT_OVER,      /* a limit is used up: no text, or nothing is compared */
	EFFECT_WRONG,     /* verify: charged */
	EFFECT_EXPIRED,   /* verify: a code that was right is too old, or there is no live code */
	EFFECT_SPENT,     /* verify: the challenge's tries were used up before */
	EFFECT_RIGHT,     /* verify */
	EFFECT_RECOVERED, /* verify: by a recovery code, which needs no challenge */
	EFFECT_COUNT,
};

const char *effect_name(enum effect effect);

enum effect challenge_begin(
	struct record *record, const struct attempt *attempt, const uint8_t hash[static HASH_SIZE]);
enum effect challenge_resend(
	struct record *record, const struct attempt *attempt, const uint8_t hash[static HASH_SIZE]);

/*
 * Comes before any answer is judged. One that is early came before the text that its prompt asked
 * for could leave, so that text never will: its code is taken back, and the next login is not made
 * to wait for it. No charge.
 */
void challenge_withdraw(struct record *record, const struct attempt *attempt);

/* `hash` of what was typed; `comparable` false where that is no code at all. */
enum effect challenge_verify(struct record *record, const struct attempt *attempt,
	const uint8_t hash[static HASH_SIZE], bool comparable);

/* A live code of the attempt's challenge has this hash: draw another. */
bool challenge_has(
	struct record *record, const struct attempt *attempt, const uint8_t hash[static HASH_SIZE]);

/* Some code of it can still be typed. Of the attempt only config and now count. */
bool challenge_alive(const struct challenge *challenge, const struct attempt *attempt);

/* Within KNOWN_FOR_MS of now, before or after: a clock that ran years ahead makes no place known
 * for years. */
bool known_fresh(const struct known *known, const struct moment *now);

/* The user signed in from this source, and that is fresh. */
bool challenge_known(const struct record *record, const struct attempt *attempt);

#endif
