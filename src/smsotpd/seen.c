/* SPDX-License-Identifier: BSD-3-Clause */
#include "seen.h"

#include <string.h>

#include "state_row.h"
#include "wire.h"

#define ROW_VERSION 1

static const uint8_t zeros[7]; /* behind the version */

size_t seen_encode(const struct seen *seen, uint8_t ret[static SEEN_ROW_SIZE])
{
	struct wire wire = {.bytes = ret, .size = SEEN_ROW_SIZE};

	wire_put_u8(&wire, ROW_VERSION);
	wire_put_bytes(&wire, zeros, sizeof(zeros));
	wire_put_u64(&wire, (uint64_t)seen->realtime);
	wire_put_string(&wire, seen->service, CONFIG_WORD - 1);
	wire_put_string(&wire, seen->name, IDENTITY_NAME_MAX);
	return wire.at;
}

enum result seen_decode(const uint8_t *bytes, size_t size, struct seen *ret_seen)
{
	uint8_t copy[SEEN_ROW_SIZE], reserved[sizeof(zeros)];
	struct wire wire = {.bytes = copy, .size = size};
	struct seen seen = {0};

	if (size > sizeof(copy))
		return RESULT_INVALID;
	memcpy(copy, bytes, size);
	uint8_t version = wire_get_u8(&wire);
	wire_get_bytes(&wire, reserved, sizeof(reserved));
	seen.realtime = (int64_t)wire_get_u64(&wire);
	const char *service = wire_get_string(&wire, CONFIG_WORD - 1);
	const char *name = wire_get_string(&wire, IDENTITY_NAME_MAX);
	if (wire_done(&wire) != RESULT_OK || version != ROW_VERSION ||
		memcmp(reserved, zeros, sizeof(zeros)) != 0)
		return RESULT_INVALID;
	memcpy(seen.service, service, strlen(service));
	memcpy(seen.name, name, strlen(name));
	*ret_seen = seen;
	return RESULT_OK;
}

struct oldest {
	uint8_t key[HASH_SIZE];
	int64_t realtime;
	bool found;
};

/* A row that cannot be read is as old as any. */
static enum result look_older(struct row_bytes key, struct row_bytes row, void *context)
{
	struct oldest *oldest = context;
	struct seen seen;
	int64_t realtime = INT64_MIN;

	if (seen_decode(row.bytes, row.size, &seen) == RESULT_OK)
		realtime = seen.realtime;
	if (key.size != HASH_SIZE || (oldest->found && realtime >= oldest->realtime))
		return RESULT_OK;
	memcpy(oldest->key, key.bytes, HASH_SIZE);
	oldest->realtime = realtime;
	oldest->found = true;
	return RESULT_OK;
}

static enum result make_room(struct state *state, MDB_txn *txn)
{
	struct oldest oldest = {.found = false};
	size_t count = 0;

	enum result result = state_rows_count(state, txn, STATE_SEEN, &count);
	if (result != RESULT_OK || count < SEEN_MAX)
		return result;
	result = state_rows_each(state, txn, STATE_SEEN, look_older, &oldest);
	if (result == RESULT_OK)
		result = state_row_drop(
			state, txn, STATE_SEEN, (struct row_bytes){oldest.key, HASH_SIZE});
	return result;
}

enum result seen_save(
	struct state *state, MDB_txn *txn, const struct keys *keys, const struct seen *seen)
{
	const struct part parts[] = {{"seen", 4}, {seen->service, strlen(seen->service)},
		{seen->name, strlen(seen->name)}};
	uint8_t key[HASH_SIZE], bytes[SEEN_ROW_SIZE];
	struct row_bytes row;

	key_hash(keys->name, parts, 3, key);
	const struct row_bytes name = {key, sizeof(key)};
	enum result result = state_row_load(state, txn, STATE_SEEN, name, &row);
	if (result == RESULT_NOT_FOUND)
		result = make_room(state, txn);
	if (result != RESULT_OK)
		return result;
	row = (struct row_bytes){bytes, seen_encode(seen, bytes)};
	return state_row_save(state, txn, STATE_SEEN, name, row);
}

struct visit {
	enum result (*visit)(const struct seen *seen, void *context);
	void *context;
};

static enum result visit_one(struct row_bytes key, struct row_bytes row, void *context)
{
	const struct visit *visit = context;
	struct seen seen;

	(void)key;
	if (seen_decode(row.bytes, row.size, &seen) != RESULT_OK)
		return RESULT_OK;
	return visit->visit(&seen, visit->context);
}

enum result seen_each(struct state *state, MDB_txn *txn,
	enum result (*visit)(const struct seen *seen, void *context), void *context)
{
	struct visit each = {visit, context};

	return state_rows_each(state, txn, STATE_SEEN, visit_one, &each);
}
