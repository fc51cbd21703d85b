/* SPDX-License-Identifier: BSD-3-Clause */
#include "state_row.h"

static MDB_val val_of(struct row_bytes row)
{
	return (MDB_val){.mv_size = row.size, .mv_data = (void *)row.bytes};
}

static struct row_bytes bytes_of(const MDB_val *value)
{
	return (struct row_bytes){value->mv_data, value->mv_size};
}

enum result state_row_load(struct state *state, MDB_txn *txn, enum state_table table,
	struct row_bytes key, struct row_bytes *ret_row)
{
	MDB_val name = val_of(key);
	MDB_val value;
	MDB_dbi dbi;

	if (!state_table(state, table, &dbi))
		return RESULT_NOT_FOUND;
	enum result result = store_result(mdb_get(txn, dbi, &name, &value));
	if (result == RESULT_OK)
		*ret_row = bytes_of(&value);
	return result;
}

enum result state_row_save(struct state *state, MDB_txn *txn, enum state_table table,
	struct row_bytes key, struct row_bytes row)
{
	MDB_val name = val_of(key);
	MDB_val value = val_of(row);
	MDB_dbi dbi;

	if (!state_table(state, table, &dbi))
		return RESULT_FULL;
	return store_result(mdb_put(txn, dbi, &name, &value, 0));
}

enum result state_row_drop(
	struct state *state, MDB_txn *txn, enum state_table table, struct row_bytes key)
{
	MDB_val name = val_of(key);
	MDB_dbi dbi;

	if (!state_table(state, table, &dbi))
		return RESULT_OK;
	enum result result = store_result(mdb_del(txn, dbi, &name, NULL));
	return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}

enum result state_rows_count(
	struct state *state, MDB_txn *txn, enum state_table table, size_t *ret_count)
{
	MDB_dbi dbi;

	if (state_table(state, table, &dbi))
		return store_count(txn, dbi, ret_count);
	*ret_count = 0;
	return RESULT_OK;
}

enum result state_rows_each(struct state *state, MDB_txn *txn, enum state_table table,
	enum result (*visit)(struct row_bytes key, struct row_bytes row, void *context),
	void *context)
{
	MDB_cursor *cursor = NULL;
	MDB_val key, value;
	MDB_dbi dbi;

	if (!state_table(state, table, &dbi))
		return RESULT_OK;
	enum result result = store_result(mdb_cursor_open(txn, dbi, &cursor));
	while (result == RESULT_OK) {
		result = store_result(mdb_cursor_get(cursor, &key, &value, MDB_NEXT));
		if (result == RESULT_OK)
			result = visit(bytes_of(&key), bytes_of(&value), context);
		else if (result == RESULT_NOT_FOUND)
			break;
	}
	if (cursor != NULL)
		mdb_cursor_close(cursor);
	return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}
