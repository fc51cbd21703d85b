/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What both daemons do before they serve: a listening socket from systemd or made by themselves,
 * the system user's rights instead of root's, and no core, swap or tracer for their memory.
 */
#ifndef SMSOTP_SERVE_H
#define SMSOTP_SERVE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "result.h"

/* So many may wait at a socket that we made; systemd's own Backlog= is never less than a login
 * storm fills. */
#define SERVE_BACKLOG 128

/*
 * The SOCK_SEQPACKET listener `name` (FileDescriptorName= of its .socket unit, sd_listen_fds(3));
 * where systemd hands none over, binds `path`, mode 0600, owned by `owner` (a stale socket is
 * replaced, a live one is RESULT_EXISTS). Nonblocking, close-on-exec.
 */
CHECKED enum result serve_listen(const char *name, const char *path, const char *owner,
	int *ret_socket, struct error *error);

/*
 * Root becomes `user` (with that user's primary group and no other), for good; anybody else stays
 * who he is. Then no new privileges, undumpable, no core. Memory locking is tried: RESULT_OK where
 * the limit forbids it.
 */
CHECKED enum result serve_drop(const char *user, struct error *error);

/*
 * Keeps all memory of this process from swap, also that to come; nothing where RLIMIT_MEMLOCK is
 * finite. serve_drop does it; a child of fork(2) has to do it again, mlockall(2).
 */
void serve_lock_memory(void);

/* Makes the directory `path` root's, mode 0711, where it is missing (foreground start only). */
CHECKED enum result serve_directory(const char *path, struct error *error);

/*
 * Lets this process open `count` descriptors, or what its hard limit has: fewer make others wait.
 * To be called before there are threads: the kernel's table is made for all of them at once.
 */
void serve_files(unsigned int count);

/*
 * sd_notify(3) and the watchdog; idle without systemd. `now`: ms of any clock that does not go
 * back; the watchdog is told once a second, however often this is called.
 */
void serve_ready(void);
void serve_alive(int64_t now);

#endif
