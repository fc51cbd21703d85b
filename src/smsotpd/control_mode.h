/* SPDX-License-Identifier: BSD-3-Clause */
/* The main thread's share of the verbs about modes: it knows who signed in, and goes by the rows.
 */
#ifndef SMSOTP_CONTROL_MODE_H
#define SMSOTP_CONTROL_MODE_H

#include "flow.h"

/*
 * What such a verb has to know of the main thread goes into the request; any other verb is left as
 * it is. Returns a sentence where it cannot be done, else NULL.
 */
const char *control_mode_prepare(const struct flow *flow, json_t *request);

/* What was committed holds from now on. True: the reply is to be sent. */
bool control_mode_finish(struct flow *flow, struct job *job);

#endif
