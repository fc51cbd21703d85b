/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Recovery codes: RECOVERY_CODES of one issue, each good for one sign-in without a text. A code is
 * twelve symbols of 32 (Crockford's base 32: no I, L, O, U), 60 bits, shown in groups of four. It
 * is told from a text code by its length alone. Pure.
 *
 * The record, which keeps keyed hashes only, is RECOVERY_RECORD_SIZE bytes, little endian:
 *
 *	version u8 (1), zeros 7, mark 8, issued i64 (wall clock, ms),
 *	10 codes of 32: state u8, zeros 7, used i64 (wall clock, ms; 0 for never), hash 16
 */
#ifndef SMSOTP_RECOVERY_H
#define SMSOTP_RECOVERY_H

#include "key.h"
#include "secret.h"

#define RECOVERY_CODES       10
#define RECOVERY_SYMBOLS     12
#define RECOVERY_MARK_SIZE   8
#define RECOVERY_TEXT_SIZE   (RECOVERY_SYMBOLS + 3) /* with its dashes and NUL */
#define RECOVERY_LENGTH_MAX  40                     /* typed with blanks and dashes */
#define RECOVERY_RECORD_SIZE (24 + RECOVERY_CODES * 32)

/* A recovery code without dashes, NUL-terminated. */
struct recovery_code {
	char symbols[RECOVERY_SYMBOLS + 1];
};

void recovery_code_wipe(struct recovery_code *code);

/* Void: revoked. */
enum recovery_state { RECOVERY_VOID = 0, RECOVERY_LIVE, RECOVERY_USED };

struct recovery_slot {
	enum recovery_state state;
	int64_t used;
	uint8_t hash[HASH_SIZE]; /* zeros unless live */
};

/* `mark` tells under which host's key the hashes are; `issued` grows from issue to issue. */
struct recovery {
	uint8_t mark[RECOVERY_MARK_SIZE];
	int64_t issued;
	struct recovery_slot slot[RECOVERY_CODES];
};

/* A reply of so many bytes may be a recovery code; no code by text is. */
bool recovery_length(size_t length);

void recovery_draw(struct recovery_code *ret_code);
void recovery_write(const struct recovery_code *code, char ret[static RECOVERY_TEXT_SIZE]);

/*
 * What was typed, in capitals and without blanks and dashes; I and L are taken for 1, O for 0.
 * RESULT_INVALID for anything but RECOVERY_SYMBOLS symbols.
 */
CHECKED enum result recovery_read(const struct reply *reply, struct recovery_code *ret_code);

/* The live code with that hash, RECOVERY_CODES where there is none; in the same time. */
size_t recovery_find(const struct recovery *recovery, const uint8_t hash[static HASH_SIZE]);

/* The code is used up: nothing of it is kept but when. */
void recovery_use(struct recovery *recovery, size_t place, int64_t now);

/* Codes that can still be used. */
uint32_t recovery_left(const struct recovery *recovery);

/* When an issue made now is dated: after `before`, whatever the clock says. */
int64_t recovery_date(const struct recovery *before, int64_t now);

void recovery_encode(const struct recovery *recovery, uint8_t ret[static RECOVERY_RECORD_SIZE]);

/* RESULT_INVALID for all that recovery_encode would not have written. */
CHECKED enum result recovery_decode(
	const uint8_t *bytes, size_t size, struct recovery *ret_recovery);

#endif
