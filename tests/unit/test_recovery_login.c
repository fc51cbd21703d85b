/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Replies as long as a recovery code over real stores and the committer's thread: the same work
 * whoever types them, a grant to whom only the phone is missing, and no code used twice.
 */
#include <signal.h>
#include <sys/wait.h>

#include "committer_fixture.h"
#include "smsotpd/turn.h"

#define WRONG "0000-0000-0000"

static void as_it_is(struct scene *scene)
{
	(void)scene;
}

static void take_demo_out(struct scene *scene)
{
	static const char *const users[] = {"!demo"};

	scene_filter(scene, "sshd", users, COUNT(users), "");
}

static void change_demo_s_phone(struct scene *scene)
{
	scene_change_phone(scene, "demo");
}

static void make_demo_anew(struct scene *scene)
{
	scene_accounts(scene, "demo:x:1009:1009::/:\n");
}

static void spoil_nothing(struct job *job)
{
	(void)job;
}

static void spoil_before(struct job *job)
{
	job->login.first_factor = false;
}

static void spoil_junk(struct job *job)
{
	job->junk = true;
}

static void spoil_uid(struct job *job)
{
	job->login.own_uid = true;
	job->login.uid = 1009;
}

static const struct {
	const char *sentence;
	const char *service;
	const char *name;
	void (*prepare)(struct scene *scene);
	void (*spoil)(struct job *job);
	bool lets_in;
} rows[] = {
	{"a good name", "sshd", "demo", as_it_is, spoil_nothing, true},
	{"without a phone", "sshd", "bare", as_it_is, spoil_nothing, true},
	{"without a phone trait", "sshd", "demo", scene_drop_phones, spoil_nothing, true},
	{"a changed phone", "sshd", "demo", change_demo_s_phone, spoil_nothing, true},
	{"root at sudo", "sudo", "root", as_it_is, spoil_nothing, true},
	{"root at sshd", "sshd", "root", as_it_is, spoil_nothing, false},
	{"suspended", "sshd", "gone", as_it_is, spoil_nothing, false},
	{"taken out of the service", "sshd", "demo", take_demo_out, spoil_nothing, false},
	{"the first factor is not shown", "sshd", "demo", as_it_is, spoil_before, false},
	{"another uid", "sudo", "demo", as_it_is, spoil_uid, false},
	{"an account made anew", "sshd", "demo", make_demo_anew, spoil_nothing, false},
	{"junk", "sshd", "demo", as_it_is, spoil_junk, false},
	{"an unknown name", "sshd", "nobody-here", as_it_is, spoil_nothing, false},
};

static struct job *type(struct scene *scene, size_t row, const char *reply)
{
	struct job *job = scene_type(scene, rows[row].service, rows[row].name, reply);

	rows[row].spoil(job);
	memset(&calls, 0, sizeof(calls));
	scene_run(scene, job);
	HOLDS(rows[row].sentence, job->result == RESULT_OK);
	HOLDS(rows[row].sentence, calls.loads == JOB_LOADS);
	HOLDS(rows[row].sentence,
		calls.saves == (job_grants(job) ? LONG_GRANT_SAVES : LONG_JOB_SAVES));
	HOLDS(rows[row].sentence, calls.commits == 2);
	return job;
}

static void test_a_right_one_lets_in_whom_only_the_phone_keeps_out(void **state)
{
	(void)state;
	for (size_t row = 0; row < COUNT(rows); row++) {
		struct recovery_code codes[RECOVERY_CODES];
		struct scene *scene = NULL;
		char text[RECOVERY_TEXT_SIZE];

		assert_int_equal(scene_setup((void **)&scene), 0);
		rows[row].prepare(scene);
		struct job *none = type(scene, row, WRONG);
		HOLDS(rows[row].sentence, calls.look_ups == LONG_JOB_LOOK_UPS);
		scene_issue(scene, rows[row].name, codes);
		recovery_write(&codes[0], text);
		struct job *wrong = type(scene, row, WRONG);
		HOLDS(rows[row].sentence, !job_grants(none) && !job_grants(wrong));
		HOLDS(rows[row].sentence, calls.look_ups == LONG_JOB_LOOK_UPS);
		struct job *right = type(scene, row, text);
		HOLDS(rows[row].sentence, job_grants(right) == rows[row].lets_in);
		HOLDS(rows[row].sentence, calls.look_ups == LONG_JOB_LOOK_UPS);
		HOLDS(rows[row].sentence, !rows[row].lets_in || right->recovery_left == 9);
		struct job *again = type(scene, row, text);
		HOLDS(rows[row].sentence, !job_grants(again));
		job_free(&none);
		job_free(&wrong);
		job_free(&right);
		job_free(&again);
		assert_int_equal(scene_teardown((void **)&scene), 0);
	}
}

