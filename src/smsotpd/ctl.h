/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The operator's verbs, on the committer's thread. A request and a reply are JSON objects: one
 * SEQPACKET frame with the request, with one memfd beside it (SCM_RIGHTS) where it brings bulk
 * (import); the reply's frame is one memfd with the JSON, as a list may be longer than a frame.
 *
 *	{"verb": "identity.set", "name": "alice", ...}
 *	{"ok": true, ...}   or   {"ok": false, "error": "sentence", "exit": 1}
 */
#ifndef SMSOTP_CTL_H
#define SMSOTP_CTL_H

#include <jansson.h>

#include "clock.h"
#include "identity.h"
#include "key.h"

struct config;
struct state;

/* Whoever waits for a verb that takes long. tell: false where nobody does any more. */
struct ctl_progress {
	void *context;
	bool (*tell)(void *context, size_t done, unsigned int permille);
};

/* Where a verb stands that is done in parts, each of them a commit; all zeros before the first. */
struct ctl_part {
	uint32_t done;            /* parts that are committed */
	bool more;                /* the verb's word: run it again, for the next */
	uint8_t after[HASH_SIZE]; /* the last record of them */
	json_int_t cleared;       /* in all of them */
};

/* What a verb may touch; borrowed. */
struct ctl_context {
	const struct config *config;
	const struct clock *clock;
	struct identities *identities;       /* NULL where the store could not be opened */
	struct state *state;                 /* NULL likewise */
	const struct ctl_progress *progress; /* NULL for none */
	struct ctl_part *part;               /* NULL in a child: no verb there has parts */
};

/*
 * Runs one verb; NULL only without memory, the caller frees it with json_decref. `bulk` is the
 * request's memfd or -1, and stays the caller's. "events" in the reply, [{event, user, ...}], is
 * for the trail, not for whoever asked. Verbs that need the main thread as well (lock.clear,
 * lock.list of a name, mode.confirm, mode.set, send-test, status) leave what it needs in the reply;
 * see control.c.
 */
json_t *ctl_run(const struct ctl_context *context, const json_t *request, int bulk);

#endif
