/* SPDX-License-Identifier: BSD-3-Clause */
#include "code.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

void code_draw(uint32_t digits, struct code *ret_code)
{
	uint32_t bound = 1;

	for (uint32_t i = 0; i < digits; i++)
		bound *= 10;
	uint32_t number = 1 + randombytes_uniform(bound - 1);
	memset(ret_code, 0, sizeof(*ret_code));
	for (uint32_t i = digits; i > 0; i--, number /= 10)
		ret_code->digits[i - 1] = (char)('0' + number % 10);
}

void code_test(uint32_t digits, struct code *ret_code)
{
	memset(ret_code, 0, sizeof(*ret_code));
	memset(ret_code->digits, '0', digits);
}

static bool has_control(const struct reply *reply)
{
	for (size_t i = 0; i < reply->length; i++) {
		unsigned char byte = (unsigned char)reply->bytes[i];
		if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
			return true;
	}
	return false;
}

enum result code_read(const struct reply *reply, uint32_t digits, struct code *ret_code)
{
	WIPED(code) code = {0};
	size_t length = 0;

	if (has_control(reply))
		return RESULT_REFUSED;
	for (size_t i = 0; i < reply->length; i++) {
		char c = reply->bytes[i];
		if (c == ' ' || c == '\t')
			continue;
		if (c < '0' || c > '9' || length == digits)
			return RESULT_INVALID;
		code.digits[length++] = c;
	}
	if (length != digits)
		return RESULT_INVALID;
	*ret_code = code;
	return RESULT_OK;
}

void code_hash(const struct keys *keys, const uint8_t binding[static HASH_SIZE],
	const struct code *code, uint8_t ret[static HASH_SIZE])
{
	const struct part parts[] = {
		{"code", 4},
		{binding, HASH_SIZE},
		{code->digits, strlen(code->digits)},
	};

	key_hash(keys->code, parts, sizeof(parts) / sizeof(parts[0]), ret);
}
