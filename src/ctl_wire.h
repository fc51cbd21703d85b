/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames of ctl.sock, for both ends. A request is one SEQPACKET frame of JSON text, with one memfd
 * beside it (SCM_RIGHTS) where it brings bulk. A reply is a frame of one byte with one memfd that
 * holds the JSON text, because a list may be longer than a frame.
 */
#ifndef SMSOTP_CTL_WIRE_H
#define SMSOTP_CTL_WIRE_H

#include <jansson.h>
#include <stdbool.h>

#include "result.h"

#define CTL_REQUEST_SIZE 65536
#define CTL_REPLY_MAX    (1 << 30)

/* `bulk` is a descriptor or -1, and stays the caller's. */
CHECKED enum result ctl_send_request(int socket, const json_t *request, int bulk);

/* *ret_request is the caller's to free, *ret_bulk (-1 for none) to close. */
CHECKED enum result ctl_receive_request(int socket, json_t **ret_request, int *ret_bulk);

/* The reply where a verb is not done: {"ok": false, "error": `sentence`, "exit": 1}. */
json_t *ctl_refusal(const char *sentence);

CHECKED enum result ctl_send_reply(int socket, const json_t *reply);

/*
 * Any frame of at most `size` bytes, with the descriptor beside it (the caller's to close, -1 for
 * none). RESULT_INVALID also at the peer's end.
 */
CHECKED enum result ctl_take_frame(
	int socket, char *bytes, size_t size, size_t *ret_length, int *ret_fd);
/* The frame of a reply that passes through. */
CHECKED enum result ctl_pass_reply(int socket, int reply);
/* What is in such a descriptor, from where it stands. */
CHECKED enum result ctl_load_reply(int reply, json_t **ret_reply);

/*
 * Before its reply a long verb tells how far it is, where the request's "progress" is true: frames
 * of '.', then `done` (u64) and thousandths of the way (u32), little endian. One that the peer has
 * no room for is lost; RESULT_UNREACHABLE where the peer has gone.
 */
CHECKED enum result ctl_send_progress(int socket, size_t done, unsigned int permille);

/* Whether the peer is there still. */
bool ctl_peer_waits(int socket);

/* `progress` hears of each such frame, NULL for nobody. */
CHECKED enum result ctl_receive_reply(int socket,
	void (*progress)(void *context, size_t done, unsigned int permille), void *context,
	json_t **ret_reply);

#endif
