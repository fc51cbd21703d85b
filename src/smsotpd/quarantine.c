/* SPDX-License-Identifier: BSD-3-Clause */
#include "quarantine.h"

#include <string.h>

#include "wire.h"

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

void quarantine_encode(
	const struct quarantine *quarantine, uint8_t ret[static QUARANTINE_RECORD_SIZE])
{
	struct wire wire = {.bytes = ret, .size = QUARANTINE_RECORD_SIZE};
	int flags = (quarantine->changed ? FLAG_CHANGED : 0) | (quarantine->gone ? FLAG_GONE : 0);

	wire_put_u8(&wire, RECORD_VERSION);
	wire_put_u8(&wire, (uint8_t)flags);
	wire_put_u8(&wire, 0);
	wire_put_u8(&wire, 0);
	wire_put_u32(&wire, quarantine->seconds);
	wire_put_bytes(&wire, quarantine->boot, BOOT_ID_SIZE);
	wire_put_u64(&wire, (uint64_t)quarantine->since.boottime);
	wire_put_u64(&wire, (uint64_t)quarantine->since.realtime);
	wire_put_u64(&wire, (uint64_t)quarantine->went.boottime);
	wire_put_u64(&wire, (uint64_t)quarantine->went.realtime);
	wire_put_bytes(&wire, quarantine->last, HASH_SIZE);
}

static bool possible(int64_t time)
{
	return time > -TIME_LIMIT && time < TIME_LIMIT;
}

static void get_moment(struct wire *wire, struct moment *ret)
{
	ret->boottime = (int64_t)wire_get_u64(wire);
	ret->realtime = (int64_t)wire_get_u64(wire);
	if (!possible(ret->boottime) || !possible(ret->realtime))
		wire->failed = true;
}

enum result quarantine_decode(const uint8_t *bytes, size_t size, struct quarantine *ret_quarantine)
{
	uint8_t copy[QUARANTINE_RECORD_SIZE];
	struct wire wire = {.bytes = copy, .size = sizeof(copy)};
	struct quarantine quarantine = {0};

	if (size != sizeof(copy))
		return RESULT_INVALID;
	memcpy(copy, bytes, sizeof(copy));
	uint8_t version = wire_get_u8(&wire);
	uint8_t flags = wire_get_u8(&wire);
	uint8_t zero = wire_get_u8(&wire) | wire_get_u8(&wire);
	quarantine.changed = (flags & FLAG_CHANGED) != 0;
	quarantine.gone = (flags & FLAG_GONE) != 0;
	quarantine.seconds = wire_get_u32(&wire);
	wire_get_bytes(&wire, quarantine.boot, BOOT_ID_SIZE);
	get_moment(&wire, &quarantine.since);
	get_moment(&wire, &quarantine.went);
	wire_get_bytes(&wire, quarantine.last, HASH_SIZE);
	if (wire_done(&wire) != RESULT_OK || version != RECORD_VERSION || zero != 0 ||
		flags > (FLAG_CHANGED | FLAG_GONE))
		return RESULT_INVALID;
	*ret_quarantine = quarantine;
	return RESULT_OK;
}
