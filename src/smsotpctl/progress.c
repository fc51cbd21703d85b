/* SPDX-License-Identifier: BSD-3-Clause */
#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_start(struct progress *ret_progress, const struct tool *tool)
{
	*ret_progress =
		(struct progress){.shown = !tool->json && isatty(STDERR_FILENO), .since = now_ms()};
}

void progress_line(
	size_t done, unsigned int permille, int64_t milliseconds, char ret[static PROGRESS_LINE])
{
	int64_t spent = milliseconds > 0 ? milliseconds : 1;
	int length = snprintf(ret, PROGRESS_LINE, "%zu done, %u %%, %.0f a second", done,
		permille / 10, (double)done * 1000 / (double)spent);

	/* A guess from too little is worse than none. */
	if (permille >= 20 && permille <= 1000)
		snprintf(ret + length, PROGRESS_LINE - (size_t)length, ", %lld s left",
			(long long)((spent * (1000 - permille) / permille + 999) / 1000));
}

void progress_show(void *context, size_t done, unsigned int permille)
{
	struct progress *progress = context;
	char line[PROGRESS_LINE];

	if (!progress->shown)
		return;
	progress_line(done, permille, now_ms() - progress->since, line);
	fprintf(stderr, "\r%s\x1b[K", line);
	progress->begun = true;
}

void progress_end(struct progress *progress)
{
	if (progress->begun)
		fputs("\r\x1b[K", stderr);
	progress->begun = false;
}
