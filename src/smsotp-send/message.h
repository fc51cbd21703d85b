/* SPDX-License-Identifier: BSD-3-Clause */
/* What the phone shows: the operator's text, byte for byte, with the code in its place. */
#ifndef SMSOTP_SEND_MESSAGE_H
#define SMSOTP_SEND_MESSAGE_H

#include "config.h"
#include "secret.h"

#define MESSAGE_SIZE (CONFIG_PATH + CODE_DIGITS_MAX)

/* Holds a code. NUL-terminated. */
struct message {
	char text[MESSAGE_SIZE];
};

/* `text` is one that message_check takes; RESULT_INVALID where it is not, or not so long. */
CHECKED enum result message_fill(
	const char *text, const struct code *code, struct message *ret_message);

void message_wipe(struct message *message);

#endif
