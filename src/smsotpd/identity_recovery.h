/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Recovery codes in the identity store, so that a state store that is lost makes no used code good
 * again. A verify reads and writes one record whoever it is for: a name without recovery codes
 * works on one of RECOVERY_NOBODIES records of nobody's.
 */
#ifndef SMSOTP_IDENTITY_RECOVERY_H
#define SMSOTP_IDENTITY_RECOVERY_H

#include "identity.h"
#include "recovery.h"

#define RECOVERY_NOBODIES 16

/* One verify's record, and the place of the code that was typed, RECOVERY_CODES for none. */
struct recovery_work {
	uint8_t id[STORE_ID_SIZE];
	struct recovery recovery;
	size_t match;
};

/*
 * Compares `code` with the codes of `name`, with nobody's where `own` is false or it has none; the
 * same look-ups either way.
 */
CHECKED enum result identities_recovery_find(struct identities *identities, MDB_txn *txn,
	const char *name, bool own, const struct recovery_code *code,
	struct recovery_work *ret_work);

/* Writes the record back, changed or not. */
CHECKED enum result identities_recovery_keep(
	struct identities *identities, MDB_txn *txn, const struct recovery_work *work);

/* RESULT_NOT_FOUND where none were ever issued. */
CHECKED enum result identities_recovery_load(
	struct identities *identities, MDB_txn *txn, const char *name, struct recovery *ret);

/* Draws new codes; those of an earlier issue are void. `now`: the wall clock, ms. */
CHECKED enum result identities_recovery_issue(struct identities *identities, MDB_txn *txn,
	const char *name, int64_t now, struct recovery_code ret_codes[static RECOVERY_CODES]);

/* Voids what is left, *ret_left of them; RESULT_OK too where there are none. */
CHECKED enum result identities_recovery_revoke(struct identities *identities, MDB_txn *txn,
	const char *name, int64_t now, uint32_t *ret_left);
CHECKED enum result identities_recovery_remove(
	struct identities *identities, MDB_txn *txn, const char *name);

/*
 * For a backup: a record as it stands, and back. A copy makes no code good again: what was issued
 * or revoked later stays, and of the same issue what is used here or there is used. That is known
 * from the record here: where the identity was removed since it went along, and the copy comes back
 * as it stands.
 * RESULT_REFUSED: the codes were issued under another host's key, which is no use here;
 * RESULT_INVALID: they are no record. Neither writes anything.
 */
CHECKED enum result identities_recovery_export(struct identities *identities, MDB_txn *txn,
	const char *name, uint8_t ret[static RECOVERY_RECORD_SIZE]);
CHECKED enum result identities_recovery_import(struct identities *identities, MDB_txn *txn,
	const char *name, const uint8_t *bytes, size_t size);

/* What import would return, and whether it would change anything; writes nothing. */
CHECKED enum result identities_recovery_compare(struct identities *identities, MDB_txn *txn,
	const char *name, const uint8_t *bytes, size_t size, bool *ret_changes);

/* Drops all, and makes nobody's records: in a new store, and under another key. */
CHECKED enum result identities_recovery_reset(struct identities *identities, MDB_txn *txn);

#endif
