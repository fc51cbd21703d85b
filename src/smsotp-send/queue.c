/* SPDX-License-Identifier: BSD-3-Clause */
#include "queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"

#define EVENTS_MAX   64
#define DEAF_MS      100  /* after accept(2) failed for want of descriptors */
#define AGAIN_MS     1000 /* doubles with each attempt, */
#define AGAIN_SHIFTS 3    /* and no further: a life of 60 s is used to its end */

struct queue {
	int epoll;
	int listener; /* -1 once closed */
	uid_t peer;
	uint32_t life_max;
	bool deaf; /* the listener is not watched: no room, or no descriptors */
	uint64_t deaf_until;
	uint64_t order;
	uint32_t counts[HELD_SENDING + 1];
	struct held held[QUEUE_MAX];
};

static void held_move(struct queue *queue, struct held *held, enum held_state state)
{
	queue->counts[held->state]--;
	queue->counts[state]++;
	held->state = state;
}

static void held_close(struct queue *queue, struct held *held)
{
	close(held->fd);
	held_move(queue, held, HELD_FREE);
	explicit_bzero(held, sizeof(*held));
}

/* NULL data stands for the listener. */
static bool watch(struct queue *queue, int operation, int fd, uint32_t events, struct held *held)
{
	struct epoll_event event = {.events = events, .data.ptr = held};

	return epoll_ctl(queue->epoll, operation, fd, &event) == 0;
}

static void queue_deafen(struct queue *queue, uint64_t until)
{
	queue->deaf = true;
	queue->deaf_until = until;
	(void)watch(queue, EPOLL_CTL_MOD, queue->listener, 0, NULL);
}

static void queue_undeafen(struct queue *queue, uint64_t now)
{
	if (!queue->deaf || queue->listener < 0 || now < queue->deaf_until ||
		queue->counts[HELD_FREE] == 0)
		return;
	queue->deaf = !watch(queue, EPOLL_CTL_MOD, queue->listener, EPOLLIN, NULL);
}

static bool peer_allowed(const struct queue *queue, int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return false;
	if (peer.uid == 0 || peer.uid == queue->peer || peer.uid == geteuid())
		return true;
	log_line(LOG_WARNING,
		"send.sock: uid %u is not smsotpd's and was turned away: check the socket's mode",
		(unsigned)peer.uid);
	return false;
}

static void connection_take(struct queue *queue, int fd, uint64_t now)
{
	struct held *held = queue_any(queue, HELD_FREE);

	if (held == NULL || !peer_allowed(queue, fd) ||
		!watch(queue, EPOLL_CTL_ADD, fd, EPOLLIN, held)) {
		close(fd);
		return;
	}
	held->fd = fd;
	held->order = queue->order++;
	held->since = now;
	held->end = now + QUEUE_FRAME_MS;
	held_move(queue, held, HELD_READING);
}

static void queue_accept(struct queue *queue, uint64_t now)
{
	while (queue->listener >= 0 && !queue->deaf) {
		if (queue->counts[HELD_FREE] == 0) {
			queue_deafen(queue, now);
			return;
		}
		int fd = accept4(queue->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			connection_take(queue, fd, now);
			continue;
		}
		if (errno == EAGAIN)
			return;
		if (errno == ECONNABORTED || errno == EINTR)
			continue;
		log_line(LOG_WARNING, "send.sock: cannot take a connection: %s", strerror(errno));
		queue_deafen(queue, now + DEAF_MS);
	}
}

static void frame_wipe(uint8_t (*frame)[TEXT_FRAME_SIZE])
{
	explicit_bzero(*frame, sizeof(*frame));
}

