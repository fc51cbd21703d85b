/* SPDX-License-Identifier: BSD-3-Clause */
/* A file, or a socket's path, of the target's own; it goes when the run ends. */
#ifndef SMSOTP_FUZZ_PLACE_H
#define SMSOTP_FUZZ_PLACE_H

#include <stdio.h>

#include "fuzz.h"

static char place_directory[] = "/dev/shm/smsotp-fuzz-XXXXXX";
static char place_path[64];

static inline void place_remove(void)
{
	unlink(place_path);
	rmdir(place_directory);
}

static inline void place_make(const char *name)
{
	must(mkdtemp(place_directory) != NULL);
	snprintf(place_path, sizeof(place_path), "%s/%s", place_directory, name);
	atexit(place_remove);
}

#endif
