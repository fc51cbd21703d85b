/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a caller sees. The ledger has no input that tells a name that exists from one that does not,
 * so what holds here holds for both.
 */
#include "ledger_fixture.h"

static void test_a_login_begins(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	assert_int_equal(scene->view.verdict, VERDICT_ASK);
	assert_int_equal(scene->view.resend, 30);
	assert_true(scene->view.asks);
	assert_true(scene->view.begun.boottime == BOOTTIME);
	assert_true(scene->view.begun.realtime == REALTIME);
}

static void test_a_begin_that_comes_again_asks_nothing(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	scene_at(scene, 100);
	assert_int_equal(scene_begin(scene), LINE_SENT);
	assert_false(scene->view.asks);
	assert_int_equal(scene->view.resend, 30);
	assert_true(scene->view.begun.boottime == BOOTTIME);
	scene_login(scene, 2);
	assert_int_equal(scene_begin(scene), LINE_SENT);
	assert_true(scene->view.asks);
}

static void test_tries_count_down_to_the_lock(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	for (uint32_t left = 4; left > 0; left--) {
		assert_int_equal(scene_guess(scene), LINE_WRONG);
		assert_int_equal(scene->view.verdict, VERDICT_ASK);
		assert_int_equal(scene->view.tries, left);
		assert_int_equal(scene->view.resend, 30);
		assert_true(scene->view.asks);
	}
	assert_int_equal(scene_guess(scene), LINE_LOCKED);
	assert_int_equal(scene->view.verdict, VERDICT_SPENT);
	assert_int_equal(scene->view.seconds, 60);
	/* The fifth may be right: it is compared. */
	assert_true(scene->view.asks);
}

static void test_while_locked_nothing_is_asked(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	for (int i = 0; i < 5; i++)
		(void)scene_guess(scene);
	for (uint32_t login = 1; login < 4; login++) {
		scene_at(scene, SECONDS(10 * login) + 1);
		scene_login(scene, login);
		assert_int_equal(scene_begin(scene), LINE_LOCKED);
		assert_int_equal(scene->view.verdict, VERDICT_SPENT);
		assert_int_equal(scene->view.seconds, 60 - 10 * login);
		assert_false(scene->view.asks);
	}
	scene_login(scene, 1);
	assert_int_equal(scene_guess(scene), LINE_LOCKED);
	assert_false(scene->view.asks);
	assert_int_equal(scene_resend(scene), LINE_LOCKED);
	assert_false(scene->view.asks);
	scene_at(scene, SECONDS(60));
	scene_login(scene, 9);
	assert_int_equal(scene_begin(scene), LINE_SENT);
}

static void test_five_over_several_logins_lock(void **state)
{
	struct scene *scene = *state;

	for (uint32_t login = 1; login < 5; login++) {
		scene_login(scene, login);
		assert_int_equal(scene_begin(scene), LINE_SENT);
		(void)ledger_text_leaves(scene->ledger, &scene->visitor);
		assert_int_equal(scene_guess(scene), LINE_WRONG);
		/* Of the dialogue's 4 and the lock's 5 - n the smaller is shown. */
		assert_int_equal(scene->view.tries, 5 - login);
	}
	scene_login(scene, 5);
	assert_int_equal(scene_begin(scene), LINE_SENT);
	assert_int_equal(scene_guess(scene), LINE_LOCKED);
}

static void test_the_dialogue_s_tries_are_shown_where_they_are_fewer(void **state)
{
	struct scene *scene = *state;

	scene->config->code.tries = 3;
	assert_int_equal(scene_begin(scene), LINE_SENT);
	assert_int_equal(scene_guess(scene), LINE_WRONG);
	assert_int_equal(scene->view.tries, 2);
	assert_int_equal(scene_guess(scene), LINE_WRONG);
	assert_int_equal(scene->view.tries, 1);
	assert_int_equal(scene_guess(scene), LINE_LOCKED);
	assert_int_equal(scene->view.verdict, VERDICT_SPENT);
}

static void test_the_lock_is_of_name_and_source(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	for (int i = 0; i < 5; i++)
		(void)scene_guess(scene);
	scene_login(scene, 2);
	scene_place(scene, 1, 2);
	assert_int_equal(scene_begin(scene), LINE_SENT);
	scene_login(scene, 3);
	scene_place(scene, 2, 1);
	assert_int_equal(scene_begin(scene), LINE_SENT);
	scene_place(scene, 1, 1);
	assert_int_equal(scene_begin(scene), LINE_LOCKED);
}

