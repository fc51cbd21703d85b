/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The token of a begin's answer: when the dialogue began, and a keyed MAC over that and over who
 * asked. After a restart the ledger's row is made anew from it, for names that exist and for those
 * that do not.
 *
 *	boottime i64, realtime i64, MAC 16, zeros
 */
#ifndef SMSOTP_TOKEN_H
#define SMSOTP_TOKEN_H

#include "ask.h"
#include "clock.h"
#include "key.h"

/* `subject` is the ledger's tag of name, source and service. */
void token_make(const struct keys *keys, const uint8_t id[static WIRE_ID_SIZE],
	const uint8_t subject[static HASH_SIZE], const struct moment *begun,
	uint8_t ret_token[static TOKEN_SIZE]);

/* RESULT_INVALID where it is not ours, of another boot, login, name, service or source. */
CHECKED enum result token_read(const struct keys *keys, const uint8_t id[static WIRE_ID_SIZE],
	const uint8_t subject[static HASH_SIZE], const uint8_t token[static TOKEN_SIZE],
	struct moment *ret_begun);

#endif
