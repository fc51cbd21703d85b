/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the daemon's socket and trail are. */
#ifndef SMSOTP_PATHS_H
#define SMSOTP_PATHS_H

#include "config.h"
#include "tool.h"

/*
 * The config's. A daemon goes on with the config it has when the file breaks, and then it is needed
 * most: where the usual file is at fault, these are the built-in ones, and standard error says so.
 * Not for a file of --config, which may be another daemon's.
 */
enum tool_exit paths_load(const struct tool *tool, struct config_paths *ret_paths);

#endif
