/* SPDX-License-Identifier: BSD-3-Clause */
/* Where libcurl may go in clear, nowhere but to this host, and whom it believes. */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "smsotp-send/option.h"
#include "test.h"

static CURLcode asked_with(struct config_gateway *gateway)
{
	CURL *easy = curl_easy_init();

	gateway->timeout = 1;
	gateway->connect_timeout = 1;
	assert_true(option_apply(easy, gateway));
	CURLcode code = curl_easy_perform(easy);
	curl_easy_cleanup(easy);
	return code;
}

static CURLcode asked(const char *url)
{
	static struct config_gateway gateway;

	strcpy(gateway.url, url);
	return asked_with(&gateway);
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

/* Neither end has anything to say to: the file is looked for before. */
static void test_ca_file_is_for_a_proxy_too(void **state)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct config_gateway gateway = {.ca_file = "/nonexistent/ca.pem"};

	(void)state;
	assert_int_equal(bind(listener, (const struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(listener, 2), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	snprintf(
		gateway.url, sizeof(gateway.url), "https://127.0.0.1:%u/", ntohs(address.sin_port));
	assert_int_equal(asked_with(&gateway), CURLE_SSL_CACERT_BADFILE);
	snprintf(gateway.proxy, sizeof(gateway.proxy), "https://127.0.0.1:%u",
		ntohs(address.sin_port));
	assert_int_equal(asked_with(&gateway), CURLE_SSL_CACERT_BADFILE);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clear_text_stays_here),
		cmocka_unit_test(test_ca_file_is_for_a_proxy_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
