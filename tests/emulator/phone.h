/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The phones. Each text is one line of DIRECTORY/<digits> and of DIRECTORY/all:
 *
 *	[phone +91 99999 00001] the message text
 *
 * so that a test reads a phone's inbox. Control bytes of a text are shown as \n or \xNN.
 */
#ifndef EMULATOR_PHONE_H
#define EMULATOR_PHONE_H

#include "judge.h"

struct phones;

/* `directory` NULL writes no file; `show` prints each line on standard output too. */
CHECKED enum result phones_open(
	const char *directory, bool show, struct phones **ret_phones, struct error *error);
void phones_close(struct phones **phones);

/*
 * Sends `text` on to what the message's digits name. Changes the fate to FATE_DUPLICATE where that
 * number was sent the same text in the last 30 minutes. Safe from any thread.
 */
void phones_send(struct phones *phones, const char *text, struct message *message);

#endif
