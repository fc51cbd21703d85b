/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stub's file, the one place where a code is written down: `[paths] run`/stub.log, 0600. One
 * line a text: "2026-01-31T12:00:00Z +919999900001 the text".
 */
#ifndef SMSOTP_SEND_STUB_H
#define SMSOTP_SEND_STUB_H

#include <sys/types.h>
#include <time.h>

#include "message.h"
#include "secret.h"

/*
 * Opens stub.log in the directory `run` (of the config: below CONFIG_PATH bytes) for appending and
 * makes it where it is missing; root gives it to `owner`. Refused: a link, no regular file, a mode
 * open to others. Close it with close(2).
 */
CHECKED enum result stub_open(const char *run, uid_t owner, int *ret_fd, struct error *error);

/* Appends one line; control characters of the text become blanks. RESULT_FAILED: nothing kept. */
CHECKED enum result stub_write(
	int fd, time_t now, const struct phone *phone, const struct message *message);

#endif
