/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What smsotpctl explain is told:
 *
 *	name, service, user (null: no identity), source, source_kind, known
 *	line     what the login sees first, "" for nothing
 *	asked    it is asked for a code;  text  a text leaves;  phone  masked;  stub  it goes to the
 *	         stub's file instead
 *	lets_in  a right code lets in
 *	standing, effect, answer   as in the trail: of the name, the begin and the right answer
 *	reason {sentence, rule, where, remedy}    what decides
 *	facts [{what, now, rule, where}]
 *	limits [{key, left, most, seconds, nearest, rule, where}]   for an identity of good standing
 *
 * `rule` is a key with its value, `where` the line that set it: FILE:LINE or "default".
 */
#ifndef SMSOTP_EXPLAIN_REPLY_H
#define SMSOTP_EXPLAIN_REPLY_H

#include "flow.h"

/* Of a job that explain_run has done. */
json_t *explain_reply(const struct flow *flow, const struct job *job);

/* Of a login that its service's section stops; `login` counts for ADMIT_OFF. */
json_t *explain_reply_stopped(const struct flow *flow, const char *name, const char *service,
	enum admission admission, const struct login *login);

#endif
