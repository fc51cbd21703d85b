/* SPDX-License-Identifier: BSD-3-Clause */
/* "key: value" lines on standard input; they hold phones, so what was read is wiped. */
#ifndef SMSOTP_LINES_H
#define SMSOTP_LINES_H

#include "tool.h"

/*
 * Calls `take` with each line's key and value, blanks around both dropped; empty lines are passed
 * over. At a terminal, `hint` says first what to type. Ends with the first exit that is not
 * TOOL_OK; no line at all is TOOL_USAGE.
 */
enum tool_exit lines_read(const char *hint,
	enum tool_exit (*take)(const char *key, const char *value, void *context), void *context);

#endif
