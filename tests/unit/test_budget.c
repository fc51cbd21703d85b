/* SPDX-License-Identifier: BSD-3-Clause */
/* Budgets of texts and wrong codes: what strangers can spend, and what they cannot touch. */
#include "smsotpd/budget.h"

#include "config.h"
#include "core_fixture.h"

struct bench {
	struct config *config;
	struct tally tally[LIMIT_COUNT];
	struct ceiling ceiling;
	struct books books;
	struct quotas quotas;
	const char *near;
};

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	assert_int_equal(config_defaults(&bench->config), RESULT_OK);
	for (size_t i = 0; i < LIMIT_COUNT; i++)
		bench->books.tally[i] = &bench->tally[i];
	bench->books.ceiling = &bench->ceiling;
	budget_quotas(bench->config, 1, false, &bench->quotas);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	config_free(&bench->config);
	free(bench);
	return 0;
}

/* How many of `asked` texts leave at `at`; from a fresh source where `fresh`. */
static uint32_t texts(struct bench *bench, uint32_t asked, int64_t at, bool strange, bool fresh)
{
	const struct moment now = moment_after(at);
	uint32_t sent = 0;

	for (uint32_t i = 0; i < asked; i++) {
		if (fresh)
			bench->tally[LIMIT_SOURCE] = (struct tally){0};
		sent += budget_text(&bench->books, &bench->quotas, &now, strange, &bench->near);
	}
	return sent;
}

/* How many of `asked` wrong codes are compared. */
static uint32_t failures(struct bench *bench, uint32_t asked, int64_t at, bool strange, bool fresh)
{
	const struct moment now = moment_after(at);
	uint32_t compared = 0;

	for (uint32_t i = 0; i < asked; i++) {
		if (fresh)
			bench->tally[LIMIT_SOURCE] = (struct tally){0};
		if (budget_guess_over(&bench->books, &bench->quotas, &now, strange) != NULL)
			continue;
		compared++;
		budget_failure(&bench->books, &bench->quotas, &now, strange, true, &bench->near);
	}
	return compared;
}

static void test_a_user_s_texts(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(texts(bench, 10, 0, true, false), 3);
	assert_int_equal(texts(bench, 10, SECONDS(1), false, false), 2);
	assert_int_equal(texts(bench, 10, MINUTES(10) - 1, false, false), 0);
	assert_int_equal(texts(bench, 10, MINUTES(10), true, false), 3);
}

static void test_a_user_s_day(void **state)
{
	struct bench *bench = *state;
	uint32_t sent = 0;

	for (int64_t at = 0; at < HOURS(12); at += MINUTES(10))
		sent += texts(bench, 5, at, true, true);
	assert_int_equal(sent, 10);
	for (int64_t at = HOURS(12); at < HOURS(24); at += MINUTES(10))
		sent += texts(bench, 5, at, false, true);
	assert_int_equal(sent, 20);
	assert_int_equal(texts(bench, 1, HOURS(24), true, true), 1);
}

static void test_a_source_asks_for_15_and_a_shared_one_for_more(void **state)
{
	struct bench *bench = *state;
	uint32_t sent = 0;

	for (int user = 0; user < 40; user++) {
		bench->tally[LIMIT_USER] = bench->tally[LIMIT_USER_DAY] = (struct tally){0};
		sent += texts(bench, 1, 0, true, false);
	}
	assert_int_equal(sent, 15);
	bench->tally[LIMIT_USER] = bench->tally[LIMIT_USER_DAY] = (struct tally){0};
	assert_int_equal(texts(bench, 1, 0, false, false), 1);
	budget_quotas(bench->config, 1, true, &bench->quotas);
	bench->tally[LIMIT_USER] = bench->tally[LIMIT_USER_DAY] = (struct tally){0};
	assert_int_equal(texts(bench, 1, 0, true, false), 1);
}

static void test_the_host_keeps_half_for_those_it_knows(void **state)
{
	struct bench *bench = *state;
	uint32_t strangers = 0;
	uint32_t known = 0;

	for (int user = 0; user < 500; user++) {
		bench->tally[LIMIT_USER] = bench->tally[LIMIT_USER_DAY] = (struct tally){0};
		strangers += texts(bench, 1, 0, true, true);
	}
	assert_int_equal(strangers, 100);
	for (int user = 0; user < 500; user++) {
		bench->tally[LIMIT_USER] = bench->tally[LIMIT_USER_DAY] = (struct tally){0};
		known += texts(bench, 1, 0, false, true);
	}
	assert_int_equal(known, 100);
	budget_quotas(bench->config, 1000, false, &bench->quotas);
	assert_int_equal(bench->quotas.texts[LIMIT_HOST].all, 3000);
}

