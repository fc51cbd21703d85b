/* SPDX-License-Identifier: BSD-3-Clause */
#include "recovery.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "wire.h"

#define RECORD_VERSION 1
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

static const uint8_t zeros[7];

void recovery_encode(const struct recovery *recovery, uint8_t ret[static RECOVERY_RECORD_SIZE])
{
	struct wire wire = {.bytes = ret, .size = RECOVERY_RECORD_SIZE};

	wire_put_u8(&wire, RECORD_VERSION);
	wire_put_bytes(&wire, zeros, sizeof(zeros));
	wire_put_bytes(&wire, recovery->mark, RECOVERY_MARK_SIZE);
	wire_put_u64(&wire, (uint64_t)recovery->issued);
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		const struct recovery_slot *slot = &recovery->slot[i];
		wire_put_u8(&wire, (uint8_t)slot->state);
		wire_put_bytes(&wire, zeros, sizeof(zeros));
		wire_put_u64(&wire, (uint64_t)slot->used);
		wire_put_bytes(&wire, slot->hash, HASH_SIZE);
	}
}

static void get_zeros(struct wire *wire)
{
	uint8_t bytes[sizeof(zeros)] = {0};

	wire_get_bytes(wire, bytes, sizeof(bytes));
	if (sodium_is_zero(bytes, sizeof(bytes)) == 0)
		wire->failed = true;
}

static void get_slot(struct wire *wire, struct recovery_slot *slot)
{
	uint8_t state = wire_get_u8(wire);

	get_zeros(wire);
	slot->state = (enum recovery_state)state;
	slot->used = (int64_t)wire_get_u64(wire);
	wire_get_bytes(wire, slot->hash, HASH_SIZE);
	bool hashed = sodium_is_zero(slot->hash, HASH_SIZE) == 0;
	/* A hash stands where a code can be used, a time where one was. */
	if (state > RECOVERY_USED || hashed != (state == RECOVERY_LIVE) || slot->used < 0 ||
		(slot->used > 0) != (state == RECOVERY_USED))
		wire->failed = true;
}

enum result recovery_decode(const uint8_t *bytes, size_t size, struct recovery *ret_recovery)
{
	uint8_t copy[RECOVERY_RECORD_SIZE];
	struct wire wire = {.bytes = copy, .size = sizeof(copy)};
	struct recovery recovery = {0};

	if (size != sizeof(copy))
		return RESULT_INVALID;
	memcpy(copy, bytes, sizeof(copy));
	uint8_t version = wire_get_u8(&wire);
	get_zeros(&wire);
	wire_get_bytes(&wire, recovery.mark, RECOVERY_MARK_SIZE);
	recovery.issued = (int64_t)wire_get_u64(&wire);
	for (size_t i = 0; i < RECOVERY_CODES; i++)
		get_slot(&wire, &recovery.slot[i]);
	if (wire_done(&wire) != RESULT_OK || version != RECORD_VERSION || recovery.issued < 0 ||
		recovery.issued > INT64_MAX / 2)
		return RESULT_INVALID;
	*ret_recovery = recovery;
	return RESULT_OK;
}
