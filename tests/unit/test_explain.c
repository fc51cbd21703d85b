/* SPDX-License-Identifier: BSD-3-Clause */
/* An explanation is what the judge says of a login right after it, and commits nothing. */
#include "smsotpd/explain.h"
#include "stores_fixture.h"

static struct job *explain(struct scene *scene, const char *service, const char *name, bool asks)
{
	struct job *job = scene_job(scene, JOB_EXPLAIN, service, name);

	job->findings = calloc(1, sizeof(*job->findings));
	assert_non_null(job->findings);
	job->view.asks = asks;
	calls.commits = 0;
	explain_run(&scene->judge, job);
	assert_int_equal(job->result, RESULT_OK);
	assert_int_equal(calls.commits, 0);
	assert_int_equal(job->kind, JOB_EXPLAIN);
	assert_string_equal(job->text.digits, "");
	assert_string_equal(job->code.digits, "");
	return job;
}

/* The begin that comes after it, and the right answer to it. */
static const char *expect(struct scene *scene, const char *service, const char *name)
{
	struct job *told = explain(scene, service, name, true);
	struct job *begin = scene_job(scene, JOB_BEGIN, service, name);

	scene_run(scene, begin);
	struct job *guess = scene_guess(scene, service, name, &begin->text);
	scene_run(scene, guess);
	HOLDS(name, told->standing == begin->standing);
	HOLDS(name, told->effect == begin->effect);
	HOLDS(name, told->known == begin->known);
	HOLDS(name, told->over == begin->over);
	HOLDS(name, job_sends(told) == job_sends(begin));
	HOLDS(name, told->findings->guess == guess->effect);
	HOLDS(name, told->findings->guess_over == guess->over);
	HOLDS(name, told->findings->lets_in == job_grants(guess));
	HOLDS(name, strcmp(told->user, begin->user) == 0);
	const char *over = told->over != NULL ? told->over : told->findings->guess_over;
	job_free(&told);
	job_free(&begin);
	job_free(&guess);
	return over;
}

static void test_each_standing(void **state)
{
	static const char *const users[] = {"!user3"};

	scene_filter(*state, "sshd", users, COUNT(users), "");
	expect(*state, "sshd", "demo");
	expect(*state, "sshd", "nobody-here");
	expect(*state, "sshd", "gone");
	expect(*state, "sshd", "bare");
	expect(*state, "sshd", "root");
	expect(*state, "sudo", "root");
	expect(*state, "sshd", "user3");
	expect(*state, "su", "root");
}

static void test_some_limits(void **state)
{
	struct scene *scene = *state;

	scene->config->limits.texts_source = 0;
	assert_string_equal(expect(scene, "sshd", "user1"), "texts_source");
	scene->config->limits.texts_source = 1000;
	scene->config->limits.texts_user = 2;
	scene->config->limits.texts_user_kept = 0;
	assert_null(expect(scene, "sshd", "user1"));
	assert_null(expect(scene, "sshd", "user1"));
	assert_string_equal(expect(scene, "sshd", "user1"), "texts_user");
	scene->config->limits.failures_host = 0;
	assert_string_equal(expect(scene, "sshd", "user2"), "failures_host");
	scene->config->limits.failures_host = 100;
	scene->config->limits.ceiling_strange = 0;
	assert_string_equal(expect(scene, "sshd", "user4"), "ceiling_strange");
}

/* Ten explanations charge what none does. */
static void test_it_charges_nothing(void **state)
{
	struct scene *scene = *state;

	scene->config->limits.texts_user = 3;
	scene->config->limits.texts_user_kept = 2;
	for (int i = 0; i < 10; i++) {
		struct job *told = explain(scene, "sshd", "demo", true);
		assert_true(job_sends(told) && told->findings->lets_in && told->findings->own);
		assert_int_equal(told->findings->record.tally[LIMIT_USER].texts.all, 0);
		assert_int_equal(told->findings->tally[LIMIT_HOST].texts.all, 0);
		job_free(&told);
	}
	expect(scene, "sshd", "demo");
}

static void test_a_code_on_its_way(void **state)
{
	struct scene *scene = *state;
	struct job *begin = scene_job(scene, JOB_BEGIN, "sshd", "demo");

	scene_run(scene, begin);
	struct job *told = explain(scene, "sshd", "demo", true);
	assert_int_equal(told->effect, EFFECT_JOINED);
	assert_true(told->findings->lets_in);
	assert_false(job_sends(told));
	struct job *guess = scene_guess(scene, "sshd", "demo", &begin->text);
	scene_run(scene, guess);
	assert_true(job_grants(guess));
	job_free(&told);
	job_free(&begin);
	job_free(&guess);
	/* A suspended name's is nobody's, and lets nobody in. */
	begin = scene_job(scene, JOB_BEGIN, "sshd", "gone");
	scene_run(scene, begin);
	told = explain(scene, "sshd", "gone", true);
	assert_int_equal(told->effect, EFFECT_JOINED);
	assert_false(told->findings->lets_in);
	assert_false(told->findings->own);
	job_free(&told);
	job_free(&begin);
}

/* The ledger has forgotten the code, or lost sight of it; the store has not. */
static void test_a_code_without_a_begin(void **state)
{
	struct scene *scene = *state;
	struct job *begin = scene_job(scene, JOB_BEGIN, "sshd", "demo");

	scene_run(scene, begin);
	struct job *told = explain(scene, "sshd", "demo", false);
	assert_true(told->findings->lets_in);
	assert_non_null(explain_live(told));
	job_free(&told);
	scene->now = moment_after(SECONDS(900));
	told = explain(scene, "sshd", "demo", false);
	assert_false(told->findings->lets_in);
	assert_null(explain_live(told));
	job_free(&told);
	job_free(&begin);
}

/* Where the ledger lets no text be asked for, only an answer is judged. */
static void test_without_a_begin(void **state)
{
	struct job *told = explain(*state, "sshd", "demo", false);

	assert_int_equal(told->effect, EFFECT_NONE);
	assert_int_equal(told->findings->guess, EFFECT_EXPIRED);
	assert_int_equal(told->standing, STANDING_GOOD);
	assert_string_equal(told->user, "demo");
	assert_false(job_sends(told));
	job_free(&told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_each_standing),
		with_scene(test_some_limits),
		with_scene(test_it_charges_nothing),
		with_scene(test_a_code_on_its_way),
		with_scene(test_a_code_without_a_begin),
		with_scene(test_without_a_begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
