/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The visible ledger: what a caller sees, for every name typed alike, real or not. In memory, of
 * fixed size, keyed by keyed hashes; knows no store. Two tables:
 *
 * - dialogues, by the login's id: its own tries, texts and clock, as if it were alone;
 * - rows, by name and source: the failures and the lock that they earned.
 *
 * Both are sets of LEDGER_WAYS entries found by hash; a full set gives up the entry that ends
 * first, and an entry of another tag is never taken for one's own.
 */
#ifndef SMSOTP_LEDGER_H
#define SMSOTP_LEDGER_H

#include "ask.h"
#include "key.h"
#include "lockout.h"
#include "window.h"

struct config;
struct ledger;

/* Who is at the door: the dialogue's id, hashes of name and source, and of both with the service.
 */
struct visitor {
	uint8_t id[WIRE_ID_SIZE];
	uint8_t name[HASH_SIZE];
	uint8_t source[HASH_SIZE];
	uint8_t subject[HASH_SIZE];
};

/* What to show, and whether the store has to be asked. */
struct view {
	enum verdict verdict;
	enum line line;
	uint32_t tries;
	uint32_t seconds;
	uint32_t resend;
	bool asks;  /* begin, resend: a text is due as far as this dialogue knows; guess: to be
		       compared */
	bool early; /* guess: the text it answers had not left and is withdrawn */
	const char *over; /* no texts: the user's limit in [limits], NULL for the dialogue's own */
	struct moment begun; /* for the token: when the newest text's code began */
};

CHECKED enum result ledger_new(struct ledger **ret_ledger);
void ledger_free(struct ledger **ledger);

/*
 * What a name's row shows at a source, for the operator. `locked` in ms; `view` is what a begin
 * with an id that was never seen would answer now.
 */
struct sight {
	struct view view;
	bool known;
	int64_t locked;
	uint32_t failures_left; /* until the next lock */
	struct window texts;
	struct window texts_day;
};

/* Changes nothing. */
void ledger_peek(const struct ledger *ledger, const struct config *config,
	const struct visitor *visitor, const struct moment *now, struct sight *ret_sight);

/* How many locks a name's rows show now, and how long the longest goes on; changes nothing. */
uint32_t ledger_locks(const struct ledger *ledger, const uint8_t name[static HASH_SIZE],
	const struct moment *now, int64_t *ret_longest);

/* A begin that comes again with the same id is answered as before and asks nothing. */
void ledger_begin(struct ledger *ledger, const struct config *config, const struct visitor *visitor,
	const struct moment *now, struct view *ret_view);

/* Makes a dialogue anew from its token's time where it is not there any more. */
void ledger_restore(
	struct ledger *ledger, const struct visitor *visitor, const struct moment *begun);

/* A reply of one byte. */
void ledger_resend(struct ledger *ledger, const struct config *config,
	const struct visitor *visitor, const struct moment *now, struct view *ret_view);

/* Any longer reply: charged here, whatever it is. The view is what a wrong one shows. */
void ledger_guess(struct ledger *ledger, const struct config *config, const struct visitor *visitor,
	const struct moment *now, struct view *ret_view);

/* The hold of the dialogue's text is over: false where an early answer withdrew it. */
bool ledger_text_leaves(struct ledger *ledger, const struct visitor *visitor);

/* The store knows this name at this source: it signed in here before. */
void ledger_known(struct ledger *ledger, const struct visitor *visitor);

/* The code was right: the dialogue is over, the row is clean and known. */
void ledger_success(struct ledger *ledger, const struct visitor *visitor);

/* Clears every row of a name, for the operator. Returns how many there were. */
uint32_t ledger_forget(struct ledger *ledger, const uint8_t name[static HASH_SIZE]);

/* Clears all rows, those of names that do not exist as well. Returns how many showed failures. */
uint32_t ledger_forget_all(struct ledger *ledger);

#endif
