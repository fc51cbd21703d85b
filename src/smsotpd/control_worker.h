/* SPDX-License-Identifier: BSD-3-Clause */
/* Verbs that run in a child, what must wait for them, and what they share with all verbs. */
#ifndef SMSOTP_CONTROL_WORKER_H
#define SMSOTP_CONTROL_WORKER_H

#include "ctl_way.h"
#include "flow.h"

void control_refuse(struct flow *flow, uint64_t connection, const char *sentence);

/* Takes "events" out of what a verb left, and writes them to the trail. */
void control_events(struct flow *flow, json_t *left);

/* Why such a verb cannot run now, NULL where it can. */
const char *control_hindrance(const struct flow *flow, enum ctl_way way);

/* Takes a verb for a child; `job` is the function's from here on. */
void control_worker_take(struct flow *flow, struct job *job, bool writes);

/* A job of no verb came back. */
void control_worker_start(struct flow *flow);

#endif
