/* SPDX-License-Identifier: BSD-3-Clause */
/* Codes: drawn, read from what was typed, and kept as keyed hashes only. */
#ifndef SMSOTP_CODE_H
#define SMSOTP_CODE_H

#include "key.h"
#include "secret.h"

/* Uniform over all codes of `digits` digits but the one of zeros, which test texts carry. */
void code_draw(uint32_t digits, struct code *ret_code);

/* The code that no login takes. */
void code_test(uint32_t digits, struct code *ret_code);

/*
 * What was typed, without its blanks: RESULT_OK for exactly `digits` digits; RESULT_INVALID for
 * anything else: it is wrong. RESULT_REFUSED where it holds control bytes: an application's junk.
 */
CHECKED enum result code_read(const struct reply *reply, uint32_t digits, struct code *ret_code);

/* What the store holds: bound to the challenge, so that it is worth nothing for another. */
void code_hash(const struct keys *keys, const uint8_t binding[static HASH_SIZE],
	const struct code *code, uint8_t ret[static HASH_SIZE]);

#endif
