/* SPDX-License-Identifier: BSD-3-Clause */
#include "lockout.h"

#include "config.h"

#define SECOND INT64_C(1000)

int64_t lockout_left(const struct lockout *lockout, int64_t now)
{
	return lockout->until > now ? lockout->until - now : 0;
}

static bool window_open(
	const struct lockout *lockout, const struct config_lockout *config, int64_t now)
{
	return lockout->failures > 0 && now - lockout->first < config->window * SECOND;
}

void lockout_charge(struct lockout *lockout, const struct config_lockout *config, int64_t now)
{
	if (now - lockout->last >= config->forget * SECOND)
		*lockout = (struct lockout){0};
	if (!window_open(lockout, config, now)) {
		lockout->failures = 0;
		lockout->first = now;
	}
	lockout->failures++;
	lockout->last = now;
	if (lockout->failures < config->failures)
		return;
	lockout->wait = lockout->wait == 0 ? config->wait : lockout->wait * 2;
	if (lockout->wait > config->wait_max)
		lockout->wait = config->wait_max;
	lockout->until = now + lockout->wait * SECOND;
	lockout->failures = 0;
}

uint32_t lockout_failures_left(
	const struct lockout *lockout, const struct config_lockout *config, int64_t now)
{
	if (lockout_left(lockout, now) > 0)
		return 0;
	if (!window_open(lockout, config, now))
		return config->failures;
	return lockout->failures < config->failures ? config->failures - lockout->failures : 0;
}

int64_t lockout_end(const struct lockout *lockout, const struct config_lockout *config)
{
	int64_t window = lockout->first + config->window * SECOND;
	int64_t end = lockout->until > window ? lockout->until : window;

	if (lockout->wait == 0)
		return end;
	int64_t memory = lockout->last + config->forget * SECOND;
	return memory > end ? memory : end;
}
