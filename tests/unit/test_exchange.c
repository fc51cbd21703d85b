/* SPDX-License-Identifier: BSD-3-Clause */
/* One request, one outcome: what may be sent again hangs on this table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "smsotp-send/exchange.h"

#define GOOD "<RESULT REQID ='100'><MID TID = '200'></MID></RESULT>"
#define CUT  "<RESULT REQID ='100'><MID TID = '200'>"
#define BAD  "<RESULT><REQUEST-ERROR><ERROR><CODE>104<CODE><DESC>Credit</DESC></ERROR></RESULT>"
#define BARE "<RESULT><REQUEST-ERROR></REQUEST-ERROR></RESULT>"

static const struct {
	const char *name;
	CURLcode curl;
	long http;
	bool left;
	bool oversized;
	const char *body;
	enum outcome outcome;
	const char *code;
} rows[] = {
	{"accepted", CURLE_OK, 200, true, false, GOOD, OUTCOME_ACCEPTED, ""},
	{"refused with 200", CURLE_OK, 200, true, false, BAD, OUTCOME_REFUSED, "104"},
	{"HTML with 200", CURLE_OK, 200, true, false, "<html>", OUTCOME_REFUSED, ""},
	{"empty with 200", CURLE_OK, 200, true, false, "", OUTCOME_REFUSED, ""},
	{"a good body with 202", CURLE_OK, 202, true, false, GOOD, OUTCOME_REFUSED, ""},
	{"a good body with 500", CURLE_OK, 500, true, false, GOOD, OUTCOME_REFUSED, ""},
	{"redirect", CURLE_OK, 302, true, false, "", OUTCOME_REFUSED, ""},
	{"503, its body cut", CURLE_PARTIAL_FILE, 503, true, false, "", OUTCOME_REFUSED, ""},
	{"503, its body never ends", CURLE_OPERATION_TIMEDOUT, 503, true, false, "",
		OUTCOME_REFUSED, ""},
	{"a whole reply, and less than was promised", CURLE_PARTIAL_FILE, 200, true, false, GOOD,
		OUTCOME_ACCEPTED, ""},
	{"a whole reply, and TLS without its end", CURLE_RECV_ERROR, 200, true, false, GOOD,
		OUTCOME_ACCEPTED, ""},
	{"a whole reply, and no end", CURLE_OPERATION_TIMEDOUT, 200, true, false, GOOD,
		OUTCOME_ACCEPTED, ""},
	{"an error, and less than was promised", CURLE_PARTIAL_FILE, 200, true, false, BAD,
		OUTCOME_REFUSED, "104"},
	{"a reply without its end", CURLE_OK, 200, true, false, CUT, OUTCOME_UNKNOWN, ""},
	{"a reply without its end, cut short", CURLE_PARTIAL_FILE, 200, true, false, CUT,
		OUTCOME_UNKNOWN, ""},
	{"HTML cut short", CURLE_PARTIAL_FILE, 200, true, false, "<html>", OUTCOME_UNKNOWN, ""},
	{"no status", CURLE_OK, 0, true, false, "", OUTCOME_UNKNOWN, ""},
	{"another's status", CURLE_OK, 999, true, false, "", OUTCOME_REFUSED, ""},
	{"503, too long", CURLE_WRITE_ERROR, 503, true, true, "", OUTCOME_REFUSED, ""},
	{"no answer in time", CURLE_OPERATION_TIMEDOUT, 0, true, false, "", OUTCOME_UNKNOWN, ""},
	{"an answer that drips", CURLE_OPERATION_TIMEDOUT, 200, true, false, "<RES",
		OUTCOME_UNKNOWN, ""},
	{"continue, then nothing", CURLE_OPERATION_TIMEDOUT, 100, true, false, "", OUTCOME_UNKNOWN,
		""},
	{"closed without a word", CURLE_GOT_NOTHING, 0, true, false, "", OUTCOME_UNKNOWN, ""},
	{"a kept connection closed", CURLE_SEND_FAIL_REWIND, 0, true, false, "", OUTCOME_UNKNOWN,
		""},
	{"reset while sending", CURLE_SEND_ERROR, 0, true, false, "", OUTCOME_UNKNOWN, ""},
	{"reset while receiving", CURLE_RECV_ERROR, 0, true, false, "", OUTCOME_UNKNOWN, ""},
	{"too long", CURLE_WRITE_ERROR, 200, true, true, GOOD, OUTCOME_REFUSED, ""},
	{"no HTTP", CURLE_UNSUPPORTED_PROTOCOL, 0, true, false, "", OUTCOME_REFUSED, ""},
	{"no name", CURLE_COULDNT_RESOLVE_HOST, 0, false, false, "", OUTCOME_UNSENT, ""},
	{"no route", CURLE_COULDNT_CONNECT, 0, false, false, "", OUTCOME_UNSENT, ""},
	{"no route, yet bytes left", CURLE_COULDNT_CONNECT, 0, true, false, "", OUTCOME_UNKNOWN,
		""},
	{"connecting took too long", CURLE_OPERATION_TIMEDOUT, 0, false, false, "", OUTCOME_UNSENT,
		""},
	{"a certificate of others", CURLE_PEER_FAILED_VERIFICATION, 0, false, false, "",
		OUTCOME_UNSENT, ""},
	{"another key", CURLE_SSL_PINNEDPUBKEYNOTMATCH, 0, false, false, "", OUTCOME_UNSENT, ""},
	{"a proxy that refuses", CURLE_RECV_ERROR, 0, false, false, "", OUTCOME_UNSENT, ""},
	{"no memory", CURLE_OUT_OF_MEMORY, 0, false, false, "", OUTCOME_UNSENT, ""},
};

static void test_outcomes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct exchange exchange = {
			.curl = (int)rows[i].curl,
			.http = rows[i].http,
			.left = rows[i].left,
			.oversized = rows[i].oversized,
			.reason = "why\n",
			.body = rows[i].body,
			.body_size = strlen(rows[i].body),
		};
		struct report report = {0};

		exchange_judge(&exchange, &report);
		if (report.outcome != rows[i].outcome || strcmp(report.code, rows[i].code) != 0 ||
			report.http != (uint32_t)rows[i].http)
			fail_msg("%s: %s, code \"%s\"", rows[i].name, outcome_name(report.outcome),
				report.code);
		/* Whoever is not accepted is told why, on one line. */
		assert_int_equal(report.outcome == OUTCOME_ACCEPTED, report.detail[0] == '\0');
		assert_null(strchr(report.detail, '\n'));
	}
}

