/* SPDX-License-Identifier: BSD-3-Clause */
/* One field of an identity as an operator writes it, in `identity set` and in an imported file. */
#ifndef SMSOTP_IDENTITY_ASSIGN_H
#define SMSOTP_IDENTITY_ASSIGN_H

#include "identity.h"

/*
 * `field` is "uid" (a number), "suspended" (yes or no) or a trait; an empty value takes it away.
 * RESULT_INVALID with a sentence that holds no value.
 */
CHECKED enum result identity_assign(const struct schema *schema, struct identity *identity,
	const char *field, const char *value, struct error *error);

/* The identity of that name as it is stored, or an empty one. Damaged ones are RESULT_FAILED. */
CHECKED enum result identity_edit(struct identities *identities, MDB_txn *txn, const char *name,
	struct identity *ret_identity, struct error *error);

#endif
