/* SPDX-License-Identifier: BSD-3-Clause */
/* What a person or a machine types: a code of the digits asked for, or nothing. */
#include "fuzz.h"

#include "smsotpd/code.h"

static void check(const struct reply *reply, uint32_t digits)
{
	struct code code = {"before"};
	enum result result = code_read(reply, digits, &code);
	bool control = false;
	size_t count = 0;

	for (size_t i = 0; i < reply->length; i++) {
		unsigned char byte = (unsigned char)reply->bytes[i];
		control = control || (byte < 0x20 && byte != '\t') || byte == 0x7f;
		count += byte >= '0' && byte <= '9';
	}
	must((result == RESULT_REFUSED) == control);
	if (result != RESULT_OK) {
		must(strcmp(code.digits, "before") == 0);
		return;
	}
	must(count == digits && strlen(code.digits) == digits);
	must(strspn(code.digits, "0123456789") == digits);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct reply reply = {.length = size < REPLY_MAX ? size : REPLY_MAX};

	memcpy(reply.bytes, bytes, reply.length);
	for (uint32_t digits = CODE_DIGITS_MIN; digits <= CODE_DIGITS_MAX; digits++)
		check(&reply, digits);
	return 0;
}
