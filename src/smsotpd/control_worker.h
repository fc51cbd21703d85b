/* SPDX-License-Identifier: BSD-3-Clause */
/* Verbs that run in a child, and what must wait for them. */
#ifndef SMSOTP_CONTROL_WORKER_H
#define SMSOTP_CONTROL_WORKER_H

#include "ctl_way.h"
#include "flow.h"

/* Why such a verb cannot run now, NULL where it can. */
const char *control_hindrance(const struct flow *flow, enum ctl_way way);

/* The verb that flow->worker has taken. On failure the sentence is for whoever asked. */
CHECKED enum result control_worker_start(struct flow *flow, struct error *error);

#endif
