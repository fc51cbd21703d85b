/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * smsotpd's side of send.sock: texts wait for their hold, go out one per connection, and each
 * connection waits for its report. smsotp-send away: tried again until the text is too old, because
 * nothing has left. A frame that was handed over is never handed over again. On the main thread, in
 * its epoll.
 */
#ifndef SMSOTP_SENDER_H
#define SMSOTP_SENDER_H

#include "ledger.h"
#include "text.h"

#define SENDER_USER_SIZE 65

struct sender;

/* A text and who it is for. `dummy`: no name of standing asked; it waits like the others and never
 * leaves. */
struct parcel {
	struct text text;
	struct visitor visitor;
	char user[SENDER_USER_SIZE];
	uint64_t connection; /* of a verb that waits for the report, 0 for none */
	bool dummy;
};

struct sender_hooks {
	void *context;
	/* The hold is over: false withdraws the text. */
	bool (*leaves)(void *context, const struct parcel *parcel);
	/* Exactly once for each parcel that was to leave; for a dummy only where it is withdrawn,
	 * so that an early answer costs the same whoever asked. */
	void (*reported)(void *context, const struct parcel *parcel, const struct report *report);
};

/* `path` is copied; `epoll` gets the connections, with `tag` in data.u64's high half. */
CHECKED enum result sender_new(const char *path, int epoll, uint32_t tag,
	const struct sender_hooks *hooks, struct sender **ret_sender);
void sender_free(struct sender **sender);

/* Copies the parcel; it leaves at `due` and is dropped at `dead` (monotonic ms). A full table gives
 * up a dummy for a text. RESULT_FULL: not taken. */
CHECKED enum result sender_put(
	struct sender *sender, const struct parcel *parcel, int64_t due, int64_t dead);

/* Somebody listens at send.sock. */
bool sender_reachable(const struct sender *sender);

/* What is due goes out. Returns ms until the next is, -1 for none. */
int sender_turn(struct sender *sender, int64_t now);

/* Before the end: the last word on all that have not left, or not been reported yet. */
void sender_end(struct sender *sender);

/* How many texts have not left, or not been reported yet. */
uint32_t sender_count(const struct sender *sender);

/* The slot's connection has something to say; `slot` is data.u64's low half. */
void sender_ready(struct sender *sender, uint32_t slot);

#endif
