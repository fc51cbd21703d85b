/* SPDX-License-Identifier: BSD-3-Clause */
/* What the gateway sends is the only thing that a stranger can say to smsotp-send. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "smsotp-send/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_digits(const char *text)
{
	if (strspn(text, "0123456789") != strlen(text))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gateway_reply reply;

	gateway_reply_scan((const char *)data, size, &reply);
	check_digits(reply.code);
	check_digits(reply.reqid);
	check_digits(reply.tid);
	for (const char *c = reply.description; *c != '\0'; c++) {
		if (*c < 0x20 || *c >= 0x7f || (*c >= '0' && *c <= '9'))
			abort();
	}
	if (reply.word == GATEWAY_ACCEPTED && (reply.reqid[0] == '\0' || reply.tid[0] == '\0'))
		abort();
	return 0;
}
