/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A seccomp(2) filter that a daemon puts on itself, whoever started it: calls that it never makes,
 * and that would help whoever has taken it over, fail with EPERM. It denies what is listed and
 * allows the rest, so that another libc or library costs no login.
 */
#ifndef SMSOTP_SANDBOX_H
#define SMSOTP_SANDBOX_H

#include "result.h"

enum sandbox {
	SANDBOX_NETWORK, /* sockets of every kind */
	SANDBOX_LOCAL,   /* new sockets are AF_UNIX */
};

/*
 * For this thread and those that it makes, for good: call it before there are others. Sets no new
 * privileges. RESULT_FAILED where the kernel takes no filter: nothing is denied then.
 */
CHECKED enum result sandbox_enter(enum sandbox sandbox, struct error *error);

#endif
