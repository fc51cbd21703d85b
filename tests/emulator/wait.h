/* SPDX-License-Identifier: BSD-3-Clause */
/* Waiting that ends: with the time, with the client, or with the program. */
#ifndef EMULATOR_WAIT_H
#define EMULATOR_WAIT_H

#include <stdbool.h>

#define WAIT_FOREVER (-1)

/*
 * Waits `milliseconds`. False where the end came first: `stop` became readable or the peer of
 * `socket` closed.
 */
bool wait_for(int stop, int socket, long milliseconds);

#endif
