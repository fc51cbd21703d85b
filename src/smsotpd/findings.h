/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a login's job finds in the state store before it changes anything, noted for smsotpctl
 * explain. A plain struct, no secrets.
 */
#ifndef SMSOTP_FINDINGS_H
#define SMSOTP_FINDINGS_H

#include "challenge.h"

struct findings {
	bool own;                   /* `record` is the user's, not nobody's, and texts are his */
	struct record record;       /* of this boot */
	uint8_t binding[HASH_SIZE]; /* of the attempt */
	struct tally tally[LIMIT_COUNT];
	struct quotas quotas;

	/* The first answer to the text's own code, in the same transaction; explain.c fills them.
	 */
	enum effect guess;
	const char *guess_over; /* as job.over */
	bool lets_in;           /* the code that the text brings, or the one on its way */
};

#endif