/* The limits are those of text codes: they hold for a user without a phone too. */
static void test_wrong_ones_lock(void **state)
{
	static const char *const names[] = {"demo", "bare"};
	struct scene *scene = *state;
	struct recovery_code codes[RECOVERY_CODES];
	char text[RECOVERY_TEXT_SIZE];

	for (size_t i = 0; i < COUNT(names); i++) {
		scene_issue(scene, names[i], codes);
		recovery_write(&codes[0], text);
		for (int j = 0; j < 5; j++) {
			struct job *job = scene_type(scene, "sshd", names[i], WRONG);
			scene_run(scene, job);
			HOLDS(names[i], !job_grants(job));
			job_free(&job);
		}
		struct job *right = scene_type(scene, "sshd", names[i], text);
		scene_run(scene, right);
		HOLDS(names[i], right->effect == EFFECT_LOCKED && !job_grants(right));
		job_free(&right);
		scene->now = moment_after(SECONDS(61));
		right = scene_type(scene, "sshd", names[i], text);
		scene_run(scene, right);
		HOLDS(names[i], job_grants(right));
		job_free(&right);
		scene->now = moment_after(0);
	}
}

/* Texts that were not sent while the phone waited are not waited for when it is released. */
static void test_a_released_phone_gets_its_text_at_once(void **state)
{
	struct scene *scene = *state;

	scene_change_phone(scene, "demo");
	struct job *none = scene_job(scene, JOB_BEGIN, "sshd", "demo");
	scene_run(scene, none);
	assert_int_equal(none->standing, STANDING_QUARANTINE);
	assert_false(job_sends(none));
	scene->config->identity.quarantine = 0;
	struct job *text = scene_job(scene, JOB_BEGIN, "sshd", "demo");
	scene_run(scene, text);
	assert_true(job_sends(text));
	struct job *guess = scene_guess(scene, "sshd", "demo", &none->text);
	scene_run(scene, guess);
	assert_false(job_grants(guess));
	job_free(&none);
	job_free(&text);
	job_free(&guess);
}

/* What an unsent text would have cost the host is not charged to it. */
static void test_a_waiting_phone_takes_no_texts_from_the_host(void **state)
{
	struct scene *scene = *state;

	scene->config->limits.texts_host = 2;
	scene->config->limits.texts_host_each = 0;
	scene_change_phone(scene, "demo");
	for (int i = 0; i < 3; i++) {
		struct job *none = scene_job(scene, JOB_BEGIN, "sshd", i == 0 ? "demo" : "bare");
		scene_run(scene, none);
		assert_false(job_sends(none));
		job_free(&none);
	}
	struct job *text = scene_job(scene, JOB_BEGIN, "sshd", "user1");
	scene_run(scene, text);
	assert_true(job_sends(text));
	job_free(&text);
}

struct bench {
	struct scene *scene;
	int wake;
	struct committer *committer;
	struct recovery_code codes[RECOVERY_CODES];
};

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_int_equal(scene_setup((void **)&bench->scene), 0);
	scene_issue(bench->scene, "demo", bench->codes);
	bench->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_int_equal(
		committer_start(&bench->scene->judge, bench->wake, &bench->committer), RESULT_OK);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	committer_stop(&bench->committer);
	close(bench->wake);
	assert_int_equal(scene_teardown((void **)&bench->scene), 0);
	free(bench);
	return 0;
}

static struct job *take(struct bench *bench)
{
	return committer_next(bench->committer, bench->wake);
}

static void give(struct bench *bench, size_t code)
{
	char text[RECOVERY_TEXT_SIZE];

	recovery_write(&bench->codes[code], text);
	committer_give(bench->committer, scene_type(bench->scene, "sshd", "demo", text));
}

