/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger_tables.h"

#include <string.h>

#include "budget.h"
#include "config.h"

#define SECOND INT64_C(1000)

/* The hashes are keyed, or drawn by the module: any bytes of them spread evenly. */
static size_t set_of(const uint8_t *hash)
{
	return ((size_t)hash[0] | (size_t)hash[1] << 8) % LEDGER_SETS;
}

static size_t row_set(const struct visitor *visitor)
{
	return set_of(visitor->name) ^ set_of(visitor->source);
}

struct dialogue *dialogue_find(struct ledger *ledger, const struct visitor *visitor)
{
	struct dialogue *set = ledger->dialogue[set_of(visitor->id)];

	for (size_t i = 0; i < LEDGER_WAYS; i++) {
		if (set[i].used && memcmp(set[i].id, visitor->id, WIRE_ID_SIZE) == 0 &&
			memcmp(set[i].subject, visitor->subject, HASH_SIZE) == 0)
			return &set[i];
	}
	return NULL;
}

struct dialogue *dialogue_add(
	struct ledger *ledger, const struct visitor *visitor, const struct moment *begun)
{
	struct dialogue *set = ledger->dialogue[set_of(visitor->id)];
	struct dialogue *best = &set[0];

	for (size_t i = 0; i < LEDGER_WAYS && best->used; i++) {
		if (!set[i].used || set[i].last_text.boottime < best->last_text.boottime)
			best = &set[i];
	}
	*best = (struct dialogue){.used = true, .last_text = *begun, .texts = 1};
	memcpy(best->id, visitor->id, WIRE_ID_SIZE);
	memcpy(best->subject, visitor->subject, HASH_SIZE);
	return best;
}

/* The row's way in its set, LEDGER_WAYS where there is none. */
static size_t row_way(const struct ledger *ledger, const struct visitor *visitor)
{
	const struct row *set = ledger->row[row_set(visitor)];
	size_t way = 0;

	while (way < LEDGER_WAYS &&
		(!set[way].used || memcmp(set[way].name, visitor->name, HASH_SIZE) != 0 ||
			memcmp(set[way].source, visitor->source, HASH_SIZE) != 0))
		way++;
	return way;
}

struct row *row_find(struct ledger *ledger, const struct visitor *visitor)
{
	size_t way = row_way(ledger, visitor);

	return way == LEDGER_WAYS ? NULL : &ledger->row[row_set(visitor)][way];
}

static int64_t later(int64_t one, int64_t other)
{
	return one > other ? one : other;
}

void row_peek(const struct ledger *ledger, const struct visitor *visitor, struct row *ret_row)
{
	size_t way = row_way(ledger, visitor);

	*ret_row = (struct row){0};
	if (way < LEDGER_WAYS)
		*ret_row = ledger->row[row_set(visitor)][way];
}

/* Not with the day of its texts: each begin has one, and a flood of begins would end after every
 * lock that was there before. */
static int64_t row_end(const struct row *row, const struct config *config)
{
	int64_t end = later(lockout_end(&row->lockout, &config->lockout), row->live_until);
	struct quota quick, day;

	budget_user_texts(config, &quick, &day);
	return later(end, row->texts.since.boottime + quick.span * SECOND);
}

struct row *row_get(
	struct ledger *ledger, const struct config *config, const struct visitor *visitor)
{
	struct row *set = ledger->row[row_set(visitor)];
	struct row *best = row_find(ledger, visitor);

	if (best != NULL)
		return best;
	best = &set[0];
	for (size_t i = 0; i < LEDGER_WAYS && best->used; i++) {
		if (!set[i].used || row_end(&set[i], config) < row_end(best, config))
			best = &set[i];
	}
	*best = (struct row){.used = true};
	memcpy(best->name, visitor->name, HASH_SIZE);
	memcpy(best->source, visitor->source, HASH_SIZE);
	return best;
}

uint32_t ledger_locks(const struct ledger *ledger, const uint8_t name[static HASH_SIZE],
	const struct moment *now, int64_t *ret_longest)
{
	uint32_t count = 0;

	*ret_longest = 0;
	for (size_t i = 0; i < LEDGER_SETS * LEDGER_WAYS; i++) {
		const struct row *row = &ledger->row[i / LEDGER_WAYS][i % LEDGER_WAYS];
		int64_t left = lockout_left(&row->lockout, now->boottime);
		if (!row->used || left == 0 || memcmp(row->name, name, HASH_SIZE) != 0)
			continue;
		*ret_longest = later(left, *ret_longest);
		count++;
	}
	return count;
}

uint32_t ledger_forget(struct ledger *ledger, const uint8_t name[static HASH_SIZE])
{
	uint32_t cleared = 0;

	for (size_t i = 0; i < LEDGER_SETS * LEDGER_WAYS; i++) {
		struct row *row = &ledger->row[i / LEDGER_WAYS][i % LEDGER_WAYS];
		if (!row->used || memcmp(row->name, name, HASH_SIZE) != 0)
			continue;
		*row = (struct row){0};
		cleared++;
	}
	return cleared;
}

uint32_t ledger_forget_all(struct ledger *ledger)
{
	uint32_t cleared = 0;

	for (size_t i = 0; i < LEDGER_SETS * LEDGER_WAYS; i++) {
		struct row *row = &ledger->row[i / LEDGER_WAYS][i % LEDGER_WAYS];
		cleared += row->used && row->lockout.last != 0;
		*row = (struct row){0};
	}
	return cleared;
}
