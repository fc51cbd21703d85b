/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs another program and reads what it says. No shell, and no program of the user's PATH. */
#ifndef SMSOTP_CHILD_H
#define SMSOTP_CHILD_H

#include <stddef.h>

#include "result.h"

#define CHILD_SECONDS 90 /* what takes longer is killed; a gateway's timeout may be 60 s */

/* What it said, and how it ended. */
struct child {
	char *text;  /* standard output, NUL-terminated, cut at 1 MiB; owned */
	char *error; /* the last line of standard error; owned */
	int status;  /* its exit status; 128 and more where a signal ended it */
};

/*
 * Runs `argv`, at most eight words and a NULL, whose first is a name that is looked for in the
 * system's own directories. RESULT_NOT_FOUND where it is not installed; RESULT_TIMEOUT where it was
 * killed.
 */
CHECKED enum result child_run(const char *const argv[], struct child *ret_child);

void child_free(struct child *child);

/* All of a file as text, at most 1 MiB, malloc'd; NULL where it cannot be read. */
char *file_text(const char *path);

#endif
