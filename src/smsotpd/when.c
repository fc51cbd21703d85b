/* SPDX-License-Identifier: BSD-3-Clause */
#include "when.h"

#include <stdio.h>
#include <time.h>

#define SECOND INT64_C(1000)

void when_write(int64_t realtime, char ret[static WHEN_SIZE])
{
	time_t seconds = (time_t)(realtime / SECOND);
	struct tm tm;

	ret[0] = '\0';
	if (gmtime_r(&seconds, &tm) == NULL ||
		strftime(ret, WHEN_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		ret[0] = '\0';
}

int64_t when_seconds(int64_t milliseconds)
{
	return milliseconds <= 0 ? 0 : (milliseconds + SECOND - 1) / SECOND;
}

void place_write(const uint8_t hash[static HASH_SIZE], char ret[static PLACE_SIZE])
{
	snprintf(ret, PLACE_SIZE, "%02x%02x%02x%02x", hash[0], hash[1], hash[2], hash[3]);
}
