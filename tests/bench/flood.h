/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an ordinary user can do to smsotpd from a shell, harder than a shell can: processes whose
 * real uid is his and whose effective one is root's, as sudo's are. They yield the processor to
 * everybody (nice 19): whom it is shared with is the kernel's to say, and no weakness of ours.
 *
 * - hog: computes; asks nothing. What the others do beyond this is smsotpd's own.
 * - pam: begins through the module, a process each, and abandons the prompt.
 * - begin: begins by frames alone, a connection each. Faster than any sudo starts.
 * - idle: 1000 connections that send nothing, one opened each millisecond: as from stopped sudos.
 * - connect: the same, but what was closed is opened again at once, by no process of its own.
 */
#ifndef SMSOTP_BENCH_FLOOD_H
#define SMSOTP_BENCH_FLOOD_H

#include "attempt.h"

/* Runs until standard input ends, then prints how many times it struck. */
int flood_run(const char *kind, unsigned int uid, int workers, const struct attempt *attempt,
	const char *socket);

#endif