static void test_a_refused_text_charges_nothing(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(texts(bench, 3, 0, true, false), 3);
	const struct tally before = bench->tally[LIMIT_HOST];
	assert_int_equal(texts(bench, 5, 0, true, false), 0);
	assert_memory_equal(&before, &bench->tally[LIMIT_HOST], sizeof(before));
}

static void test_a_user_s_failures_over_strange_sources(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(failures(bench, 100, 0, true, true), 20);
	assert_int_equal(failures(bench, 1, SECONDS(1), false, true), 1);
	assert_int_equal(failures(bench, 100, HOURS(1), true, true), 20);
	assert_int_equal(failures(bench, 100, HOURS(2), true, true), 0);
	assert_int_equal(failures(bench, 100, HOURS(24), true, true), 20);
}

static void test_a_source_fails_30_times_over_all_users(void **state)
{
	struct bench *bench = *state;
	uint32_t compared = 0;

	for (int user = 0; user < 100; user++) {
		bench->tally[LIMIT_USER] = bench->tally[LIMIT_USER_DAY] = (struct tally){0};
		bench->ceiling = (struct ceiling){0};
		compared += failures(bench, 1, 0, true, false);
	}
	assert_int_equal(compared, 30);
}

static void test_the_host_fails_240_times_a_day(void **state)
{
	struct bench *bench = *state;
	uint32_t compared = 0;

	for (int user = 0; user < 1000; user++) {
		bench->tally[LIMIT_USER] = bench->tally[LIMIT_USER_DAY] = (struct tally){0};
		bench->ceiling = (struct ceiling){0};
		compared += failures(bench, 1, 0, true, true);
	}
	assert_int_equal(compared, 240);
	bench->tally[LIMIT_USER] = bench->tally[LIMIT_USER_DAY] = (struct tally){0};
	assert_int_equal(failures(bench, 1, 0, false, true), 1);
}

static void test_the_ceilings_end_with_a_success_only(void **state)
{
	struct bench *bench = *state;
	uint32_t strange = 0;

	for (int64_t day = 0; day < 10; day++)
		strange += failures(bench, 100, HOURS(24 * day), true, true);
	assert_int_equal(strange, 80);
	assert_int_equal(failures(bench, 100, HOURS(300), false, true), 20);
	assert_int_equal(failures(bench, 100, HOURS(900), false, true), 0);
	budget_success(&bench->books);
	assert_int_equal(failures(bench, 1, HOURS(900), false, true), 1);
	assert_int_equal(failures(bench, 1, HOURS(900), true, true), 1);
}

static void test_answers_to_no_live_code_cost_the_source_only(void **state)
{
	struct bench *bench = *state;
	const struct moment now = moment_after(0);

	budget_failure(&bench->books, &bench->quotas, &now, true, false, &bench->near);
	assert_int_equal(bench->tally[LIMIT_SOURCE].failures.all, 1);
	assert_int_equal(bench->tally[LIMIT_USER].failures.all, 0);
	assert_int_equal(bench->tally[LIMIT_HOST].failures.all, 0);
	assert_int_equal(bench->ceiling.strange, 0);
}

static void test_80_percent_is_told_once(void **state)
{
	struct bench *bench = *state;
	int told = 0;

	for (int i = 0; i < 30; i++) {
		bench->near = NULL;
		bench->tally[LIMIT_USER] = bench->tally[LIMIT_USER_DAY] = (struct tally){0};
		(void)texts(bench, 1, 0, true, false);
		bool source = bench->near != NULL && strcmp(bench->near, "texts of a source") == 0;
		told += source;
		assert_int_equal(source, i == 11);
	}
	assert_int_equal(told, 1);
}

static void test_a_prefix_that_few_answer_is_told_once(void **state)
{
	struct bench *bench = *state;
	struct tally prefix = {0};
	const struct moment now = moment_after(0);

	for (int i = 1; i <= 60; i++)
		assert_int_equal(budget_prefix_text(&prefix, bench->config, &now), i == 20);
	assert_true(budget_prefix_low(&prefix, bench->config, &now));
	for (int i = 0; i < 6; i++)
		budget_prefix_answer(&prefix, &now);
	assert_false(budget_prefix_low(&prefix, bench->config, &now));
	const struct moment tomorrow = moment_after(HOURS(24));
	assert_false(budget_prefix_low(&prefix, bench->config, &tomorrow));
}

