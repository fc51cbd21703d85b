/* SPDX-License-Identifier: BSD-3-Clause */
/* smsotp-send --check: what a text would need, up to the connection, and not a byte of a request.
 */
#ifndef SMSOTP_SEND_CHECK_H
#define SMSOTP_SEND_CHECK_H

/*
 * Reads the configuration (`path` as for config_load), becomes `user`, reads the password, connects
 * to the gateway and prints one line of JSON:
 *
 *	step      "config", "password" or "connect", where it failed; "stub", where there is no
 *	          gateway; "done"
 *	reason    one sentence, of a failure
 *	expires   seconds of the epoch at which the first certificate of the gateway's chain ends; 0
 *	          without one
 *
 * Returns 0 for "stub" and "done", else 1. Call it before any thread.
 */
int check_run(const char *path, const char *user);

#endif
