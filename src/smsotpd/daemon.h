/* SPDX-License-Identifier: BSD-3-Clause */
/* smsotpd(8) from its arguments to its end; main hands in the clock. */
#ifndef SMSOTP_DAEMON_H
#define SMSOTP_DAEMON_H

#include "clock.h"

/* Returns the exit status: 0 ended by a signal or config sound, 1 failed, 2 usage. */
int daemon_main(int argc, char **argv, const struct clock *clock);

#endif
