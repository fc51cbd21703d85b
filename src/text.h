/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One text, from smsotpd to smsotp-send over send.sock, and the report that comes back on the same
 * connection. A connection that ends without a report means that the text may have left.
 *
 * FRAME_TEXT:   id 16, end u64, phone, code
 * FRAME_REPORT: id 16, outcome u8, stub u8, http u32, milliseconds u32, code, reqid, tid, detail
 */
#ifndef SMSOTP_TEXT_H
#define SMSOTP_TEXT_H

#include "secret.h"
#include "wire.h"

#define TEXT_FRAME_SIZE   1024
#define REPORT_WORD_MAX   32
#define REPORT_DETAIL_MAX 160

struct text {
	uint8_t version; /* of its frame; 0 is our own */
	uint8_t id[WIRE_ID_SIZE];
	uint64_t end; /* it does not leave later: of text_now */
	struct phone phone;
	struct code code;
};

enum outcome {
	OUTCOME_UNKNOWN = 0, /* it may have left, nobody said what became of it */
	OUTCOME_ACCEPTED,    /* the gateway took it (which is not: delivered) */
	OUTCOME_REFUSED,     /* the gateway answered, and not with acceptance */
	OUTCOME_UNSENT,    /* no byte of the request has left: too old, no route, a rule of ours */
	OUTCOME_WITHDRAWN, /* an early answer took it back: smsotpd's own word, no report has it */
	OUTCOME_COUNT,
};

/* Not secret: digits of a phone or code in what the gateway said are replaced by 'x'. */
struct report {
	uint8_t version; /* of its frame, which is the text's; 0 is our own */
	uint8_t id[WIRE_ID_SIZE];
	enum outcome outcome;
	bool stub;                       /* written to the stub's file instead */
	uint32_t http;                   /* HTTP status, 0 for none */
	uint32_t milliseconds;           /* from the connection to the report */
	char code[REPORT_WORD_MAX + 1];  /* the gateway's error code, "" for none */
	char reqid[REPORT_WORD_MAX + 1]; /* the gateway's REQID, to trace it there */
	char tid[REPORT_WORD_MAX + 1];
	char detail[REPORT_DETAIL_MAX + 1]; /* one printable sentence, what to do next */
};

/* CLOCK_BOOTTIME in ms, for both daemons: a text is no younger after a sleep. */
uint64_t text_now(void);

size_t text_encode(const struct text *text, uint8_t *frame, size_t size);
CHECKED enum result text_decode(uint8_t *frame, size_t size, struct text *ret_text);
size_t report_encode(const struct report *report, uint8_t *frame, size_t size);
CHECKED enum result report_decode(uint8_t *frame, size_t size, struct report *ret_report);

void text_wipe(struct text *text);

/* "accepted", "refused", "unsent", "unknown", "withdrawn". */
const char *outcome_name(enum outcome outcome);

#endif
