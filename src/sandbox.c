/* SPDX-License-Identifier: BSD-3-Clause */
#include "sandbox.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

/*
 * clone3(2) hides its flags behind a pointer; where it is missing, glibc falls back to clone(2).
 * Forking and threads stay allowed.
 */
static const struct denied {
	int call;
	int error;
} denied[] = {
	/* another program in this one's place */
	{SCMP_SYS(execve), EPERM},
	{SCMP_SYS(execveat), EPERM},
	/* other processes */
	{SCMP_SYS(ptrace), EPERM},
	{SCMP_SYS(process_vm_readv), EPERM},
	{SCMP_SYS(process_vm_writev), EPERM},
	{SCMP_SYS(pidfd_getfd), EPERM},
	{SCMP_SYS(kcmp), EPERM},
	/* another view of the file system, or other rights */
	{SCMP_SYS(clone3), ENOSYS},
	{SCMP_SYS(unshare), EPERM},
	{SCMP_SYS(setns), EPERM},
	{SCMP_SYS(chroot), EPERM},
	{SCMP_SYS(pivot_root), EPERM},
	{SCMP_SYS(mount), EPERM},
	{SCMP_SYS(umount2), EPERM},
	{SCMP_SYS(mount_setattr), EPERM},
	{SCMP_SYS(move_mount), EPERM},
	{SCMP_SYS(open_tree), EPERM},
	{SCMP_SYS(fsopen), EPERM},
	{SCMP_SYS(fsconfig), EPERM},
	{SCMP_SYS(fsmount), EPERM},
	{SCMP_SYS(fspick), EPERM},
	{SCMP_SYS(open_by_handle_at), EPERM},
	{SCMP_SYS(setuid), EPERM},
	{SCMP_SYS(setgid), EPERM},
	{SCMP_SYS(setreuid), EPERM},
	{SCMP_SYS(setregid), EPERM},
	{SCMP_SYS(setresuid), EPERM},
	{SCMP_SYS(setresgid), EPERM},
	{SCMP_SYS(setfsuid), EPERM},
	{SCMP_SYS(setfsgid), EPERM},
	{SCMP_SYS(setgroups), EPERM},
	{SCMP_SYS(capset), EPERM},
	/* parts of the kernel that were ways in before */
	{SCMP_SYS(init_module), EPERM},
	{SCMP_SYS(finit_module), EPERM},
	{SCMP_SYS(delete_module), EPERM},
	{SCMP_SYS(kexec_load), EPERM},
	{SCMP_SYS(kexec_file_load), EPERM},
	{SCMP_SYS(bpf), EPERM},
	{SCMP_SYS(perf_event_open), EPERM},
	{SCMP_SYS(userfaultfd), EPERM},
	{SCMP_SYS(add_key), EPERM},
	{SCMP_SYS(request_key), EPERM},
	{SCMP_SYS(keyctl), EPERM},
	{SCMP_SYS(io_uring_setup), EPERM},
	{SCMP_SYS(io_uring_enter), EPERM},
	{SCMP_SYS(io_uring_register), EPERM},
};

/* The one namespace that anybody may make, and in it all others. */
static const struct scmp_arg_cmp new_user = {
	.op = SCMP_CMP_MASKED_EQ, .datum_a = CLONE_NEWUSER, .datum_b = CLONE_NEWUSER};
static const struct scmp_arg_cmp not_local = {.op = SCMP_CMP_NE, .datum_a = AF_UNIX};

/* 0 or a negative errno, as libseccomp's own. */
static int filter_fill(scmp_filter_ctx filter, enum sandbox sandbox)
{
	const uint32_t no = SCMP_ACT_ERRNO(EPERM);
	/* Calls by way of another architecture's numbers are refused as well, and kill nobody. */
	int failure = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, no);

	if (failure == 0) /* the kernel's own word on what fails */
		failure = seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
	for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]) && failure == 0; i++)
		failure = seccomp_rule_add(
			filter, SCMP_ACT_ERRNO((uint32_t)denied[i].error), denied[i].call, 0);
	if (failure == 0)
		failure = seccomp_rule_add_array(filter, no, SCMP_SYS(clone), 1, &new_user);
	if (failure == 0 && sandbox == SANDBOX_LOCAL)
		failure = seccomp_rule_add_array(filter, no, SCMP_SYS(socket), 1, &not_local);
	return failure;
}

enum result sandbox_enter(enum sandbox sandbox, struct error *error)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (filter == NULL)
		return error_set(error, RESULT_MEMORY, "no memory for the filter of system calls");
	int failure = filter_fill(filter, sandbox);
	if (failure == 0)
		failure = seccomp_load(filter);
	seccomp_release(filter);
	if (failure != 0)
		return error_set(error, RESULT_FAILED,
			"the kernel takes no filter of system calls (%s): this process goes on "
			"without one; use a kernel with CONFIG_SECCOMP_FILTER",
			strerror(-failure));
	return RESULT_OK;
}
