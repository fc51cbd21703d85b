/* SPDX-License-Identifier: BSD-3-Clause */
/* A file that is replaced whole: a reader sees the old one or the new one, never half of it. */
#ifndef SMSOTP_REPLACE_H
#define SMSOTP_REPLACE_H

#include <stdio.h>

#include "result.h"

/*
 * Writes what `write` writes to a new file beside `path`, mode 0644, and moves it there. Its name
 * ends otherwise than that of `path`, so that who reads *.prom does not read it. RESULT_FAILED
 * with errno: `path` stays as it was.
 */
CHECKED enum result replace_file(
	const char *path, void (*write)(FILE *to, const void *context), const void *context);

#endif
