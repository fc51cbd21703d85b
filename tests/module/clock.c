/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The time of this program and of the module in it, which finds these before libc's: it passes
 * while somebody sleeps or waits in vain, and not while a busy machine lets him wait. So what is
 * said of deadlines holds at any speed.
 */
#undef _FORTIFY_SOURCE /* its recv is defined inline */
#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))
#define BEGIN_MS INT64_C(1000000)

/* Of each thread: the test's dialogues side by side do not wait for each other. */
static _Thread_local int64_t waited_ms;

EXPORTED int clock_gettime(clockid_t clock, struct timespec *ret_now)
{
	int64_t now = BEGIN_MS + waited_ms;

	if (clock != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, clock, ret_now);
	*ret_now = (struct timespec){
		.tv_sec = (time_t)(now / 1000), .tv_nsec = (long)(now % 1000) * 1000000L};
	return 0;
}

EXPORTED int nanosleep(const struct timespec *pause, struct timespec *ret_left)
{
	waited_ms += (int64_t)pause->tv_sec * 1000 + pause->tv_nsec / 1000000;
	return clock_nanosleep(CLOCK_REALTIME, 0, pause, ret_left) == 0 ? 0 : -1;
}

/* A call on a socket that has waited in vain: its timeout is the socket's, unix(7). */
static void pass(int fd, int option)
{
	struct timeval limit = {0};
	socklen_t size = sizeof(limit);

	if (getsockopt(fd, SOL_SOCKET, option, &limit, &size) == 0)
		waited_ms += (int64_t)limit.tv_sec * 1000 + limit.tv_usec / 1000;
	errno = EAGAIN;
}

EXPORTED int connect(int fd, const struct sockaddr *address, socklen_t size)
{
	int failed = (int)syscall(SYS_connect, fd, address, size);

	if (failed != 0 && errno == EAGAIN)
		pass(fd, SO_SNDTIMEO);
	return failed;
}

EXPORTED ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
	ssize_t sent = syscall(SYS_sendto, fd, bytes, size, flags, NULL, 0);

	if (sent < 0 && errno == EAGAIN)
		pass(fd, SO_SNDTIMEO);
	return sent;
}

EXPORTED ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
	ssize_t received = syscall(SYS_recvfrom, fd, bytes, size, flags, NULL, NULL);

	if (received < 0 && errno == EAGAIN)
		pass(fd, SO_RCVTIMEO);
	return received;
}
