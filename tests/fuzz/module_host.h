/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host of fuzz_module.c: a smsotpd made of the input, behind the calls of libc that lead to it,
 * and a clock that shows what the module has waited.
 */
#ifndef SMSOTP_FUZZ_MODULE_HOST_H
#define SMSOTP_FUZZ_MODULE_HOST_H

#include <sys/types.h>

#include "ask.h"
#include "fuzz.h"

/* In a directory of root's, as the module wants it; nothing is made there. */
#define SOCKET "/run/smsotp-fuzz.sock"

/* What goes on; file-scope because libc's calls bring no context. */
struct play {
	bool on;
	struct input input;
	int64_t now; /* ms */
	int daemon;  /* its end of the connection, -1 for none */
	uid_t peer;
	uint8_t id[WIRE_ID_SIZE];
	bool begun;
	size_t asks, verifies, sessions;
	struct reply typed; /* the last that was handed to the module */
	bool granted, disabled, waived;
	bool silent;
};

extern struct play play;

/* smsotpd ends its side of the connection. */
void module_hang_up(void);

#endif
