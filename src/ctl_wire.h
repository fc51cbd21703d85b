/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames of ctl.sock, for both ends. A request is one SEQPACKET frame of JSON text, with one memfd
 * beside it (SCM_RIGHTS) where it brings bulk. A reply is a frame of one byte with one memfd that
 * holds the JSON text, because a list may be longer than a frame.
 */
#ifndef SMSOTP_CTL_WIRE_H
#define SMSOTP_CTL_WIRE_H

#include <jansson.h>

#include "result.h"

#define CTL_REQUEST_SIZE 65536
#define CTL_REPLY_MAX    (1 << 30)

/* `bulk` is a descriptor or -1, and stays the caller's. */
CHECKED enum result ctl_send_request(int socket, const json_t *request, int bulk);

/* *ret_request is the caller's to free, *ret_bulk (-1 for none) to close. */
CHECKED enum result ctl_receive_request(int socket, json_t **ret_request, int *ret_bulk);

CHECKED enum result ctl_send_reply(int socket, const json_t *reply);
CHECKED enum result ctl_receive_reply(int socket, json_t **ret_reply);

#endif
