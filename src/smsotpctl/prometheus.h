/* SPDX-License-Identifier: BSD-3-Clause */
/* smsotpd's counters in Prometheus' text exposition format, version 0.0.4. */
#ifndef SMSOTP_PROMETHEUS_H
#define SMSOTP_PROMETHEUS_H

#include <jansson.h>
#include <stdio.h>

/* `stats` is the daemon's reply; a count that it lacks is not written. */
void prometheus_write(const json_t *stats, FILE *to);

#endif
