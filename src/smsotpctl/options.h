/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line: options in any place, the verb's words, its operand. */
#ifndef SMSOTP_CTL_OPTIONS_H
#define SMSOTP_CTL_OPTIONS_H

#include "tool.h"

/*
 * Reads the command line. *ret_done: --help or --version has said it all, or the usage was wrong;
 * the exit status is what is returned.
 */
enum tool_exit tool_options(int argc, char **argv, struct tool *ret_tool,
	const struct tool_verb **ret_verb, bool *ret_done);

#endif
