/* SPDX-License-Identifier: BSD-3-Clause */
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define RETRY_MS   20
#define CONNECT_MS 100 /* then it is tried again: a wake-up may have gone to one who was killed */

static int64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define CLOSED __attribute__((cleanup(close_fd))) int

/* Who can put a socket at `path` decides who signs in: its directory must be root's, and only his.
 */
static enum result directory_check(const char *path)
{
	char directory[sizeof(((struct sockaddr_un *)0)->sun_path)];
	const char *slash = strrchr(path, '/');
	struct stat status;

	if (path[0] != '/' || slash == path || (size_t)(slash - path) >= sizeof(directory))
		return RESULT_REFUSED;
	memcpy(directory, path, (size_t)(slash - path));
	directory[slash - path] = '\0';
	if (lstat(directory, &status) != 0)
		return errno == ENOENT ? RESULT_UNREACHABLE : RESULT_FAILED;
	if (!S_ISDIR(status.st_mode) || status.st_uid != 0 || (status.st_mode & 022) != 0)
		return RESULT_REFUSED;
	return RESULT_OK;
}

/* The kernel shows who called listen(2): root, under systemd and before a daemon drops its rights.
 */
static enum result peer_check(int fd)
{
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return RESULT_FAILED;
	return peer.uid == 0 ? RESULT_OK : RESULT_REFUSED;
}

/* How long one call on the socket may wait: `most` ms, and no longer than the deadline. */
static enum result limit_wait(int fd, int option, int64_t most, int64_t deadline)
{
	int64_t left = deadline - monotonic_ms();

	if (left <= 0)
		return RESULT_TIMEOUT;
	left = left < most ? left : most;
	const struct timeval wait = {left / 1000, left % 1000 * 1000};
	return setsockopt(fd, SOL_SOCKET, option, &wait, sizeof(wait)) == 0 ? RESULT_OK
									    : RESULT_FAILED;
}

/* Where the listener's queue is full connect(2) waits its turn, unix(7), SO_SNDTIMEO. */
static enum result connect_once(const char *path, int64_t deadline, int *ret_fd)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	enum result result = directory_check(path);

	if (result != RESULT_OK)
		return result;
	if (strlen(path) >= sizeof(address.sun_path))
		return RESULT_REFUSED;
	memcpy(address.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return RESULT_FAILED;
	result = limit_wait(fd, SO_SNDTIMEO, CONNECT_MS, deadline);
	if (result == RESULT_OK &&
		connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
		result = RESULT_UNREACHABLE;
	if (result == RESULT_OK)
		result = peer_check(fd);
	if (result != RESULT_OK) {
		close(fd);
		return result;
	}
	*ret_fd = fd;
	return RESULT_OK;
}

static enum result send_frame(int fd, const uint8_t *frame, size_t size, int64_t deadline)
{
	for (;;) {
		if (send(fd, frame, size, MSG_NOSIGNAL) == (ssize_t)size)
			return RESULT_OK;
		if (errno != EAGAIN && errno != EINTR)
			return RESULT_UNREACHABLE;
		enum result result = limit_wait(fd, SO_SNDTIMEO, CONNECT_MS, deadline);
		if (result != RESULT_OK)
			return result;
	}
}

/* On the heap: of a stack frame this large -fstack-clash-protection touches each page. */
static enum result send_ask(int fd, const struct ask *ask, int64_t deadline)
{
	uint8_t *frame = malloc(WIRE_FRAME_SIZE);

	if (frame == NULL)
		return RESULT_MEMORY;
	size_t size = ask_encode(ask, frame, WIRE_FRAME_SIZE);
	enum result result = size == 0 ? RESULT_INVALID : send_frame(fd, frame, size, deadline);
	explicit_bzero(frame, size);
	free(frame);
	return result;
}

static enum result receive_frame(int fd, uint8_t *frame, int64_t deadline, size_t *ret_size)
{
	for (;;) {
		enum result result = limit_wait(fd, SO_RCVTIMEO, INT64_MAX, deadline);
		if (result != RESULT_OK)
			return result;
		ssize_t size = recv(fd, frame, CLIENT_FRAME_SIZE, 0);
		if (size < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (size <= 0)
			return RESULT_UNREACHABLE;
		*ret_size = (size_t)size;
		return RESULT_OK;
	}
}

/* An answer is to this ask, and in its version. */
static enum result answer_read(
	const struct ask *ask, uint8_t *frame, size_t size, struct answer *ret_answer)
{
	struct answer answer;

	if (answer_decode(frame, size, &answer) != RESULT_OK || answer.version != ask->version ||
		memcmp(answer.id, ask->id, WIRE_ID_SIZE) != 0)
		return RESULT_INVALID;
	*ret_answer = answer;
	return RESULT_OK;
}

/* *ret_heard tells whether smsotpd may have heard the frame. */
static enum result ask_once(const char *path, struct ask *ask, uint8_t *frame, int64_t deadline,
	bool *ret_heard, struct answer *ret_answer)
{
	CLOSED fd = -1;
	size_t size = 0;
	enum result result = connect_once(path, deadline, &fd);

	if (result == RESULT_OK)
		result = send_ask(fd, ask, deadline);
	if (result != RESULT_OK)
		return result;
	*ret_heard = true;
	result = receive_frame(fd, frame, deadline, &size);
	if (result != RESULT_OK)
		return result;
	*ret_heard = !wire_get_again(frame, size, &ask->version);
	return *ret_heard ? answer_read(ask, frame, size, ret_answer) : RESULT_UNREACHABLE;
}

static int64_t budget_ms(enum frame_type type)
{
	static const int64_t budgets[] = {
		[FRAME_BEGIN] = CLIENT_BEGIN_MS,
		[FRAME_VERIFY] = VERIFY_MS,
		[FRAME_SESSION_OPEN] = CLIENT_SESSION_MS,
		[FRAME_SESSION_CLOSE] = CLIENT_SESSION_MS,
	};

	return budgets[type];
}

enum result client_ask(const char *path, struct ask *ask, uint8_t frame[static CLIENT_FRAME_SIZE],
	struct answer *ret_answer)
{
	int64_t deadline = monotonic_ms() + budget_ms(ask->type);
	struct timespec pause = {.tv_nsec = RETRY_MS * 1000000L};

	if (ask->version == 0)
		ask->version = WIRE_VERSION;
	for (;;) {
		bool heard = false;
		uint8_t version = ask->version;
		enum result result = ask_once(path, ask, frame, deadline, &heard, ret_answer);
		bool again = result == RESULT_UNREACHABLE && (!heard || ask->type == FRAME_BEGIN);
		if (!again)
			return result;
		if (monotonic_ms() + RETRY_MS >= deadline)
			return RESULT_UNREACHABLE;
		/* A smsotpd of the release before has named its version: there is nothing to wait
		 * for. */
		if (ask->version >= version)
			nanosleep(&pause, NULL);
	}
}
