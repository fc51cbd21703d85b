/* SPDX-License-Identifier: BSD-3-Clause */
/* A gateway without TLS that the test plays in a child, and requests to it. For one program. */
#ifndef SMSOTP_TEST_TRANSFER_FIXTURE_H
#define SMSOTP_TEST_TRANSFER_FIXTURE_H

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "smsotp-send/reply.h"
#include "smsotp-send/transfer.h"
#include "test.h"

#define FORM   "feedid=300001&Text=123456"
#define GOOD   "<RESULT REQID='100'><MID TID='200'></MID></RESULT>"
#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n" GOOD

/* False where the other end has gone. */
static inline bool put(int peer, const char *bytes, size_t size)
{
	for (ssize_t part; size > 0; bytes += part, size -= (size_t)part) {
		part = send(peer, bytes, size, MSG_NOSIGNAL);
		if (part <= 0)
			return false;
	}
	return true;
}

/* Reads up to `end`; false where the other end has gone before. */
static inline bool read_until(int peer, const char *end)
{
	char bytes[4096] = "";
	size_t used = 0;

	while (strstr(bytes, end) == NULL) {
		ssize_t part = recv(peer, bytes + used, sizeof(bytes) - 1 - used, 0);
		if (part <= 0)
			return false;
		used += (size_t)part;
	}
	return true;
}

static inline int listen_at(char *ret_url, size_t size)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(listener, (const struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	snprintf(ret_url, size, "http://127.0.0.1:%u/", ntohs(address.sin_port));
	return listener;
}

static inline void start(
	struct transfers *transfers, const struct config_gateway *gateway, struct report *owner)
{
	const struct form form = {.length = strlen(FORM), .bytes = FORM};
	struct transfer *transfer = NULL;

	assert_int_equal(transfer_start(transfers, gateway, &form, owner, &transfer), RESULT_OK);
}

/* Waits for one, and judges it for its owner. */
static inline void end(struct transfers *transfers)
{
	struct transfer *ended = NULL;

	while ((ended = transfers_take(transfers)) == NULL)
		transfers_wait(transfers, NULL, 0, 1000);
	exchange_judge(transfer_exchange(ended), transfer_owner(ended));
	assert_true(transfer_exchange(ended)->body_size <= REPLY_SIZE_MAX);
	transfer_free(&ended);
}

static inline void ask(const struct config_gateway *gateway, struct report *ret_report)
{
	struct transfers *transfers = NULL;

	assert_int_equal(transfers_open(&transfers), RESULT_OK);
	start(transfers, gateway, ret_report);
	end(transfers);
	transfers_free(&transfers);
}

#endif
