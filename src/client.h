/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The module's side of smsotpd.sock: one frame out, one in, one monotonic deadline for all of it.
 * libc only, no state, no signal: it runs inside sshd, sudo and login.
 */
#ifndef SMSOTP_CLIENT_H
#define SMSOTP_CLIENT_H

#include "ask.h"

#define CLIENT_SOCKET     "/run/smsotp/smsotpd.sock"
#define CLIENT_BEGIN_MS   2000
#define CLIENT_SESSION_MS 200
#define CLIENT_FRAME_SIZE (ANSWER_SIZE_MAX + 1) /* a longer one is as long as no answer */

/*
 * Asks and waits for the answer, whose strings point into `frame`. A socket that is missing or
 * refuses is tried again until the deadline. A frame whose bytes have left is sent again only for
 * FRAME_BEGIN: its id makes the second a repetition; a FRAME_VERIFY that was heard could be charged
 * twice. FRAME_AGAIN says that it was not heard: then it is sent again, in the version that smsotpd
 * speaks, which stays in `ask`. RESULT_REFUSED: the socket's directory or peer is not to be
 * trusted.
 */
CHECKED enum result client_ask(const char *path, struct ask *ask,
	uint8_t frame[static CLIENT_FRAME_SIZE], struct answer *ret_answer);

#endif
