/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections of one frame each: accepted from root alone, read within FRAME_MS, answered once,
 * closed. A connection is known to others by a number that is never used twice, so that an answer
 * which comes late finds nobody and not a stranger.
 */
#ifndef SMSOTP_CONNECTION_H
#define SMSOTP_CONNECTION_H

#include <jansson.h>

#include "ask.h"

#define CONNECTIONS_MAX   1024
#define CONNECTIONS_SHARE 128  /* that wait for an answer to one real uid, but for root's */
#define FRAME_MS          1000 /* a frame that has not come by then is not waited for */

struct connections;

/* One frame: of an operator where `request` is set (owned, with `bulk`), else of the module. */
struct incoming {
	uint64_t connection;
	json_t *request;
	int bulk;
	struct ask ask; /* points into the table's frame until connections_forget */
};

CHECKED enum result connections_new(int epoll, uint32_t tag, struct connections **ret_connections);
void connections_free(struct connections **connections);

/*
 * Takes one that waits at the listener; a peer that is not root, or not this process's user, is
 * closed. False where nobody waits. *ret_event is what epoll will say of the connection, for
 * connections_read: the module's frame has often come already.
 */
bool connections_accept(struct connections *connections, int listener, bool control, int64_t now,
	uint32_t *ret_event);

/* False where there is nothing yet; and where there is nothing sound, nobody waits for an answer
 * any more, or the uid's share is used up: then the connection is closed. */
bool connections_read(
	struct connections *connections, uint32_t event, struct incoming *ret_incoming);

/* Wipes the frame that was read last. */
void connections_forget(struct connections *connections);

/* Sends and closes; nothing happens where the connection has gone. NULL for an answer only closes.
 */
void connections_answer(
	struct connections *connections, uint64_t connection, const struct answer *answer);
void connections_reply(struct connections *connections, uint64_t connection, const json_t *reply);

/*
 * For a child: the descriptor, which is no more listened to, -1 where nobody waits. And the reply
 * that the child has made, a descriptor that stays the caller's.
 */
int connections_lend(struct connections *connections, uint64_t connection);
void connections_pass(struct connections *connections, uint64_t connection, int reply);

/* How many have not been read, or not been answered. */
size_t connections_count(const struct connections *connections);

/* Closes what has not sent its frame in time. */
void connections_expire(struct connections *connections, int64_t now);

#endif
