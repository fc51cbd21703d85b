/* SPDX-License-Identifier: BSD-3-Clause */
/* build/tests/old-kernel.so, preloaded: what Linux before 5.11 does not have. */
#include <errno.h>
#include <sys/epoll.h>

__attribute__((visibility("default"))) int epoll_pwait2(int epoll, struct epoll_event *events,
	int size, const struct timespec *wait, const sigset_t *signals)
{
	(void)epoll;
	(void)events;
	(void)size;
	(void)wait;
	(void)signals;
	errno = ENOSYS;
	return -1;
}