static void test_nineteen_texts_are_no_alarm(void **state)
{
	struct bench *bench = *state;
	struct tally prefix = {0};
	const struct moment now = moment_after(0);

	for (int i = 0; i < 19; i++)
		assert_false(budget_prefix_text(&prefix, bench->config, &now));
	assert_false(budget_prefix_low(&prefix, bench->config, &now));
}

/* Yesterday's answers are none of today's texts. */
static void test_a_prefix_of_answers_that_are_over(void **state)
{
	struct bench *bench = *state;
	struct tally prefix = {0};
	const struct moment yesterday = moment_after(-HOURS(24));
	const struct moment now = moment_after(0);

	for (int i = 0; i < 20; i++)
		budget_prefix_answer(&prefix, &yesterday);
	for (int i = 0; i < 20; i++)
		(void)budget_prefix_text(&prefix, bench->config, &now);
	assert_true(budget_prefix_low(&prefix, bench->config, &now));
	assert_int_equal(prefix.texts.strange, 0);
	assert_int_equal(prefix.failures.strange, 0);
}

static void test_what_is_kept_is_never_more_than_all(void **state)
{
	struct bench *bench = *state;
	struct quota quotas[2];

	bench->config->limits.texts_user_kept = bench->config->limits.texts_user + 2;
	bench->config->limits.texts_day_kept = bench->config->limits.texts_day;
	budget_user_texts(bench->config, &quotas[0], &quotas[1]);
	assert_int_equal(quotas[0].strange, 0);
	assert_int_equal(quotas[1].strange, 0);
}

static void test_a_host_of_more_identities_than_texts_can_be_counted(void **state)
{
	struct bench *bench = *state;

	budget_quotas(bench->config, (size_t)1 << 34, false, &bench->quotas);
	assert_int_equal(bench->quotas.texts[LIMIT_HOST].all, UINT32_MAX);
}

static void test_a_known_user_s_text_costs_the_source_nothing(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(texts(bench, 1, 0, false, false), 1);
	assert_int_equal(bench->tally[LIMIT_SOURCE].texts.all, 0);
	assert_int_equal(bench->tally[LIMIT_HOST].texts.all, 1);
}

static void test_80_percent_of_the_failures_is_told_once(void **state)
{
	struct bench *bench = *state;
	int told = 0;

	for (int i = 0; i < 20; i++) {
		bench->near = NULL;
		assert_int_equal(failures(bench, 1, 0, true, true), 1);
		if (bench->near == NULL)
			continue;
		assert_int_equal(i, 15);
		assert_string_equal(bench->near, "wrong codes of a user");
		told++;
	}
	assert_int_equal(told, 1);
}

static void test_a_window_moves_to_another_boot(void **state)
{
	const struct quota quota = {.span = 600, .all = 5, .strange = 3};
	struct window window = {0};
	struct moment now = moment_after(0);

	(void)state;
	window_count(&window, &quota, &now, true);
	const struct moment later = {SECONDS(5), now.realtime + SECONDS(400)};
	window_rebase(&window, &later);
	assert_int_equal(window_left(&window, &quota, &later), SECONDS(200));
	const struct moment backward = {SECONDS(7), now.realtime - HOURS(10)};
	window_rebase(&window, &backward);
	assert_int_equal(window_left(&window, &quota, &backward), SECONDS(600));
}

#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(test_a_user_s_texts),
		row(test_a_user_s_day),
		row(test_a_source_asks_for_15_and_a_shared_one_for_more),
		row(test_the_host_keeps_half_for_those_it_knows),
		row(test_a_refused_text_charges_nothing),
		row(test_a_user_s_failures_over_strange_sources),
		row(test_a_source_fails_30_times_over_all_users),
		row(test_the_host_fails_240_times_a_day),
		row(test_the_ceilings_end_with_a_success_only),
		row(test_answers_to_no_live_code_cost_the_source_only),
		row(test_80_percent_is_told_once),
		row(test_a_prefix_that_few_answer_is_told_once),
		row(test_nineteen_texts_are_no_alarm),
		row(test_a_prefix_of_answers_that_are_over),
		row(test_what_is_kept_is_never_more_than_all),
		row(test_a_host_of_more_identities_than_texts_can_be_counted),
		row(test_a_known_user_s_text_costs_the_source_nothing),
		row(test_80_percent_of_the_failures_is_told_once),
		cmocka_unit_test(test_a_window_moves_to_another_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
