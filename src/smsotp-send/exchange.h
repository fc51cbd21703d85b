/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What became of a text, from what one request came to. Three questions in this order: did a whole
 * answer come (it says accepted or not), can a byte have left (then nobody knows), else nothing
 * was sent and it may be tried again.
 */
#ifndef SMSOTP_SEND_EXCHANGE_H
#define SMSOTP_SEND_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

struct exchange {
	int curl;           /* CURLcode, libcurl-errors(3) */
	long http;          /* the answer's status, 0 for none, or where its headers have no end */
	bool left;          /* a byte of the request may have left */
	bool oversized;     /* the answer was cut off at our limits */
	const char *reason; /* libcurl's words, "" for none; any bytes */
	const char *body;   /* not secret from the gateway, but it may hold a phone */
	size_t body_size;
};

/* Sets outcome, http, code, reqid, tid and detail of `report`, and leaves the rest. */
void exchange_judge(const struct exchange *exchange, struct report *report);

/*
 * The gateway knows the code and the phone of `text`, and what it says goes into logs: a number in
 * `report` that holds the code, or the last 8 digits of the phone, becomes x's.
 */
void exchange_mask(const struct text *text, struct report *report);

#endif
