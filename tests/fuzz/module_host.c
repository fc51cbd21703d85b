/* SPDX-License-Identifier: BSD-3-Clause */
#include "module_host.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define EXPORTED      __attribute__((visibility("default")))
#define VERDICT_PLACE (2 + WIRE_ID_SIZE)

struct play play = {.daemon = -1};

enum act {
	ACT_HANG = 0,
	ACT_ANSWER, /* as smsotpd makes it, fields of the input */
	ACT_SPOILT, /* the same with one byte changed */
	ACT_CUT,    /* the same, shorter or longer */
	ACT_RAW,
	ACT_AGAIN,
	ACT_CLOSE,
	ACT_COUNT,
};

static void hear(const uint8_t *frame, size_t size, struct ask *ret_ask)
{
	static uint8_t heard[WIRE_FRAME_SIZE];

	memcpy(heard, frame, size);
	must(ask_decode(heard, size, ret_ask) == RESULT_OK);
	if (!play.begun)
		memcpy(play.id, ret_ask->id, WIRE_ID_SIZE);
	play.begun = true;
	must(memcmp(play.id, ret_ask->id, WIRE_ID_SIZE) == 0);
	play.granted = play.disabled = play.waived = false;
	if (ret_ask->type != FRAME_VERIFY) {
		must(ret_ask->reply.length == 0);
		return;
	}
	must(ret_ask->reply.length == play.typed.length);
	must(memcmp(ret_ask->reply.bytes, play.typed.bytes, play.typed.length) == 0);
}

/* What the frame gives to one who trusts it, by its bytes. */
static void judge(const struct ask *ask, const uint8_t *frame, size_t size)
{
	bool ours = size > VERDICT_PLACE + 1 && play.peer == 0 && frame[0] == ask->version &&
		    frame[1] == FRAME_ANSWER && memcmp(frame + 2, ask->id, WIRE_ID_SIZE) == 0;

	if (!ours)
		return;
	play.granted = frame[VERDICT_PLACE] == VERDICT_GRANTED && ask->type == FRAME_VERIFY &&
		       ask->reply.length > 0;
	play.disabled =
		frame[VERDICT_PLACE] == VERDICT_DISABLED && frame[VERDICT_PLACE + 1] == LINE_NONE;
	play.waived = frame[VERDICT_PLACE] == VERDICT_WAIVED &&
		      memmem(frame, size, WAIVER, sizeof(WAIVER)) != NULL;
}

static size_t answer_make(const struct ask *ask, uint8_t *frame, size_t room)
{
	char user[NAME_SIZE_MAX + 1], help[HELP_SIZE_MAX + 1];
	uint8_t verdict = take_u8(&play.input), line = take_u8(&play.input);
	struct answer answer = {.version = ask->version,
		.verdict = (enum verdict)verdict,
		.line = (enum line)line,
		.tries = take_u32(&play.input),
		.seconds = take_u32(&play.input),
		.resend = take_u32(&play.input),
		.user = user,
		.help = help};

	memcpy(answer.id, ask->id, WIRE_ID_SIZE);
	memset(answer.token, (int)play.asks, TOKEN_SIZE);
	take_text(&play.input, user, sizeof(user));
	take_text(&play.input, help, sizeof(help));
	if ((verdict == VERDICT_WAIVED || verdict == VERDICT_ASK_WAIVED) && user[0] == '\0')
		answer.user = WAIVER;
	return answer_encode(&answer, frame, room);
}

static size_t frame_make(enum act act, const struct ask *ask, uint8_t *frame, size_t room)
{
	size_t size = act == ACT_RAW ? take_part(&play.input, frame, 255)
				     : answer_make(ask, frame, room / 2);

	if (act == ACT_SPOILT) {
		size_t place = take_u8(&play.input) % size;
		frame[place] ^= take_u8(&play.input);
	} else if (act == ACT_CUT) {
		memset(frame + size, 0, room - size);
		size = (size + take_u32(&play.input)) % room;
	} else if (act == ACT_AGAIN) {
		wire_put_again(frame, take_u8(&play.input));
		size = WIRE_AGAIN_SIZE;
	}
	return size;
}

