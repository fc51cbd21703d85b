/* SPDX-License-Identifier: BSD-3-Clause */
#include "record.h"

#include <string.h>

#define RECORD_VERSION 1
#define TIME_LIMIT     (INT64_C(1) << 50) /* ms: no clock shows it, and sums of a few stay in i64 */

/* Walks over the fixed layout; sizes are constants, so it never leaves RECORD_SIZE bytes. */
struct cursor {
	uint8_t *at;
};

static void put(struct cursor *cursor, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		*cursor->at++ = (uint8_t)(value >> (8 * i));
}

static uint64_t get(struct cursor *cursor, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)*cursor->at++ << (8 * i);
	return value;
}

static void put_bytes(struct cursor *cursor, const void *bytes, size_t size)
{
	memcpy(cursor->at, bytes, size);
	cursor->at += size;
}

static void get_bytes(struct cursor *cursor, void *ret, size_t size)
{
	memcpy(ret, cursor->at, size);
	cursor->at += size;
}

/* False for a time that no clock can have shown: the record is damaged. */
static bool get_time(struct cursor *cursor, int64_t *ret)
{
	*ret = (int64_t)get(cursor, 8);
	return *ret > -TIME_LIMIT && *ret < TIME_LIMIT;
}

static void challenge_put(struct cursor *cursor, const struct challenge *challenge)
{
	put_bytes(cursor, challenge->binding, HASH_SIZE);
	put(cursor, challenge->sent, 1);
	put(cursor, challenge->tries, 1);
	put(cursor, challenge->live, 1);
	put(cursor, 0, 5);
	put(cursor, (uint64_t)challenge->last_text, 8);
	for (size_t i = 0; i < CHALLENGE_CODES; i++) {
		put_bytes(cursor, challenge->code[i].hash, HASH_SIZE);
		put(cursor, (uint64_t)challenge->code[i].made.boottime, 8);
		put(cursor, (uint64_t)challenge->code[i].made.realtime, 8);
	}
	put_bytes(cursor, challenge->asker, ASKER_SIZE);
}

static bool challenge_get(struct cursor *cursor, struct challenge *ret)
{
	get_bytes(cursor, ret->binding, HASH_SIZE);
	ret->sent = (uint8_t)get(cursor, 1);
	ret->tries = (uint8_t)get(cursor, 1);
	ret->live = (uint8_t)get(cursor, 1);
	(void)get(cursor, 5);
	bool sound = get_time(cursor, &ret->last_text);
	for (size_t i = 0; i < CHALLENGE_CODES; i++) {
		get_bytes(cursor, ret->code[i].hash, HASH_SIZE);
		sound = get_time(cursor, &ret->code[i].made.boottime) && sound;
		sound = get_time(cursor, &ret->code[i].made.realtime) && sound;
	}
	get_bytes(cursor, ret->asker, ASKER_SIZE);
	/* A challenge that is there has a code, a free one has none. */
	return sound && ret->live <= CHALLENGE_CODES && (ret->live == 0) == (ret->sent == 0);
}

static void source_put(struct cursor *cursor, const struct record_source *source)
{
	put_bytes(cursor, source->hash, HASH_SIZE);
	put(cursor, source->lockout.failures, 4);
	put(cursor, source->lockout.wait, 4);
	put(cursor, (uint64_t)source->lockout.first, 8);
	put(cursor, (uint64_t)source->lockout.last, 8);
	put(cursor, (uint64_t)source->lockout.until, 8);
	put(cursor, (uint64_t)source->last_realtime, 8);
	put_bytes(cursor, source->label, LABEL_SIZE);
}

static bool source_get(struct cursor *cursor, struct record_source *ret)
{
	get_bytes(cursor, ret->hash, HASH_SIZE);
	ret->lockout.failures = (uint32_t)get(cursor, 4);
	ret->lockout.wait = (uint32_t)get(cursor, 4);
	bool sound = get_time(cursor, &ret->lockout.first);
	sound = get_time(cursor, &ret->lockout.last) && sound;
	sound = get_time(cursor, &ret->lockout.until) && sound;
	sound = get_time(cursor, &ret->last_realtime) && sound;
	get_bytes(cursor, ret->label, LABEL_SIZE);
	return sound && ret->label[LABEL_SIZE - 1] == '\0';
}

static void tally_put(struct cursor *cursor, const struct tally *tally)
{
	const struct window *const windows[] = {&tally->texts, &tally->failures};

	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		put(cursor, (uint64_t)windows[i]->since.boottime, 8);
		put(cursor, (uint64_t)windows[i]->since.realtime, 8);
		put(cursor, windows[i]->all, 4);
		put(cursor, windows[i]->strange, 4);
	}
}

static bool tally_get(struct cursor *cursor, struct tally *ret)
{
	struct window *const windows[] = {&ret->texts, &ret->failures};
	bool sound = true;

	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		sound = get_time(cursor, &windows[i]->since.boottime) && sound;
		sound = get_time(cursor, &windows[i]->since.realtime) && sound;
		windows[i]->all = (uint32_t)get(cursor, 4);
		windows[i]->strange = (uint32_t)get(cursor, 4);
		sound = windows[i]->strange <= windows[i]->all && sound;
	}
	return sound;
}

