/* SPDX-License-Identifier: BSD-3-Clause */
/* How far a long verb is: one line on standard error that is written over, at a terminal only. */
#ifndef SMSOTP_PROGRESS_H
#define SMSOTP_PROGRESS_H

#include <stdint.h>

#include "tool.h"

struct progress {
	bool shown;    /* standard error is a terminal */
	bool begun;    /* there is a line to take away */
	int64_t since; /* ms */
};

void progress_start(struct progress *ret_progress, const struct tool *tool);

/* A function for ctl_receive_reply; `context` is the struct progress. */
void progress_show(void *context, size_t done, unsigned int permille);

/* Takes the line away. */
void progress_end(struct progress *progress);

/* "123000 done, 43 %, 51000 a second, 3 s left" */
#define PROGRESS_LINE 96
void progress_line(
	size_t done, unsigned int permille, int64_t milliseconds, char ret[static PROGRESS_LINE]);

#endif