/* Nothing was done for the text: smsotpd hands it over again, in `version` (0: ours). */
static void turn_away(const struct held *held, uint8_t version)
{
	uint8_t frame[WIRE_AGAIN_SIZE];

	wire_put_again(frame, version);
	(void)send(held->fd, frame, sizeof(frame), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void frame_read(struct queue *queue, struct held *held, uint64_t now)
{
	__attribute__((cleanup(frame_wipe))) uint8_t frame[TEXT_FRAME_SIZE];
	/* MSG_TRUNC: the frame's true size, so that a longer one is seen. */
	ssize_t size = recv(held->fd, frame, sizeof(frame), MSG_DONTWAIT | MSG_TRUNC);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* Whoever only looked whether we listen: smsotpctl status. */
	if (size == 0) {
		held_close(queue, held);
		return;
	}
	if (size > 0 && wire_foreign(frame, (size_t)size))
		turn_away(held, 0);
	if (size < 0 || (size_t)size > sizeof(frame) ||
		text_decode(frame, (size_t)size, &held->text) != RESULT_OK) {
		log_line(LOG_WARNING,
			"send.sock: a foreign frame: run both daemons from one release");
		held_close(queue, held);
		return;
	}
	uint64_t most = now + queue->life_max;
	held->end = held->text.end < most ? held->text.end : most;
	held->due = now;
	held_move(queue, held, HELD_WAITING);
	/* What the other side does now is of no interest, and a hang-up would be told for ever. */
	(void)watch(queue, EPOLL_CTL_DEL, held->fd, 0, NULL);
}

static void late_drop(struct queue *queue, uint64_t now)
{
	if (queue->counts[HELD_READING] == 0)
		return;
	for (size_t i = 0; i < QUEUE_MAX; i++) {
		struct held *held = &queue->held[i];
		if (held->state == HELD_READING && held->end <= now) {
			log_line(LOG_WARNING, "send.sock: no frame within %d ms", QUEUE_FRAME_MS);
			held_close(queue, held);
		}
	}
}

void queue_read(struct queue *queue, uint64_t now)
{
	struct epoll_event events[EVENTS_MAX];

	queue_undeafen(queue, now);
	int count = epoll_wait(queue->epoll, events, EVENTS_MAX, 0);
	for (int i = 0; i < count; i++) {
		struct held *held = events[i].data.ptr;
		if (held == NULL)
			queue_accept(queue, now);
		else if (held->state == HELD_READING)
			frame_read(queue, held, now);
	}
	late_drop(queue, now);
}

enum result queue_open(
	int listener, uid_t peer, uint32_t life_max, struct queue **ret_queue, struct error *error)
{
	struct queue *queue = calloc(1, sizeof(*queue));

	if (queue == NULL)
		return error_set(error, RESULT_MEMORY, "no memory for the queue");
	queue->listener = listener;
	queue->peer = peer;
	queue->life_max = life_max;
	queue->counts[HELD_FREE] = QUEUE_MAX;
	queue->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (queue->epoll < 0 || !watch(queue, EPOLL_CTL_ADD, listener, EPOLLIN, NULL)) {
		free(queue);
		return error_set(
			error, RESULT_FAILED, "cannot watch send.sock: %s", strerror(errno));
	}
	*ret_queue = queue;
	return RESULT_OK;
}

void queue_free(struct queue **queue)
{
	if (*queue == NULL)
		return;
	for (size_t i = 0; i < QUEUE_MAX; i++) {
		if ((*queue)->held[i].state != HELD_FREE)
			held_close(*queue, &(*queue)->held[i]);
	}
	queue_close(*queue);
	close((*queue)->epoll);
	free(*queue);
	*queue = NULL;
}

void queue_set_life(struct queue *queue, uint32_t life_max)
{
	queue->life_max = life_max;
}

int queue_descriptor(const struct queue *queue)
{
	return queue->epoll;
}

void queue_return(struct queue *queue, struct held *held)
{
	turn_away(held, held->text.version);
	held_close(queue, held);
}

void queue_close(struct queue *queue)
{
	if (queue->listener < 0)
		return;
	/* systemd keeps it open too, so that epoll(7) would go on telling of who waits there. */
	(void)watch(queue, EPOLL_CTL_DEL, queue->listener, 0, NULL);
	close(queue->listener);
	queue->listener = -1;
}

struct held *queue_next(struct queue *queue, uint64_t now)
{
	struct held *first = NULL;

	if (queue->counts[HELD_WAITING] == 0)
		return NULL;
	for (size_t i = 0; i < QUEUE_MAX; i++) {
		struct held *held = &queue->held[i];
		if (held->state != HELD_WAITING || held->due > now)
			continue;
		if (first == NULL || held->order < first->order)
			first = held;
	}
	return first;
}

struct held *queue_expired(struct queue *queue, uint64_t now)
{
	if (queue->counts[HELD_WAITING] == 0)
		return NULL;
	for (size_t i = 0; i < QUEUE_MAX; i++) {
		if (queue->held[i].state == HELD_WAITING && queue->held[i].end <= now)
			return &queue->held[i];
	}
	return NULL;
}

struct held *queue_any(struct queue *queue, enum held_state state)
{
	for (size_t i = 0; i < QUEUE_MAX; i++) {
		if (queue->held[i].state == state)
			return &queue->held[i];
	}
	return NULL;
}

uint32_t queue_count(const struct queue *queue, enum held_state state)
{
	return queue->counts[state];
}

int queue_timeout(const struct queue *queue, uint64_t now)
{
	uint64_t until = now + (queue->deaf ? DEAF_MS : QUEUE_IDLE_MS);

	for (size_t i = 0; queue->counts[HELD_FREE] < QUEUE_MAX && i < QUEUE_MAX; i++) {
		const struct held *held = &queue->held[i];
		if (held->state != HELD_READING && held->state != HELD_WAITING)
			continue;
		/* One that is due already waits for a place, and a transfer's end frees that. */
		if (held->state == HELD_WAITING && held->due > now && held->due < until)
			until = held->due;
		if (held->end < until)
			until = held->end;
	}
	return until <= now ? 0 : (int)(until - now);
}

void queue_report(struct queue *queue, struct held *held, struct report *report, uint64_t now)
{
	uint8_t frame[TEXT_FRAME_SIZE];

	memcpy(report->id, held->text.id, sizeof(report->id));
	report->version = held->text.version;
	report->milliseconds = (uint32_t)(now - held->since);
	size_t size = report_encode(report, frame, sizeof(frame));
	/* smsotpd may be gone; then the report has no reader and the log has it. */
	if (size > 0)
		(void)send(held->fd, frame, size, MSG_NOSIGNAL | MSG_DONTWAIT);
	held_close(queue, held);
}

void queue_start(struct queue *queue, struct held *held, struct transfer *transfer)
{
	held->transfer = transfer;
	held_move(queue, held, HELD_SENDING);
}

enum result queue_again(struct queue *queue, struct held *held, uint64_t now)
{
	uint32_t shifts = held->attempts < AGAIN_SHIFTS ? held->attempts : AGAIN_SHIFTS;
	uint64_t due = now + ((uint64_t)AGAIN_MS << shifts);

	if (due >= held->end)
		return RESULT_TIMEOUT;
	held->attempts++;
	held->due = due;
	held->transfer = NULL;
	held_move(queue, held, HELD_WAITING);
	return RESULT_OK;
}
