/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * smsotpd's sockets against peers made of the input: frames of the module and of smsotpctl, whole,
 * cut and foreign, peers that say nothing, go, or say more.
 *
 * - What is read is what a peer sent first, and comes once; its number was never used before.
 * - Each peer hears one frame at most, and that is to him: FRAME_AGAIN, or an answer once it was
 *   given.
 * - Who has not sent his frame in time is gone; at the end nobody is left, and no descriptor.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "smsotpd/connection.h"

#define PEERS      8
#define FRAME_ROOM (2 * WIRE_FRAME_SIZE)
#define WAITING    256
#define TAG        3

struct peer {
	int fd; /* -1 for none */
	uint8_t mark;
	int id; /* first byte of that in his first frame, -1 for none that is one */
	bool spoke;
};

static struct {
	struct input input;
	struct connections *connections;
	int listener[2], epoll; /* of the module, and of smsotpctl */
	struct peer peer[PEERS];
	uint8_t marks;
	bool answered[256]; /* by the mark */
	uint64_t said[256]; /* of each first frame that is an ask: what stands for its bytes */
	size_t asks;
	uint64_t waiting[WAITING];
	uint8_t waiting_mark[WAITING];
	size_t waits;
	uint64_t number[256];
	size_t numbers;
	int64_t now;
} play;

static char directory[] = "/tmp/smsotp-fuzz-XXXXXX";
static struct sockaddr_un address[2];

static void join(struct peer *peer, size_t which)
{
	if (peer->fd >= 0 || play.marks == 255)
		return;
	*peer = (struct peer){.fd = -1, .mark = ++play.marks, .id = -1};
	peer->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (connect(peer->fd, (struct sockaddr *)&address[which], sizeof(address[which])) == 0)
		return;
	close(peer->fd);
	peer->fd = -1;
}

static size_t ask_make(uint8_t mark, uint8_t *frame, size_t size)
{
	struct ask ask = {.type = FRAME_BEGIN + take_u8(&play.input) % 4,
		.uid = take_u8(&play.input) % 4,
		.service = "sshd",
		.user = "demo",
		.tty = "",
		.rhost = "",
		.ruser = "",
		.connection = "",
		.auth_info = ""};

	memset(ask.id, mark, WIRE_ID_SIZE);
	ask.reply.length = take_part(&play.input, ask.reply.bytes, 20);
	return ask_encode(&ask, frame, size);
}

/* FNV-1a */
static uint64_t sum_of(const uint8_t *frame, size_t size)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ frame[i]) * UINT64_C(0x100000001b3);
	return sum;
}

static void say(struct peer *peer)
{
	static uint8_t heard[FRAME_ROOM], frame[FRAME_ROOM];
	uint8_t how = take_u8(&play.input) % 8;
	size_t size;

	if (peer->fd < 0)
		return;
	memset(frame, 0, sizeof(frame));
	if (how < 4)
		size = ask_make(peer->mark, frame, sizeof(frame));
	else if (how == 4)
		size = (size_t)snprintf((char *)frame, sizeof(frame), "{\"mark\":%u}", peer->mark);
	else
		size = take_part(&play.input, frame, 255);
	if (how == 7) /* more than a frame may have */
		size += WIRE_FRAME_SIZE;
	if (how == 3)
		frame[take_u8(&play.input) % size] ^= take_u8(&play.input);
	if (size == 0 || send(peer->fd, frame, size, MSG_NOSIGNAL) < 0 || peer->spoke)
		return;
	peer->spoke = true;
	memcpy(heard, frame, size);
	struct ask ask;
	if (ask_decode(heard, size, &ask) != RESULT_OK)
		return;
	peer->id = ask.id[0];
	play.said[play.asks++] = sum_of(frame, size);
}

/* It was said, and is read for the first time. */
static void check_ask(const struct ask *ask)
{
	static uint8_t frame[WIRE_FRAME_SIZE];
	uint64_t sum = sum_of(frame, ask_encode(ask, frame, sizeof(frame)));
	size_t i = 0;

	while (i < play.asks && play.said[i] != sum)
		i++;
	must(i < play.asks);
	play.said[i] = play.said[--play.asks];
}

/* One frame was read; who sent it waits from now on. */
static void take(const struct incoming *incoming)
{
	uint8_t mark = incoming->ask.id[0];

	for (size_t i = 0; i < play.numbers; i++)
		must(incoming->connection != play.number[i]);
	play.number[play.numbers++] = incoming->connection;
	if (incoming->request != NULL) {
		must(json_is_object(incoming->request));
		mark = (uint8_t)json_integer_value(json_object_get(incoming->request, "mark"));
		json_decref(incoming->request);
		if (incoming->bulk >= 0)
			close(incoming->bulk);
	} else {
		check_ask(&incoming->ask);
	}
	play.waiting[play.waits] = incoming->connection;
	play.waiting_mark[play.waits++] = mark;
}

