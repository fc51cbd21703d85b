/* SPDX-License-Identifier: BSD-3-Clause */
/* A TCP listener from "ADDR:PORT" or "[ADDR6]:PORT". */
#ifndef EMULATOR_LISTEN_H
#define EMULATOR_LISTEN_H

#include <stdbool.h>

#include "result.h"

#define ADDRESS_SIZE 80

struct listener {
	int socket;
	bool loopback;
	char address[ADDRESS_SIZE]; /* with the port that it got: "127.0.0.1:8443", "[::1]:8443" */
};

/* Port 0 takes a free one. The caller closes the socket. */
CHECKED enum result listen_on(
	const char *where, struct listener *ret_listener, struct error *error);

#endif
