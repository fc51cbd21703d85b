/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line of smsotpd. */
#ifndef SMSOTP_OPTIONS_H
#define SMSOTP_OPTIONS_H

#include "result.h"

enum command { COMMAND_RUN, COMMAND_CHECK, COMMAND_PRINT, COMMAND_DONE };

struct options {
	enum command command;
	const char *config; /* NULL for the default file, which may be missing */
};

/* RESULT_INVALID: usage was printed to standard error. COMMAND_DONE: what was asked for is printed.
 */
CHECKED enum result options_read(int argc, char **argv, struct options *ret_options);

#endif
