/* SPDX-License-Identifier: BSD-3-Clause */
/* A listener and a table of connections to it, accepted and read when the test says so. */
#ifndef SMSOTP_TEST_CONNECTION_FIXTURE_H
#define SMSOTP_TEST_CONNECTION_FIXTURE_H

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "smsotpd/connection.h"
#include "test.h"

#define FILES_MAX 4096 /* both ends of each connection are here; sudo leaves 1024 */
#define TAG       3

struct bench {
	char directory[40];
	struct sockaddr_un address;
	int listener;
	int epoll;
	struct connections *connections;
	uint32_t event[CONNECTIONS_MAX]; /* that the entry's last owner is known by */
};

static inline int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	strcpy(bench->directory, "/tmp/smsotp-connection-XXXXXX");
	assert_non_null(mkdtemp(bench->directory));
	bench->address.sun_family = AF_UNIX;
	snprintf(bench->address.sun_path, sizeof(bench->address.sun_path), "%s/socket",
		bench->directory);
	bench->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(bench->listener, (const struct sockaddr *)&bench->address,
				 sizeof(bench->address)),
		0);
	assert_int_equal(listen(bench->listener, 16), 0);
	bench->epoll = epoll_create1(EPOLL_CLOEXEC);
	assert_int_equal(connections_new(bench->epoll, TAG, &bench->connections), RESULT_OK);
	*state = bench;
	return 0;
}

static inline int teardown(void **state)
{
	struct bench *bench = *state;

	connections_free(&bench->connections);
	assert_null(bench->connections);
	close(bench->listener);
	close(bench->epoll);
	assert_int_equal(unlink(bench->address.sun_path), 0);
	assert_int_equal(rmdir(bench->directory), 0);
	free(bench);
	return 0;
}

/* A client's end that is not accepted yet. */
static inline int caller(struct bench *bench)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_int_equal(
		connect(fd, (const struct sockaddr *)&bench->address, sizeof(bench->address)), 0);
	return fd;
}

/* What was accepted at `now` is known by the event that is returned. */
static inline uint32_t accepted(struct bench *bench, bool control, int64_t now)
{
	uint32_t event = UINT32_MAX;

	assert_true(connections_accept(bench->connections, bench->listener, control, now, &event));
	bench->event[event % CONNECTIONS_MAX] = event;
	return event;
}

/* A client's end, accepted at `now`; entries are taken in their order while none is given up. */
static inline int client(struct bench *bench, int64_t now)
{
	int fd = caller(bench);

	accepted(bench, false, now);
	return fd;
}

static inline void say(int fd, const struct ask *ask)
{
	uint8_t frame[WIRE_FRAME_SIZE];
	size_t size = ask_encode(ask, frame, sizeof(frame));

	assert_int_equal(send(fd, frame, size, MSG_NOSIGNAL), size);
}

static inline void speak_in(int fd, uint32_t uid, uint8_t version)
{
	const struct ask ask = {
		.version = version, .type = FRAME_VERIFY, .uid = uid, .user = "demo"};

	say(fd, &ask);
}

static inline void speak(int fd, uint32_t uid)
{
	speak_in(fd, uid, 0);
}

/* Whether a frame of the entry was handed on; its connection in *ret_id. */
static inline bool heard(struct bench *bench, uint32_t number, uint64_t *ret_id)
{
	struct incoming incoming;
	bool read = connections_read(bench->connections, bench->event[number], &incoming);

	if (read)
		*ret_id = incoming.connection;
	connections_forget(bench->connections);
	return read;
}

static inline bool closed(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

#endif
