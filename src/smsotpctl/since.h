/* SPDX-License-Identifier: BSD-3-Clause */
/* --since: how far back, or from when on. */
#ifndef SMSOTP_SINCE_H
#define SMSOTP_SINCE_H

#include <stdbool.h>
#include <time.h>

/* "2026-11-23T09:30:00.000Z" and its NUL: RFC 3339 as the trail has it, so that text compares. */
#define SINCE_SIZE 25

/*
 * Reads "90s", "10m", "2h", "3d" before `now`, or UTC as "2026-11-23", "2026-11-23T09:30" or
 * "2026-11-23T09:30:00", a Z behind it or not. False where it is neither, or before 1970.
 */
bool since_read(const char *text, time_t now, char ret_since[static SINCE_SIZE]);

#endif
