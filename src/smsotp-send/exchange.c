/* SPDX-License-Identifier: BSD-3-Clause */
#include "exchange.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "reply.h"

#define REASON_SIZE 81
#define PHONE_TELLS 8 /* its last digits, with or without what stands before them */

/* Before the request nothing but a proxy is read from: the first of HTTP, the second of SOCKS. */
#define NO_WAY "the proxy opened no way to the gateway: check [gateway] proxy"

/* What to do about a request of which nothing left. */
static const struct {
	int curl;
	const char *advice;
} unsent[] = {
	{CURLE_COULDNT_RESOLVE_HOST, "the gateway's name does not resolve: check DNS"},
	{CURLE_COULDNT_RESOLVE_PROXY, "the proxy's name does not resolve: check [gateway] proxy"},
	{CURLE_COULDNT_CONNECT, "the gateway cannot be reached: check route and firewall"},
	{CURLE_RECV_ERROR, NO_WAY},
	{CURLE_PROXY, NO_WAY},
	{CURLE_OPERATION_TIMEDOUT, "no connection to the gateway in time: check DNS and route"},
	{CURLE_PEER_FAILED_VERIFICATION,
		"the certificate of the gateway, or of an https proxy, is not trusted: check "
		"ca_file"},
	{CURLE_SSL_PINNEDPUBKEYNOTMATCH, "the gateway has another key than [gateway] pin"},
	{CURLE_SSL_CACERT_BADFILE,
		"the certificates to trust cannot be read: check ca_file, or install "
		"ca-certificates"},
	{CURLE_SSL_CONNECT_ERROR, "no TLS with the gateway: check [gateway] url"},
};

/* Words of libcurl may quote a certificate or a name from outside. */
static void detail_set(struct report *report, const char *advice, const char *reason)
{
	char escaped[REASON_SIZE];

	log_escape(reason, escaped, sizeof(escaped));
	snprintf(report->detail, sizeof(report->detail), escaped[0] == '\0' ? "%s" : "%s (%s)",
		advice, escaped);
}

static void judge_answer(
	const struct exchange *exchange, const struct gateway_reply *reply, struct report *report)
{
	report->outcome = OUTCOME_REFUSED;
	if (reply->word == GATEWAY_ERROR) {
		snprintf(report->detail, sizeof(report->detail), "the gateway refused (%s): %s",
			reply->code[0] == '\0' ? "no code" : reply->code,
			reply->description[0] == '\0' ? "ask its support" : reply->description);
	} else if (exchange->http != 200) {
		snprintf(report->detail, sizeof(report->detail),
			"the gateway answered HTTP %ld: check [gateway] url, or ask its support",
			exchange->http);
	} else if (reply->word != GATEWAY_ACCEPTED) {
		detail_set(report, "the gateway's answer is none of BulkPush: check [gateway] url",
			"");
	} else {
		report->outcome = OUTCOME_ACCEPTED;
		detail_set(report, "", "");
	}
}

/* How the connection ended says less than the answer: many close theirs without the end of TLS. */
static bool answer_whole(const struct exchange *exchange, enum gateway_word word)
{
	/* A status of its own is an answer even where its body did not come whole; 1xx is none. */
	if (exchange->http >= 201 && exchange->http <= 599)
		return true;
	if (exchange->oversized || exchange->http < 200 || word == GATEWAY_CUT)
		return false;
	return word != GATEWAY_STRANGE || exchange->curl == CURLE_OK;
}

/* Something came that is no HTTP answer of a gateway, or too much of one. */
static bool answer_broken(const struct exchange *exchange)
{
	return exchange->oversized || exchange->curl == CURLE_UNSUPPORTED_PROTOCOL ||
	       exchange->curl == CURLE_WEIRD_SERVER_REPLY ||
	       exchange->curl == CURLE_BAD_CONTENT_ENCODING;
}

static const char *unsent_advice(int curl)
{
	for (size_t i = 0; i < sizeof(unsent) / sizeof(unsent[0]); i++) {
		if (unsent[i].curl == curl)
			return unsent[i].advice;
	}
	return "the request could not be made: check [gateway]";
}

void exchange_judge(const struct exchange *exchange, struct report *report)
{
	struct gateway_reply reply;

	report->http = (uint32_t)exchange->http;
	if (!exchange->left) {
		report->outcome = OUTCOME_UNSENT;
		detail_set(report, unsent_advice(exchange->curl), exchange->reason);
		return;
	}
	gateway_reply_scan(exchange->body, exchange->body_size, &reply);
	/* Of half a reply too: its support finds the text by them. */
	snprintf(report->code, sizeof(report->code), "%s", reply.code);
	snprintf(report->reqid, sizeof(report->reqid), "%s", reply.reqid);
	snprintf(report->tid, sizeof(report->tid), "%s", reply.tid);
	if (answer_whole(exchange, reply.word)) {
		judge_answer(exchange, &reply, report);
		return;
	}
	if (answer_broken(exchange)) {
		report->outcome = OUTCOME_REFUSED;
		detail_set(report, "the gateway's answer is none: check [gateway] url",
			exchange->oversized ? "too long" : exchange->reason);
		return;
	}
	report->outcome = OUTCOME_UNKNOWN;
	/* libcurl would speak of our seek callback, which is there to refuse. */
	detail_set(report, "the request left and no whole answer came: ask the gateway's support",
		exchange->curl == CURLE_SEND_FAIL_REWIND ? "a kept connection closed"
							 : exchange->reason);
}

static void mask(char *words, const char *code, const char *phone)
{
	while (*words != '\0') {
		size_t digits = strspn(words, "0123456789");
		if (memmem(words, digits, code, strlen(code)) != NULL ||
			memmem(words, digits, phone, strlen(phone)) != NULL)
			memset(words, 'x', digits);
		words += digits > 0 ? digits : 1;
	}
}

void exchange_mask(const struct text *text, struct report *report)
{
	const char *code = text->code.digits, *phone = text->phone.e164 + 1;
	size_t length = strlen(phone);

	if (length > PHONE_TELLS)
		phone += length - PHONE_TELLS;
	/* Zeros alone are no code, smsotpctl send-test has them, and ids hold many. */
	if (code[strspn(code, "0")] == '\0')
		code = phone;
	mask(report->code, code, phone);
	mask(report->reqid, code, phone);
	mask(report->tid, code, phone);
	mask(report->detail, code, phone);
}
