/* SPDX-License-Identifier: BSD-3-Clause */
/* The signals that smsotpd reads in its loop: SIGHUP, SIGTERM and SIGINT. */
#ifndef SMSOTP_SIGNALS_H
#define SMSOTP_SIGNALS_H

#include "result.h"

/* Before anything listens: a signal from then on waits for the loop, and ends nobody at the start.
 */
CHECKED enum result signals_hold(void);

/* A signalfd(2) of them, -1 where there is none. */
int signals_open(void);

#endif
