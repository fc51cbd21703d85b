/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts to smsotp-send and its reports. */
#include "test.h"
#include "text.h"

static const struct text text_sample = {
	.id = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
	.end = 0x0102f30405060708,
	.phone = {"+919999900007"},
	.code = {"12345678"},
};

static const struct report report_sample = {
	.id = {16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1},
	.outcome = OUTCOME_REFUSED,
	.stub = true,
	.http = 503,
	.milliseconds = 0x01020304,
	.code = "ERR-7",
	.reqid = "100200300",
	.tid = "4000",
	.detail = "the gateway refused the password; see password_file",
};

static void test_text_there_and_back(void **state)
{
	uint8_t frame[TEXT_FRAME_SIZE];
	struct text back;

	(void)state;
	size_t size = text_encode(&text_sample, frame, sizeof(frame));
	assert_int_equal(text_decode(frame, size, &back), RESULT_OK);
	assert_memory_equal(back.id, text_sample.id, WIRE_ID_SIZE);
	assert_int_equal(back.end, text_sample.end);
	assert_string_equal(back.phone.e164, text_sample.phone.e164);
	assert_string_equal(back.code.digits, text_sample.code.digits);
}

static void test_report_there_and_back(void **state)
{
	uint8_t frame[TEXT_FRAME_SIZE];
	struct report report = report_sample, back;

	(void)state;
	for (int outcome = 0; outcome < OUTCOME_WITHDRAWN; outcome++) {
		report.outcome = (enum outcome)outcome;
		report.stub = !report.stub;
		size_t size = report_encode(&report, frame, sizeof(frame));
		assert_int_equal(report_decode(frame, size, &back), RESULT_OK);
		assert_memory_equal(back.id, report.id, WIRE_ID_SIZE);
		assert_int_equal(back.outcome, report.outcome);
		assert_int_equal(back.stub, report.stub);
		assert_int_equal(back.http, report.http);
		assert_int_equal(back.milliseconds, report.milliseconds);
		assert_string_equal(back.code, report.code);
		assert_string_equal(back.reqid, report.reqid);
		assert_string_equal(back.tid, report.tid);
		assert_string_equal(back.detail, report.detail);
	}
}

static void test_the_longest_report_fits(void **state)
{
	uint8_t frame[TEXT_FRAME_SIZE];
	struct report report = report_sample, back;

	(void)state;
	memset(report.code, 'c', REPORT_WORD_MAX);
	memset(report.reqid, 'r', REPORT_WORD_MAX);
	memset(report.tid, 't', REPORT_WORD_MAX);
	memset(report.detail, 'd', REPORT_DETAIL_MAX);
	size_t size = report_encode(&report, frame, sizeof(frame));
	assert_int_not_equal(size, 0);
	assert_int_equal(report_decode(frame, size, &back), RESULT_OK);
	assert_string_equal(back.detail, report.detail);
}

static void test_every_other_length_is_refused(void **state)
{
	uint8_t text_frame[TEXT_FRAME_SIZE] = {0};
	uint8_t report_frame[TEXT_FRAME_SIZE] = {0};
	struct text text = text_sample;
	struct report report = report_sample;
	size_t text_size = text_encode(&text_sample, text_frame, sizeof(text_frame));
	size_t report_size = report_encode(&report_sample, report_frame, sizeof(report_frame));

	(void)state;
	for (size_t size = 0; size < text_size + 3; size++)
		assert_int_equal(
			text_decode(text_frame, size, &text) == RESULT_OK, size == text_size);
	for (size_t size = 0; size < report_size + 3; size++)
		assert_int_equal(report_decode(report_frame, size, &report) == RESULT_OK,
			size == report_size);
	for (size_t room = 0; room < text_size; room++)
		assert_int_equal(text_encode(&text_sample, text_frame, room), 0);
	for (size_t room = 0; room < report_size; room++)
		assert_int_equal(report_encode(&report_sample, report_frame, room), 0);
}

static void test_foreign_bytes_are_refused(void **state)
{
	uint8_t frame[TEXT_FRAME_SIZE];
	struct text text;
	struct report report;

	(void)state;
	for (unsigned int byte = 0; byte < 256; byte++) {
		size_t size = text_encode(&text_sample, frame, sizeof(frame));
		frame[1] = (uint8_t)byte;
		assert_int_equal(text_decode(frame, size, &text) == RESULT_OK, byte == FRAME_TEXT);
		size = report_encode(&report_sample, frame, sizeof(frame));
		frame[2 + WIRE_ID_SIZE] = (uint8_t)byte;
		assert_int_equal(
			report_decode(frame, size, &report) == RESULT_OK, byte < OUTCOME_WITHDRAWN);
		frame[2 + WIRE_ID_SIZE] = OUTCOME_UNSENT;
		frame[1] = (uint8_t)byte;
		assert_int_equal(
			report_decode(frame, size, &report) == RESULT_OK, byte == FRAME_REPORT);
	}
}

static void test_a_longer_phone_is_refused(void **state)
{
	uint8_t frame[TEXT_FRAME_SIZE];
	struct wire wire;
	struct text text;

	(void)state;
	wire_start(&wire, frame, sizeof(frame), 0, FRAME_TEXT);
	wire_put_bytes(&wire, text_sample.id, WIRE_ID_SIZE);
	wire_put_u32(&wire, 1);
	wire_put_string(&wire, "+1234567890123456", 64);
	wire_put_string(&wire, "123456", 64);
	assert_int_equal(text_decode(frame, wire.at, &text), RESULT_INVALID);
}

static void test_names_and_wiping(void **state)
{
	static const struct text nothing;
	struct text text = text_sample;

	(void)state;
	text_wipe(&text);
	assert_memory_equal(&text, &nothing, sizeof(text));
	assert_string_equal(outcome_name(OUTCOME_ACCEPTED), "accepted");
	assert_string_equal(outcome_name(OUTCOME_REFUSED), "refused");
	assert_string_equal(outcome_name(OUTCOME_UNSENT), "unsent");
	assert_string_equal(outcome_name(OUTCOME_UNKNOWN), "unknown");
	assert_string_equal(outcome_name(OUTCOME_WITHDRAWN), "withdrawn");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_there_and_back),
		cmocka_unit_test(test_report_there_and_back),
		cmocka_unit_test(test_the_longest_report_fits),
		cmocka_unit_test(test_every_other_length_is_refused),
		cmocka_unit_test(test_foreign_bytes_are_refused),
		cmocka_unit_test(test_a_longer_phone_is_refused),
		cmocka_unit_test(test_names_and_wiping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
