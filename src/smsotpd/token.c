/* SPDX-License-Identifier: BSD-3-Clause */
#include "token.h"

#include <sodium.h>
#include <string.h>

#define TIMES_SIZE 16

static void mac(const struct keys *keys, const uint8_t id[static WIRE_ID_SIZE],
	const uint8_t subject[static HASH_SIZE], const uint8_t times[static TIMES_SIZE],
	uint8_t ret[static HASH_SIZE])
{
	const struct part parts[] = {
		{"token", 5},
		{id, WIRE_ID_SIZE},
		{subject, HASH_SIZE},
		{times, TIMES_SIZE},
	};

	key_hash(keys->token, parts, sizeof(parts) / sizeof(parts[0]), ret);
}

void token_make(const struct keys *keys, const uint8_t id[static WIRE_ID_SIZE],
	const uint8_t subject[static HASH_SIZE], const struct moment *begun,
	uint8_t ret_token[static TOKEN_SIZE])
{
	memset(ret_token, 0, TOKEN_SIZE);
	for (size_t i = 0; i < 8; i++) {
		ret_token[i] = (uint8_t)((uint64_t)begun->boottime >> (8 * i));
		ret_token[8 + i] = (uint8_t)((uint64_t)begun->realtime >> (8 * i));
	}
	mac(keys, id, subject, ret_token, ret_token + TIMES_SIZE);
}

enum result token_read(const struct keys *keys, const uint8_t id[static WIRE_ID_SIZE],
	const uint8_t subject[static HASH_SIZE], const uint8_t token[static TOKEN_SIZE],
	struct moment *ret_begun)
{
	uint8_t expected[HASH_SIZE];
	uint64_t boottime = 0;
	uint64_t realtime = 0;

	mac(keys, id, subject, token, expected);
	if (sodium_memcmp(expected, token + TIMES_SIZE, HASH_SIZE) != 0)
		return RESULT_INVALID;
	for (size_t i = 0; i < 8; i++) {
		boottime |= (uint64_t)token[i] << (8 * i);
		realtime |= (uint64_t)token[8 + i] << (8 * i);
	}
	ret_begun->boottime = (int64_t)boottime;
	ret_begun->realtime = (int64_t)realtime;
	return RESULT_OK;
}
