/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Answers of a gateway at their limits: as much as we hold is read, and not a byte more. Those that
 * break off. And a proxy that opens no way to it: then no byte of the request has left.
 */
#include <signal.h>
#include <sys/wait.h>

#include "transfer_fixture.h"

#define HEADERS_MAX 16384 /* of an answer, its first line and the empty one too */

struct answer {
	size_t headers;
	size_t body;
};

/* `size` bytes: the first line, a long header and those that HTTP wants, and the empty line. */
static char *headers_of(const struct answer *answer)
{
	char *text = calloc(1, answer->headers + 1);
	char tail[64];

	snprintf(tail, sizeof(tail), "\r\nContent-Length: %zu\r\n\r\n", answer->body);
	strcpy(text, "HTTP/1.1 200 OK\r\n");
	for (size_t used = strlen(text); used < answer->headers - strlen(tail); used++) {
		/* Lines of a hundred, each a header. */
		static const char line[] = "X-Long: ";
		size_t at = (used - strlen("HTTP/1.1 200 OK\r\n")) % 100;
		text[used] = at < strlen(line) ? line[at] : at < 98 ? 'x' : "\r\n"[at - 98];
	}
	return strcat(text, tail);
}

static char *body_of(const struct answer *answer)
{
	char *text = malloc(answer->body);

	memset(text, ' ', answer->body);
	memcpy(text, GOOD, strlen(GOOD));
	return text;
}

/* Answers one request; exit 0 where it held the form. */
static int serve(int listener, const struct answer *answer)
{
	char *headers = headers_of(answer), *body = body_of(answer);
	int peer = accept(listener, NULL, NULL);

	if (!read_until(peer, FORM))
		return 1;
	if (put(peer, headers, answer->headers))
		(void)put(peer, body, answer->body);
	close(peer);
	free(headers);
	free(body);
	return 0;
}

static void assert_answer(size_t headers, size_t body, enum outcome outcome, const char *detail)
{
	const struct answer answer = {headers, body};
	struct config_gateway gateway = {.connect_timeout = 10, .timeout = 20};
	struct report report = {.outcome = OUTCOME_COUNT};
	int status = -1;
	int listener = listen_at(gateway.url, sizeof(gateway.url));

	pid_t child = fork();
	if (child == 0)
		_exit(serve(listener, &answer));
	close(listener);
	ask(&gateway, &report);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(report.outcome, outcome);
	assert_string_equal(report.detail, detail);
	if (outcome == OUTCOME_ACCEPTED)
		assert_string_equal(report.reqid, "100");
}

#define TOO_LONG "the gateway's answer is none: check [gateway] url (too long)"

static void test_a_long_body(void **state)
{
	(void)state;
	assert_answer(200, REPLY_SIZE_MAX, OUTCOME_ACCEPTED, "");
	assert_answer(200, REPLY_SIZE_MAX + 1, OUTCOME_REFUSED, TOO_LONG);
	assert_answer(200, 1 << 24, OUTCOME_REFUSED, TOO_LONG);
}

static void test_long_headers(void **state)
{
	(void)state;
	assert_answer(HEADERS_MAX, strlen(GOOD), OUTCOME_ACCEPTED, "");
	assert_answer(HEADERS_MAX + 1, strlen(GOOD), OUTCOME_REFUSED, TOO_LONG);
	assert_answer(1 << 20, strlen(GOOD), OUTCOME_REFUSED, TOO_LONG);
}

#define OK      "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n32\r\n" GOOD "\r\n0\r\n"

