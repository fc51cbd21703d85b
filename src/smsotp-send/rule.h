/* SPDX-License-Identifier: BSD-3-Clause */
/* What we do not send, whatever the gateway would say. */
#ifndef SMSOTP_SEND_RULE_H
#define SMSOTP_SEND_RULE_H

#include "config.h"
#include "text.h"

/*
 * RESULT_OK where `text` may leave under `gateway`. RESULT_INVALID: phone or code are malformed;
 * RESULT_REFUSED: what the gateway takes, [gateway] allow_prefixes or the DLT keys of India forbid
 * it. `error` says what to do and names no phone.
 */
CHECKED enum result rule_check(
	const struct config_gateway *gateway, const struct text *text, struct error *error);

#endif
