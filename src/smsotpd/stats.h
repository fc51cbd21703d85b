/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What smsotpd counts since it started, in memory and of fixed size, for `status` and `stats`.
 * Only the main thread touches it.
 */
#ifndef SMSOTP_STATS_H
#define SMSOTP_STATS_H

#include <jansson.h>
#include <stdint.h>

#include "decision.h"
#include "text.h"

#define HISTOGRAM_BUCKETS 12

/* What lies between two bounds; the last counts what is above all of them. */
struct histogram {
	uint64_t count[HISTOGRAM_BUCKETS + 1];
	uint64_t sum; /* milliseconds */
};

struct counters {
	uint64_t texts[OUTCOME_COUNT];
	uint64_t granted;
	uint64_t refused; /* those that the store could not judge as well */
	int64_t started;  /* monotonic ms */
	uint64_t decided[DECISION_COUNT][RULE_COUNT];
	uint64_t locks;          /* failures that ended a dialogue: by a lock, or its tries */
	uint64_t answered;       /* texts whose code let somebody in */
	struct histogram answer; /* from the newest text's asking to the right code */
	struct histogram prompt; /* from a begin's frame to its answer */
};

/* A step came to its decision. */
void stats_decided(struct counters *counters, enum decision decision, enum rule rule);

/* A code that came in a text was right, `waited` ms after the text was asked for. */
void stats_answered(struct counters *counters, int64_t waited);

/* A begin was answered `took` ms after its frame came. */
void stats_prompted(struct counters *counters, int64_t took);

/*
 * The reply to `stats`, less what is not counted here:
 *	granted, refused, unavailable, requests  {rule: number}, of every rule that can decide so
 *	texts            {outcome: number}
 *	texts_answered, locks
 *	answer, prompt   {"bounds": [ms...], "counts": [one more than bounds...], "sum": ms}
 */
json_t *stats_json(const struct counters *counters);

#endif
