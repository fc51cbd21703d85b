/* SPDX-License-Identifier: BSD-3-Clause */
/* A look at the ledger is what a begin right after it shows, and leaves no trace. */
#include "ledger_fixture.h"
#include "smsotpd/ledger_tables.h"

/* Peeks, sees that no byte has changed, and begins a login that nobody has seen. */
static struct sight peek(struct scene *scene)
{
	static struct ledger before;
	static uint32_t login = 1000;
	struct sight sight, again;

	before = *scene->ledger;
	scene_login(scene, login++);
	ledger_peek(scene->ledger, scene->config, &scene->visitor, &scene->now, &sight);
	ledger_peek(scene->ledger, scene->config, &scene->visitor, &scene->now, &again);
	assert_memory_equal(&before, scene->ledger, sizeof(before));
	assert_int_equal(sight.view.line, again.view.line);
	assert_int_equal(sight.failures_left, again.failures_left);
	return sight;
}

/* Returns what was seen, and begins. */
static struct sight peek_and_begin(struct scene *scene)
{
	struct sight sight = peek(scene);

	(void)scene_begin(scene);
	assert_int_equal(sight.view.verdict, scene->view.verdict);
	assert_int_equal(sight.view.line, scene->view.line);
	assert_int_equal(sight.view.tries, scene->view.tries);
	assert_int_equal(sight.view.seconds, scene->view.seconds);
	assert_int_equal(sight.view.resend, scene->view.resend);
	assert_int_equal(sight.view.asks, scene->view.asks);
	return sight;
}

static void test_a_first_begin(void **state)
{
	struct sight sight = peek_and_begin(*state);

	assert_int_equal(sight.view.line, LINE_SENT);
	assert_true(sight.view.asks);
	assert_false(sight.known);
	assert_int_equal(sight.failures_left, 5);
	assert_int_equal(sight.texts.all, 0);
}

static void test_a_joined_one(void **state)
{
	struct scene *scene = *state;

	(void)scene_begin(scene);
	scene_at(scene, SECONDS(20));
	struct sight sight = peek_and_begin(scene);
	assert_true(sight.view.asks);
	assert_int_equal(sight.texts.all, 1);
	sight = peek(scene);
	assert_int_equal(sight.texts.all, 1);
}

static void test_texts_that_run_out(void **state)
{
	struct scene *scene = *state;

	scene->config->code.expiry = 60;
	for (int i = 0; i < 3; i++) {
		scene_at(scene, SECONDS(61 * i));
		assert_int_equal(peek_and_begin(scene).view.line, LINE_SENT);
	}
	scene_at(scene, SECONDS(183));
	struct sight sight = peek_and_begin(scene);
	assert_int_equal(sight.view.line, LINE_NO_TEXTS);
	assert_int_equal(sight.view.seconds, 600 - 183);
	assert_false(sight.view.asks);
	assert_int_equal(sight.texts.strange, 3);
}

static void test_a_lock(void **state)
{
	struct scene *scene = *state;
	int64_t longest = 0;

	(void)scene_begin(scene);
	for (uint32_t left = 4; left > 0; left--) {
		(void)scene_guess(scene);
		assert_int_equal(peek(scene).failures_left, left);
		scene_login(scene, 1);
	}
	assert_int_equal(
		ledger_locks(scene->ledger, scene->visitor.name, &scene->now, &longest), 0);
	(void)scene_guess(scene);
	scene_at(scene, SECONDS(10));
	struct sight sight = peek_and_begin(scene);
	assert_int_equal(sight.view.line, LINE_LOCKED);
	assert_true(sight.locked == SECONDS(50));
	assert_int_equal(sight.failures_left, 0);
	assert_int_equal(
		ledger_locks(scene->ledger, scene->visitor.name, &scene->now, &longest), 1);
	assert_true(longest == SECONDS(50));
	scene_place(scene, 1, 2);
	assert_int_equal(peek(scene).view.line, LINE_SENT);
	scene_place(scene, 2, 1);
	assert_int_equal(
		ledger_locks(scene->ledger, scene->visitor.name, &scene->now, &longest), 0);
	assert_true(longest == 0);
}

static void test_a_known_place(void **state)
{
	struct scene *scene = *state;

	(void)scene_begin(scene);
	ledger_known(scene->ledger, &scene->visitor);
	assert_true(peek_and_begin(scene).known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_a_first_begin),
		with_scene(test_a_joined_one),
		with_scene(test_texts_that_run_out),
		with_scene(test_a_lock),
		with_scene(test_a_known_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
