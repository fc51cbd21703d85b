/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A child of smsotpd that runs one verb which takes long, while logins go on: it opens both stores
 * itself (LMDB serves readers beside one writer, in any process), tells whoever asked how far it
 * is, and ends; what it took of memory ends with it. Its reply is passed on when it has ended, so
 * that whoever asked may ask the next. One at a time, the others wait in the order they came. It
 * dies with its parent, and what it had not committed was never there.
 *
 *	worker_take, then once the committer has no verb, or part of one, that was given before,
 *	worker_start; worker_ended; and again while worker_busy
 */
#ifndef SMSOTP_WORKER_H
#define SMSOTP_WORKER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "result.h"

struct clock;
struct config;
struct stores;

struct worker;

#define WORKER_ERRANDS 16 /* at once, with that of the child */

/* What became of a child. */
struct worker_end {
	uint64_t connection;
	int reply;     /* the caller's to pass on and close; -1 where there is none */
	json_t *heard; /* the caller's; for the trail: news, a string, and events, each optional */
	bool untold;   /* it writes identities, and what it has to tell was not heard */
};

/* A child's end is an event of `epoll` with `tag`. `stores` and `clock` are borrowed. */
CHECKED enum result worker_new(int epoll, uint32_t tag, struct stores *stores,
	const struct clock *clock, struct worker **ret_worker);

/* Ends a child that runs. */
void worker_free(struct worker **worker);

/* Something was taken that is not done. */
bool worker_busy(const struct worker *worker);

/* No more can be taken now. */
bool worker_full(const struct worker *worker);

/* The first of them writes identities. */
bool worker_writes(const struct worker *worker);

/* Steals `request` and `bulk` (-1 for none); not while full. */
void worker_take(
	struct worker *worker, uint64_t connection, bool writes, json_t *request, int bulk);

/* For whom the first was taken. */
uint64_t worker_connection(const struct worker *worker);

/*
 * Forks for the first. `client` is the connection's descriptor, -1 where it has gone. On failure
 * that one is done, and the sentence is for whoever asked.
 */
CHECKED enum result worker_start(
	struct worker *worker, const struct config *config, int client, struct error *error);

/* After the event: false while the child runs, else it is reaped and the first is done. */
bool worker_ended(struct worker *worker, struct worker_end *ret_end);

#endif
