/* SPDX-License-Identifier: BSD-3-Clause */
/* Where libcurl may go in clear: nowhere but to this host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smsotp-send/option.h"

static CURLcode asked(const char *url)
{
	static struct config_gateway gateway;
	CURL *easy = curl_easy_init();

	strcpy(gateway.url, url);
	gateway.timeout = 1;
	gateway.connect_timeout = 1;
	assert_true(option_apply(easy, &gateway));
	CURLcode code = curl_easy_perform(easy);
	curl_easy_cleanup(easy);
	return code;
}

/* Nobody listens at port 1: what may be asked there is refused there. What the configuration takes
 * may be asked. */
static void test_clear_text_stays_here(void **state)
{
	static const struct {
		const char *url;
		CURLcode code;
	} rows[] = {
		{"http://localhost:1/a", CURLE_COULDNT_CONNECT},
		{"http://LocalHost:1/a", CURLE_COULDNT_CONNECT},
		{"http://127.0.0.1:1/a", CURLE_COULDNT_CONNECT},
		{"http://127.9.8.7:1", CURLE_COULDNT_CONNECT},
		{"http://[::1]:1/a", CURLE_COULDNT_CONNECT},
		{"http://[0:0:0:0:0:0:0:1]:1/a", CURLE_COULDNT_CONNECT},
		{"http://[::0001]:1/a", CURLE_COULDNT_CONNECT},
		{"https://127.0.0.1:1/a", CURLE_COULDNT_CONNECT},
		{"http://128.0.0.1:1/a", CURLE_UNSUPPORTED_PROTOCOL},
		{"http://127.0.0.1.example:1/a", CURLE_UNSUPPORTED_PROTOCOL},
		{"http://localhost.example:1/a", CURLE_UNSUPPORTED_PROTOCOL},
		{"http://[::2]:1/a", CURLE_UNSUPPORTED_PROTOCOL},
		{"HTTP://198.51.100.1:1/a", CURLE_UNSUPPORTED_PROTOCOL},
		{"ftp://127.0.0.1:1/a", CURLE_UNSUPPORTED_PROTOCOL},
	};

	(void)state;
	setenv("no_proxy", "*", 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CURLcode code = asked(rows[i].url);
		if (code != rows[i].code)
			fail_msg("%s: %s", rows[i].url, curl_easy_strerror(code));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clear_text_stays_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
