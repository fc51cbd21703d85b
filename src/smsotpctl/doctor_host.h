/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of doctor_host.c that judge values, for any host. */
#ifndef SMSOTP_DOCTOR_HOST_H
#define SMSOTP_DOCTOR_HOST_H

#include <stdbool.h>
#include <time.h>

struct findings;

/* 2025-12-01: no host that has this version can be older. */
#define CLOCK_EARLIEST 1764547200

/* LOGIN_TIMEOUT in the text of login.defs(5), in seconds, and its last line; 0 where it has none.
 */
long login_timeout(const char *text, unsigned int *ret_line);

void clock_judge(struct findings *findings, time_t now, bool synchronised);

#endif
