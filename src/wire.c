/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire.h"

#include <string.h>

/* Moves on by `size` bytes and returns where they start; NULL, and failed, where they do not fit.
 */
static uint8_t *take(struct wire *wire, size_t size)
{
	uint8_t *start = wire->bytes + wire->at;

	if (wire->failed || size > wire->size - wire->at) {
		wire->failed = true;
		return NULL;
	}
	wire->at += size;
	return start;
}

static void put_number(struct wire *wire, uint64_t value, size_t size)
{
	uint8_t *to = take(wire, size);

	for (size_t i = 0; to != NULL && i < size; i++)
		to[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_number(struct wire *wire, size_t size)
{
	const uint8_t *from = take(wire, size);
	uint64_t value = 0;

	for (size_t i = 0; from != NULL && i < size; i++)
		value |= (uint64_t)from[i] << (8 * i);
	return value;
}

static bool spoken(uint8_t version)
{
	return version >= WIRE_OLDEST && version <= WIRE_VERSION;
}

void wire_start(
	struct wire *wire, uint8_t *bytes, size_t size, uint8_t version, enum frame_type type)
{
	*wire = (struct wire){.bytes = bytes, .size = size};
	wire_put_u8(wire, version == 0 ? WIRE_VERSION : version);
	wire_put_u8(wire, (uint8_t)type);
}

void wire_put_u8(struct wire *wire, uint8_t value)
{
	put_number(wire, value, 1);
}

void wire_put_u32(struct wire *wire, uint32_t value)
{
	put_number(wire, value, 4);
}

void wire_put_u64(struct wire *wire, uint64_t value)
{
	put_number(wire, value, 8);
}

void wire_put_bytes(struct wire *wire, const void *bytes, size_t size)
{
	uint8_t *to = take(wire, size);

	if (to != NULL)
		memcpy(to, bytes, size);
}

void wire_put_string(struct wire *wire, const char *text, size_t max)
{
	size_t length = text == NULL ? 0 : strnlen(text, max);

	put_number(wire, length, 2);
	wire_put_bytes(wire, length == 0 ? "" : text, length);
	wire_put_u8(wire, 0);
}

enum result wire_open(
	struct wire *wire, uint8_t *bytes, size_t size, uint8_t *ret_version, uint8_t *ret_type)
{
	*wire = (struct wire){.bytes = bytes, .size = size};
	uint8_t version = wire_get_u8(wire);
	uint8_t type = wire_get_u8(wire);

	if (wire->failed || !spoken(version))
		return RESULT_INVALID;
	*ret_version = version;
	*ret_type = type;
	return RESULT_OK;
}

uint8_t wire_get_u8(struct wire *wire)
{
	return (uint8_t)get_number(wire, 1);
}

uint32_t wire_get_u32(struct wire *wire)
{
	return (uint32_t)get_number(wire, 4);
}

uint64_t wire_get_u64(struct wire *wire)
{
	return get_number(wire, 8);
}

void wire_get_bytes(struct wire *wire, void *ret, size_t size)
{
	const uint8_t *from = take(wire, size);

	if (from == NULL)
		memset(ret, 0, size);
	else
		memcpy(ret, from, size);
}

const char *wire_get_string(struct wire *wire, size_t max)
{
	size_t length = (size_t)get_number(wire, 2);
	const uint8_t *text = take(wire, length + 1);

	if (text == NULL || length > max || memchr(text, 0, length + 1) != text + length) {
		wire->failed = true;
		return "";
	}
	return (const char *)text;
}

bool wire_foreign(const uint8_t *bytes, size_t size)
{
	return size >= WIRE_AGAIN_SIZE && !spoken(bytes[0]);
}

void wire_put_again(uint8_t bytes[static WIRE_AGAIN_SIZE], uint8_t version)
{
	struct wire wire;

	wire_start(&wire, bytes, WIRE_AGAIN_SIZE, version, FRAME_AGAIN);
}

bool wire_get_again(const uint8_t *bytes, size_t size, uint8_t *ret_version)
{
	if (size != WIRE_AGAIN_SIZE || bytes[1] != FRAME_AGAIN || !spoken(bytes[0]))
		return false;
	*ret_version = bytes[0];
	return true;
}

enum result wire_done(const struct wire *wire)
{
	return wire->failed || wire->at != wire->size ? RESULT_INVALID : RESULT_OK;
}
