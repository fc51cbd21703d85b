/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a verb runs. LMDB has one writer: a verb that writes identities on the committer's thread
 * would make logins wait for an import that is writing, so it is refused meanwhile.
 */
#ifndef SMSOTP_CTL_WAY_H
#define SMSOTP_CTL_WAY_H

#include <jansson.h>

enum ctl_way {
	CTL_WRITES = 0,   /* on the committer's thread, and it may write identities */
	CTL_READS,        /* there, and it writes none */
	CTL_CHILD_WRITES, /* in a child: it takes long, and writes identities */
	CTL_CHILD_READS,  /* in a child, and it writes none */
};

/* By the request's "verb", and whether it has a "name". What is not listed writes. */
enum ctl_way ctl_way(const json_t *request);

#endif
