/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is remembered of the phones of a name, in the identity store: of identities whose phone
 * changed, and of those whose phone or who themselves went, for as long as it matters.
 */
#ifndef SMSOTP_IDENTITY_QUARANTINE_H
#define SMSOTP_IDENTITY_QUARANTINE_H

#include "identity.h"
#include "quarantine.h"

/*
 * A record for each identity, and twice as many as these: of more, those of names that are gone are
 * trimmed to these, and what went first gives way. That of an identity never does.
 */
#define QUARANTINE_GONE 65536

/* Of this boot; all zero where nothing is remembered. One look-up, whatever name. */
CHECKED enum result identities_quarantine_load(struct identities *identities, MDB_txn *txn,
	const char *name, const struct clock *clock, const struct moment *now,
	struct quarantine *ret_quarantine);

/* *ret_left: ms until its phone gets texts, of `seconds` at most. One look-up as well. */
CHECKED enum result identities_quarantine_left(struct identities *identities, MDB_txn *txn,
	const char *name, uint32_t seconds, const struct clock *clock, const struct moment *now,
	int64_t *ret_left);

/*
 * The phone of `name` is `after` from now on, and was `before`; E.164, "" for none. *ret_left: ms
 * until it gets texts; *ret_changed: it took another's place.
 */
CHECKED enum result identities_quarantine_change(struct identities *identities, MDB_txn *txn,
	const char *name, const struct phone *before, const struct phone *after, uint32_t seconds,
	const struct clock *clock, int64_t *ret_left, bool *ret_changed);

CHECKED enum result identities_quarantine_count(
	struct identities *identities, MDB_txn *txn, size_t *ret_count);

/* The operator answers for the number. RESULT_NOT_FOUND where nothing is remembered. */
CHECKED enum result identities_quarantine_release(
	struct identities *identities, MDB_txn *txn, const char *name);

/*
 * At start: what is remembered is made of this boot, and dropped where it is over. In a store that
 * has no room for that it stays as it is, RESULT_OK too, and goes on by the wall clock.
 */
CHECKED enum result identities_quarantine_rebase(
	struct identities *identities, uint32_t seconds, const struct clock *clock);

/* Under another key: an identity's record moves on to its new id. */
CHECKED enum result identities_quarantine_move(struct identities *identities, MDB_txn *txn,
	const uint8_t from[static STORE_ID_SIZE], const char *name);

#endif
