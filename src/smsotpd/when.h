/* SPDX-License-Identifier: BSD-3-Clause */
/* Times and places as operators read them. */
#ifndef SMSOTP_WHEN_H
#define SMSOTP_WHEN_H

#include "key.h"

#define WHEN_SIZE  32
#define PLACE_SIZE 9

/* "2026-11-23T04:37:51Z"; milliseconds since 1970. In a forked child too, whatever threads did. */
void when_write(int64_t realtime, char ret[static WHEN_SIZE]);

/* Milliseconds to seconds, rounded up. */
int64_t when_seconds(int64_t milliseconds);

/* "0a1b2c3d": enough of a source's keyed hash to tell a user's few places apart. */
void place_write(const uint8_t hash[static HASH_SIZE], char ret[static PLACE_SIZE]);

#endif
