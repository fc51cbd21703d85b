/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The files of a configuration: regular, root's or this process's own user's, writable by nobody
 * else. Links are followed, what they lead to is judged on its descriptor.
 */
#ifndef SMSOTP_CONFIG_FILE_H
#define SMSOTP_CONFIG_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "result.h"

struct config;

/*
 * Reads `path` and then `path`.d/<name>.conf in the order of their names, over what `config` holds.
 * `installed`: `path` is absolute and the one that the units' daemons read: it may be missing, and
 * what is there must be readable by them.
 */
CHECKED enum result config_files_read(
	struct config *config, const char *path, bool installed, struct error *error);

/* Reads one open file over what `config` holds; `name` is what messages call it. */
CHECKED enum result config_file_parse(
	struct config *config, FILE *from, const char *name, struct error *error);

#endif
