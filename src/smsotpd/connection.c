/* SPDX-License-Identifier: BSD-3-Clause */
#include "connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctl_wire.h"

enum stage { STAGE_FREE = 0, STAGE_FRAME, STAGE_ANSWER, STAGE_COUNT };

struct connection {
	TAILQ_ENTRY(connection) neighbour; /* in the list of its stage */
	enum stage stage;
	bool control;
	int fd;
	int64_t deadline; /* for the frame */
	uint64_t id;
	uint32_t uid;    /* of the module's frame: whoever started sudo or su */
	uint8_t version; /* of that frame, and so of the answer */
};

/* Those that wait for their frame stand by age: a flood costs each of its connections the same. */
TAILQ_HEAD(list, connection);

struct connections {
	int epoll;
	uint32_t tag;
	uint64_t next; /* times CONNECTIONS_MAX, plus the entry's number: an id */
	struct list list[STAGE_COUNT];
	struct connection connection[CONNECTIONS_MAX];
	uint8_t frame[WIRE_FRAME_SIZE];
	size_t frame_size;
};

enum result connections_new(int epoll, uint32_t tag, struct connections **ret_connections)
{
	struct connections *connections = calloc(1, sizeof(*connections));

	if (connections == NULL)
		return RESULT_MEMORY;
	for (size_t i = 0; i < STAGE_COUNT; i++)
		TAILQ_INIT(&connections->list[i]);
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		TAILQ_INSERT_TAIL(
			&connections->list[STAGE_FREE], &connections->connection[i], neighbour);
	connections->epoll = epoll;
	connections->tag = tag;
	*ret_connections = connections;
	return RESULT_OK;
}

static void move(struct connections *connections, struct connection *connection, enum stage stage)
{
	TAILQ_REMOVE(&connections->list[connection->stage], connection, neighbour);
	connection->stage = stage;
	if (stage == STAGE_FREE)
		TAILQ_INSERT_HEAD(&connections->list[stage], connection, neighbour);
	else
		TAILQ_INSERT_TAIL(&connections->list[stage], connection, neighbour);
}

static void finish(struct connections *connections, struct connection *connection)
{
	close(connection->fd);
	move(connections, connection, STAGE_FREE);
}

void connections_free(struct connections **connections)
{
	if (*connections == NULL)
		return;
	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		if ((*connections)->connection[i].stage != STAGE_FREE)
			finish(*connections, &(*connections)->connection[i]);
	}
	free(*connections);
	*connections = NULL;
}

static bool peer_allowed(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	       (peer.uid == 0 || peer.uid == geteuid());
}

/* A free entry; where there is none, the oldest that has not sent its frame gives way. */
static struct connection *entry_take(struct connections *connections)
{
	struct connection *oldest = TAILQ_FIRST(&connections->list[STAGE_FRAME]);

	if (TAILQ_EMPTY(&connections->list[STAGE_FREE]) && oldest != NULL)
		finish(connections, oldest);
	return TAILQ_FIRST(&connections->list[STAGE_FREE]);
}

/* 0 where it is closed. */
static uint64_t add(struct connections *connections, int fd, bool control, int64_t now)
{
	struct connection *connection = peer_allowed(fd) ? entry_take(connections) : NULL;
	struct epoll_event event = {.events = EPOLLIN};

	if (connection == NULL) {
		close(fd);
		return 0;
	}
	uint64_t number = (uint64_t)(connection - connections->connection);
	uint64_t id = ++connections->next * CONNECTIONS_MAX + number;
	event.data.u64 = (uint64_t)connections->tag << 32 | (uint32_t)id;
	if (epoll_ctl(connections->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
		close(fd);
		return 0;
	}
	connection->control = control;
	connection->fd = fd;
	connection->deadline = now + FRAME_MS;
	connection->id = id;
	connection->uid = 0;
	move(connections, connection, STAGE_FRAME);
	return id;
}

bool connections_accept(struct connections *connections, int listener, bool control, int64_t now,
	uint32_t *ret_event)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return false;
	*ret_event = (uint32_t)add(connections, fd, control, now);
	return true;
}

/* Nothing was done: the module asks again, in `version` (0: ours). Where this does not go through,
 * it refuses. */
