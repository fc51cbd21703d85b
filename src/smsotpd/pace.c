/* SPDX-License-Identifier: BSD-3-Clause */
#include "pace.h"

#include <time.h>

int64_t pace_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t pace_next(size_t jobs, size_t most, int64_t now)
{
	return jobs > 1 && jobs < most ? now + PACE_US : 0;
}

void pace_wait(int64_t next)
{
	const struct timespec until = {next / 1000000, next % 1000000 * 1000};

	/* A sleep that is over before it begins costs a timer all the same. Where a signal ends it
	 * early fewer share a batch, and nothing else is lost. */
	if (next > pace_now())
		(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}