void tally_encode(const struct tally *tally, uint8_t ret[static TALLY_SIZE])
{
	struct cursor cursor = {ret};

	tally_put(&cursor, tally);
}

enum result tally_decode(const uint8_t *bytes, size_t size, struct tally *ret_tally)
{
	struct tally tally = {0};
	uint8_t copy[TALLY_SIZE];
	struct cursor cursor = {copy};

	if (size != TALLY_SIZE)
		return RESULT_INVALID;
	memcpy(copy, bytes, TALLY_SIZE);
	if (!tally_get(&cursor, &tally))
		return RESULT_INVALID;
	*ret_tally = tally;
	return RESULT_OK;
}

void tally_rebase(struct tally *tally, const struct moment *now)
{
	window_rebase(&tally->texts, now);
	window_rebase(&tally->failures, now);
}

void record_encode(const struct record *record, uint8_t ret[static RECORD_SIZE])
{
	struct cursor cursor = {ret};

	put(&cursor, RECORD_VERSION, 8);
	put_bytes(&cursor, record->boot, BOOT_ID_SIZE);
	for (size_t i = 0; i < RECORD_CHALLENGES; i++)
		challenge_put(&cursor, &record->challenge[i]);
	for (size_t i = 0; i < RECORD_SOURCES; i++)
		source_put(&cursor, &record->source[i]);
	for (size_t i = 0; i < RECORD_KNOWN; i++) {
		put_bytes(&cursor, record->known[i].hash, HASH_SIZE);
		put(&cursor, (uint64_t)record->known[i].realtime, 8);
	}
	for (size_t i = 0; i < RECORD_TALLIES; i++)
		tally_put(&cursor, &record->tally[i]);
	put(&cursor, record->ceiling.strange, 4);
	put(&cursor, record->ceiling.known, 4);
}

enum result record_decode(const uint8_t *bytes, size_t size, struct record *ret_record)
{
	struct record record = {0};
	uint8_t copy[RECORD_SIZE];
	struct cursor cursor = {copy};
	bool sound = true;

	if (size != RECORD_SIZE)
		return RESULT_INVALID;
	memcpy(copy, bytes, RECORD_SIZE);
	if (get(&cursor, 8) != RECORD_VERSION)
		return RESULT_INVALID;
	get_bytes(&cursor, record.boot, BOOT_ID_SIZE);
	for (size_t i = 0; i < RECORD_CHALLENGES; i++)
		sound = challenge_get(&cursor, &record.challenge[i]) && sound;
	for (size_t i = 0; i < RECORD_SOURCES; i++)
		sound = source_get(&cursor, &record.source[i]) && sound;
	for (size_t i = 0; i < RECORD_KNOWN; i++) {
		get_bytes(&cursor, record.known[i].hash, HASH_SIZE);
		sound = get_time(&cursor, &record.known[i].realtime) && sound;
	}
	for (size_t i = 0; i < RECORD_TALLIES; i++)
		sound = tally_get(&cursor, &record.tally[i]) && sound;
	record.ceiling.strange = (uint32_t)get(&cursor, 4);
	record.ceiling.known = (uint32_t)get(&cursor, 4);
	if (!sound)
		return RESULT_INVALID;
	*ret_record = record;
	return RESULT_OK;
}

bool tally_from_future(const struct tally *tally, const struct moment *now)
{
	return tally->texts.since.boottime > now->boottime ||
	       tally->failures.since.boottime > now->boottime;
}

/* A machine that was set back: the boot's clock has yet to reach what the record holds. */
static bool from_future(const struct record *record, const struct moment *now)
{
	for (size_t i = 0; i < RECORD_CHALLENGES; i++) {
		if (record->challenge[i].code[0].made.boottime > now->boottime)
			return true;
	}
	for (size_t i = 0; i < RECORD_SOURCES; i++) {
		if (record->source[i].lockout.last > now->boottime)
			return true;
	}
	for (size_t i = 0; i < RECORD_TALLIES; i++) {
		if (tally_from_future(&record->tally[i], now))
			return true;
	}
	return false;
}

/* The last failure happened `elapsed` ago, whatever the clock of its boot said then. */
static void source_rebase(struct record_source *source, const struct moment *now)
{
	struct lockout *lockout = &source->lockout;
	int64_t elapsed = now->realtime - source->last_realtime;

	if (elapsed < 0)
		elapsed = 0;
	int64_t shift = now->boottime - elapsed - lockout->last;
	lockout->first += shift;
	lockout->last += shift;
	lockout->until = lockout->until == 0 ? 0 : lockout->until + shift;
	source->last_realtime = now->realtime - elapsed;
	/* 0 would be a free row. */
	if (lockout->last == 0)
		lockout->last = -1;
}

void record_rebase(
	struct record *record, const uint8_t boot[static BOOT_ID_SIZE], const struct moment *now)
{
	if (memcmp(record->boot, boot, BOOT_ID_SIZE) == 0 && !from_future(record, now))
		return;
	memcpy(record->boot, boot, BOOT_ID_SIZE);
	memset(record->challenge, 0, sizeof(record->challenge));
	for (size_t i = 0; i < RECORD_TALLIES; i++)
		tally_rebase(&record->tally[i], now);
	for (size_t i = 0; i < RECORD_SOURCES; i++) {
		if (record->source[i].lockout.last != 0)
			source_rebase(&record->source[i], now);
	}
}
