/* SPDX-License-Identifier: BSD-3-Clause */
#include "quarantine.h"

#include <string.h>

#define RECORD_VERSION 1
#define FLAG_CHANGED   1
#define FLAG_GONE      2
#define SECOND         INT64_C(1000)
#define TIME_LIMIT     (INT64_C(1) << 50) /* ms: no clock shows it, and sums of a few stay in i64 */

static int64_t left_of(const struct moment *then, uint32_t seconds, const struct moment *now)
{
	int64_t length = seconds * SECOND;
	int64_t left = then->boottime + length - now->boottime;

	/* A clock that has yet to reach `then` has served nothing of it. */
	if (left > length)
		return length;
	return left < 0 ? 0 : left;
}

static void moment_rebase(struct moment *then, const struct moment *now)
{
	int64_t elapsed = now->realtime - then->realtime;

	if (elapsed < 0)
		elapsed = 0;
	then->boottime = now->boottime - elapsed;
	then->realtime = now->realtime - elapsed;
}

bool quarantine_rebase(struct quarantine *quarantine, const uint8_t boot[static BOOT_ID_SIZE],
	const struct moment *now)
{
	bool future = (quarantine->changed && quarantine->since.boottime > now->boottime) ||
		      (quarantine->gone && quarantine->went.boottime > now->boottime);

	if (memcmp(quarantine->boot, boot, BOOT_ID_SIZE) == 0 && !future)
		return false;
	memcpy(quarantine->boot, boot, BOOT_ID_SIZE);
	if (quarantine->changed)
		moment_rebase(&quarantine->since, now);
	if (quarantine->gone)
		moment_rebase(&quarantine->went, now);
	return true;
}

int64_t quarantine_left(
	const struct quarantine *quarantine, uint32_t seconds, const struct moment *now)
{
	uint32_t length = quarantine->seconds < seconds ? quarantine->seconds : seconds;

	return quarantine->changed ? left_of(&quarantine->since, length, now) : 0;
}

bool quarantine_idle(
	const struct quarantine *quarantine, uint32_t seconds, const struct moment *now)
{
	return quarantine_left(quarantine, seconds, now) == 0 &&
	       (!quarantine->gone || left_of(&quarantine->went, seconds, now) == 0);
}

bool quarantine_change(struct quarantine *quarantine, const uint8_t *before, const uint8_t *after,
	uint32_t seconds, const struct moment *now)
{
	if (quarantine_idle(quarantine, seconds, now)) {
		quarantine->changed = false;
		quarantine->gone = false;
	}
	if (after == NULL && before != NULL) {
		quarantine->gone = true;
		quarantine->went = *now;
		memcpy(quarantine->last, before, HASH_SIZE);
	}
	if (after == NULL)
		return false;
	const uint8_t *last = quarantine->gone ? quarantine->last : NULL;
	const uint8_t *earlier = before != NULL ? before : last;
	bool another = earlier != NULL && memcmp(earlier, after, HASH_SIZE) != 0;
	/* The same number again goes on waiting where it had to. */
	quarantine->gone = false;
	memset(quarantine->last, 0, HASH_SIZE);
	if (!another)
		return false;
	quarantine->changed = true;
	quarantine->since = *now;
	quarantine->seconds = seconds;
	return true;
}

static void put(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get(const uint8_t *at, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return value;
}

void quarantine_encode(
	const struct quarantine *quarantine, uint8_t ret[static QUARANTINE_RECORD_SIZE])
{
	memset(ret, 0, QUARANTINE_RECORD_SIZE);
	ret[0] = RECORD_VERSION;
	ret[1] = (uint8_t)((quarantine->changed ? FLAG_CHANGED : 0) |
			   (quarantine->gone ? FLAG_GONE : 0));
	put(ret + 4, quarantine->seconds, 4);
	memcpy(ret + 8, quarantine->boot, BOOT_ID_SIZE);
	put(ret + 24, (uint64_t)quarantine->since.boottime, 8);
	put(ret + 32, (uint64_t)quarantine->since.realtime, 8);
	put(ret + 40, (uint64_t)quarantine->went.boottime, 8);
	put(ret + 48, (uint64_t)quarantine->went.realtime, 8);
	memcpy(ret + 56, quarantine->last, HASH_SIZE);
}

static bool get_moment(const uint8_t *at, struct moment *ret)
{
	ret->boottime = (int64_t)get(at, 8);
	ret->realtime = (int64_t)get(at + 8, 8);
	return ret->boottime > -TIME_LIMIT && ret->boottime < TIME_LIMIT &&
	       ret->realtime > -TIME_LIMIT && ret->realtime < TIME_LIMIT;
}

enum result quarantine_decode(const uint8_t *bytes, size_t size, struct quarantine *ret_quarantine)
{
	struct quarantine quarantine = {0};

	if (size != QUARANTINE_RECORD_SIZE || bytes[0] != RECORD_VERSION ||
		bytes[1] > (FLAG_CHANGED | FLAG_GONE) || get(bytes + 2, 2) != 0)
		return RESULT_INVALID;
	quarantine.changed = (bytes[1] & FLAG_CHANGED) != 0;
	quarantine.gone = (bytes[1] & FLAG_GONE) != 0;
	quarantine.seconds = (uint32_t)get(bytes + 4, 4);
	memcpy(quarantine.boot, bytes + 8, BOOT_ID_SIZE);
	if (!get_moment(bytes + 24, &quarantine.since) || !get_moment(bytes + 40, &quarantine.went))
		return RESULT_INVALID;
	memcpy(quarantine.last, bytes + 56, HASH_SIZE);
	*ret_quarantine = quarantine;
	return RESULT_OK;
}
