/* SPDX-License-Identifier: BSD-3-Clause */
/* The control file: lines that are used up one by one. Its lines are described in fault.h. */
#ifndef EMULATOR_CONTROL_H
#define EMULATOR_CONTROL_H

#include "result.h"

#define CONTROL_LINE_SIZE 512
#define CONTROL_FILE_SIZE 16384

/*
 * Takes the first line for a request to `to`, without its "always" and "for DIGITS", and writes
 * the file without it. RESULT_NOT_FOUND where no line fits or there is no file. Safe from any
 * thread and process by flock(2).
 */
CHECKED enum result control_take(
	const char *path, const char *to, char ret_words[static CONTROL_LINE_SIZE]);

#endif
