/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One line of text each, to standard error, with the "<N>" priority that the journal reads where
 * standard error is the journal (sd-daemon(3)). Never a secret; what came from outside is escaped.
 * Nobody waits for a reader: a line that finds no room is lost.
 */
#ifndef SMSOTP_LOG_H
#define SMSOTP_LOG_H

#include <stddef.h>
#include <syslog.h>

/* priority: LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO. */
void log_line(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What a value of the trail has at most, escaped, with its NUL. */
#define LOG_VALUE_SIZE 512

/*
 * Writes `text` so that it cannot end a line or drive a terminal: '"', '\' and bytes outside
 * printable ASCII as \xHH. Cut at `size` bytes with its NUL. Returns ret.
 */
const char *log_escape(const char *text, char *ret, size_t size);

#endif
