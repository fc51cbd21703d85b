/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts of what happened within a span. A window begins with the first event after the last one
 * ended, so no more than the maximum is counted in a span, and at most twice as much in any stretch
 * of that length. Pure.
 */
#ifndef SMSOTP_WINDOW_H
#define SMSOTP_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

/* All zero is empty. `strange` of `all` came from places that are not known. */
struct window {
	struct moment since;
	uint32_t all;
	uint32_t strange;
};

/* What a window may hold in `span` seconds. */
struct quota {
	uint32_t span;
	uint32_t all;
	uint32_t strange;
};

/* How many more would not be too many. */
uint32_t window_free(const struct window *window, const struct quota *quota,
	const struct moment *now, bool strange);

/* One more would not be too many. */
bool window_room(const struct window *window, const struct quota *quota, const struct moment *now,
	bool strange);

void window_count(
	struct window *window, const struct quota *quota, const struct moment *now, bool strange);

/* What was counted last brought it to 80 % of what that kind may have. */
bool window_near(const struct window *window, const struct quota *quota, bool strange);

/* Milliseconds of the boot's clock until the window ends, 0 where it has. */
int64_t window_left(
	const struct window *window, const struct quota *quota, const struct moment *now);

/* Moves a window of another boot to this one by what the wall clock says has passed. */
void window_rebase(struct window *window, const struct moment *now);

#endif
