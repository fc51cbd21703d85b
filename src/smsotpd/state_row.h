/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of the state store that are of no user, in tables that begin empty and are kept small. */
#ifndef SMSOTP_STATE_ROW_H
#define SMSOTP_STATE_ROW_H

#include "state.h"

struct row_bytes {
	const void *bytes; /* of a row that was read: good until the transaction ends */
	size_t size;
};

/* RESULT_NOT_FOUND where there is none. */
CHECKED enum result state_row_load(struct state *state, MDB_txn *txn, enum state_table table,
	struct row_bytes key, struct row_bytes *ret_row);
CHECKED enum result state_row_save(struct state *state, MDB_txn *txn, enum state_table table,
	struct row_bytes key, struct row_bytes row);
/* Missing is RESULT_OK. */
CHECKED enum result state_row_drop(
	struct state *state, MDB_txn *txn, enum state_table table, struct row_bytes key);
CHECKED enum result state_rows_count(
	struct state *state, MDB_txn *txn, enum state_table table, size_t *ret_count);

/* In the order of their keys; ends with the first result of `visit` that is not RESULT_OK. */
CHECKED enum result state_rows_each(struct state *state, MDB_txn *txn, enum state_table table,
	enum result (*visit)(struct row_bytes key, struct row_bytes row, void *context),
	void *context);

#endif
