/* SPDX-License-Identifier: BSD-3-Clause */
#include "flood.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ask.h"

#define WORKERS_MAX 64
#define IDLE_MAX    1000
#define LOWEST      19

struct flood {
	const struct attempt *attempt;
	const char *socket;
	unsigned int uid;
	atomic_ulong *strikes;
};

static int connected(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void pause_ms(long milliseconds)
{
	const struct timespec pause = {.tv_nsec = milliseconds * 1000000};

	nanosleep(&pause, NULL);
}

static void hog(const struct flood *flood)
{
	for (;;)
		atomic_fetch_add(flood->strikes, 1);
}

static void through_pam(const struct flood *flood)
{
	for (;;) {
		struct timing timing = {0};
		attempt_apart(flood->attempt, APART_FORK, &timing);
		atomic_fetch_add(flood->strikes, 1);
	}
}

static size_t begin_frame(const struct flood *flood, uint8_t *frame, size_t size)
{
	struct ask ask = {.type = FRAME_BEGIN,
		.uid = flood->uid,
		.service = flood->attempt->service,
		.user = flood->attempt->user,
		.tty = "",
		.rhost = "",
		.ruser = "",
		.connection = "",
		.auth_info = ""};

	if (getrandom(ask.id, sizeof(ask.id), 0) != (ssize_t)sizeof(ask.id))
		return 0;
	return ask_encode(&ask, frame, size);
}

static void by_frames(const struct flood *flood)
{
	uint8_t frame[WIRE_FRAME_SIZE];

	for (;;) {
		int fd = connected(flood->socket);
		if (fd < 0) {
			pause_ms(1);
			continue;
		}
		struct pollfd answer = {.fd = fd, .events = POLLIN};
		size_t size = begin_frame(flood, frame, sizeof(frame));
		if (send(fd, frame, size, MSG_NOSIGNAL) == (ssize_t)size)
			(void)poll(&answer, 1, 1000);
		close(fd);
		atomic_fetch_add(flood->strikes, 1);
	}
}

/* Opens what is not open, at most `most`. */
static void idle_open(const struct flood *flood, struct pollfd idle[static IDLE_MAX], int most)
{
	for (int i = 0; i < IDLE_MAX && most > 0; i++) {
		if (idle[i].fd >= 0 && idle[i].revents == 0)
			continue;
		if (idle[i].fd >= 0)
			close(idle[i].fd);
		idle[i].fd = connected(flood->socket);
		idle[i].revents = 0;
		if (idle[i].fd >= 0)
			atomic_fetch_add(flood->strikes, 1);
		most--;
	}
}

static void idle_keep(const struct flood *flood, int most)
{
	struct pollfd idle[IDLE_MAX];

	for (int i = 0; i < IDLE_MAX; i++)
		idle[i] = (struct pollfd){.fd = -1, .events = POLLIN};
	for (;;) {
		idle_open(flood, idle, most);
		pause_ms(1);
		if (poll(idle, IDLE_MAX, 0) < 0 && errno != EINTR)
			err(1, "poll");
	}
}

static void by_idling(const struct flood *flood)
{
	idle_keep(flood, 1);
}

static void by_connecting(const struct flood *flood)
{
	idle_keep(flood, IDLE_MAX);
}

/* `privileged`: its effective user is root, as that of sudo and of whoever signs in. */
static const struct kind {
	const char *name;
	void (*run)(const struct flood *flood);
	bool privileged;
} kinds[] = {
	{"hog", hog, false},
	{"pam", through_pam, true},
	{"begin", by_frames, true},
	{"own", by_connecting, false},
	{"idle", by_idling, true},
	{"connect", by_connecting, true},
};

static const struct kind *kind_of(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	errx(1, "%s: no such flood", name);
}

static pid_t worker_start(const struct flood *flood, const struct kind *kind)
{
	pid_t child = fork();

	if (child < 0)
		err(1, "fork");
	if (child > 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (nice(LOWEST) < 0 || setreuid(flood->uid, kind->privileged ? 0 : flood->uid) != 0)
		err(1, "nice, setreuid");
	kind->run(flood);
	_exit(0);
}

int flood_run(const char *kind, unsigned int uid, int workers, const struct attempt *attempt,
	const char *socket)
{
	struct flood flood = {.attempt = attempt, .socket = socket, .uid = uid};
	pid_t worker[WORKERS_MAX];
	char byte;

	if (workers < 1 || workers > WORKERS_MAX)
		errx(1, "%d workers", workers);
	flood.strikes = mmap(NULL, sizeof(*flood.strikes), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (flood.strikes == MAP_FAILED)
		err(1, "mmap");
	for (int i = 0; i < workers; i++)
		worker[i] = worker_start(&flood, kind_of(kind));
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	for (int i = 0; i < workers; i++) {
		kill(worker[i], SIGKILL);
		waitpid(worker[i], NULL, 0);
	}
	printf("%lu\n", atomic_load(flood.strikes));
	return 0;
}
