/* SPDX-License-Identifier: BSD-3-Clause */
#include "fake.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LATER_NS 150000000L /* several tries of the module's */

static void must(bool condition, const char *what)
{
	if (condition)
		return;
	perror(what);
	abort();
}

struct fake *fake_new(const char *path)
{
	struct fake *fake = mmap(
		NULL, sizeof(*fake), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	must(fake != MAP_FAILED, "mmap");
	snprintf(fake->path, sizeof(fake->path), "%s", path);
	return fake;
}

static void open_listener(struct fake *fake, uid_t uid)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", fake->path);
	fake->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	must(fake->listener >= 0, "socket");
	must(bind(fake->listener, (struct sockaddr *)&address, sizeof(address)) == 0, "bind");
	/* The kernel shows who called listen(2). */
	must(seteuid(uid) == 0, "seteuid");
	must(listen(fake->listener, 64) == 0, "listen");
	must(seteuid(0) == 0, "seteuid");
}

static void hear(struct fake *fake, const struct ask *ask)
{
	struct fake_heard *heard = &fake->heard[fake->count];

	must(fake->count < FAKE_HEARD, "too many asks");
	heard->version = ask->version;
	heard->type = ask->type;
	memcpy(heard->id, ask->id, WIRE_ID_SIZE);
	heard->uid = ask->uid;
	heard->first_factor = ask->first_factor;
	snprintf(heard->service, sizeof(heard->service), "%s", ask->service);
	snprintf(heard->user, sizeof(heard->user), "%s", ask->user);
	snprintf(heard->tty, sizeof(heard->tty), "%s", ask->tty);
	snprintf(heard->rhost, sizeof(heard->rhost), "%s", ask->rhost);
	snprintf(heard->ruser, sizeof(heard->ruser), "%s", ask->ruser);
	snprintf(heard->auth_info, sizeof(heard->auth_info), "%s", ask->auth_info);
	snprintf(heard->connection, sizeof(heard->connection), "%s", ask->connection);
	memcpy(heard->token, ask->token, TOKEN_SIZE);
	heard->reply = ask->reply;
	fake->count++;
}

/* Each answer has a token of its own, to see it come back. */
static size_t frame_of(const struct fake *fake, const struct fake_turn *turn, const struct ask *ask,
	uint8_t *frame, size_t room)
{
	struct answer answer = {.version = ask->version,
		.verdict = (enum verdict)turn->verdict,
		.line = (enum line)turn->line,
		.tries = turn->number,
		.seconds = turn->number,
		.resend = turn->number,
		.user = turn->user,
		.help = turn->help};

	memcpy(answer.id, ask->id, WIRE_ID_SIZE);
	memset(answer.token, (int)fake->count, TOKEN_SIZE);
	if (turn->act == FAKE_OTHER_ID)
		answer.id[0] ^= 1;
	size_t size = answer_encode(&answer, frame, room);
	must(size > 0, "answer_encode");
	if (turn->act == FAKE_AGAIN || turn->act == FAKE_NEWER) {
		wire_put_again(frame, ask->version);
		frame[0] = turn->act == FAKE_NEWER ? WIRE_VERSION + 1 : frame[0];
		return WIRE_AGAIN_SIZE;
	}
	if (turn->act == FAKE_FOREIGN)
		frame[1] = FRAME_BEGIN;
	if (turn->act == FAKE_VERSION)
		frame[0]++;
	if (turn->act == FAKE_SHORT)
		return size - 1;
	if (turn->act == FAKE_LONG)
		return size + 1;
	return turn->act == FAKE_HUGE ? room : size;
}

static void endless_turn(const struct ask *ask, struct fake_turn *turn)
{
	char code[8];

	*turn = (struct fake_turn){.verdict = VERDICT_ASK, .line = LINE_SENT};
	if (ask->type != FRAME_VERIFY)
		return;
	snprintf(code, sizeof(code), "%06d", atoi(ask->user + strcspn(ask->user, "0123456789")));
	bool right = strcmp(code, ask->reply.bytes) == 0;
	turn->verdict = right ? VERDICT_GRANTED : VERDICT_REFUSED;
}

static void depart(struct fake *fake)
{
	close(fake->listener);
	unlink(fake->path);
}

static void wait_a_little(void)
{
	const struct timespec later = {.tv_nsec = LATER_NS};

	nanosleep(&later, NULL);
}

/* Whether the frame is of a release after the one we play; then it is not heard. */
static bool too_new(const struct fake *fake, int fd, const uint8_t *frame)
{
	uint8_t again[WIRE_AGAIN_SIZE];

	if (!fake->before || frame[0] <= WIRE_OLDEST)
		return false;
	wire_put_again(again, WIRE_OLDEST);
	must(send(fd, again, sizeof(again), MSG_NOSIGNAL) == sizeof(again), "send");
	return true;
}

/* One connection; a hung one stays open until the process ends. */
static void serve(struct fake *fake, int fd, size_t *number)
{
	static uint8_t frame[2 * WIRE_FRAME_SIZE];
	static uint8_t answer[2 * WIRE_FRAME_SIZE];
	struct fake_turn turn = {.act = FAKE_CLOSE};
	struct ask ask;
	ssize_t size = recv(fd, frame, sizeof(frame), 0);

	if (size <= 0 || too_new(fake, fd, frame) ||
		ask_decode(frame, (size_t)size, &ask) != RESULT_OK) {
		close(fd);
		return;
	}
	hear(fake, &ask);
	if (fake->endless)
		endless_turn(&ask, &turn);
	else if (*number < fake->turns)
		turn = fake->turn[(*number)++];
	if (turn.act == FAKE_HANG)
		return;
	if (turn.act == FAKE_RESTART)
		depart(fake);
	if (turn.act == FAKE_SLOW)
		wait_a_little();
	if (turn.act != FAKE_CLOSE) {
		memset(answer, 0, sizeof(answer));
		size_t length = frame_of(fake, &turn, &ask, answer, sizeof(answer));
		must(send(fd, answer, length, MSG_NOSIGNAL) == (ssize_t)length, "send");
	}
	if (turn.act == FAKE_RESTART) {
		wait_a_little();
		open_listener(fake, 0);
	}
	close(fd);
}

void fake_start(struct fake *fake, uid_t uid)
{
	size_t number = 0;

	open_listener(fake, uid);
	/* Both see *fake, and only one knows the number. */
	pid_t pid = fork();
	must(pid >= 0, "fork");
	if (pid > 0) {
		fake->pid = pid;
		close(fake->listener);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int fd = accept4(fake->listener, NULL, NULL, SOCK_CLOEXEC);
		must(fd >= 0, "accept");
		serve(fake, fd, &number);
	}
}

void fake_stop(struct fake **fake)
{
	if ((*fake)->pid > 0) {
		kill((*fake)->pid, SIGKILL);
		waitpid((*fake)->pid, NULL, 0);
	}
	unlink((*fake)->path);
	munmap(*fake, sizeof(**fake));
	*fake = NULL;
}