void module_hang_up(void)
{
	if (play.daemon >= 0)
		close(play.daemon);
	play.daemon = -1;
}

/* smsotpd's turn, while the module waits. */
static void daemon_turn(void)
{
	static uint8_t frame[2 * WIRE_FRAME_SIZE];
	struct ask ask;
	ssize_t heard = recv(play.daemon, frame, sizeof(frame), MSG_DONTWAIT);

	if (heard <= 0)
		return;
	hear(frame, (size_t)heard, &ask);
	enum act act = take_u8(&play.input) % ACT_COUNT;
	if (act == ACT_HANG)
		return;
	if (act != ACT_CLOSE) {
		size_t size = frame_make(act, &ask, frame, sizeof(frame));
		judge(&ask, frame, size);
		must(send(play.daemon, frame, size, MSG_NOSIGNAL) == (ssize_t)size);
	}
	module_hang_up();
}

/* The host's audit trail is none of this: as in a kernel without one. */
EXPORTED int socket(int domain, int type, int protocol)
{
	if (domain != AF_NETLINK)
		return (int)syscall(SYS_socket, domain, type, protocol);
	errno = EPROTONOSUPPORT;
	return -1;
}

/* How long a call on the socket waits, unix(7). */
static int64_t patience(int fd, int option)
{
	struct timeval limit = {0};
	socklen_t size = sizeof(limit);

	must(syscall(SYS_getsockopt, fd, SOL_SOCKET, option, &limit, &size) == 0);
	return (int64_t)limit.tv_sec * 1000 + limit.tv_usec / 1000;
}

EXPORTED int connect(int fd, const struct sockaddr *address, socklen_t size)
{
	int ends[2];

	if (!play.on || address->sa_family != AF_UNIX || strcmp(address->sa_data, SOCKET) != 0)
		return (int)syscall(SYS_connect, fd, address, size);
	play.asks++;
	uint8_t way = take_u8(&play.input);
	if (way >= 250) {
		play.now += way == 255 ? patience(fd, SO_SNDTIMEO) : 0;
		errno = way == 255 ? EAGAIN : ECONNREFUSED;
		return -1;
	}
	play.peer = way >= 240 ? way : 0;
	module_hang_up();
	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
	must(dup3(ends[0], fd, O_CLOEXEC) == fd);
	close(ends[0]);
	play.daemon = ends[1];
	return 0;
}

EXPORTED int getsockopt(int fd, int level, int name, void *ret, socklen_t *size)
{
	int failed = (int)syscall(SYS_getsockopt, fd, level, name, ret, size);

	if (play.on && failed == 0 && level == SOL_SOCKET && name == SO_PEERCRED)
		((struct ucred *)ret)->uid = play.peer;
	return failed;
}

#undef recv
EXPORTED ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
	if (!play.on || fd == play.daemon)
		return syscall(SYS_recvfrom, fd, bytes, size, flags, NULL, NULL);
	must(flags == 0 && patience(fd, SO_RCVTIMEO) > 0);
	if (play.daemon >= 0)
		daemon_turn();
	ssize_t received = syscall(SYS_recvfrom, fd, bytes, size, MSG_DONTWAIT, NULL, NULL);
	if (received < 0)
		play.now += patience(fd, SO_RCVTIMEO);
	return received;
}

EXPORTED int clock_gettime(clockid_t clock, struct timespec *ret_now)
{
	if (!play.on || clock != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, clock, ret_now);
	*ret_now = (struct timespec){
		.tv_sec = (time_t)(play.now / 1000), .tv_nsec = (long)(play.now % 1000) * 1000000L};
	return 0;
}

EXPORTED int nanosleep(const struct timespec *pause, struct timespec *ret_left)
{
	if (!play.on)
		return (int)syscall(SYS_nanosleep, pause, ret_left);
	play.now += (int64_t)pause->tv_sec * 1000 + pause->tv_nsec / 1000000;
	return 0;
}

/* libpam's way to the log, which is none of this. */
EXPORTED __attribute__((format(printf, 3, 4))) void __syslog_chk(
	int priority, int flag, const char *format, ...);
void __syslog_chk(int priority, int flag, const char *format, ...)
{
	(void)priority;
	(void)flag;
	(void)format;
}
