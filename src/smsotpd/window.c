/* SPDX-License-Identifier: BSD-3-Clause */
#include "window.h"

#define SECOND       INT64_C(1000)
#define NEAR_PERCENT 80

static bool is_open(
	const struct window *window, const struct quota *quota, const struct moment *now)
{
	return window->all > 0 && window_left(window, quota, now) > 0;
}

int64_t window_left(
	const struct window *window, const struct quota *quota, const struct moment *now)
{
	int64_t left = window->since.boottime + quota->span * SECOND - now->boottime;

	return window->all == 0 || left < 0 ? 0 : left;
}

static uint32_t less(uint32_t most, uint32_t count)
{
	return count < most ? most - count : 0;
}

uint32_t window_free(const struct window *window, const struct quota *quota,
	const struct moment *now, bool strange)
{
	bool open = is_open(window, quota, now);
	uint32_t all = less(quota->all, open ? window->all : 0);
	uint32_t share = less(quota->strange, open ? window->strange : 0);

	return strange && share < all ? share : all;
}

bool window_room(const struct window *window, const struct quota *quota, const struct moment *now,
	bool strange)
{
	return window_free(window, quota, now, strange) > 0;
}

void window_count(
	struct window *window, const struct quota *quota, const struct moment *now, bool strange)
{
	if (!is_open(window, quota, now))
		*window = (struct window){.since = *now};
	if (window->all < UINT32_MAX)
		window->all++;
	if (strange && window->strange < UINT32_MAX)
		window->strange++;
}

bool window_near(const struct window *window, const struct quota *quota, bool strange)
{
	uint64_t count = strange ? window->strange : window->all;
	uint64_t most = strange ? quota->strange : quota->all;

	return count * 100 >= most * NEAR_PERCENT && (count - 1) * 100 < most * NEAR_PERCENT;
}

void window_rebase(struct window *window, const struct moment *now)
{
	int64_t elapsed = now->realtime - window->since.realtime;

	if (window->all == 0)
		return;
	if (elapsed < 0)
		elapsed = 0;
	window->since.boottime = now->boottime - elapsed;
	window->since.realtime = now->realtime - elapsed;
}
