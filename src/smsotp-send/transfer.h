/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests side by side on one thread (libcurl-multi(3)). The environment, redirects, netrc,
 * cookies, HSTS and the proxies that they name play no part.
 */
#ifndef SMSOTP_SEND_TRANSFER_H
#define SMSOTP_SEND_TRANSFER_H

#include "bulkpush.h"
#include "config.h"
#include "exchange.h"

struct transfers; /* all of them, and the connections that are kept */
struct transfer;  /* one request */

/* Before any thread. As many connections are kept as any configuration has side by side. */
CHECKED enum result transfers_open(struct transfers **ret_transfers);
void transfers_free(struct transfers **transfers);

/*
 * Gives up the connections that are kept and the CA file that was read: what starts from now on
 * begins anew. There must be no transfer. Nothing changes where it fails.
 */
CHECKED enum result transfers_renew(struct transfers *transfers);

/*
 * Waits until a transfer, one of the `count` descriptors in `fds` (at most 4) or `milliseconds`
 * need something, then moves every transfer on.
 */
void transfers_wait(struct transfers *transfers, const int *fds, size_t count, int milliseconds);

/* A finished one, not moving any more, or NULL. The caller frees it. */
struct transfer *transfers_take(struct transfers *transfers);

/*
 * Starts one request with `form` as its body (copied). `owner` is the caller's. Nothing of it can
 * have left where this fails.
 */
CHECKED enum result transfer_start(struct transfers *transfers,
	const struct config_gateway *gateway, const struct form *form, void *owner,
	struct transfer **ret_transfer);

void *transfer_owner(const struct transfer *transfer);
/* Valid until the transfer is freed. */
const struct exchange *transfer_exchange(const struct transfer *transfer);
/* Wipes it; one that still moves is cut off. */
void transfer_free(struct transfer **transfer);

#endif
