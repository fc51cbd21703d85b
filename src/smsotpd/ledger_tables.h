/* SPDX-License-Identifier: BSD-3-Clause */
/* The ledger's tables and how an entry is found in them, for the ledger*.c files alone. */
#ifndef SMSOTP_LEDGER_TABLES_H
#define SMSOTP_LEDGER_TABLES_H

#include "ledger.h"

#define LEDGER_SETS 4096 /* of each table; 8 ways: 32768 names and sources, 5 MB in all */
#define LEDGER_WAYS 8

/* A text waits for its hold: an answer that comes before was no person's. */
enum text_state { TEXT_GONE = 0, TEXT_HELD, TEXT_WITHDRAWN };

struct dialogue {
	bool used;
	enum text_state text;
	uint8_t id[WIRE_ID_SIZE];
	uint8_t subject[HASH_SIZE];
	struct moment last_text;
	uint8_t tries;
	uint8_t texts;
};

struct row {
	bool used;
	bool known; /* who signed in here has the known places' share of texts */
	uint8_t name[HASH_SIZE];
	uint8_t source[HASH_SIZE];
	struct lockout lockout;
	struct window texts;
	struct window texts_day;
	uint8_t live[HASH_SIZE]; /* the subject whose code is on its way until live_until */
	int64_t live_until;
};

struct ledger {
	struct dialogue dialogue[LEDGER_SETS][LEDGER_WAYS];
	struct row row[LEDGER_SETS][LEDGER_WAYS];
};

/* NULL where there is none. */
struct dialogue *dialogue_find(struct ledger *ledger, const struct visitor *visitor);
struct row *row_find(struct ledger *ledger, const struct visitor *visitor);

/* In a full set the entry that ends first gives way. */
struct dialogue *dialogue_add(
	struct ledger *ledger, const struct visitor *visitor, const struct moment *begun);
struct row *row_get(
	struct ledger *ledger, const struct config *config, const struct visitor *visitor);

/* A copy of the visitor's row; an empty one where there is none. */
void row_peek(const struct ledger *ledger, const struct visitor *visitor, struct row *ret_row);

#endif
