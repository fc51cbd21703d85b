/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats.h"

#include <string.h>

/* Milliseconds, rising. A person takes seconds to find the phone, a daemon none. */
static const int64_t answer_bounds[HISTOGRAM_BUCKETS] = {
	2000, 5000, 10000, 15000, 20000, 30000, 45000, 60000, 120000, 300000, 600000, 900000};
static const int64_t prompt_bounds[HISTOGRAM_BUCKETS] = {
	1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 1500, 2000};

static void histogram_count(
	struct histogram *histogram, const int64_t bounds[static HISTOGRAM_BUCKETS], int64_t value)
{
	int64_t positive = value < 0 ? 0 : value;
	size_t i = 0;

	while (i < HISTOGRAM_BUCKETS && positive > bounds[i])
		i++;
	histogram->count[i]++;
	histogram->sum += (uint64_t)positive;
}

void stats_decided(struct counters *counters, enum decision decision, enum rule rule)
{
	counters->decided[decision][rule]++;
}

void stats_answered(struct counters *counters, int64_t waited)
{
	counters->answered++;
	histogram_count(&counters->answer, answer_bounds, waited);
}

void stats_prompted(struct counters *counters, int64_t took)
{
	histogram_count(&counters->prompt, prompt_bounds, took);
}

/* What JSON's numbers have no room for stands at their highest. */
static json_t *count_json(uint64_t count)
{
	return json_integer(count > INT64_MAX ? INT64_MAX : (json_int_t)count);
}

static void put_count(json_t *object, const char *name, uint64_t count)
{
	json_object_set_new(object, name, count_json(count));
}

/* The rules that come to a decision, whether they have yet or not: a counter begins at 0. */
static void put_decided(json_t *object, const struct counters *counters, enum decision decision)
{
	for (size_t i = 0; i < RULE_COUNT; i++) {
		enum rule rule = (enum rule)i;
		if (rule_decides(rule, decision))
			put_count(object, rule_name(rule), counters->decided[decision][rule]);
	}
}

static json_t *decided(const struct counters *counters, enum decision decision)
{
	json_t *object = json_object();

	put_decided(object, counters, decision);
	return object;
}

static json_t *requests(const struct counters *counters)
{
	json_t *object = decided(counters, DECISION_TEXT);

	put_decided(object, counters, DECISION_NO_TEXT);
	return object;
}

static json_t *texts(const struct counters *counters)
{
	json_t *object = json_object();

	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		put_count(object, outcome_name((enum outcome)i), counters->texts[i]);
	return object;
}

static json_t *histogram_json(
	const struct histogram *histogram, const int64_t bounds[static HISTOGRAM_BUCKETS])
{
	json_t *object = json_object();
	json_t *limits = json_array();
	json_t *counts = json_array();

	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		json_array_append_new(limits, json_integer(bounds[i]));
	for (size_t i = 0; i <= HISTOGRAM_BUCKETS; i++)
		json_array_append_new(counts, count_json(histogram->count[i]));
	json_object_set_new(object, "bounds", limits);
	json_object_set_new(object, "counts", counts);
	put_count(object, "sum", histogram->sum);
	return object;
}

json_t *stats_json(const struct counters *counters)
{
	json_t *object = json_object();

	json_object_set_new(object, "granted", decided(counters, DECISION_GRANTED));
	json_object_set_new(object, "refused", decided(counters, DECISION_REFUSED));
	json_object_set_new(object, "unavailable", decided(counters, DECISION_UNAVAILABLE));
	json_object_set_new(object, "requests", requests(counters));
	json_object_set_new(object, "texts", texts(counters));
	put_count(object, "texts_answered", counters->answered);
	put_count(object, "locks", counters->locks);
	json_object_set_new(object, "answer", histogram_json(&counters->answer, answer_bounds));
	json_object_set_new(object, "prompt", histogram_json(&counters->prompt, prompt_bounds));
	return object;
}