/* How much of an answer came is what counts, not how its connection ended. */
static void test_answers_that_break_off(void **state)
{
	static const struct {
		const char *sentence;
		const char *bytes; /* then the connection is closed */
		enum outcome outcome;
	} rows[] = {
		{"behind its first line", OK, OUTCOME_UNKNOWN},
		{"within its headers", OK "Content-Type: te", OUTCOME_UNKNOWN},
		{"behind the first line after a 1xx", "HTTP/1.1 103 Early Hints\r\n\r\n" OK,
			OUTCOME_UNKNOWN},
		{"within the reply", OK "\r\n<RESULT REQID='100'><MID TID='2", OUTCOME_UNKNOWN},
		{"behind the reply", OK "Content-Length: 51\r\n\r\n" GOOD, OUTCOME_ACCEPTED},
		{"behind the reply, no length", OK "\r\n" GOOD, OUTCOME_ACCEPTED},
		{"within its trailers", CHUNKED "X-Sum: 1\r\n", OUTCOME_ACCEPTED},
		{"behind its trailers", CHUNKED "X-Sum: 1\r\n\r\n", OUTCOME_ACCEPTED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config_gateway gateway = {.connect_timeout = 10, .timeout = 20};
		struct report report = {.outcome = OUTCOME_COUNT};
		int listener = listen_at(gateway.url, sizeof(gateway.url)), status = -1;

		pid_t child = fork();
		if (child == 0) {
			int peer = accept(listener, NULL, NULL);
			_exit(read_until(peer, FORM) &&
				put(peer, rows[i].bytes, strlen(rows[i].bytes)));
		}
		close(listener);
		ask(&gateway, &report);
		HOLDS(rows[i].sentence, waitpid(child, &status, 0) == child);
		HOLDS(rows[i].sentence, WEXITSTATUS(status) == 1);
		HOLDS(rows[i].sentence, report.outcome == rows[i].outcome);
	}
}

/* Says `reply` to a CONNECT and, where a form comes then, `answer`. Exit 0 where none came. */
static int proxy_serve(int listener, const char *reply, const char *answer)
{
	int peer = accept(listener, NULL, NULL);

	if (!read_until(peer, "\r\n\r\n") || !put(peer, reply, strlen(reply)))
		return 2;
	if (answer == NULL)
		shutdown(peer, SHUT_WR);
	bool came = read_until(peer, FORM);
	if (came && answer != NULL)
		(void)put(peer, answer, strlen(answer));
	close(peer);
	return came ? 1 : 0;
}

#define NO_WAY "the proxy opened no way to the gateway: check [gateway] proxy ("
#define OPEN   "HTTP/1.1 200 Connection established\r\n\r\n"

static void test_a_proxy(void **state)
{
	static const struct {
		const char *sentence;
		const char *url;
		const char *reply;
		const char *answer; /* NULL: it closes behind its reply */
		enum outcome outcome;
		const char *detail; /* its beginning */
		int came;
	} rows[] = {
		{"refuses", "https://127.0.0.1:1/", "HTTP/1.1 502 Bad Gateway\r\n\r\n", NULL,
			OUTCOME_UNSENT, NO_WAY, 0},
		{"closes", "https://127.0.0.1:1/", "", NULL, OUTCOME_UNSENT, NO_WAY, 0},
		{"opens a way to no TLS", "https://127.0.0.1:1/", OPEN "HTTP/1.1 400 Bad\r\n\r\n",
			NULL, OUTCOME_UNSENT, "no TLS with the gateway", 0},
		{"opens a way that closes", "http://127.0.0.1:1/", OPEN, "", OUTCOME_UNKNOWN,
			"the request left", 1},
		{"opens a way", "http://127.0.0.1:1/", OPEN, ANSWER, OUTCOME_ACCEPTED, "", 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config_gateway gateway = {.connect_timeout = 10, .timeout = 20};
		struct report report = {.outcome = OUTCOME_COUNT};
		int status = -1;
		int listener = listen_at(gateway.proxy, sizeof(gateway.proxy));

		strcpy(gateway.url, rows[i].url);
		pid_t child = fork();
		if (child == 0)
			_exit(proxy_serve(listener, rows[i].reply, rows[i].answer));
		close(listener);
		ask(&gateway, &report);
		HOLDS(rows[i].sentence, waitpid(child, &status, 0) == child);
		HOLDS(rows[i].sentence, WEXITSTATUS(status) == rows[i].came);
		HOLDS(outcome_name(report.outcome), report.outcome == rows[i].outcome);
		HOLDS(report.detail,
			strncmp(report.detail, rows[i].detail, strlen(rows[i].detail)) == 0);
	}
}

/* Takes Kerberos where it is offered, as a proxy of Kerberos's users may. Exit 0 where a form came.
 */
static int socks_serve(int listener)
{
	static const char took[] = {5, 0, 0, 1, 127, 0, 0, 1, 0, 1};
	char bytes[64] = "", method[] = {5, 0};
	int peer = accept(listener, NULL, NULL);
	ssize_t size = recv(peer, bytes, sizeof(bytes), 0);

	if (size > 2 && memchr(bytes + 2, 1, (size_t)size - 2) != NULL)
		method[1] = 1;
	if (!put(peer, method, sizeof(method)) || recv(peer, bytes, sizeof(bytes), 0) <= 0 ||
		!put(peer, took, sizeof(took)) || !read_until(peer, FORM))
		return 1;
	return put(peer, ANSWER, strlen(ANSWER)) ? 0 : 1;
}

static void test_a_proxy_that_prefers_kerberos(void **state)
{
	struct config_gateway gateway = {
		.url = "http://127.0.0.1:1/", .connect_timeout = 10, .timeout = 20};
	struct report report = {.outcome = OUTCOME_COUNT};
	char url[sizeof(gateway.proxy) - sizeof("socks5")];
	int listener = listen_at(url, sizeof(url)), status = -1;

	(void)state;
	url[strlen(url) - 1] = '\0';
	snprintf(gateway.proxy, sizeof(gateway.proxy), "socks5%s", url + strlen("http"));
	pid_t child = fork();
	if (child == 0)
		_exit(socks_serve(listener));
	close(listener);
	ask(&gateway, &report);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(report.outcome, OUTCOME_ACCEPTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_long_body),
		cmocka_unit_test(test_long_headers),
		cmocka_unit_test(test_answers_that_break_off),
		cmocka_unit_test(test_a_proxy),
		cmocka_unit_test(test_a_proxy_that_prefers_kerberos),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
