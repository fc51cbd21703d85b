/* SPDX-License-Identifier: BSD-3-Clause */
/* The HTTP answer to one request: made from the reply and the fault, then sent as the fault says.
 */
#ifndef EMULATOR_ANSWER_H
#define EMULATOR_ANSWER_H

#include <microhttpd.h>

#include "fault.h"

/* What sending needs; borrowed. `stop` becomes readable when the program ends. */
struct channel {
	struct MHD_Connection *connection;
	int socket;
	int stop;
};

/*
 * Answers with `reply`, which it frees, or with what the fault has instead. MHD_NO closes the
 * connection, by the fault's wish too. Blocks the connection's thread while the fault waits.
 */
enum MHD_Result answer_send(const struct channel *channel, const struct fault *fault, char *reply);

/* A plain sentence with an HTTP status. */
enum MHD_Result answer_status(
	const struct channel *channel, unsigned int status, const char *sentence);

#endif
