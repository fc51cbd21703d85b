/* SPDX-License-Identifier: BSD-3-Clause */
#include "option.h"

#include <stdio.h>
#include <string.h>

#include "version.h"

/* Seconds a connection may be idle and used again: under the 5 s after which Apache closes one. */
#define IDLE_MAX 4
/* Seconds for which the CA file is not read again, which only holds where there is no CA directory:
 * CURLOPT_CA_CACHE_TIMEOUT(3). */
#define CA_CACHE 300

static const struct {
	CURLoption option;
	long value;
} numbers[] = {
	{CURLOPT_POST, 1},
	{CURLOPT_NOSIGNAL, 1},   /* no SIGALRM to end a lookup: that is a thread's */
	{CURLOPT_QUICK_EXIT, 1}, /* nor is that thread waited for: a silent resolver takes 10 s */
	{CURLOPT_FOLLOWLOCATION, 0},
	{CURLOPT_UNRESTRICTED_AUTH, 0},
	{CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
	{CURLOPT_NETRC, CURL_NETRC_IGNORED},
	{CURLOPT_HTTP09_ALLOWED, 0},
	/* HTTP/2 sends a stream that the server refused again, by itself. */
	{CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
	{CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
	{CURLOPT_SSL_VERIFYPEER, 1},
	{CURLOPT_SSL_VERIFYHOST, 2},
	{CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
	{CURLOPT_PROXY_SSL_VERIFYPEER, 1},
	{CURLOPT_PROXY_SSL_VERIFYHOST, 2},
	{CURLOPT_HTTPPROXYTUNNEL, 1},
	{CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
	{CURLOPT_TCP_KEEPALIVE, 1},
	{CURLOPT_MAXAGE_CONN, IDLE_MAX},
	{CURLOPT_CA_CACHE_TIMEOUT, CA_CACHE},
};

static const struct {
	CURLoption option;
	const char *value;
} strings[] = {
	{CURLOPT_REDIR_PROTOCOLS_STR, "https"},
	{CURLOPT_NOPROXY, ""}, /* NULL would ask the environment */
	{CURLOPT_USERAGENT, "pam_smsotp/" SMSOTP_VERSION},
};

static bool text_set(CURL *easy, CURLoption option, const char *value)
{
	return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

static bool number_set(CURL *easy, CURLoption option, long value)
{
	return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

/* In clear to this host alone: the one that libcurl never looks up, and 127.0.0.0/8. */
static const char *protocol_allowed(const char *url)
{
	static const char *const hosts[] = {"localhost", "[::1]", "127."};
	const char *host = url + strlen("http://");

	if (strncasecmp(url, "http://", strlen("http://")) != 0)
		return "https";
	size_t length = strcspn(host, ":/?#");
	if (host[0] == '[')
		length = strcspn(host, "]") + 1;
	for (size_t i = 0; i < 2; i++) {
		if (length == strlen(hosts[i]) && strncasecmp(host, hosts[i], length) == 0)
			return "http";
	}
	bool dotted = strspn(host, "0123456789.") == length;
	return dotted && strncmp(host, hosts[2], strlen(hosts[2])) == 0 ? "http" : "https";
}

/* One file, the operator's or the system's bundle. libcurl's own directory would stand beside it,
 * and make each connection read all again. */
static bool trust_set(CURL *easy, const struct config_gateway *gateway)
{
	const char *file = gateway->ca_file;
	char pins[CONFIG_PINS * CONFIG_WORD] = "";
	const char *between = "";

	if (!text_set(easy, CURLOPT_CAPATH, NULL) ||
		(file[0] != '\0' && !text_set(easy, CURLOPT_CAINFO, file)))
		return false;
	for (size_t i = 0; i < CONFIG_PINS; i++) {
		size_t at = strlen(pins);
		if (gateway->pin[i][0] == '\0')
			continue;
		snprintf(pins + at, sizeof(pins) - at, "%s%s", between, gateway->pin[i]);
		between = ";";
	}
	return pins[0] == '\0' || text_set(easy, CURLOPT_PINNEDPUBLICKEY, pins);
}

bool option_apply(CURL *easy, const struct config_gateway *gateway)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (!number_set(easy, numbers[i].option, numbers[i].value))
			return false;
	}
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		if (!text_set(easy, strings[i].option, strings[i].value))
			return false;
	}
	return text_set(easy, CURLOPT_URL, gateway->url) &&
	       text_set(easy, CURLOPT_PROTOCOLS_STR, protocol_allowed(gateway->url)) &&
	       text_set(easy, CURLOPT_PROXY, gateway->proxy) &&
	       number_set(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)gateway->connect_timeout * 1000) &&
	       number_set(easy, CURLOPT_TIMEOUT_MS, (long)gateway->timeout * 1000) &&
	       trust_set(easy, gateway);
}
