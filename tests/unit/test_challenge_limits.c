/* SPDX-License-Identifier: BSD-3-Clause */
/* What wrong codes cost: tries, locks, and what gives way in a full record. */
#include "challenge_fixture.h"

static void wrong(struct scene *scene, uint32_t count)
{
	while (count-- > 0)
		assert_int_equal(scene_verify(scene, 999), EFFECT_WRONG);
}

static void test_the_fifth_try_may_be_right(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	wrong(scene, 4);
	assert_int_equal(scene_verify(scene, 1), EFFECT_RIGHT);
	/* A success clears the source's failures. */
	assert_int_equal(scene_begin(scene, 2), EFFECT_TEXT);
	wrong(scene, 4);
	assert_int_equal(scene_verify(scene, 2), EFFECT_RIGHT);
}

static void test_five_wrong_ones_lock_the_source(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	wrong(scene, 5);
	assert_int_equal(scene_verify(scene, 1), EFFECT_LOCKED);
	assert_int_equal(scene_resend(scene, 2), EFFECT_LOCKED);
	assert_int_equal(scene_begin(scene, 2), EFFECT_LOCKED);
	scene_at(scene, SECONDS(60) - 1);
	assert_int_equal(scene_begin(scene, 2), EFFECT_LOCKED);
	scene_at(scene, SECONDS(60));
	assert_int_equal(scene_verify(scene, 1), EFFECT_SPENT);
	assert_int_equal(scene_begin(scene, 2), EFFECT_TEXT);
	assert_int_equal(scene_verify(scene, 2), EFFECT_RIGHT);
}

static void test_an_attempt_while_locked_is_not_charged(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	wrong(scene, 5);
	for (int i = 0; i < 50; i++)
		assert_int_equal(scene_verify(scene, 999), EFFECT_LOCKED);
	scene_at(scene, SECONDS(60));
	assert_int_equal(scene_begin(scene, 2), EFFECT_TEXT);
}

static void test_another_source_is_not_locked(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	wrong(scene, 5);
	scene_source(scene, 2);
	assert_int_equal(scene_begin(scene, 2), EFFECT_TEXT);
	assert_int_equal(scene_verify(scene, 2), EFFECT_RIGHT);
	scene_source(scene, 1);
	assert_int_equal(scene_begin(scene, 3), EFFECT_LOCKED);
}

/* Five at one service and five at the next are the same guesser. */
static void test_the_lock_is_of_the_source_whatever_the_service(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	wrong(scene, 3);
	hash_fill(scene->attempt.binding, 3000);
	assert_int_equal(scene_begin(scene, 2), EFFECT_TEXT);
	wrong(scene, 2);
	assert_int_equal(scene_verify(scene, 2), EFFECT_LOCKED);
	scene_source(scene, 1);
	assert_int_equal(scene_verify(scene, 1), EFFECT_LOCKED);
}

static void test_the_codes_of_a_challenge_share_its_tries(void **state)
{
	struct scene *scene = *state;

	scene->config->lockout.failures = 50;
	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	wrong(scene, 3);
	scene_at(scene, SECONDS(30));
	assert_int_equal(scene_resend(scene, 2), EFFECT_TEXT);
	wrong(scene, 2);
	assert_int_equal(scene_verify(scene, 2), EFFECT_SPENT);
	assert_int_equal(scene_verify(scene, 1), EFFECT_SPENT);
}

/* A guess where there is nothing to guess counts as well. */
static void test_guesses_without_a_challenge_lock_too(void **state)
{
	struct scene *scene = *state;

	for (int i = 0; i < 5; i++)
		assert_int_equal(scene_verify(scene, 1), EFFECT_EXPIRED);
	assert_int_equal(scene_verify(scene, 1), EFFECT_LOCKED);
}

static void test_an_early_answer_withdraws_its_own_text(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	scene->attempt.early = true;
	assert_int_equal(scene_verify(scene, 1), EFFECT_EXPIRED);
	scene->attempt.early = false;
	assert_int_equal(scene_verify(scene, 1), EFFECT_EXPIRED);
	/* The next login is not made to wait for a text that never left. */
	assert_int_equal(scene_begin(scene, 2), EFFECT_TEXT);
	assert_int_equal(scene_verify(scene, 2), EFFECT_RIGHT);
}

static void test_an_early_answer_does_not_withdraw_a_joined_text(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	scene_asker(scene, 2);
	assert_int_equal(scene_begin(scene, 2), EFFECT_JOINED);
	scene->attempt.early = true;
	assert_int_equal(scene_verify(scene, 999), EFFECT_WRONG);
	assert_int_equal(scene_verify(scene, 1), EFFECT_RIGHT);
}

static void test_an_early_answer_to_a_resend_leaves_the_code_before(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	scene_at(scene, SECONDS(30));
	assert_int_equal(scene_resend(scene, 2), EFFECT_TEXT);
	scene->attempt.early = true;
	assert_int_equal(scene_verify(scene, 999), EFFECT_WRONG);
	scene->attempt.early = false;
	assert_int_equal(scene_verify(scene, 2), EFFECT_WRONG);
	assert_int_equal(scene_verify(scene, 1), EFFECT_RIGHT);
}

