/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The operator's verbs, above flow: a verb goes to the committer, and what it needs from the main
 * thread as well (the ledger, the sender, the counters) is added when it comes back.
 */
#ifndef SMSOTP_CONTROL_H
#define SMSOTP_CONTROL_H

#include "flow.h"

/* Steals `request` and `bulk` (-1 for none); answered once by hooks.reply. */
void control_ask(
	struct flow *flow, uint64_t connection, json_t *request, int bulk, int64_t arrived);

/* Lets fall what was not confirmed in time. To be called in each turn of the loop. */
void control_turn(struct flow *flow);

/* Any job that came back: a verb is answered here and freed, the rest is flow_finished's. */
void control_finished(struct flow *flow, struct job *job);

/* The child of a long verb has said something, or ended. */
void control_child(struct flow *flow);

/* What became of any text, an operator's test too. A sender_hooks function; the context is the
 * flow. */
void control_reported(void *context, const struct parcel *parcel, const struct report *report);

#endif
