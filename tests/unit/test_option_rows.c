/* SPDX-License-Identifier: BSD-3-Clause */
/* What libcurl is told where its releases differ: there some would do the same untold. */
#include "smsotp-send/option.h"
#include "test.h"

#undef curl_easy_setopt

static struct {
	CURLoption option;
	long value; /* -1: it was not told */
} told[] = {
	{CURLOPT_SSL_SESSIONID_CACHE, -1},
};

__attribute__((visibility("default"))) CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
	va_list arguments;

	(void)easy;
	va_start(arguments, option);
	for (size_t i = 0; i < COUNT(told); i++) {
		if (told[i].option == option)
			told[i].value = va_arg(arguments, long);
	}
	va_end(arguments);
	return CURLE_OK;
}

static void test_no_session_is_resumed(void **state)
{
	static const struct config_gateway gateway = {.url = "https://127.0.0.1/"};

	(void)state;
	assert_true(option_apply(NULL, &gateway));
	assert_int_equal(told[0].value, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_session_is_resumed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
