/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What keeps one user out, or the whole host, as lock list and status show it:
 *
 *	name      "" for everybody
 *	source    a label, "new places", "known places" or "all places"
 *	failures  wrong codes that count, or texts
 *	locked    nothing goes until `seconds` have passed; false: failures that may still lead
 *	          there
 *	seconds   0 with `locked`: until a sign-in from a known place, or lock clear
 *	until     RFC 3339, null where seconds is 0
 *	why       a sentence
 *	rule      the key that decides
 *	where     the line that set it
 */
#ifndef SMSOTP_CTL_LOCKS_H
#define SMSOTP_CTL_LOCKS_H

#include <jansson.h>

#include "record.h"

struct config;

/* `identities`: how many there are, for the host's limits. */
struct ctl_locks {
	const struct config *config;
	struct moment now;
	size_t identities;
	json_t *locks; /* what is found is appended */
};

/* The record is of this boot. */
void ctl_locks_user(const struct ctl_locks *list, const char *name, const struct record *record);

/* The host's tally. */
void ctl_locks_host(const struct ctl_locks *list, const struct tally *host);

#endif
