/* SPDX-License-Identifier: BSD-3-Clause */
/* Every form of a BulkPush reply, and what is none. Ids are made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smsotp-send/reply.h"

#define DTD "<!DOCTYPE RESULT SYSTEM 'http://bulkpush.mytoday.com/BulkSms/BulkSmsRespV1.01.dtd'>\n"
#define GOOD_MID                                                                                   \
	"<MID SUBMITDATE='2020-03-13 17:58:18' ID='1' TAG = 'null' TID = '200'>\n\n</MID>\n"
#define BAD_MID                                                                                    \
	"<MID SUBMITDATE='2020-03-13 17:58:18' ID='1' TAG = 'null' TID = '201'>\n"                 \
	"<ERROR INDEX = '1'>\n<ERROR>\n<CODE>120</CODE>\n"                                         \
	"<DESC>Invalid mobile number - 919999900001</DESC>\n</ERROR>\n</ERROR>\n</MID>\n"

struct row {
	const char *name;
	const char *reply;
	enum gateway_word word;
	const char *reqid;
	const char *tid;
	const char *code;
	const char *description;
};

static const struct row rows[] = {
	{"accepted, as documented", DTD "<RESULT REQID ='100'>\n" GOOD_MID "</RESULT>\n",
		GATEWAY_ACCEPTED, "100", "200", "", ""},
	{"accepted, double quotes",
		"<RESULT REQID=\"100\"><MID ID=\"1\" TID=\"200\"></MID></RESULT>", GATEWAY_ACCEPTED,
		"100", "200", "", ""},
	{"accepted, attributes wrapped",
		"<RESULT\n\tREQID\n=\n'100'\n>\n<MID SUBMITDATE='x'\n TAG\n = 'null' TID\n=\r\n"
		"'200'>\n</MID>\n</RESULT>",
		GATEWAY_ACCEPTED, "100", "200", "", ""},
	{"accepted, one line with tabs",
		"<RESULT REQID ='100'>\t<MID SUBMITDATE='x' ID='1' TAG\t=\t'null' TID\t=\t'200'>\t"
		"</MID>\t</RESULT>",
		GATEWAY_ACCEPTED, "100", "200", "", ""},
	{"accepted, two recipients",
		"<RESULT REQID ='100'><MID TID = '200'></MID><MID TID = '201'></MID></RESULT>",
		GATEWAY_ACCEPTED, "100", "200", "", ""},
	{"error, V1.01: REQID and TID stand there too",
		DTD "<RESULT REQID ='100'>\n" BAD_MID "</RESULT>", GATEWAY_ERROR, "100", "201",
		"120", "Invalid mobile number - xxxxxxxxxxxx"},
	{"error, V1.00: one level, no TID",
		"<RESULT REQID ='100'><MID ID='1'><ERROR><CODE>120</CODE><DESC>International sms "
		"feature not enabled</DESC></ERROR></MID></RESULT>",
		GATEWAY_ERROR, "100", "", "120", "International sms feature not enabled"},
	{"error, good and bad mixed", "<RESULT REQID ='100'>\n" GOOD_MID BAD_MID "</RESULT>",
		GATEWAY_ERROR, "100", "200", "120", "Invalid mobile number - xxxxxxxxxxxx"},
	{"error of the request, CODE malformed",
		"<RESULT><REQUEST-ERROR><ERROR><CODE>104<CODE><DESC> Credit not sufficient </DESC>"
		"</ERROR></REQUEST-ERROR></RESULT>",
		GATEWAY_ERROR, "", "", "104", "Credit not sufficient"},
	{"error of the request alone",
		"<RESULT REQID='100'><MID TID='200'><REQUEST-ERROR></RESULT>", GATEWAY_ERROR, "100",
		"200", "", ""},
	{"error in lower case",
		"<RESULT REQID='100'><MID TID='200'><error><code> 122 "
		"</code><desc>no\x01\ttab</desc>"
		"</error></MID></RESULT>",
		GATEWAY_ERROR, "100", "200", "122", "no? tab"},
	{"error, CODE without digits, then one with",
		"<RESULT><ERROR><CODE></CODE><CODE>7</CODE></ERROR></RESULT>", GATEWAY_ERROR, "",
		"", "7", ""},
	{"error, a CODE that is not closed, then one that is",
		"<RESULT><ERROR><CODE 6></CODE><CODE>7</CODE></ERROR></RESULT>", GATEWAY_ERROR, "",
		"", "7", ""},
	{"error, a DESC with an attribute",
		"<RESULT><ERROR><CODE>7</CODE><DESC of='it'>Credit</DESC></ERROR></RESULT>",
		GATEWAY_ERROR, "", "", "7", ""},
	{"error cut off behind DESC", "<RESULT REQID='100'><ERROR><CODE>104</CODE><DESC>Cre",
		GATEWAY_ERROR, "100", "", "104", "Cre"},
	{"cut off behind the MID, where an error would stand",
		"<RESULT REQID ='100'>\n<MID ID='1' TID = '200'>\n", GATEWAY_CUT, "100", "200", "",
		""},
	{"cut off within TID", "<RESULT REQID ='100'>\n<MID ID='1' TID = '20", GATEWAY_CUT, "100",
		"", "", ""},
	{"cut off within the first tag", DTD "<RESULT REQ", GATEWAY_CUT, "", "", "", ""},
	{"cut off before it", DTD, GATEWAY_STRANGE, "", "", "", ""},
	{"no MID", "<RESULT REQID ='100'></RESULT>", GATEWAY_STRANGE, "100", "", "", ""},
	{"no REQID", "<RESULT><MID TID='200'></MID></RESULT>", GATEWAY_STRANGE, "", "200", "", ""},
	{"REQID no number", "<RESULT REQID='x1'><MID TID='200'></MID></RESULT>", GATEWAY_STRANGE,
		"", "200", "", ""},
	{"TID empty", "<RESULT REQID='100'><MID TID=''></MID></RESULT>", GATEWAY_STRANGE, "100", "",
		"", ""},
	{"quotes of two kinds", "<RESULT REQID='100\"><MID TID='200'></MID></RESULT>",
		GATEWAY_STRANGE, "", "200", "", ""},
	{"TID outside the tag", "<RESULT REQID='100'><MID> TID='200'</MID></RESULT>",
		GATEWAY_STRANGE, "100", "", "", ""},
	{"REQID without =", "<RESULT REQID '100'><MID TID='200'></MID></RESULT>", GATEWAY_STRANGE,
		"", "200", "", ""},
	{"TID without its first quote", "<RESULT REQID='100'><MID TID=200\"></MID></RESULT>",
		GATEWAY_STRANGE, "100", "", "", ""},
	{"another name ends in TID", "<RESULT REQID='100'><MID XTID='200'></MID></RESULT>",
		GATEWAY_STRANGE, "100", "", "", ""},
	{"another element begins with MID", "<RESULT REQID='100'><MIDS TID='200'></MIDS></RESULT>",
		GATEWAY_STRANGE, "100", "", "", ""},
	{"lower case", "<result reqid='100'><mid tid='200'></mid></result>", GATEWAY_STRANGE, "",
		"", "", ""},
	{"HTML", "<!DOCTYPE html><html><body>Please log in</body></html>", GATEWAY_STRANGE, "", "",
		"", ""},
	{"JSON", "{\"status\":\"success\",\"reqid\":\"100\"}", GATEWAY_STRANGE, "", "", "", ""},
	{"empty", "", GATEWAY_STRANGE, "", "", "", ""},
	{"blank", " \r\n", GATEWAY_STRANGE, "", "", "", ""},
};

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct gateway_reply reply;

		gateway_reply_scan(row->reply, strlen(row->reply), &reply);
		if (reply.word != row->word || strcmp(reply.reqid, row->reqid) != 0 ||
			strcmp(reply.tid, row->tid) != 0 || strcmp(reply.code, row->code) != 0 ||
			strcmp(reply.description, row->description) != 0)
			fail_msg("%s: word %d, reqid \"%s\", tid \"%s\", code \"%s\", \"%s\"",
				row->name, reply.word, reply.reqid, reply.tid, reply.code,
				reply.description);
	}
}

/* No prefix of a good reply is good, or anything else: only its whole says that no <ERROR follows.
 */
