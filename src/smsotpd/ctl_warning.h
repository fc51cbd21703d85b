/* SPDX-License-Identifier: BSD-3-Clause */
/* What keeps people from signing in, or soon will: each a sentence with its remedy. */
#ifndef SMSOTP_CTL_WARNING_H
#define SMSOTP_CTL_WARNING_H

#include "ctl_verb.h"

/* Appends the warnings about the schema to the array. */
void warn_schema(const struct config *config, const struct schema *schema, json_t *warnings);

/* Those about the stub and about stores, given percent in use. */
void warn_stub(const struct config *config, json_t *warnings);
void warn_used(const char *store, unsigned int percent, json_t *warnings);

/* More identities than users that the state store can hold records of. */
void warn_room(const struct state *state, size_t identities, json_t *warnings);

/* Puts that one into reply.warnings, as `txn` will leave the identity store. */
CHECKED enum result warn_change(
	const struct ctl_call *call, MDB_txn *txn, json_t *reply, struct error *error);

#endif
