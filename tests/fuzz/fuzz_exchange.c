/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a request came to, of any of libcurl's ends, statuses and answers, as the report of a text.
 *
 * - Accepted only where the whole reply came, with status 200, and a byte had left.
 * - Neither accepted nor refused where half of it came, with that status and not too much of it.
 * - Unsent only where none had.
 * - The report goes over send.sock and comes back the same; its sentence is printable, and has no
 *   more digits of the answer than a status and a code.
 */
#include "fuzz.h"

#include "smsotp-send/exchange.h"
#include "smsotp-send/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct input input = {bytes, size};
	struct report report = {.milliseconds = 12}, again;
	uint8_t frame[TEXT_FRAME_SIZE], flags;
	struct gateway_reply reply;
	char reason[64];

	flags = take_u8(&input);
	struct exchange exchange = {.curl = (flags & 4) != 0 ? take_u8(&input) : 0,
		.http = (flags & 8) != 0 ? (long)(take_u32(&input) % 1000) : 200,
		.left = (flags & 1) == 0,
		.oversized = (flags & 2) != 0,
		.reason = reason};
	take_text(&input, reason, sizeof(reason));
	uint8_t *body = copy_of(input.at, input.left);
	exchange.body = (const char *)body;
	exchange.body_size = input.left;
	exchange_judge(&exchange, &report);
	gateway_reply_scan(exchange.body, exchange.body_size, &reply);
	must(report.outcome < OUTCOME_COUNT);
	must((report.outcome == OUTCOME_UNSENT) == !exchange.left);
	if (report.outcome == OUTCOME_ACCEPTED)
		must(exchange.http == 200 && !exchange.oversized && reply.word == GATEWAY_ACCEPTED);
	if (exchange.left && exchange.http == 200 && exchange.curl == 0 && !exchange.oversized)
		must((report.outcome == OUTCOME_UNKNOWN) == (reply.word == GATEWAY_CUT));
	must((report.outcome == OUTCOME_ACCEPTED) == (report.detail[0] == '\0'));
	for (const char *at = report.detail; *at != '\0'; at++)
		must(*at >= 0x20 && *at < 0x7f);
	size_t length = report_encode(&report, frame, sizeof(frame));
	must(length > 0 && report_decode(frame, length, &again) == RESULT_OK);
	must(strcmp(report.detail, again.detail) == 0 && report.outcome == again.outcome);
	must(strcmp(report.code, again.code) == 0 && strcmp(report.reqid, again.reqid) == 0);
	free(body);
	return 0;
}
