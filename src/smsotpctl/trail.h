/* SPDX-License-Identifier: BSD-3-Clause */
/* events.jsonl as smsotpctl reads it: line by line, while it is written, through its rotation. */
#ifndef SMSOTP_TRAIL_H
#define SMSOTP_TRAIL_H

#include <stdbool.h>
#include <stdio.h>

/* A regular file: smsotp owns the directory, so no link is followed and no pipe waited for. NULL
 * with errno. */
FILE *trail_open(const char *path);

/* To where the last `lines` lines begin. */
void trail_seek_tail(FILE *file, long lines);

/* Hands over each whole line, without its newline, from where the file stands; one that is still
 * being written waits for the next call. */
void trail_read(
	FILE *file, void (*take)(const char *line, size_t length, void *context), void *context);

/* logrotate(8) put another file in its place, or emptied this one. */
bool trail_replaced(FILE *file, const char *path);

#endif
