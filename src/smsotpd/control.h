/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The operator's side of flow: a verb goes to the committer, and what it needs from the main thread
 * as well (the ledger, the sender, the counters) is added when it comes back.
 */
#ifndef SMSOTP_CONTROL_H
#define SMSOTP_CONTROL_H

#include "flow.h"

/* Steals `request` and `bulk` (-1 for none); answered once by hooks.reply. */
void control_ask(
	struct flow *flow, uint64_t connection, json_t *request, int bulk, int64_t arrived);

void control_finished(struct flow *flow, struct job *job);
void control_reported(struct flow *flow, uint64_t connection, const struct report *report);

#endif