static bool granted(struct bench *bench, size_t code)
{
	give(bench, code);
	struct job *job = take(bench);
	bool grants = job_grants(job);
	job_free(&job);
	return grants;
}

static void test_one_of_many_at_once_is_granted(void **state)
{
	struct bench *bench = *state;
	int grants = 0;

	for (int i = 0; i < 20; i++)
		give(bench, 0);
	for (int i = 0; i < 20; i++) {
		struct job *job = take(bench);
		grants += job_grants(job);
		job_free(&job);
	}
	assert_int_equal(grants, 1);
}

/* As a crash between the two commits: the code is gone, and nobody got in by it. */
static void test_a_state_that_cannot_commit_has_used_the_code_up(void **state)
{
	struct bench *bench = *state;

	calls.commits = 0;
	calls.nth = 2;
	give(bench, 0);
	struct job *job = take(bench);
	assert_int_equal(calls.failed, 1);
	assert_int_equal(job->result, RESULT_FULL);
	assert_false(job_grants(job));
	job_free(&job);
	calls.nth = 0;
	assert_false(granted(bench, 0));
	assert_true(granted(bench, 1));
}

/* Nothing was written: it is done again, and the code is as good as before. */
static void test_identities_that_cannot_commit_are_tried_again(void **state)
{
	struct bench *bench = *state;

	calls.commits = 0;
	calls.nth = 1;
	assert_true(granted(bench, 0));
	assert_int_equal(calls.failed, 1);
	calls.nth = 0;
	assert_false(granted(bench, 0));
	calls.most = -1;
	assert_false(granted(bench, 1));
	calls.most = 0;
	assert_true(granted(bench, 1));
}

/* A child that has its turn at the identities, until it is killed. */
static pid_t other_writer(struct bench *bench)
{
	struct turn *turn = identities_turn(bench->scene->judge.identities);
	int said[2];
	char byte;

	assert_int_equal(pipe(said), 0);
	pid_t child = fork();
	if (child == 0) {
		turn_wait(turn);
		if (write(said[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	assert_true(child > 0);
	close(said[1]);
	assert_int_equal(read(said[0], &byte, 1), 1);
	close(said[0]);
	return child;
}

/* Whoever types what is as long as a recovery code waits, and nobody else does. */
static void test_while_identities_are_written_others_go_on(void **state)
{
	struct bench *bench = *state;
	pid_t writer = other_writer(bench);

	for (int i = 0; i < 3; i++) {
		give(bench, 0);
		committer_give(
			bench->committer, scene_job(bench->scene, JOB_BEGIN, "sshd", "user1"));
	}
	for (int i = 0; i < 3; i++) {
		struct job *job = take(bench);
		assert_int_equal(job->kind, JOB_BEGIN);
		assert_int_equal(job->result, RESULT_OK);
		job_free(&job);
	}
	assert_null(committer_take(bench->committer));
	assert_int_equal(kill(writer, SIGKILL), 0);
	assert_int_equal(waitpid(writer, NULL, 0), writer);
	for (int i = 0; i < 3; i++) {
		struct job *job = take(bench);
		assert_int_equal(job_grants(job), i == 0);
		job_free(&job);
	}
}

/* What waits when the daemon ends has done nothing. */
static void test_the_end_does_not_wait_for_a_writer(void **state)
{
	struct bench *bench = *state;
	pid_t writer = other_writer(bench);

	give(bench, 0);
	committer_stop(&bench->committer);
	assert_int_equal(kill(writer, SIGKILL), 0);
	assert_int_equal(waitpid(writer, NULL, 0), writer);
	assert_int_equal(
		committer_start(&bench->scene->judge, bench->wake, &bench->committer), RESULT_OK);
	assert_true(granted(bench, 0));
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_right_one_lets_in_whom_only_the_phone_keeps_out),
		with_scene(test_wrong_ones_lock),
		with_scene(test_a_released_phone_gets_its_text_at_once),
		with_scene(test_a_waiting_phone_takes_no_texts_from_the_host),
		row(test_one_of_many_at_once_is_granted),
		row(test_a_state_that_cannot_commit_has_used_the_code_up),
		row(test_identities_that_cannot_commit_are_tried_again),
		row(test_while_identities_are_written_others_go_on),
		row(test_the_end_does_not_wait_for_a_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