static void turn_away(int fd, uint8_t version)
{
	uint8_t frame[WIRE_AGAIN_SIZE];

	wire_put_again(frame, version);
	(void)!send(fd, frame, sizeof(frame), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* A longer frame is cut: it is then as long as no ask. */
static enum result read_ask(struct connections *connections, int fd, struct ask *ret_ask)
{
	ssize_t size = recv(fd, connections->frame, sizeof(connections->frame), 0);

	if (size < 0)
		return errno == EAGAIN ? RESULT_NOT_FOUND : RESULT_INVALID;
	connections->frame_size = (size_t)size;
	if (wire_foreign(connections->frame, (size_t)size))
		turn_away(fd, 0);
	return ask_decode(connections->frame, (size_t)size, ret_ask);
}

/* Root is sshd and login: whoever is behind those has shares of their own. */
static bool share_used(const struct connections *connections, uint32_t uid)
{
	const struct connection *connection;
	size_t waiting = 0;

	if (uid == 0)
		return false;
	TAILQ_FOREACH (connection, &connections->list[STAGE_ANSWER], neighbour) {
		waiting += connection->uid == uid ? 1 : 0;
	}
	return waiting >= CONNECTIONS_SHARE;
}

/* For who gave up while no smsotpd was there no text leaves, and no code is used up. What he told
 * of a session has happened all the same. */
static bool in_time(int fd, enum frame_type type)
{
	return type == FRAME_SESSION_OPEN || type == FRAME_SESSION_CLOSE || ctl_peer_waits(fd);
}

/* RESULT_NOT_FOUND: the module's frame has not come yet. */
static enum result read_incoming(struct connections *connections, struct connection *connection,
	struct incoming *ret_incoming)
{
	if (connection->control && !ctl_peer_waits(connection->fd))
		return RESULT_UNREACHABLE;
	if (connection->control)
		return ctl_receive_request(
			connection->fd, &ret_incoming->request, &ret_incoming->bulk);
	enum result result = read_ask(connections, connection->fd, &ret_incoming->ask);
	if (result != RESULT_OK)
		return result;
	if (!in_time(connection->fd, ret_incoming->ask.type))
		return RESULT_UNREACHABLE;
	connection->uid = ret_incoming->ask.uid;
	connection->version = ret_incoming->ask.version;
	return share_used(connections, connection->uid) ? RESULT_FULL : RESULT_OK;
}

bool connections_read(
	struct connections *connections, uint32_t event, struct incoming *ret_incoming)
{
	struct incoming incoming = {.bulk = -1};
	struct connection *connection = &connections->connection[event % CONNECTIONS_MAX];

	/* What an entry's last owner has left behind is none of the next one's. */
	if (connection->stage == STAGE_FREE || (uint32_t)connection->id != event)
		return false;
	/* Whoever waits for an answer says nothing more: this is his end, and the answer finds
	 * nobody. */
	if (connection->stage == STAGE_ANSWER) {
		finish(connections, connection);
		return false;
	}
	enum result result = read_incoming(connections, connection, &incoming);
	if (result == RESULT_NOT_FOUND)
		return false;
	if (result != RESULT_OK) {
		ask_wipe(&incoming.ask);
		connections_forget(connections);
		finish(connections, connection);
		return false;
	}
	move(connections, connection, STAGE_ANSWER);
	incoming.connection = connection->id;
	*ret_incoming = incoming;
	ask_wipe(&incoming.ask);
	return true;
}

void connections_forget(struct connections *connections)
{
	explicit_bzero(connections->frame, connections->frame_size);
}

static struct connection *find(struct connections *connections, uint64_t id)
{
	struct connection *connection = &connections->connection[id % CONNECTIONS_MAX];

	return connection->stage == STAGE_ANSWER && connection->id == id ? connection : NULL;
}

/* Where it does not go through, the module has its own deadline and refuses. */
static void answer_send(const struct connection *connection, struct answer answer)
{
	uint8_t frame[ANSWER_SIZE_MAX];

	answer.version = connection->version;
	size_t size = answer_encode(&answer, frame, sizeof(frame));
	(void)!send(connection->fd, frame, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void connections_answer(struct connections *connections, uint64_t id, const struct answer *answer)
{
	struct connection *connection = find(connections, id);

	if (connection == NULL)
		return;
	if (answer != NULL)
		answer_send(connection, *answer);
	finish(connections, connection);
}

void connections_reply(struct connections *connections, uint64_t id, const json_t *reply)
{
	struct connection *connection = find(connections, id);

	if (connection == NULL)
		return;
	(void)!ctl_send_reply(connection->fd, reply);
	finish(connections, connection);
}

int connections_lend(struct connections *connections, uint64_t id)
{
	const struct connection *connection = find(connections, id);

	/* What a child holds open stays in the epoll when it is closed here, under this number. */
	if (connection == NULL ||
		epoll_ctl(connections->epoll, EPOLL_CTL_DEL, connection->fd, NULL) != 0)
		return -1;
	return connection->fd;
}

void connections_pass(struct connections *connections, uint64_t id, int reply)
{
	struct connection *connection = find(connections, id);

	if (connection == NULL)
		return;
	(void)!ctl_pass_reply(connection->fd, reply);
	finish(connections, connection);
}

size_t connections_count(const struct connections *connections)
{
	size_t count = 0;

	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		count += connections->connection[i].stage == STAGE_FREE ? 0 : 1;
	return count;
}

void connections_expire(struct connections *connections, int64_t now)
{
	const struct list *waiting = &connections->list[STAGE_FRAME];
	struct connection *oldest;

	while ((oldest = TAILQ_FIRST(waiting)) != NULL && now >= oldest->deadline)
		finish(connections, oldest);
}
