/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The main thread's epoll: listeners, connections of one frame each, the committer's and the
 * sender's news, signals. Knows bytes and deadlines; what a frame means is flow's.
 */
#ifndef SMSOTP_LOOP_H
#define SMSOTP_LOOP_H

#include "flow.h"

#define LOOP_SHUT_MS 5000

struct loop;

enum loop_end { LOOP_STOP, LOOP_RELOAD, LOOP_BROKEN, LOOP_SHUT };

/* `module` and `control` are listening sockets, owned by the loop from now on. */
CHECKED enum result loop_new(int module, int control, struct loop **ret_loop);
void loop_free(struct loop **loop);

/* For the flow: its hooks, the committer's eventfd, and the epoll and tag of the sender. */
struct flow_hooks loop_hooks(struct loop *loop);
int loop_wake(const struct loop *loop);
int loop_epoll(const struct loop *loop);
uint32_t loop_sender_tag(void);
uint32_t loop_worker_tag(void);

/*
 * Serves until SIGTERM or SIGINT (LOOP_STOP), SIGHUP (LOOP_RELOAD), committer_broken (LOOP_BROKEN),
 * or the stores are not open and LOOP_SHUT_MS have passed by the flow's clock (LOOP_SHUT). Call
 * again after a reload, and after the stores were tried anew.
 */
CHECKED enum result loop_run(struct loop *loop, struct flow *flow, enum loop_end *ret_end);

/*
 * Before the end: nobody is accepted any more but who waits for it, who was is answered, and texts
 * leave, so that a restart costs nobody a login. Returns how many logins and texts `most` ms were
 * not enough for, of which the texts that smsotp-send already has leave all the same; each text is
 * told of.
 */
uint32_t loop_drain(struct loop *loop, struct flow *flow, int64_t most);

/* CLOCK_MONOTONIC in milliseconds. */
int64_t loop_now(void);

#endif
