/* SPDX-License-Identifier: BSD-3-Clause */
#include "option.h"

#include <stdio.h>
#include <string.h>

#include "config_url.h"
#include "version.h"

/* Whole seconds a connection may be idle and used again: it goes a second before Apache closes it,
 * which is after 5 s. */
#define IDLE_MAX 3
/* Seconds for which the CA file is not read again, which only holds where there is no CA directory,
 * CURLOPT_CA_CACHE_TIMEOUT(3); nor is a kept connection's certificate looked at, or its name. */
#define TRUST_MAX 300

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
	/* A session that libcurl 8.12 resumes shows no certificate, for days; 7.88 resumes none. */
	{CURLOPT_SSL_SESSIONID_CACHE, 0},
	{CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
	{CURLOPT_PROXY_SSL_VERIFYPEER, 1},
	{CURLOPT_PROXY_SSL_VERIFYHOST, 2},
	{CURLOPT_HTTPPROXYTUNNEL, 1},
	{CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
	/* Without a name that is none at all. Kerberos would be offered beside it, and taken. */
	{CURLOPT_SOCKS5_AUTH, (long)CURLAUTH_BASIC},
	{CURLOPT_TCP_KEEPALIVE, 1},
	{CURLOPT_MAXAGE_CONN, IDLE_MAX},
	{CURLOPT_MAXLIFETIME_CONN, TRUST_MAX},
	{CURLOPT_CA_CACHE_TIMEOUT, TRUST_MAX},
};

static const struct {
	CURLoption option;
	const char *value;
} strings[] = {
	{CURLOPT_REDIR_PROTOCOLS_STR, "https"},
	{CURLOPT_NOPROXY, ""}, /* NULL would ask the environment */
	{CURLOPT_USERAGENT, "pam_smsotp/" SMSOTP_VERSION},
	/* A directory would stand beside the file, and make each connection read all again. */
	{CURLOPT_CAPATH, NULL},
	{CURLOPT_PROXY_CAPATH, NULL},
};

static bool text_set(CURL *easy, CURLoption option, const char *value)
{
	return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

static bool number_set(CURL *easy, CURLoption option, long value)
{
	return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

/* In clear to this host alone, whatever read the configuration. */
static const char *protocol_allowed(const char *url)
{
	bool clear = strncmp(url, "http:", strlen("http:")) == 0 && config_url_fault(url) == NULL;

	return clear ? "http" : "https";
}

/* One file, the operator's or the system's bundle, for the gateway and for a proxy before it. */
static bool trust_set(CURL *easy, const struct config_gateway *gateway)
{
	const char *file = gateway->ca_file;
	char pins[CONFIG_PINS * CONFIG_WORD] = "";
	const char *between = "";

	if (file[0] != '\0' && (!text_set(easy, CURLOPT_CAINFO, file) ||
				       !text_set(easy, CURLOPT_PROXY_CAINFO, file)))
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