/* Of a request of which nothing left, whoever reads the log is told where to look. */
static void test_what_to_do(void **state)
{
	static const struct {
		CURLcode curl;
		const char *advice;
	} unsent[] = {
		{CURLE_COULDNT_RESOLVE_HOST, "the gateway's name does not resolve: check DNS"},
		{CURLE_COULDNT_RESOLVE_PROXY,
			"the proxy's name does not resolve: check [gateway] proxy"},
		{CURLE_COULDNT_CONNECT, "the gateway cannot be reached: check route and firewall"},
		{CURLE_RECV_ERROR, "the proxy opened no way to the gateway: check [gateway] proxy"},
		{CURLE_PROXY, "the proxy opened no way to the gateway: check [gateway] proxy"},
		{CURLE_OPERATION_TIMEDOUT,
			"no connection to the gateway in time: check DNS and route"},
		{CURLE_PEER_FAILED_VERIFICATION,
			"the certificate of the gateway, or of an https proxy, is not trusted: "
			"check ca_file"},
		{CURLE_SSL_PINNEDPUBKEYNOTMATCH, "the gateway has another key than [gateway] pin"},
		{CURLE_SSL_CACERT_BADFILE,
			"the certificates to trust cannot be read: check ca_file, or install "
			"ca-certificates"},
		{CURLE_SSL_CONNECT_ERROR, "no TLS with the gateway: check [gateway] url"},
		{CURLE_OUT_OF_MEMORY, "the request could not be made: check [gateway]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(unsent) / sizeof(unsent[0]); i++) {
		const struct exchange exchange = {.curl = (int)unsent[i].curl, .reason = ""};
		struct report report = {0};

		exchange_judge(&exchange, &report);
		assert_int_equal(report.outcome, OUTCOME_UNSENT);
		assert_string_equal(report.detail, unsent[i].advice);
	}
}

/* What libcurl says may be from outside, and the gateway says what it likes. */
static void test_why(void **state)
{
	static const struct {
		struct exchange exchange;
		const char *detail;
	} said[] = {
		{{.curl = CURLE_COULDNT_CONNECT, .reason = "to \x1b[2J\n"},
			"the gateway cannot be reached: check route and firewall (to "
			"\\x1b[2J\\x0a)"},
		{{.curl = CURLE_WEIRD_SERVER_REPLY, .left = true, .reason = "no HTTP"},
			"the gateway's answer is none: check [gateway] url (no HTTP)"},
		{{.curl = CURLE_OPERATION_TIMEDOUT, .left = true, .reason = "too slow"},
			"the request left and no whole answer came: ask the gateway's support (too "
			"slow)"},
		{{.curl = CURLE_SEND_FAIL_REWIND, .left = true, .reason = "no rewind"},
			"the request left and no whole answer came: ask the gateway's support (a "
			"kept connection closed)"},
		{{.http = 200, .left = true, .body = BAD, .body_size = sizeof(BAD) - 1},
			"the gateway refused (104): Credit"},
		{{.http = 200, .left = true, .body = BARE, .body_size = sizeof(BARE) - 1},
			"the gateway refused (no code): ask its support"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct report report = {0};

		exchange_judge(&said[i].exchange, &report);
		assert_string_equal(report.detail, said[i].detail);
	}
}

static void test_ids(void **state)
{
	static const char *const bodies[] = {GOOD, CUT};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		const struct exchange exchange = {.curl = CURLE_OK,
			.http = 200,
			.left = true,
			.reason = "",
			.body = bodies[i],
			.body_size = strlen(bodies[i])};
		struct report report = {0};

		exchange_judge(&exchange, &report);
		assert_string_equal(report.reqid, "100");
		assert_string_equal(report.tid, "200");
	}
}

/* Where no ca_file is set, a host without the package has nothing to trust. */
static void test_certificates_that_are_not_there(void **state)
{
	const struct exchange exchange = {.curl = CURLE_SSL_CACERT_BADFILE,
		.reason = "error setting certificate file: /etc/ssl/certs/ca-certificates.crt"};
	struct report report = {0};

	(void)state;
	exchange_judge(&exchange, &report);
	assert_int_equal(report.outcome, OUTCOME_UNSENT);
	assert_string_equal(report.detail,
		"the certificates to trust cannot be read: check ca_file, or install "
		"ca-certificates (error setting certificate file: "
		"/etc/ssl/certs/ca-certificates.crt)");
}

/* It knows both, and what it says is logged. */
static void test_numbers_that_tell(void **state)
{
	static const struct {
		const char *said, *told;
	} said[] = {
		{"123456", "xxxxxx"},
		{"7123456000", "xxxxxxxxxx"},
		{"12345", "12345"},
		{"123 456", "123 456"},
		{"12025550100", "xxxxxxxxxxx"},
		{"0025550100", "xxxxxxxxxx"},
		{"5550100", "5550100"},
		{"", ""},
		{"104: 99123456, 7", "104: xxxxxxxx, 7"},
	};
	const struct text text = {.phone = {"+12025550100"}, .code = {"123456"}};
	const struct text test = {.phone = {"+1234567"}, .code = {"000000"}};
	struct report report = {.reqid = "10000000001", .tid = "91234567"};

	(void)state;
	/* A short phone; and no sign-in has that code. */
	exchange_mask(&test, &report);
	assert_string_equal(report.reqid, "10000000001");
	assert_string_equal(report.tid, "xxxxxxxx");
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		strcpy(report.code, said[i].said);
		strcpy(report.reqid, said[i].said);
		strcpy(report.tid, said[i].said);
		strcpy(report.detail, said[i].said);
		exchange_mask(&text, &report);
		assert_string_equal(report.code, said[i].told);
		assert_string_equal(report.reqid, said[i].told);
		assert_string_equal(report.tid, said[i].told);
		assert_string_equal(report.detail, said[i].told);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_what_to_do),
		cmocka_unit_test(test_why),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_certificates_that_are_not_there),
		cmocka_unit_test(test_numbers_that_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
