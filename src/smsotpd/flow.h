/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The order of steps, and the only file that knows it:
 *
 *	telemetry -> lookup -> challenge -> send -> prompt -> verify -> session
 *
 * - A begin MUST be answered from memory at once; what it asks for MUST be committed before a text
 *   leaves.
 * - What a caller sees MUST come from the visible ledger alone, and be the same for every name.
 * - A verdict MUST leave only after the commit that consumed or charged it, for a name that does
 *   not exist as well.
 * - Only a job that grants (job_grants) makes VERDICT_GRANTED.
 * - Whatever fails MUST be VERDICT_UNAVAILABLE or the line that a wrong code shows, never more.
 * - Only flow_verdict makes VERDICT_WAIVED of a refusal, for all names of a service and mode alike.
 */
#ifndef SMSOTP_FLOW_H
#define SMSOTP_FLOW_H

#include "committer.h"
#include "event.h"
#include "modes.h"
#include "pass.h"
#include "sender.h"
#include "share.h"
#include "stats.h"

/* How answers leave; `connection` is what flow_ask was given. NULL instead of an answer closes it
 * without a word: a module whose begin was heard by nobody asks again. */
struct flow_hooks {
	void *context;
	void (*answer)(void *context, uint64_t connection, const struct answer *answer);
	void (*reply)(void *context, uint64_t connection, const json_t *reply);
	/* For a child: whom it tells how far it is, -1 for nobody; and the reply that it has made.
	 */
	int (*lend)(void *context, uint64_t connection);
	void (*pass)(void *context, uint64_t connection, int reply);
	int64_t (*now)(void); /* monotonic ms, the clock of `arrived` */
};

struct worker;

/* Everything is borrowed. `committer` is NULL while the stores are not open; daemon.c starts it,
 * and stops it, here. */
struct flow {
	const struct config *config;
	const struct keys *keys;
	const struct clock *clock;
	struct ledger *ledger;
	struct committer *committer;
	struct sender *sender;
	struct worker *worker; /* control's alone; NULL where there is none */
	struct trail *trail;
	struct flow_hooks hooks;
	struct passes passes;
	struct passes waived; /* logins that went on without a code */
	struct modes modes;
	struct counters counters;
	bool laid;              /* the newest job is begun by committer_wake, or with the next */
	uint32_t jobs;          /* not freed yet: they point into `config` */
	struct job_list untold; /* answered, and their events are not written */
	struct share share;
};

/* What a service's section says before any name does. */
enum admission { ADMIT_ON = 0, ADMIT_NO_SECTION, ADMIT_OFF, ADMIT_NO_STORES };

/* `login` is not filled for ADMIT_NO_SECTION. */
enum admission flow_admission(
	const struct flow *flow, const struct ask *ask, struct login *ret_login);

/* What a verdict becomes where the service is only observed or warns: nobody is refused. */
enum verdict flow_verdict(enum service_mode mode, enum verdict verdict);

/* One decoded frame from the module, which is answered once: now, or when its job comes back. */
void flow_ask(struct flow *flow, uint64_t connection, const struct ask *ask, int64_t arrived);

/* A login's job that came back, answered; it is flow's until flow_tell. */
void flow_finished(struct flow *flow, struct job *job);

/*
 * Writes the events of all that are finished, and frees them. What an event costs tells who exists,
 * so nobody is to wait for it: a little later (loop.c), because who was just answered may need the
 * processor.
 */
void flow_tell(struct flow *flow);

/* For any other event, which stands behind those that are told by this. */
struct trail *flow_trail(struct flow *flow);

/* The hold of a text is over: false withdraws it. A sender_hooks function; the context is the flow.
 */
bool flow_leaves(void *context, const struct parcel *parcel);

/* What became of a text: counted, and an event. */
void flow_reported(struct flow *flow, const struct parcel *parcel, const struct report *report);

#endif
