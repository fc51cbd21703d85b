/* SPDX-License-Identifier: BSD-3-Clause */
/* What a caller sees of the texts that are left: by the history under that name from there alone.
 */
#include "ledger_fixture.h"

/* A login whose text leaves and whose code is never typed: the next one is another text. */
static enum line text(struct scene *scene, uint32_t login, int64_t at)
{
	scene_at(scene, at);
	scene_login(scene, login);
	enum line line = scene_begin(scene);
	(void)ledger_text_leaves(scene->ledger, &scene->visitor);
	return line;
}

/* Logins at several services share the name's texts; at one they join the code on its way. */
static enum line text_at(struct scene *scene, uint32_t service, int64_t at)
{
	hash_fill(scene->visitor.subject, 5000 + service);
	return text(scene, 10 + service, at);
}

static void test_three_texts_in_ten_minutes(void **state)
{
	struct scene *scene = *state;

	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(text_at(scene, i, SECONDS(i)), LINE_SENT);
	assert_int_equal(text_at(scene, 3, SECONDS(100)), LINE_NO_TEXTS);
	assert_int_equal(scene->view.verdict, VERDICT_ASK);
	assert_int_equal(scene->view.seconds, 500);
	assert_string_equal(scene->view.over, "texts_user");
	assert_false(scene->view.asks);
	assert_int_equal(text_at(scene, 4, SECONDS(600)), LINE_SENT);
}

static void test_a_joined_login_counts_no_text(void **state)
{
	struct scene *scene = *state;

	for (uint32_t i = 1; i < 20; i++) {
		assert_int_equal(text(scene, i, SECONDS(i)), LINE_SENT);
		assert_true(scene->view.asks);
	}
}

/* The module may ask twice, and be answered late: its login has had its text. */
static void test_a_begin_that_comes_again_counts_no_text(void **state)
{
	struct scene *scene = *state;

	for (uint32_t i = 0; i < 5; i++) {
		assert_int_equal(text(scene, 1, MINUTES(6 * i)), LINE_SENT);
		assert_int_equal(scene->view.asks, i == 0);
		assert_null(scene->view.over);
	}
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(text_at(scene, i, MINUTES(25)), LINE_SENT);
}

static void test_a_known_place_has_two_more(void **state)
{
	struct scene *scene = *state;

	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(text_at(scene, i, SECONDS(i)), LINE_SENT);
	ledger_success(scene->ledger, &scene->visitor);
	assert_int_equal(text_at(scene, 3, SECONDS(3)), LINE_SENT);
	assert_int_equal(text_at(scene, 4, SECONDS(4)), LINE_SENT);
	assert_int_equal(text_at(scene, 5, SECONDS(5)), LINE_NO_TEXTS);
}

static void test_the_store_may_know_the_place(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(text_at(scene, 0, 0), LINE_SENT);
	ledger_known(scene->ledger, &scene->visitor);
	for (uint32_t i = 1; i < 5; i++)
		assert_int_equal(text_at(scene, i, SECONDS(i)), LINE_SENT);
	assert_int_equal(text_at(scene, 5, SECONDS(5)), LINE_NO_TEXTS);
}

static void test_ten_texts_a_day(void **state)
{
	struct scene *scene = *state;
	uint32_t sent = 0;

	for (uint32_t i = 0; i < 60; i++)
		sent += text_at(scene, i, MINUTES(5 * i)) == LINE_SENT;
	assert_int_equal(sent, 10);
	assert_string_equal(scene->view.over, "texts_day");
	assert_int_equal(text_at(scene, 99, HOURS(24)), LINE_SENT);
}

static void test_another_source_has_texts_of_its_own(void **state)
{
	struct scene *scene = *state;

	for (uint32_t i = 0; i < 4; i++)
		(void)text_at(scene, i, 0);
	assert_int_equal(scene->view.line, LINE_NO_TEXTS);
	scene_place(scene, 1, 2);
	assert_int_equal(text(scene, 50, 0), LINE_SENT);
}

static void test_a_withdrawn_text_is_no_code_to_join(void **state)
{
	struct scene *scene = *state;

	for (uint32_t i = 0; i < 3; i++) {
		scene_login(scene, i);
		assert_int_equal(scene_begin(scene), LINE_SENT);
		assert_int_equal(scene_guess(scene), LINE_WRONG);
		assert_true(scene->view.early);
	}
	scene_login(scene, 3);
	assert_int_equal(scene_begin(scene), LINE_NO_TEXTS);
}

static void test_resends_count(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(text_at(scene, 0, 0), LINE_SENT);
	assert_int_equal(text_at(scene, 1, 0), LINE_SENT);
	scene_at(scene, SECONDS(30));
	assert_int_equal(scene_resend(scene), LINE_SENT);
	assert_true(scene->view.asks);
	scene_at(scene, SECONDS(90));
	assert_int_equal(scene_resend(scene), LINE_NO_TEXTS);
	assert_int_equal(scene->view.seconds, 510);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_three_texts_in_ten_minutes),
		with_scene(test_a_joined_login_counts_no_text),
		with_scene(test_a_begin_that_comes_again_counts_no_text),
		with_scene(test_a_known_place_has_two_more),
		with_scene(test_the_store_may_know_the_place),
		with_scene(test_ten_texts_a_day),
		with_scene(test_another_source_has_texts_of_its_own),
		with_scene(test_a_withdrawn_text_is_no_code_to_join),
		with_scene(test_resends_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
