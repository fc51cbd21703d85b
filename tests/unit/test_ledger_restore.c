/* SPDX-License-Identifier: BSD-3-Clause */
/* What a restart, a success and an operator leave of the visible ledger. */
#include "ledger_fixture.h"

static void scene_restart(struct scene *scene)
{
	struct moment begun = scene->view.begun;

	ledger_free(&scene->ledger);
	assert_int_equal(ledger_new(&scene->ledger), RESULT_OK);
	ledger_restore(scene->ledger, &scene->visitor, &begun);
}

static void test_a_restart_costs_no_login(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	scene_at(scene, SECONDS(10));
	scene_restart(scene);
	assert_int_equal(scene_guess(scene), LINE_WRONG);
	assert_true(scene->view.asks);
	assert_false(scene->view.early);
	assert_int_equal(scene->view.resend, 20);
	scene_at(scene, SECONDS(900));
	assert_int_equal(scene_guess(scene), LINE_EXPIRED);
}

/* The newest text's time is what the token carries: its code is good for 15 minutes, not less. */
static void test_a_restart_after_a_resend_costs_no_login(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	scene_at(scene, SECONDS(600));
	assert_int_equal(scene_resend(scene), LINE_SENT);
	/* What is shown in between does not make it younger. */
	scene_at(scene, SECONDS(990));
	assert_int_equal(scene_guess(scene), LINE_WRONG);
	scene_at(scene, SECONDS(1000));
	scene_restart(scene);
	assert_int_equal(scene_guess(scene), LINE_WRONG);
	assert_true(scene->view.asks);
	scene_at(scene, SECONDS(1500));
	assert_int_equal(scene_guess(scene), LINE_EXPIRED);
}

static void test_restoring_what_is_there_changes_nothing(void **state)
{
	struct scene *scene = *state;
	const struct moment old = moment_after(-HOURS(1));

	assert_int_equal(scene_begin(scene), LINE_SENT);
	assert_int_equal(scene_guess(scene), LINE_WRONG);
	ledger_restore(scene->ledger, &scene->visitor, &old);
	assert_int_equal(scene_guess(scene), LINE_WRONG);
	assert_int_equal(scene->view.tries, 3);
}

/* The oldest that a token can hold. */
static void test_a_token_from_before_time_is_expired(void **state)
{
	struct scene *scene = *state;
	const struct moment old = {INT64_MIN / 2, INT64_MIN / 2};

	ledger_restore(scene->ledger, &scene->visitor, &old);
	assert_int_equal(scene_guess(scene), LINE_EXPIRED);
	assert_int_equal(scene_resend(scene), LINE_SENT);
	assert_true(scene->view.asks);
}

static void test_a_dialogue_that_is_not_there_is_a_refusal(void **state)
{
	struct scene *scene = *state;

	(void)scene_guess(scene);
	assert_int_equal(scene->view.verdict, VERDICT_SPENT);
	assert_false(scene->view.asks);
	assert_int_equal(scene_begin(scene), LINE_SENT);
	/* The same id, but another name, source or service. */
	scene_place(scene, 2, 1);
	(void)scene_guess(scene);
	assert_int_equal(scene->view.verdict, VERDICT_SPENT);
	assert_false(scene->view.asks);
}

static void test_success_cleans_the_sheet(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	for (int i = 0; i < 5; i++)
		(void)scene_guess(scene);
	ledger_success(scene->ledger, &scene->visitor);
	scene_login(scene, 2);
	assert_int_equal(scene_begin(scene), LINE_SENT);
	assert_int_equal(scene_guess(scene), LINE_WRONG);
	assert_int_equal(scene->view.tries, 4);
}

static void test_the_operator_clears_a_name(void **state)
{
	struct scene *scene = *state;

	for (uint32_t source = 1; source <= 3; source++) {
		scene_login(scene, source);
		scene_place(scene, source == 3 ? 2 : 1, source);
		assert_int_equal(scene_begin(scene), LINE_SENT);
		for (int i = 0; i < 5; i++)
			(void)scene_guess(scene);
	}
	scene_place(scene, 1, 1);
	assert_int_equal(ledger_forget(scene->ledger, scene->visitor.name), 2);
	assert_int_equal(ledger_forget(scene->ledger, scene->visitor.name), 0);
	scene_login(scene, 9);
	assert_int_equal(scene_begin(scene), LINE_SENT);
	scene_place(scene, 2, 3);
	assert_int_equal(scene_begin(scene), LINE_LOCKED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_a_restart_costs_no_login),
		with_scene(test_a_restart_after_a_resend_costs_no_login),
		with_scene(test_restoring_what_is_there_changes_nothing),
		with_scene(test_a_token_from_before_time_is_expired),
		with_scene(test_a_dialogue_that_is_not_there_is_a_refusal),
		with_scene(test_success_cleans_the_sheet),
		with_scene(test_the_operator_clears_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