/* It asked for a text in vain: the one that it has was sent before. */
static void test_an_early_answer_to_a_refused_resend_withdraws_nothing(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	scene_at(scene, SECONDS(10));
	assert_int_equal(scene_resend(scene, 2), EFFECT_TOO_EARLY);
	scene->attempt.early = true;
	assert_int_equal(scene_verify(scene, 1), EFFECT_RIGHT);
}

/* Whoever joined it can have typed that fast. */
static void test_an_early_answer_gives_no_tries_back(void **state)
{
	struct scene *scene = *state;

	scene->config->code.tries = 1;
	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	assert_int_equal(scene_verify(scene, 999), EFFECT_WRONG);
	scene->attempt.early = true;
	assert_int_equal(scene_verify(scene, 1), EFFECT_SPENT);
	assert_int_equal(scene_verify(scene, 1), EFFECT_SPENT);
}

static void test_an_early_try_counts(void **state)
{
	struct scene *scene = *state;

	scene->attempt.early = true;
	for (uint32_t i = 0; i < 5; i++) {
		assert_int_equal(scene_begin(scene, i), EFFECT_TEXT);
		assert_int_equal(scene_verify(scene, i), EFFECT_EXPIRED);
	}
	assert_int_equal(scene_begin(scene, 9), EFFECT_LOCKED);
}

static void test_of_sixteen_challenges_the_one_that_ends_first_gives_way(void **state)
{
	struct scene *scene = *state;

	/* Number 5 began first. */
	for (uint32_t i = 0; i < RECORD_CHALLENGES; i++) {
		scene_source(scene, i);
		scene_at(scene, i == 5 ? 0 : SECONDS(10 + i));
		assert_int_equal(scene_begin(scene, i), EFFECT_TEXT);
	}
	scene_at(scene, SECONDS(60));
	scene_source(scene, 99);
	assert_int_equal(scene_begin(scene, 99), EFFECT_TEXT);
	assert_int_equal(scene_verify(scene, 99), EFFECT_RIGHT);
	for (uint32_t i = 0; i < RECORD_CHALLENGES; i++) {
		scene_source(scene, i);
		assert_int_equal(scene_verify(scene, i), i == 5 ? EFFECT_EXPIRED : EFFECT_RIGHT);
	}
}

static void test_a_dead_challenge_gives_way_before_a_live_one(void **state)
{
	struct scene *scene = *state;

	scene->config->lockout.failures = 50;
	for (uint32_t i = 0; i < RECORD_CHALLENGES; i++) {
		scene_source(scene, i);
		scene_at(scene, SECONDS(i));
		assert_int_equal(scene_begin(scene, i), EFFECT_TEXT);
	}
	wrong(scene, 5); /* the newest has no tries left */
	scene_source(scene, 99);
	assert_int_equal(scene_begin(scene, 99), EFFECT_TEXT);
	for (uint32_t i = 0; i + 1 < RECORD_CHALLENGES; i++) {
		scene_source(scene, i);
		assert_int_equal(scene_verify(scene, i), EFFECT_RIGHT);
	}
}

static void test_of_sixteen_sources_the_one_that_ends_first_gives_way(void **state)
{
	struct scene *scene = *state;

	for (uint32_t i = 0; i < RECORD_SOURCES; i++) {
		scene_source(scene, i);
		for (int n = 0; n < (i == 5 ? 1 : 5); n++)
			assert_int_equal(scene_verify(scene, 1), EFFECT_EXPIRED);
	}
	/* Number 5 failed once, the others are locked: they stay so. */
	scene_source(scene, 99);
	assert_int_equal(scene_verify(scene, 1), EFFECT_EXPIRED);
	for (uint32_t i = 0; i < RECORD_SOURCES; i++) {
		scene_source(scene, i);
		assert_int_equal(scene_begin(scene, i), i == 5 ? EFFECT_TEXT : EFFECT_LOCKED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_the_fifth_try_may_be_right),
		with_scene(test_five_wrong_ones_lock_the_source),
		with_scene(test_an_attempt_while_locked_is_not_charged),
		with_scene(test_another_source_is_not_locked),
		with_scene(test_the_lock_is_of_the_source_whatever_the_service),
		with_scene(test_the_codes_of_a_challenge_share_its_tries),
		with_scene(test_guesses_without_a_challenge_lock_too),
		with_scene(test_an_early_answer_withdraws_its_own_text),
		with_scene(test_an_early_answer_does_not_withdraw_a_joined_text),
		with_scene(test_an_early_answer_to_a_resend_leaves_the_code_before),
		with_scene(test_an_early_answer_to_a_refused_resend_withdraws_nothing),
		with_scene(test_an_early_answer_gives_no_tries_back),
		with_scene(test_an_early_try_counts),
		with_scene(test_of_sixteen_challenges_the_one_that_ends_first_gives_way),
		with_scene(test_a_dead_challenge_gives_way_before_a_live_one),
		with_scene(test_of_sixteen_sources_the_one_that_ends_first_gives_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
