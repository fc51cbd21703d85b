/* SPDX-License-Identifier: BSD-3-Clause */
#include "recovery.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define RECORD_VERSION 1
#define CODE_SIZE      32
#define HEAD_SIZE      24
#define GROUP          4

_Static_assert(RECOVERY_SYMBOLS > CODE_DIGITS_MAX, "no text code is as long");

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void recovery_code_wipe(struct recovery_code *code)
{
	explicit_bzero(code, sizeof(*code));
}

bool recovery_length(size_t length)
{
	return length >= RECOVERY_SYMBOLS && length <= RECOVERY_LENGTH_MAX;
}

void recovery_draw(struct recovery_code *ret_code)
{
	memset(ret_code, 0, sizeof(*ret_code));
	for (size_t i = 0; i < RECOVERY_SYMBOLS; i++)
		ret_code->symbols[i] = alphabet[randombytes_uniform(sizeof(alphabet) - 1)];
}

void recovery_write(const struct recovery_code *code, char ret[static RECOVERY_TEXT_SIZE])
{
	const char *symbols = code->symbols;

	snprintf(ret, RECOVERY_TEXT_SIZE, "%.*s-%.*s-%s", GROUP, symbols, GROUP, symbols + GROUP,
		symbols + 2 * GROUP);
}

/* The symbol that a person meant, 0 for none. */
static char symbol_of(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'I' || c == 'L')
		return '1';
	if (c == 'O')
		return '0';
	return c != '\0' && strchr(alphabet, c) != NULL ? c : '\0';
}

enum result recovery_read(const struct reply *reply, struct recovery_code *ret_code)
{
	WIPED(recovery_code) code = {0};
	size_t length = 0;

	for (size_t i = 0; i < reply->length; i++) {
		char c = reply->bytes[i];
		if (c == ' ' || c == '\t' || c == '-')
			continue;
		char symbol = symbol_of(c);
		if (symbol == '\0' || length == RECOVERY_SYMBOLS)
			return RESULT_INVALID;
		code.symbols[length++] = symbol;
	}
	if (length != RECOVERY_SYMBOLS)
		return RESULT_INVALID;
	*ret_code = code;
	return RESULT_OK;
}

size_t recovery_find(const struct recovery *recovery, const uint8_t hash[static HASH_SIZE])
{
	size_t found = RECOVERY_CODES;

	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		const struct recovery_slot *slot = &recovery->slot[i];
		bool equal = sodium_memcmp(slot->hash, hash, HASH_SIZE) == 0;
		if (equal && slot->state == RECOVERY_LIVE)
			found = i;
	}
	return found;
}

void recovery_use(struct recovery *recovery, size_t place, int64_t now)
{
	recovery->slot[place] =
		(struct recovery_slot){.state = RECOVERY_USED, .used = now <= 0 ? 1 : now};
}

uint32_t recovery_left(const struct recovery *recovery)
{
	uint32_t left = 0;

	for (size_t i = 0; i < RECOVERY_CODES; i++)
		left += recovery->slot[i].state == RECOVERY_LIVE;
	return left;
}

int64_t recovery_date(const struct recovery *before, int64_t now)
{
	return now > before->issued ? now : before->issued + 1;
}

static void put_i64(uint8_t *at, int64_t value)
{
	for (size_t i = 0; i < 8; i++)
		at[i] = (uint8_t)((uint64_t)value >> (8 * i));
}

static int64_t get_i64(const uint8_t *at)
{
	uint64_t value = 0;

	for (size_t i = 0; i < 8; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return (int64_t)value;
}

void recovery_encode(const struct recovery *recovery, uint8_t ret[static RECOVERY_RECORD_SIZE])
{
	memset(ret, 0, RECOVERY_RECORD_SIZE);
	ret[0] = RECORD_VERSION;
	memcpy(ret + 8, recovery->mark, RECOVERY_MARK_SIZE);
	put_i64(ret + 16, recovery->issued);
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		const struct recovery_slot *slot = &recovery->slot[i];
		uint8_t *at = ret + HEAD_SIZE + i * CODE_SIZE;
		at[0] = (uint8_t)slot->state;
		put_i64(at + 8, slot->used);
		memcpy(at + 16, slot->hash, HASH_SIZE);
	}
}

static bool slot_get(const uint8_t *at, struct recovery_slot *ret)
{
	bool hashed = sodium_is_zero(at + 16, HASH_SIZE) == 0;

	if (at[0] > RECOVERY_USED || sodium_is_zero(at + 1, 7) == 0)
		return false;
	ret->state = (enum recovery_state)at[0];
	ret->used = get_i64(at + 8);
	memcpy(ret->hash, at + 16, HASH_SIZE);
	/* A hash stands where a code can be used, a time where one was. */
	return hashed == (ret->state == RECOVERY_LIVE) &&
	       (ret->used > 0) == (ret->state == RECOVERY_USED) && ret->used >= 0;
}

enum result recovery_decode(const uint8_t *bytes, size_t size, struct recovery *ret_recovery)
{
	struct recovery recovery = {0};

	if (size != RECOVERY_RECORD_SIZE || bytes[0] != RECORD_VERSION ||
		sodium_is_zero(bytes + 1, 7) == 0)
		return RESULT_INVALID;
	memcpy(recovery.mark, bytes + 8, RECOVERY_MARK_SIZE);
	recovery.issued = get_i64(bytes + 16);
	if (recovery.issued < 0 || recovery.issued > INT64_MAX / 2)
		return RESULT_INVALID;
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		if (!slot_get(bytes + HEAD_SIZE + i * CODE_SIZE, &recovery.slot[i]))
			return RESULT_INVALID;
	}
	*ret_recovery = recovery;
	return RESULT_OK;
}
