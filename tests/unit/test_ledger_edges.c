/* SPDX-License-Identifier: BSD-3-Clause */
/* What the ledger shows at the edges: clocks, limits that were lowered, and what a success ends. */
#include "ledger_fixture.h"

/* A wrong code; what was shown before does not shine through. */
static enum line wrong(struct scene *scene)
{
	memset(&scene->view, 0, sizeof(scene->view));
	return scene_guess(scene);
}

/* How many texts the row has counted today. */
static uint32_t texts(const struct scene *scene)
{
	struct sight sight;

	ledger_peek(scene->ledger, scene->config, &scene->visitor, &scene->now, &sight);
	return sight.texts_day.all;
}

static void test_before_its_beginning_a_code_is_over(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	scene_at(scene, -SECONDS(1));
	assert_int_equal(wrong(scene), LINE_EXPIRED);
}

/* Whichever clock ended it, a new one is there for the asking. */
static void test_a_code_that_the_wall_clock_ended(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	scene->now = (struct moment){BOOTTIME + SECONDS(1), REALTIME + SECONDS(900)};
	assert_int_equal(wrong(scene), LINE_EXPIRED);
	assert_int_equal(scene->view.resend, 0);
}

/* At the end of a code's life another login does not join it. */
static void test_a_code_that_ends_now_is_not_joined(void **state)
{
	struct scene *scene = *state;

	for (uint32_t i = 0; i < 3; i++) {
		static const int64_t at[] = {0, SECONDS(900) - 1, SECONDS(900)};
		scene_login(scene, 1 + i);
		scene_at(scene, at[i]);
		assert_int_equal(scene_begin(scene), LINE_SENT);
		assert_int_equal(texts(scene), i < 2 ? 1 : 2);
	}
}

static void test_how_long_a_day_s_texts_are_waited_for(void **state)
{
	struct scene *scene = *state;

	scene->config->limits.texts_day = 1;
	scene->config->limits.texts_day_kept = 0;
	assert_int_equal(scene_begin(scene), LINE_SENT);
	scene_login(scene, 2);
	scene_at(scene, HOURS(1));
	assert_int_equal(scene_begin(scene), LINE_NO_TEXTS);
	assert_int_equal(scene->view.seconds, 23 * 3600);
}

/* The second begin with an id brings no text that could be held. */
static void test_a_begin_again_holds_nothing(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	assert_true(ledger_text_leaves(scene->ledger, &scene->visitor));
	assert_int_equal(scene_begin(scene), LINE_SENT);
	assert_int_equal(wrong(scene), LINE_WRONG);
	assert_false(scene->view.early);
}

static void test_a_resend_while_locked(void **state)
{
	struct scene *scene = *state;

	scene->config->lockout.failures = 1;
	assert_int_equal(scene_begin(scene), LINE_SENT);
	assert_int_equal(wrong(scene), LINE_LOCKED);
	memset(&scene->view, 0, sizeof(scene->view));
	scene_at(scene, SECONDS(40));
	assert_int_equal(scene_resend(scene), LINE_LOCKED);
	assert_int_equal(scene->view.verdict, VERDICT_SPENT);
	assert_int_equal(scene->view.seconds, 20);
}

/* Another text brings no more tries: they are the dialogue's. */
static void test_a_resend_gives_no_tries(void **state)
{
	struct scene *scene = *state;

	scene->config->lockout.failures = 100;
	assert_int_equal(scene_begin(scene), LINE_SENT);
	assert_int_equal(wrong(scene), LINE_WRONG);
	assert_int_equal(scene->view.tries, 4);
	scene_at(scene, SECONDS(30));
	assert_int_equal(scene_resend(scene), LINE_SENT);
	assert_true(scene->view.asks);
	assert_int_equal(wrong(scene), LINE_WRONG);
	assert_int_equal(scene->view.tries, 3);
}

/* An operator lowers the tries below what was used up. */
static void test_fewer_tries_than_were_used(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	assert_int_equal(wrong(scene), LINE_WRONG);
	assert_int_equal(wrong(scene), LINE_WRONG);
	scene->config->code.tries = 2;
	assert_int_equal(wrong(scene), LINE_LOCKED);
	assert_int_equal(scene->view.verdict, VERDICT_SPENT);
}

/* With tries spent, or locked: the wait that is shown, and the text that comes behind it. */
static void test_the_end_of_a_dialogue(void **state)
{
	for (uint32_t i = 0; i < 2; i++) {
		struct scene *scene = NULL;
		assert_int_equal(scene_setup((void **)&scene), 0);
		scene->config->resend.next = 45;
		*(i == 0 ? &scene->config->code.tries : &scene->config->lockout.failures) = 2;
		assert_int_equal(scene_begin(scene), LINE_SENT);
		assert_true(ledger_text_leaves(scene->ledger, &scene->visitor));
		assert_int_equal(wrong(scene), LINE_WRONG);
		assert_int_equal(wrong(scene), LINE_LOCKED);
		assert_int_equal(scene->view.seconds, i == 0 ? 45 : 60);
		scene_at(scene, SECONDS(60));
		scene_login(scene, 2);
		assert_int_equal(scene_begin(scene), LINE_SENT);
		assert_int_equal(texts(scene), 2);
		assert_int_equal(scene_teardown((void **)&scene), 0);
	}
	(void)state;
}

/* Its dialogue takes no answer more, and the next login's text is its own. */
static void test_a_success_ends_the_dialogue(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	ledger_success(scene->ledger, &scene->visitor);
	assert_int_equal(wrong(scene), LINE_LOCKED);
	assert_false(scene->view.asks);
	scene_login(scene, 2);
	assert_int_equal(scene_begin(scene), LINE_SENT);
	assert_int_equal(texts(scene), 2);
}

/* After a restart, the ledger is empty when a job comes back. */
static void test_what_is_not_there_is_left_alone(void **state)
{
	struct scene *scene = *state;
	struct sight sight;

	ledger_success(scene->ledger, &scene->visitor);
	ledger_known(scene->ledger, &scene->visitor);
	ledger_peek(scene->ledger, scene->config, &scene->visitor, &scene->now, &sight);
	assert_false(sight.known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_before_its_beginning_a_code_is_over),
		with_scene(test_a_code_that_the_wall_clock_ended),
		with_scene(test_a_code_that_ends_now_is_not_joined),
		with_scene(test_how_long_a_day_s_texts_are_waited_for),
		with_scene(test_a_begin_again_holds_nothing),
		with_scene(test_a_resend_while_locked),
		with_scene(test_a_resend_gives_no_tries),
		with_scene(test_fewer_tries_than_were_used),
		cmocka_unit_test(test_the_end_of_a_dialogue),
		with_scene(test_a_success_ends_the_dialogue),
		with_scene(test_what_is_not_there_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
