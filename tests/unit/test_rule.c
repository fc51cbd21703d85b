/* SPDX-License-Identifier: BSD-3-Clause */
/* What is not sent, and that the reason names the key to set and no phone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "smsotp-send/rule.h"

static const struct {
	const char *name;
	struct config_gateway gateway;
	const char *phone;
	const char *code;
	enum result result;
	const char *word;
} rows[] = {
	{"India, both ids", {.entity_id = "1", .template_id = "2"}, "+919999900001", "123456",
		RESULT_OK, ""},
	{"India, no ids", {.dlt = DLT_IDS}, "+919999900001", "123456", RESULT_REFUSED,
		"entity_id and template_id"},
	{"India, no entity", {.template_id = "2"}, "+919999900001", "123456", RESULT_REFUSED,
		"set [gateway] entity_id,"},
	{"India, no template", {.entity_id = "1"}, "+919999900001", "123456", RESULT_REFUSED,
		"set [gateway] template_id,"},
	{"India, ids at the panel", {.dlt = DLT_PANEL}, "+919999900001", "123456", RESULT_OK, ""},
	{"India, by the stub", {.stub = true}, "+919999900001", "123456", RESULT_OK, ""},
	{"elsewhere, no ids", {.dlt = DLT_IDS}, "+12025550100", "123456", RESULT_OK, ""},
	{"second prefix", {.allow_prefixes = {"+91", "+1202"}}, "+12025550100", "12345678",
		RESULT_OK, ""},
	{"no such prefix", {.allow_prefixes = {"+91", "+1303"}}, "+12025550100", "123456",
		RESULT_REFUSED, "allow_prefixes"},
	{"ten digits in all", {.dlt = DLT_PANEL}, "+9199999000", "123456", RESULT_REFUSED,
		"an Indian number; correct the phone"},
	{"no plus", {.dlt = DLT_PANEL}, "919999900001", "123456", RESULT_INVALID, "malformed"},
	{"letters", {.dlt = DLT_PANEL}, "+91999990000a", "123456", RESULT_INVALID, "malformed"},
	{"no phone", {.dlt = DLT_PANEL}, "", "123456", RESULT_INVALID, "malformed"},
	{"no code", {.dlt = DLT_PANEL}, "+919999900001", "", RESULT_INVALID, "malformed"},
	{"a short code", {.dlt = DLT_PANEL}, "+919999900001", "12345", RESULT_INVALID, "malformed"},
	{"a code with letters", {.dlt = DLT_PANEL}, "+919999900001", "12345a", RESULT_INVALID,
		"malformed"},
};

static void test_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text text = {.end = 1};
		struct error error = {""};

		memcpy(text.phone.e164, rows[i].phone, strlen(rows[i].phone));
		memcpy(text.code.digits, rows[i].code, strlen(rows[i].code));
		if (rule_check(&rows[i].gateway, &text, &error) != rows[i].result ||
			strstr(error.text, rows[i].word) == NULL)
			fail_msg("%s: \"%s\"", rows[i].name, error.text);
		assert_null(strstr(error.text, "99999"));
		assert_true(strlen(error.text) <= REPORT_DETAIL_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rules)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
