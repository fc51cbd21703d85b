/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How flow answers a frame: what the ledger shows, or a verdict, as the service's mode has it. What
 * is waived is remembered, so that the session of that login is believed.
 */
#ifndef SMSOTP_FLOW_ANSWER_H
#define SMSOTP_FLOW_ANSWER_H

#include "flow.h"

/* What the ledger shows, before the mode has its say, without id and token; borrows the help. */
struct answer flow_answer_of(const struct config *config, const struct view *view);

/* A begin or verify. */
void flow_answer_view(
	struct flow *flow, uint64_t connection, const struct login *login, const struct view *view);
void flow_answer_verdict(struct flow *flow, uint64_t connection, const struct login *login,
	enum verdict verdict, enum line line, const char *user);

/* What no mode changes: no section, switched off, a session. */
void flow_answer_plain(struct flow *flow, uint64_t connection, const uint8_t *id,
	enum verdict verdict, enum line line);

#endif
