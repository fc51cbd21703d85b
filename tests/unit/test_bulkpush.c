/* SPDX-License-Identifier: BSD-3-Clause */
/* The request's body: every parameter, its encoding, and what is left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "smsotp-send/bulkpush.h"

static const struct password password = {"p+ss &=%\xc3\xa9"};
static const struct phone phone = {"+919999900001"};

static struct config_gateway gateway_whole(void)
{
	return (struct config_gateway){
		.username = "919999900099",
		.feed_id = "123",
		.sender_id = "SMSOTP",
		.entity_id = "1111",
		.template_id = "2222",
	};
}

static void assert_form(
	const struct config_gateway *gateway, const char *text, const char *expected)
{
	struct message message = {0};
	struct form form;

	snprintf(message.text, sizeof(message.text), "%s", text);
	assert_int_equal(form_build(gateway, &password, &phone, &message, &form), RESULT_OK);
	assert_string_equal(form.bytes, expected);
	assert_int_equal(form.length, strlen(expected));
}

static void test_whole(void **state)
{
	const struct config_gateway gateway = gateway_whole();

	(void)state;
	assert_form(&gateway, "Code 123456.",
		"feedid=123&username=919999900099&password=p%2Bss%20%26%3D%25%C3%A9"
		"&To=919999900001&Text=Code%20123456.&templateid=2222&entityid=1111"
		"&senderid=SMSOTP&async=0&short=0");
}

static void test_optional(void **state)
{
	struct config_gateway gateway = gateway_whole();

	(void)state;
	gateway.entity_id[0] = '\0';
	gateway.template_id[0] = '\0';
	gateway.sender_id[0] = '\0';
	gateway.username[0] = '\0';
	gateway.auth = AUTH_ADDRESS;
	assert_form(&gateway, "x", "feedid=123&To=919999900001&Text=x&async=0&short=0");
}

static void test_encoding(void **state)
{
	const struct config_gateway gateway = {.auth = AUTH_ADDRESS};

	(void)state;
	assert_form(&gateway, "AZaz09-._~", "To=919999900001&Text=AZaz09-._~&async=0&short=0");
	assert_form(&gateway, " +&=%\n\r/?#[]@!$'()*,;:\"<>\\^`{|}",
		"To=919999900001&Text=%20%2B%26%3D%25%0A%0D%2F%3F%23%5B%5D%40%21%24%27%28%29%2A%2C"
		"%3B%3A%22%3C%3E%5C%5E%60%7B%7C%7D&async=0&short=0");
	assert_form(
		&gateway, "\xe2\x82\xac\xff", "To=919999900001&Text=%E2%82%AC%FF&async=0&short=0");
}

/* The longest of everything, each byte encoded, fits. */
static void test_longest(void **state)
{
	struct config_gateway gateway = {0};
	struct password long_password = {0};
	const struct phone long_phone = {"+123456789012345"};
	struct message message = {0};
	struct form form;

	(void)state;
	memset(gateway.username, '+', sizeof(gateway.username) - 1);
	memset(gateway.feed_id, '+', sizeof(gateway.feed_id) - 1);
	memset(gateway.sender_id, '+', sizeof(gateway.sender_id) - 1);
	memset(gateway.entity_id, '+', sizeof(gateway.entity_id) - 1);
	memset(gateway.template_id, '+', sizeof(gateway.template_id) - 1);
	memset(long_password.text, '+', sizeof(long_password.text) - 1);
	memset(message.text, '+', sizeof(message.text) - 1);
	assert_int_equal(
		form_build(&gateway, &long_password, &long_phone, &message, &form), RESULT_OK);
}

static void test_message(void **state)
{
	const struct code code = {"123456"};
	struct message message;

	(void)state;
	assert_int_equal(message_fill("Code {code}, 5%s. ", &code, &message), RESULT_OK);
	assert_string_equal(message.text, "Code 123456, 5%s. ");
	assert_int_equal(message_fill("{code}", &code, &message), RESULT_OK);
	assert_string_equal(message.text, "123456");
	assert_int_equal(message_fill("none", &code, &message), RESULT_INVALID);
	assert_string_equal(message.text, "123456");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_optional),
		cmocka_unit_test(test_encoding),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
