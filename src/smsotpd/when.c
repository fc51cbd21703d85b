/* SPDX-License-Identifier: BSD-3-Clause */
#include "when.h"

#include <stdio.h>

#define SECOND   INT64_C(1000)
#define DAY      INT64_C(86400)  /* seconds */
#define ERA      INT64_C(146097) /* days in 400 years, after which the calendar repeats */
#define TO_MARCH INT64_C(719468) /* days from March 1 of the year 0 to 1970 */

static int64_t floor_of(int64_t number, int64_t part)
{
	return number / part - (number % part < 0 ? 1 : 0);
}

/*
 * Years begin in March here, so that a leap day is the last of one. Not by gmtime(3) and
 * strftime(3): they take a lock of the process, which stays taken in a child that is forked while
 * another thread has it.
 */
void when_write(int64_t realtime, char ret[static WHEN_SIZE])
{
	int64_t seconds = floor_of(realtime, SECOND);
	int64_t days = floor_of(seconds, DAY) + TO_MARCH;
	int64_t era = floor_of(days, ERA);
	int64_t time = seconds - floor_of(seconds, DAY) * DAY;

	int64_t day = days - era * ERA;
	int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * year + year / 4 - year / 100;
	int64_t month = (5 * day + 2) / 153;
	day -= (153 * month + 2) / 5;
	bool next = month >= 10; /* of the calendar's years */
	snprintf(ret, WHEN_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ",
		(int)(era * 400 + year + (next ? 1 : 0)), (int)(month + (next ? -9 : 3)),
		(int)(day + 1), (int)(time / 3600), (int)(time / 60 % 60), (int)(time % 60));
}

int64_t when_seconds(int64_t milliseconds)
{
	return milliseconds <= 0 ? 0 : (milliseconds + SECOND - 1) / SECOND;
}

void place_write(const uint8_t hash[static HASH_SIZE], char ret[static PLACE_SIZE])
{
	snprintf(ret, PLACE_SIZE, "%02x%02x%02x%02x", hash[0], hash[1], hash[2], hash[3]);
}
