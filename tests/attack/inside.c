/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Speaks for somebody who has taken a daemon over: preloaded into it, in the place of the
 * libsystemd function that says it is ready, it tries what the daemon forbids itself, from the
 * main thread and from a new one. One line each on standard error: "inside THREAD NAME ERRNO".
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

/* Each is asked for with -1 for every argument, which harms nobody where it is allowed. */
/* clang-format off */
#define CALL(name) {#name, SYS_##name}
static const struct attempt {
	const char *name;
	long call;
} attempts[] = {
	CALL(execve), CALL(execveat), CALL(ptrace), CALL(process_vm_readv), CALL(process_vm_writev),
	CALL(pidfd_getfd), CALL(kcmp), CALL(unshare), CALL(setns), CALL(chroot), CALL(pivot_root),
	CALL(mount), CALL(umount2), CALL(mount_setattr), CALL(move_mount), CALL(open_tree),
	CALL(fsopen), CALL(fsconfig), CALL(fsmount), CALL(fspick), CALL(open_by_handle_at),
	CALL(setuid), CALL(setgid), CALL(setreuid), CALL(setregid), CALL(setresuid),
	CALL(setresgid), CALL(setfsuid), CALL(setfsgid), CALL(setgroups), CALL(capset),
	CALL(init_module), CALL(finit_module), CALL(delete_module), CALL(kexec_load),
	CALL(kexec_file_load), CALL(bpf), CALL(perf_event_open), CALL(userfaultfd), CALL(add_key),
	CALL(request_key), CALL(keyctl), CALL(io_uring_setup), CALL(io_uring_enter),
	CALL(io_uring_register), CALL(clone3),
};
/* clang-format on */

static void said(const char *thread, const char *name, long result)
{
	fprintf(stderr, "inside %s %s %d\n", thread, name, result < 0 ? errno : 0);
}

static void try_socket(const char *thread, const char *name, int family, int type)
{
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	said(thread, name, fd);
	if (fd >= 0)
		close(fd);
}

/* A child that comes to be has nothing to do but end. */
static void try_clone(const char *thread, const char *name, unsigned long flags)
{
	long child = syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);

	if (child == 0)
		_exit(0);
	said(thread, name, child);
	if (child > 0)
		waitpid((pid_t)child, NULL, 0);
}

static void *try_all(void *argument)
{
	const char *thread = argument;

	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
		said(thread, attempts[i].name,
			syscall(attempts[i].call, -1L, -1L, -1L, -1L, -1L, -1L));
	try_clone(thread, "fork", 0);
	try_clone(thread, "newuser", CLONE_NEWUSER);
	try_socket(thread, "unix", AF_UNIX, SOCK_SEQPACKET);
	try_socket(thread, "inet", AF_INET, SOCK_STREAM);
	try_socket(thread, "inet6", AF_INET6, SOCK_DGRAM);
	try_socket(thread, "netlink", AF_NETLINK, SOCK_RAW);
	try_socket(thread, "packet", AF_PACKET, SOCK_RAW);
	return NULL;
}

__attribute__((visibility("default"))) int sd_notify(int unset, const char *state)
{
	pthread_t thread;

	if (unset != 0 || strcmp(state, "READY=1") != 0)
		return 0;
	try_all((void *)"first");
	int failure = pthread_create(&thread, NULL, try_all, (void *)"second");
	if (failure == 0)
		failure = pthread_join(thread, NULL);
	fprintf(stderr, "inside all done %d\n", failure);
	return 0;
}