static void test_prefixes(void **state)
{
	static const char whole[] = "<RESULT REQID ='100'>\n" GOOD_MID "</RESULT>";
	struct gateway_reply reply;

	(void)state;
	for (size_t size = 0; size < sizeof(whole) - sizeof(">"); size++) {
		/* On the heap to its exact size: reading over its end is seen. */
		char *cut = malloc(size + 1);
		assert_non_null(cut);
		memcpy(cut, whole, size);
		cut = realloc(cut, size == 0 ? 1 : size);
		gateway_reply_scan(cut, size, &reply);
		free(cut);
		assert_int_equal(
			reply.word, size < strlen("<RESULT") ? GATEWAY_STRANGE : GATEWAY_CUT);
	}
}

static void test_nul(void **state)
{
	static const char whole[] = "<RESULT REQID='1'><MID TID='2'></MID></RESULT>";
	struct gateway_reply reply;

	(void)state;
	gateway_reply_scan(whole, sizeof(whole) - 1, &reply);
	assert_int_equal(reply.word, GATEWAY_ACCEPTED);
	gateway_reply_scan(whole, sizeof(whole), &reply);
	assert_int_equal(reply.word, GATEWAY_STRANGE);
}

static void test_sizes(void **state)
{
	static const char start[] = "<RESULT REQID='1'><MID TID='2'></MID></RESULT>";
	char *bytes = malloc(REPLY_SIZE_MAX + 1);
	struct gateway_reply reply;

	(void)state;
	assert_non_null(bytes);
	memset(bytes, ' ', REPLY_SIZE_MAX + 1);
	memcpy(bytes, start, sizeof(start) - 1);
	gateway_reply_scan(bytes, REPLY_SIZE_MAX, &reply);
	assert_int_equal(reply.word, GATEWAY_ACCEPTED);
	gateway_reply_scan(bytes, REPLY_SIZE_MAX + 1, &reply);
	assert_int_equal(reply.word, GATEWAY_STRANGE);
	free(bytes);
}

/* What is longer than its field is cut and stays terminated. */
static void test_long_values(void **state)
{
	char text[400] = "<RESULT REQID='";
	struct gateway_reply reply;

	(void)state;
	memset(text + strlen(text), '7', 60);
	strcat(text, "'><ERROR><CODE>");
	memset(text + strlen(text), '8', 60);
	strcat(text, "</CODE><DESC>");
	memset(text + strlen(text), 'd', 200);
	gateway_reply_scan(text, strlen(text), &reply);
	assert_int_equal(reply.word, GATEWAY_ERROR);
	assert_int_equal(strlen(reply.reqid), REPORT_WORD_MAX);
	assert_int_equal(strlen(reply.code), REPORT_WORD_MAX);
	assert_int_equal(strlen(reply.description), sizeof(reply.description) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_long_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