static void read_one(uint32_t event)
{
	struct incoming incoming;

	if (connections_read(play.connections, event, &incoming))
		take(&incoming);
	connections_forget(play.connections);
}

/* As the loop does: the module's frame is looked for at once, an operator's when epoll says. */
static void turn(void)
{
	struct epoll_event events[8];
	uint32_t event;

	if (connections_accept(play.connections, play.listener[0], false, play.now, &event))
		read_one(event);
	(void)!connections_accept(play.connections, play.listener[1], true, play.now, &event);
	int count = epoll_wait(play.epoll, events, 8, 0);
	for (int i = 0; i < count; i++) {
		must(events[i].data.u64 >> 32 == TAG);
		read_one((uint32_t)events[i].data.u64);
	}
	connections_expire(play.connections, play.now);
}

/* One of those that wait is answered, or closed without a word. */
static void answer(void)
{
	struct answer said = {.user = "", .help = ""};
	uint8_t how = take_u8(&play.input) % 4;

	if (play.waits == 0)
		return;
	size_t place = take_u8(&play.input) % play.waits--;
	uint64_t connection = play.waiting[place];
	uint8_t mark = play.waiting_mark[place];
	play.waiting[place] = play.waiting[play.waits];
	play.waiting_mark[place] = play.waiting_mark[play.waits];
	memset(said.id, mark, WIRE_ID_SIZE);
	play.answered[mark] = true;
	if (how == 3) {
		json_t *reply = json_pack("{s:b}", "ok", 1);
		connections_reply(play.connections, connection, reply);
		json_decref(reply);
	} else {
		connections_answer(play.connections, connection, how == 2 ? NULL : &said);
	}
	/* A number that was answered finds nobody. */
	connections_answer(play.connections, connection, &said);
}

static void hear(struct peer *peer)
{
	uint8_t frame[WIRE_FRAME_SIZE], version;
	struct answer said;

	if (peer->fd < 0)
		return;
	ssize_t size = recv(peer->fd, frame, sizeof(frame), MSG_DONTWAIT);
	if (size < 0 && errno == EAGAIN)
		return;
	if (size > 1 && !wire_get_again(frame, (size_t)size, &version)) {
		must(answer_decode(frame, (size_t)size, &said) == RESULT_OK);
		must(play.answered[said.id[0]] && (peer->id < 0 || said.id[0] == peer->id));
	}
	must(size <= 0 || recv(peer->fd, frame, sizeof(frame), MSG_DONTWAIT) <= 0);
	close(peer->fd);
	peer->fd = -1;
}

static void step(void)
{
	uint8_t what = take_u8(&play.input);
	struct peer *peer = &play.peer[what % PEERS];

	if (what < 64)
		join(peer, what < 48 ? 0 : 1);
	else if (what < 150)
		say(peer);
	else if (what < 170)
		hear(peer);
	else if (what < 180) {
		if (peer->fd >= 0)
			close(peer->fd);
		peer->fd = -1;
	} else if (what < 220)
		answer();
	else if (what < 240)
		play.now += INT64_C(1) << (what % 12);
	turn();
}

static int listen_at(struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	must(bind(fd, (struct sockaddr *)at, sizeof(*at)) == 0 && listen(fd, PEERS) == 0);
	return fd;
}

static void remove_directory(void)
{
	rmdir(directory);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	must(mkdtemp(directory) != NULL);
	for (size_t i = 0; i < 2; i++) {
		address[i].sun_family = AF_UNIX;
		snprintf(address[i].sun_path, sizeof(address[i].sun_path), "%s/%zu", directory, i);
	}
	atexit(remove_directory);
	return 0;
}

static void finish(void)
{
	for (size_t i = 0; i < 3; i++)
		turn();
	while (play.waits > 0)
		answer();
	play.now += FRAME_MS;
	turn();
	must(connections_count(play.connections) == 0);
	for (size_t i = 0; i < PEERS; i++) {
		if (play.peer[i].fd >= 0)
			close(play.peer[i].fd);
	}
	connections_free(&play.connections);
	for (size_t i = 0; i < 2; i++) {
		close(play.listener[i]);
		unlink(address[i].sun_path);
	}
	close(play.epoll);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	int before = descriptors_open();

	memset(&play, 0, sizeof(play));
	play.input = (struct input){bytes, size};
	play.epoll = epoll_create1(EPOLL_CLOEXEC);
	for (size_t i = 0; i < 2; i++)
		play.listener[i] = listen_at(&address[i]);
	for (size_t i = 0; i < PEERS; i++)
		play.peer[i].fd = -1;
	must(connections_new(play.epoll, TAG, &play.connections) == RESULT_OK);
	for (int i = 0; i < 200 && play.input.left > 0; i++)
		step();
	finish();
	must(descriptors_open() == before);
	return 0;
}
