/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Texts on their way: each connection to send.sock brings one, and is held until its report. Times
 * are milliseconds of the clock of a text's end, and the caller hands them in. A connection that
 * ends while its text is held changes nothing: the person still waits for the text.
 */
#ifndef SMSOTP_SEND_QUEUE_H
#define SMSOTP_SEND_QUEUE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "text.h"

#define QUEUE_MAX      512  /* held at once; more wait in the socket's backlog */
#define QUEUE_FRAME_MS 1000 /* a frame that has not come by then is not waited for */
#define QUEUE_IDLE_MS  5000 /* queue_timeout is never longer */

struct transfer;
struct queue;

enum held_state {
	HELD_FREE = 0,
	HELD_READING, /* connected, no frame yet */
	HELD_WAITING, /* for its turn, at `due` or later */
	HELD_SENDING, /* its transfer moves */
};

struct held {
	enum held_state state;
	int fd;
	uint64_t order; /* of arrival */
	uint64_t since; /* when it connected */
	uint64_t end;   /* of its life, or of the wait for its frame */
	uint64_t due;   /* not before: after a failed attempt it waits longer */
	uint32_t attempts;
	struct text text;
	struct transfer *transfer; /* the caller's; NULL unless HELD_SENDING */
};

/*
 * Takes `listener` over. Root, the caller and `peer` may connect. `life_max`: milliseconds that no
 * text lives longer than.
 */
CHECKED enum result queue_open(
	int listener, uid_t peer, uint32_t life_max, struct queue **ret_queue, struct error *error);
/* Closes all connections without a report. */
void queue_free(struct queue **queue);

void queue_set_life(struct queue *queue, uint32_t life_max);

/* Readable when queue_read has something to do. */
int queue_descriptor(const struct queue *queue);

/* Takes connections and frames, drops who is late, foreign or malformed (and logs that). */
void queue_read(struct queue *queue, uint64_t now);

/* No connection is taken any more. A text that still comes by one that was taken before is
 * for queue_return. */
void queue_close(struct queue *queue);

/* The first come of those that wait and are due; NULL for none. */
struct held *queue_next(struct queue *queue, uint64_t now);
/* One that waits and whose life is over; NULL for none. */
struct held *queue_expired(struct queue *queue, uint64_t now);
/* One in `state`, or NULL. */
struct held *queue_any(struct queue *queue, enum held_state state);
uint32_t queue_count(const struct queue *queue, enum held_state state);

/* Milliseconds until one is late, over or due; at most QUEUE_IDLE_MS. */
int queue_timeout(const struct queue *queue, uint64_t now);

/* Sends `report` with the text's id and the time it took, closes and forgets the text. */
void queue_report(struct queue *queue, struct held *held, struct report *report, uint64_t now);

/* Hands the text back, for a smsotp-send to come: no byte of it has left. */
void queue_return(struct queue *queue, struct held *held);

/* A waiting text's turn has come: `transfer` moves it. */
void queue_start(struct queue *queue, struct held *held, struct transfer *transfer);

/*
 * It waits for one more attempt: 1 s after the first, then 2 s, 4 s and 8 s each. RESULT_TIMEOUT,
 * and nothing is changed, where its life ends before. Its transfer is the caller's to free.
 */
CHECKED enum result queue_again(struct queue *queue, struct held *held, uint64_t now);

#endif
