/* SPDX-License-Identifier: BSD-3-Clause */
/* The counters: which bucket a time falls into, and that every rule begins at 0. */
#include "smsotpd/stats.h"
#include "test.h"

static json_int_t at(const json_t *array, size_t index)
{
	return json_integer_value(json_array_get(array, index));
}

static void test_buckets(void **state)
{
	static const struct {
		const char *sentence;
		int64_t took;
		size_t bucket;
	} rows[] = {
		{"a clock that went back", -5, 0},
		{"at once", 0, 0},
		{"on the first bound", 1, 0},
		{"behind it", 2, 1},
		{"on the last bound", 2000, HISTOGRAM_BUCKETS - 1},
		{"above all", 2001, HISTOGRAM_BUCKETS},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct counters counters = {.granted = 0};
		stats_prompted(&counters, rows[i].took);
		json_t *stats = stats_json(&counters);
		json_t *prompt = json_object_get(stats, "prompt");
		json_t *counts = json_object_get(prompt, "counts");
		HOLDS(rows[i].sentence, json_array_size(counts) == HISTOGRAM_BUCKETS + 1);
		HOLDS(rows[i].sentence, at(counts, rows[i].bucket) == 1);
		HOLDS(rows[i].sentence,
			counters.prompt.sum == (uint64_t)(rows[i].took > 0 ? rows[i].took : 0));
		json_decref(stats);
	}
}

static void test_bounds_rise(void **state)
{
	static const char *const names[] = {"answer", "prompt"};
	const struct counters counters = {.granted = 0};
	json_t *stats = stats_json(&counters);

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		json_t *bounds = json_object_get(json_object_get(stats, names[i]), "bounds");
		assert_int_equal(json_array_size(bounds), HISTOGRAM_BUCKETS);
		for (size_t j = 1; j < HISTOGRAM_BUCKETS; j++)
			assert_true(at(bounds, j) > at(bounds, j - 1));
	}
	json_decref(stats);
}

static json_int_t count_of(const json_t *stats, const char *group, const char *name)
{
	const json_t *value = json_object_get(json_object_get(stats, group), name);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

static void test_rules(void **state)
{
	struct counters counters = {.granted = 0};

	(void)state;
	stats_decided(&counters, DECISION_REFUSED, RULE_LOCKOUT);
	stats_decided(&counters, DECISION_NO_TEXT, RULE_LOCKOUT);
	stats_decided(&counters, DECISION_NO_TEXT, RULE_LOCKOUT);
	stats_decided(&counters, DECISION_TEXT, RULE_DUE);
	json_t *stats = stats_json(&counters);
	assert_int_equal(count_of(stats, "refused", "lockout"), 1);
	assert_int_equal(count_of(stats, "requests", "lockout"), 2);
	assert_int_equal(count_of(stats, "requests", "due"), 1);
	assert_int_equal(count_of(stats, "refused", "wrong"), 0);
	assert_int_equal(count_of(stats, "granted", "right"), 0);
	assert_null(json_object_get(json_object_get(stats, "granted"), "wrong"));
	json_decref(stats);
}

/* Nobody counts so far; if he did, no count would be negative, or fall. */
static void test_counts_beyond_json(void **state)
{
	static const uint64_t counts[] = {INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX};

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++) {
		struct counters counters = {.locks = counts[i], .answered = counts[i]};
		counters.decided[DECISION_GRANTED][RULE_RIGHT] = counts[i];
		counters.texts[OUTCOME_UNSENT] = counts[i];
		counters.prompt.sum = counts[i];
		counters.prompt.count[HISTOGRAM_BUCKETS] = counts[i];
		json_t *stats = stats_json(&counters);
		const json_t *prompt = json_object_get(stats, "prompt");
		assert_int_equal(count_of(stats, "granted", "right"), INT64_MAX);
		assert_int_equal(count_of(stats, "texts", "unsent"), INT64_MAX);
		assert_int_equal(count_of(stats, "prompt", "sum"), INT64_MAX);
		assert_int_equal(
			at(json_object_get(prompt, "counts"), HISTOGRAM_BUCKETS), INT64_MAX);
		assert_int_equal(json_integer_value(json_object_get(stats, "locks")), INT64_MAX);
		assert_int_equal(
			json_integer_value(json_object_get(stats, "texts_answered")), INT64_MAX);
		json_decref(stats);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_bounds_rise),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_counts_beyond_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
