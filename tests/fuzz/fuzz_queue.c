/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * smsotp-send's end of send.sock against peers made of the input: frames of any bytes, texts that
 * wait, are tried again, reported or handed back, while time goes on.
 *
 * - What waits is a whole text that was sent, byte for byte, and each connection gets at most one
 *   frame: a report with the text's own id and version, or FRAME_AGAIN.
 * - The counts are those of the connections; nothing is handed out before it is due, and no life is
 *   longer than it may be.
 * - No descriptor stays open.
 */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "smsotp-send/queue.h"

#define PEERS    16
#define SAID     100 /* connections in one input */
#define LIFE_MAX 60000

/* The first frame of a connection, which is held for longer than the peer may stay. */
struct said {
	uint8_t frame[TEXT_FRAME_SIZE];
	size_t size; /* 0: it has said nothing yet */
};

struct peer {
	int fd; /* -1 for none */
	struct said *said;
};

static struct {
	struct input input;
	struct queue *queue;
	struct peer peer[PEERS];
	struct said said[SAID];
	size_t connections;
	uint64_t now;
} play;

static struct sockaddr_un address = {.sun_family = AF_UNIX};

static int listen_new(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	must(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	must(listen(fd, PEERS) == 0);
	return fd;
}

static size_t text_make(uint8_t number, uint8_t *frame, size_t size)
{
	struct text text = {.end = take_u32(&play.input) % 200000};

	memset(text.id, number, WIRE_ID_SIZE);
	strcpy(text.phone.e164, "+919999900001");
	strcpy(text.code.digits, "123456");
	return text_encode(&text, frame, size);
}

/* What a peer says; some say nothing yet, and some go. */
static void say(struct peer *peer)
{
	uint8_t frame[TEXT_FRAME_SIZE + 64] = {0};
	uint8_t how = take_u8(&play.input) % 8;
	size_t size;

	if (peer->fd < 0 || how == 7)
		return;
	size = how < 5 ? text_make((uint8_t)(peer - play.peer), frame, sizeof(frame))
		       : take_part(&play.input, frame, sizeof(frame));
	if (how == 4)
		frame[take_u8(&play.input) % size] ^= take_u8(&play.input);
	if (how == 6)
		size += take_u8(&play.input) * 4U;
	size = size < sizeof(frame) ? size : sizeof(frame);
	if (size == 0 || send(peer->fd, frame, size, MSG_NOSIGNAL) != (ssize_t)size)
		return;
	if (peer->said->size > 0)
		return;
	peer->said->size = size;
	memcpy(peer->said->frame, frame, size < TEXT_FRAME_SIZE ? size : TEXT_FRAME_SIZE);
}

static void join(struct peer *peer)
{
	if (peer->fd >= 0 || play.connections == SAID)
		return;
	peer->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	peer->said = &play.said[play.connections++];
	if (connect(peer->fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return;
	close(peer->fd);
	peer->fd = -1;
}

/* The text that is held is one that a peer has sent. */
static void check_held(const struct held *held)
{
	uint8_t frame[TEXT_FRAME_SIZE];
	bool found = false;

	must(held->end <= play.now + LIFE_MAX);
	size_t size = text_encode(&held->text, frame, sizeof(frame));
	for (size_t i = 0; i < play.connections; i++)
		found = found ||
			(play.said[i].size == size && memcmp(play.said[i].frame, frame, size) == 0);
	must(size > 0 && found);
}

static void report(struct held *held)
{
	struct report report = {.outcome = take_u8(&play.input) % OUTCOME_WITHDRAWN};

	take_text(&play.input, report.detail, 40);
	check_held(held);
	queue_report(play.queue, held, &report, play.now);
}

static void send_next(void)
{
	struct held *held = queue_next(play.queue, play.now);
	uint8_t how = take_u8(&play.input);

	if (held == NULL)
		return;
	must(held->state == HELD_WAITING && held->due <= play.now);
	check_held(held);
	uint32_t waiting = queue_count(play.queue, HELD_WAITING);
	queue_start(play.queue, held, (struct transfer *)&play);
	must(queue_count(play.queue, HELD_WAITING) == waiting - 1);
	if (how < 80) {
		report(held);
	} else if (how < 160) {
		if (queue_again(play.queue, held, play.now) != RESULT_OK)
			report(held);
		else
			must(held->due > play.now && held->due < held->end);
	} else if (how < 200) {
		queue_return(play.queue, held);
	}
}

/* What peers hear: at most one frame, and then the end. */
static void hear(struct peer *peer)
{
	uint8_t frame[TEXT_FRAME_SIZE], version;
	struct report report;

	if (peer->fd < 0)
		return;
	ssize_t size = recv(peer->fd, frame, sizeof(frame), MSG_DONTWAIT);
	if (size < 0 && errno == EAGAIN)
		return;
	if (size > 0 && !wire_get_again(frame, (size_t)size, &version)) {
		must(report_decode(frame, (size_t)size, &report) == RESULT_OK);
		must(peer->said->size > 2 && report.version == peer->said->frame[0]);
		must(memcmp(report.id, peer->said->frame + 2, WIRE_ID_SIZE) == 0);
	}
	must(size <= 0 || recv(peer->fd, frame, sizeof(frame), MSG_DONTWAIT) <= 0);
	close(peer->fd);
	peer->fd = -1;
}

static void check_queue(void)
{
	queue_read(play.queue, play.now);
	int wait = queue_timeout(play.queue, play.now);
	must(wait >= 0 && wait <= QUEUE_IDLE_MS);
	uint32_t all = 0;
	for (int i = HELD_FREE; i <= HELD_SENDING; i++)
		all += queue_count(play.queue, (enum held_state)i);
	must(all == QUEUE_MAX);
}

static void step(void)
{
	uint8_t what = take_u8(&play.input);
	struct peer *peer = &play.peer[what % PEERS];
	struct held *held;

	switch (what / PEERS) {
	case 0:
	case 1:
	case 2:
		join(peer);
		break;
	case 3:
	case 4:
	case 5:
	case 6:
	case 7:
		say(peer);
		break;
	case 8:
		if (peer->fd >= 0)
			close(peer->fd);
		peer->fd = -1;
		break;
	case 9:
		held = queue_expired(play.queue, play.now);
		must(held == NULL || held->end <= play.now);
		if (held != NULL)
			report(held);
		break;
	case 10:
		held = queue_any(play.queue, HELD_SENDING);
		if (held != NULL)
			report(held);
		break;
	case 11:
		play.now += UINT64_C(1) << (what % PEERS);
		break;
	case 12:
		queue_set_life(play.queue, take_u32(&play.input) % LIFE_MAX);
		break;
	default:
		send_next();
	}
	check_queue();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	place_make("send.sock");
	strcpy(address.sun_path, place_path);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	int before = descriptors_open();
	struct error error;

	memset(&play, 0, sizeof(play));
	play.input = (struct input){bytes, size};
	play.now = 1000;
	for (size_t i = 0; i < PEERS; i++)
		play.peer[i].fd = -1;
	must(queue_open(listen_new(), geteuid(), LIFE_MAX, &play.queue, &error) == RESULT_OK);
	for (int i = 0; i < 200 && play.input.left > 0; i++) {
		step();
		hear(&play.peer[i % PEERS]);
	}
	queue_close(play.queue);
	queue_read(play.queue, play.now);
	queue_free(&play.queue);
	unlink(address.sun_path);
	for (size_t i = 0; i < PEERS; i++) {
		hear(&play.peer[i]);
		must(play.peer[i].fd < 0);
	}
	must(descriptors_open() == before);
	return 0;
}
