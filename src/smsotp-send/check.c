/* SPDX-License-Identifier: BSD-3-Clause */
#include "check.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "option.h"
#include "password.h"
#include "sandbox.h"
#include "serve.h"

#define EXPIRES "Expire date:"

/* A JSON string: control bytes and what is not ASCII are '?'. */
static void print_string(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;
		if (byte == '"' || byte == '\\')
			putchar('\\');
		putchar(byte < 0x20 || byte >= 0x7f ? '?' : byte);
	}
	putchar('"');
}

static int report(const char *step, const char *reason, time_t expires)
{
	bool good = reason[0] == '\0';

	printf("{\"step\": ");
	print_string(step);
	printf(", \"reason\": ");
	print_string(reason);
	printf(", \"expires\": %lld}\n", (long long)expires);
	return good && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The earliest end in the chain that the gateway showed; libcurl names each in words. */
static time_t chain_end(CURL *easy)
{
	/* Stays where libcurl knows none. */
	struct curl_certinfo none = {0}, *chain = &none;
	time_t first = 0;

	(void)curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain);
	for (int i = 0; i < chain->num_of_certs; i++) {
		for (const struct curl_slist *fact = chain->certinfo[i]; fact != NULL;
			fact = fact->next) {
			if (strncmp(fact->data, EXPIRES, sizeof(EXPIRES) - 1) != 0)
				continue;
			time_t end = curl_getdate(fact->data + sizeof(EXPIRES) - 1, NULL);
			if (end > 0 && (first == 0 || end < first))
				first = end;
		}
	}
	return first;
}

static int connect_with(CURL *easy, const struct config_gateway *gateway)
{
	char reason[CURL_ERROR_SIZE] = "";

	if (!option_apply(easy, gateway) ||
		curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L) != CURLE_OK ||
		curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L) != CURLE_OK ||
		curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason) != CURLE_OK)
		return report("connect", "libcurl lacks an option that we need", 0);
	CURLcode code = curl_easy_perform(easy);
	if (code == CURLE_OK)
		return report("done", "", chain_end(easy));
	return report("connect", reason[0] == '\0' ? curl_easy_strerror(code) : reason, 0);
}

static int connect_to(const struct config_gateway *gateway)
{
	if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK)
		return report("connect", "libcurl cannot start", 0);
	CURL *easy = curl_easy_init();
	if (easy == NULL)
		return report("connect", "no memory is left for libcurl", 0);
	int status = connect_with(easy, gateway);
	curl_easy_cleanup(easy);
	curl_global_cleanup();
	return status;
}

static int check_gateway(
	const struct config_gateway *gateway, const char *user, struct error *error)
{
	WIPED(password) password = {0};

	if (gateway->stub)
		return report("stub", "", 0);
	/* As that user, because the service is started as he is. */
	if (serve_drop(user, error) != RESULT_OK)
		return report("password", error->text, 0);
	if (sandbox_enter(SANDBOX_NETWORK, error) != RESULT_OK)
		log_line(LOG_WARNING, "%s", error->text);
	if (gateway->auth == AUTH_PASSWORD &&
		password_read(gateway->password_file, geteuid(), &password, error) != RESULT_OK)
		return report("password", error->text, 0);
	return connect_to(gateway);
}

int check_run(const char *path, const char *user)
{
	struct config *config = NULL;
	struct error error;

	if (config_load(path, &config, &error) != RESULT_OK)
		return report("config", error.text, 0);
	int status = check_gateway(&config->gateway, user, &error);
	config_free(&config);
	return status;
}
