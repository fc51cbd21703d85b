/* SPDX-License-Identifier: BSD-3-Clause */
#include "mute.h"

#include <string.h>

#define MINUTE_MS INT64_C(60000)
#define NEVER     (-MINUTE_MS)

void mutes_init(struct mutes *mutes)
{
	memset(mutes, 0, sizeof(*mutes));
	mutes->elsewhere.since = NEVER;
}

/* Where a source's events of one kind and rule are counted. */
static struct muted *find(struct mutes *mutes, const uint8_t source[static HASH_SIZE],
	enum event event, enum rule rule, int64_t now)
{
	struct muted *best = &mutes->muted[0];

	for (size_t i = 0; i < MUTED_SIZE; i++) {
		struct muted *muted = &mutes->muted[i];
		if (muted->used && muted->event == event && muted->rule == rule &&
			memcmp(muted->source, source, HASH_SIZE) == 0)
			return muted;
		if (best->used && (!muted->used || muted->since < best->since))
			best = muted;
	}
	if (best->used && now - best->since < MINUTE_MS)
		return &mutes->elsewhere;
	mutes->elsewhere.count += best->count;
	*best = (struct muted){.used = true, .event = event, .rule = rule, .since = NEVER};
	memcpy(best->source, source, HASH_SIZE);
	return best;
}

uint32_t mutes_count(struct mutes *mutes, const uint8_t source[static HASH_SIZE], enum event event,
	enum rule rule, int64_t now, bool *ret_elsewhere)
{
	struct muted *muted = find(mutes, source, event, rule, now);
	uint32_t count = muted->count + 1;
	bool quiet = now - muted->since < MINUTE_MS;

	muted->count = quiet ? count : 0;
	if (quiet)
		return 0;
	muted->since = now;
	*ret_elsewhere = muted == &mutes->elsewhere;
	return count;
}
