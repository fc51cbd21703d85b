/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Accounts that signed in where no code is required yet, and have no identity: who would be locked
 * out. Only whose session has opened stands here, so nobody outside can name one; at most SEEN_MAX,
 * the oldest gives way. A row, by the keyed hash of service and name, numbers little endian:
 *
 *	version u8 (1), zeros 7, realtime i64, service, name (strings as in wire.h)
 */
#ifndef SMSOTP_SEEN_H
#define SMSOTP_SEEN_H

#include "config.h"
#include "identity.h"
#include "state.h"

#define SEEN_MAX      1024
#define SEEN_ROW_SIZE (16 + 3 + CONFIG_WORD + 3 + IDENTITY_NAME_MAX)

struct seen {
	int64_t realtime; /* of the last time, milliseconds */
	char service[CONFIG_WORD];
	char name[IDENTITY_NAME_MAX + 1]; /* or "uid 1000", of su's caller */
};

/* Returns the row's size. */
size_t seen_encode(const struct seen *seen, uint8_t ret[static SEEN_ROW_SIZE]);
CHECKED enum result seen_decode(const uint8_t *bytes, size_t size, struct seen *ret_seen);

/* `keys` as the store's. A name that is too long is no account's, and is passed over. */
CHECKED enum result seen_save(
	struct state *state, MDB_txn *txn, const struct keys *keys, const struct seen *seen);

CHECKED enum result seen_each(struct state *state, MDB_txn *txn,
	enum result (*visit)(const struct seen *seen, void *context), void *context);

#endif
