/* SPDX-License-Identifier: BSD-3-Clause */
/* Times as operators read them. */
#ifndef SMSOTP_WHEN_H
#define SMSOTP_WHEN_H

#include <stdint.h>

#define WHEN_SIZE 32

/* "2026-11-23T04:37:51Z"; milliseconds since 1970, "" where no calendar has them. */
void when_write(int64_t realtime, char ret[static WHEN_SIZE]);

/* Milliseconds to seconds, rounded up. */
int64_t when_seconds(int64_t milliseconds);

#endif
