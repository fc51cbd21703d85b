/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The begin that an operator asks about:
 *
 *	explain  name, and any of service (sshd), from (an address), key ("TYPE BASE64" of a public
 *	         key that has passed), uid (of who runs the application), tty, password (true:
 *	         one has passed)
 *
 * It becomes the frame that the module would have sent.
 */
#ifndef SMSOTP_EXPLAIN_ASK_H
#define SMSOTP_EXPLAIN_ASK_H

#include <jansson.h>

#include "login.h"

/* The strings that explain_ask_read makes up; the others are the request's. */
struct ask_strings {
	char connection[FACT_SIZE_MAX];
	char auth_info[KEYS_SIZE_MAX];
};

/* RESULT_INVALID with a sentence where a field is missing, too long or malformed. */
CHECKED enum result explain_ask_read(const json_t *request, struct ask_strings *strings,
	struct ask *ret_ask, struct error *error);

/* The source that `login` came to is the one that the request meant. */
CHECKED enum result explain_ask_check(
	const json_t *request, const struct login *login, struct error *error);

#endif