static void test_resends(void **state)
{
	static const struct {
		const char *sentence;
		int64_t at;
		enum line line;
		uint32_t resend;
		uint32_t seconds;
		bool asks;
	} rows[] = {
		{"too early", SECONDS(12), LINE_SENT, 18, 0, false},
		{"a moment too early", SECONDS(30) - 1, LINE_SENT, 1, 0, false},
		{"the second text", SECONDS(30), LINE_SENT, 60, 0, true},
		{"too early for the third", SECONDS(60), LINE_SENT, 30, 0, false},
		{"the third text", SECONDS(90), LINE_SENT, 60, 0, true},
		{"no fourth while the third lives", SECONDS(570), LINE_NO_TEXTS, 0, 420, false},
		{"nor a second later", SECONDS(571), LINE_NO_TEXTS, 0, 419, false},
		{"a new one when it has expired", SECONDS(990), LINE_SENT, 30, 0, true},
	};
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	for (size_t i = 0; i < COUNT(rows); i++) {
		scene_at(scene, rows[i].at);
		HOLDS(rows[i].sentence, scene_resend(scene) == rows[i].line);
		HOLDS(rows[i].sentence, scene->view.verdict == VERDICT_ASK);
		HOLDS(rows[i].sentence, scene->view.resend == rows[i].resend);
		HOLDS(rows[i].sentence, scene->view.seconds == rows[i].seconds);
		HOLDS(rows[i].sentence, scene->view.asks == rows[i].asks);
	}
}

static void test_an_expired_code_says_so_and_offers_a_new_one(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	assert_int_equal(scene_guess(scene), LINE_WRONG);
	scene_at(scene, SECONDS(900));
	for (int i = 0; i < 9; i++) {
		assert_int_equal(scene_guess(scene), LINE_EXPIRED);
		assert_int_equal(scene->view.verdict, VERDICT_ASK);
		assert_int_equal(scene->view.resend, 0);
		assert_false(scene->view.asks);
	}
	assert_int_equal(scene_resend(scene), LINE_SENT);
	assert_true(scene->view.asks);
	assert_int_equal(scene_guess(scene), LINE_WRONG);
	assert_int_equal(scene->view.tries, 4);
}

static void test_a_code_expires_by_either_clock(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	scene->now = (struct moment){BOOTTIME, REALTIME + SECONDS(900)};
	assert_int_equal(scene_guess(scene), LINE_EXPIRED);
	scene->now = (struct moment){BOOTTIME + SECONDS(900), REALTIME};
	assert_int_equal(scene_guess(scene), LINE_EXPIRED);
	scene_at(scene, SECONDS(900) - 1);
	assert_int_equal(scene_guess(scene), LINE_WRONG);
}

static void test_an_early_answer_withdraws_the_text(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	assert_int_equal(scene_guess(scene), LINE_WRONG);
	assert_true(scene->view.early);
	assert_int_equal(scene_guess(scene), LINE_WRONG);
	assert_false(scene->view.early);
	assert_false(ledger_text_leaves(scene->ledger, &scene->visitor));
	/* A resend is a text of its own. */
	scene_at(scene, SECONDS(30));
	assert_int_equal(scene_resend(scene), LINE_SENT);
	assert_true(ledger_text_leaves(scene->ledger, &scene->visitor));
	assert_int_equal(scene_guess(scene), LINE_WRONG);
	assert_false(scene->view.early);
}

/* As by a recovery code, or by the code of the text before. */
static void test_a_right_answer_at_once_withdraws_the_text(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	(void)scene_guess(scene);
	assert_true(scene->view.early);
	ledger_success(scene->ledger, &scene->visitor);
	assert_false(ledger_text_leaves(scene->ledger, &scene->visitor));
}

static void test_a_text_that_left_is_not_withdrawn(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene), LINE_SENT);
	assert_true(ledger_text_leaves(scene->ledger, &scene->visitor));
	assert_int_equal(scene_guess(scene), LINE_WRONG);
	assert_false(scene->view.early);
	/* A restart forgot the dialogue: its text leaves. */
	scene_login(scene, 2);
	assert_true(ledger_text_leaves(scene->ledger, &scene->visitor));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_a_login_begins),
		with_scene(test_a_begin_that_comes_again_asks_nothing),
		with_scene(test_tries_count_down_to_the_lock),
		with_scene(test_while_locked_nothing_is_asked),
		with_scene(test_five_over_several_logins_lock),
		with_scene(test_the_dialogue_s_tries_are_shown_where_they_are_fewer),
		with_scene(test_the_lock_is_of_name_and_source),
		with_scene(test_resends),
		with_scene(test_an_expired_code_says_so_and_offers_a_new_one),
		with_scene(test_a_code_expires_by_either_clock),
		with_scene(test_an_early_answer_withdraws_the_text),
		with_scene(test_a_right_answer_at_once_withdraws_the_text),
		with_scene(test_a_text_that_left_is_not_withdrawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
