/* SPDX-License-Identifier: BSD-3-Clause */
#include "text.h"

#include <string.h>
#include <time.h>

static const char *const outcome_names[] = {
	[OUTCOME_UNKNOWN] = "unknown",
	[OUTCOME_ACCEPTED] = "accepted",
	[OUTCOME_REFUSED] = "refused",
	[OUTCOME_UNSENT] = "unsent",
	[OUTCOME_WITHDRAWN] = "withdrawn",
};

_Static_assert(sizeof(outcome_names) / sizeof(outcome_names[0]) == OUTCOME_COUNT,
	"a name for every outcome");

/* Copies a string field into an array of `size` bytes. */
static void get_array(struct wire *wire, char *ret, size_t size)
{
	const char *text = wire_get_string(wire, size - 1);

	memcpy(ret, text, strlen(text) + 1);
}

uint64_t text_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

size_t text_encode(const struct text *text, uint8_t *frame, size_t size)
{
	struct wire wire;

	wire_start(&wire, frame, size, text->version, FRAME_TEXT);
	wire_put_bytes(&wire, text->id, sizeof(text->id));
	wire_put_u64(&wire, text->end);
	wire_put_string(&wire, text->phone.e164, sizeof(text->phone.e164) - 1);
	wire_put_string(&wire, text->code.digits, sizeof(text->code.digits) - 1);
	return wire.failed ? 0 : wire.at;
}

enum result text_decode(uint8_t *frame, size_t size, struct text *ret_text)
{
	struct wire wire;
	__attribute__((cleanup(text_wipe))) struct text text = {0};
	uint8_t type = 0;

	if (wire_open(&wire, frame, size, &text.version, &type) != RESULT_OK || type != FRAME_TEXT)
		return RESULT_INVALID;
	wire_get_bytes(&wire, text.id, sizeof(text.id));
	text.end = wire_get_u64(&wire);
	get_array(&wire, text.phone.e164, sizeof(text.phone.e164));
	get_array(&wire, text.code.digits, sizeof(text.code.digits));
	if (wire_done(&wire) != RESULT_OK)
		return RESULT_INVALID;
	*ret_text = text;
	return RESULT_OK;
}

size_t report_encode(const struct report *report, uint8_t *frame, size_t size)
{
	struct wire wire;

	wire_start(&wire, frame, size, report->version, FRAME_REPORT);
	wire_put_bytes(&wire, report->id, sizeof(report->id));
	wire_put_u8(&wire, (uint8_t)report->outcome);
	wire_put_u8(&wire, report->stub ? 1 : 0);
	wire_put_u32(&wire, report->http);
	wire_put_u32(&wire, report->milliseconds);
	wire_put_string(&wire, report->code, REPORT_WORD_MAX);
	wire_put_string(&wire, report->reqid, REPORT_WORD_MAX);
	wire_put_string(&wire, report->tid, REPORT_WORD_MAX);
	wire_put_string(&wire, report->detail, REPORT_DETAIL_MAX);
	return wire.failed ? 0 : wire.at;
}

enum result report_decode(uint8_t *frame, size_t size, struct report *ret_report)
{
	struct wire wire;
	struct report report = {0};
	uint8_t type = 0;

	if (wire_open(&wire, frame, size, &report.version, &type) != RESULT_OK ||
		type != FRAME_REPORT)
		return RESULT_INVALID;
	wire_get_bytes(&wire, report.id, sizeof(report.id));
	uint8_t outcome = wire_get_u8(&wire);
	report.stub = wire_get_u8(&wire) != 0;
	report.http = wire_get_u32(&wire);
	report.milliseconds = wire_get_u32(&wire);
	get_array(&wire, report.code, sizeof(report.code));
	get_array(&wire, report.reqid, sizeof(report.reqid));
	get_array(&wire, report.tid, sizeof(report.tid));
	get_array(&wire, report.detail, sizeof(report.detail));
	if (wire_done(&wire) != RESULT_OK || outcome >= OUTCOME_WITHDRAWN)
		return RESULT_INVALID;
	report.outcome = (enum outcome)outcome;
	*ret_report = report;
	return RESULT_OK;
}

void text_wipe(struct text *text)
{
	explicit_bzero(text, sizeof(*text));
}

const char *outcome_name(enum outcome outcome)
{
	return outcome_names[outcome];
}
