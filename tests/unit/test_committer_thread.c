/* SPDX-License-Identifier: BSD-3-Clause */
/* The committer's thread itself: what it holds while it works, how it sleeps, what it leaves. */
#include <fcntl.h>

#include "smsotpd/ctl.h"
#include "smsotpd/explain.h"
#include "smsotpd/turn.h"
#include "watch_fixture.h"

json_t *ctl_run(const struct ctl_context *context, const json_t *request, int bulk)
{
	(void)request;
	(void)bulk;
	check(context->clock != NULL && context->config != NULL);
	return json_object();
}

void explain_run(const struct judge *judge, struct job *job)
{
	check(judge->state != NULL && job->kind == JOB_EXPLAIN);
	watch.explained++;
}

struct bench {
	struct scene *scene;
	struct turn *turn;
	struct committer *committer;
	struct recovery_code codes[RECOVERY_CODES];
};

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	memset(&watch, 0, sizeof(watch));
	watch.tester = pthread_self();
	assert_int_equal(scene_setup((void **)&bench->scene), 0);
	scene_issue(bench->scene, "demo", bench->codes);
	watch.told = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
	watch.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	bench->turn = identities_turn(bench->scene->judge.identities);
	watch.turn = bench->turn;
	making = true;
	assert_int_equal(
		committer_start(&bench->scene->judge, watch.wake, &bench->committer), RESULT_OK);
	making = false;
	watch.committer = bench->committer;
	*state = bench;
	return 0;
}

static void stop(struct bench *bench)
{
	making = true;
	committer_stop(&bench->committer);
	making = false;
	assert_null(bench->committer);
	assert_int_equal(watch.mutexes, 0);
	assert_int_equal(watch.conds, 0);
	assert_int_equal(watch.kinds, 0);
	assert_int_equal(watch.wrong, 0);
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	if (bench->committer != NULL)
		stop(bench);
	close(watch.told);
	close(watch.wake);
	assert_int_equal(scene_teardown((void **)&bench->scene), 0);
	free(bench);
	return 0;
}

/* Until the thread has slept or waited so often. */
static void await_told(atomic_int *count, int often)
{
	struct pollfd ready = {.fd = watch.told, .events = POLLIN};
	eventfd_t one;

	while (*count < often) {
		assert_int_equal(poll(&ready, 1, WAIT_MS), 1);
		assert_int_equal(eventfd_read(watch.told, &one), 0);
	}
}

static struct job *take(struct bench *bench)
{
	return committer_next(bench->committer, watch.wake);
}

static struct job *recovers(struct bench *bench)
{
	char text[RECOVERY_TEXT_SIZE];

	recovery_write(&bench->codes[0], text);
	return scene_type(bench->scene, "sshd", "demo", text);
}

static struct job *begin(struct bench *bench)
{
	return scene_job(bench->scene, JOB_BEGIN, "sshd", "user1");
}

static void test_it_sleeps_while_there_is_nothing(void **state)
{
	struct bench *bench = *state;

	for (int often = 1; often <= 2; often++) {
		await_told(&watch.sleeps, often);
		committer_give(bench->committer, begin(bench));
		struct job *job = take(bench);
		assert_int_equal(job->result, RESULT_OK);
		job_free(&job);
	}
	assert_int_equal(watch.waits, 0);
	assert_false(committer_broken(bench->committer));
}

/* Each 20 ms, and the turn is held until both stores have it. */
static void test_who_waits_for_his_turn_is_tried_again(void **state)
{
	struct bench *bench = *state;

	turn_wait(bench->turn);
	calls.commits = 0;
	committer_give(bench->committer, recovers(bench));
	await_told(&watch.waits, 3);
	assert_null(committer_take(bench->committer));
	assert_int_equal(calls.commits, 0);
	turn_give(bench->turn);
	struct job *job = take(bench);
	assert_true(job_grants(job));
	job_free(&job);
	stop(bench);
	assert_int_equal(watch.commits, 2);
}

/* The module does not wait any more: whoever tried has still got his code, and the try. */
static void test_who_has_given_up_is_charged_nothing(void **state)
{
	struct bench *bench = *state;
	struct job *late = recovers(bench), *last = recovers(bench);

	late->arrived -= VERIFY_MS;
	last->arrived -= VERIFY_MS - 1;
	turn_wait(bench->turn);
	memset(&calls, 0, sizeof(calls));
	committer_give(bench->committer, last);
	committer_give(bench->committer, late);
	struct job *job = take(bench);
	assert_ptr_equal(job, late);
	assert_int_equal(job->result, RESULT_FAILED);
	assert_false(job_grants(job));
	assert_int_equal(calls.loads + calls.saves + calls.commits, 0);
	job_free(&job);
	assert_null(committer_take(bench->committer));
	turn_give(bench->turn);
	job = take(bench);
	assert_ptr_equal(job, last);
	assert_true(job_grants(job));
	job_free(&job);
}

/* A code that was made meanwhile, and committed, is no code of a clock that went back; nor is one
 * whose answer was on its way while he had his turn. */
static void test_who_waits_for_his_turn_is_of_a_later_moment(void **state)
{
	struct bench *bench = *state;
	struct scene *scene = bench->scene;
	struct job *stranger = scene_type(scene, "sshd", "demo", "ABCDEFGHJKMN");

	stranger->login.visitor.source[0] ^= 1;
	stranger->login.binding[0] ^= 1;
	turn_wait(bench->turn);
	scene->now = moment_after(SECONDS(1));
	committer_give(bench->committer, stranger);
	committer_give(bench->committer, scene_job(scene, JOB_BEGIN, "sshd", "demo"));
	struct job *sent = take(bench);
	assert_true(job_sends(sent));
	struct job *right = scene_guess(scene, "sshd", "demo", &sent->text);
	job_free(&sent);
	scene->now = moment_after(SECONDS(2));
	committer_give(bench->committer, scene_job(scene, JOB_BEGIN, "sshd", "user1"));
	sent = take(bench);
	job_free(&sent);
	turn_give(bench->turn);
	struct job *job = take(bench);
	assert_int_equal(job->kind, JOB_VERIFY);
	assert_int_equal(job->now.boottime, scene->now.boottime);
	job_free(&job);
	committer_give(bench->committer, right);
	job = take(bench);
	assert_true(job_grants(job));
	job_free(&job);
}

static void test_who_is_woken_finds_the_job(void **state)
{
	struct bench *bench = *state;

	await_told(&watch.sleeps, 1);
	watch.unlocks = 0;
	watch.takes = true;
	committer_give(bench->committer, begin(bench));
	await_wake();
	stop(bench);
	assert_non_null(watch.taken);
	job_free(&watch.taken);
}

static void test_what_is_laid_is_there_at_once(void **state)
{
	struct bench *bench = *state;

	await_told(&watch.sleeps, 1);
	watch.wakes = true;
	committer_lay(bench->committer, begin(bench));
	assert_int_equal(watch.wrong, 0);
	struct job *job = take(bench);
	assert_int_equal(job->result, RESULT_OK);
	job_free(&job);
}

/* The list is read before the mutex is given. */
static void test_what_comes_after_is_in_the_next_commit(void **state)
{
	struct bench *bench = *state;

	await_told(&watch.sleeps, 1);
	calls.commits = 0;
	watch.unlocks = 0;
	watch.next = begin(bench);
	committer_give(bench->committer, begin(bench));
	for (int i = 0; i < 2; i++) {
		struct job *job = take(bench);
		assert_int_equal(job->result, RESULT_OK);
		job_free(&job);
	}
	assert_int_equal(calls.commits, 2);
}

static void test_an_explanation_writes_nothing(void **state)
{
	struct bench *bench = *state;

	calls.commits = 0;
	committer_give(bench->committer, scene_job(bench->scene, JOB_EXPLAIN, "sshd", "demo"));
	struct job *job = take(bench);
	assert_int_equal(job->kind, JOB_EXPLAIN);
	assert_int_equal(watch.explained, 1);
	assert_int_equal(calls.commits, 0);
	job_free(&job);
}

/* What it holds open is closed: a job's descriptor is the writing end of a pipe. */
static int given(struct bench *bench, struct job *job)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	job->bulk = ends[1];
	committer_give(bench->committer, job);
	return ends[0];
}

static void assert_freed(int end)
{
	char byte;

	assert_int_equal(read(end, &byte, 1), 0);
	close(end);
}

static void test_what_nobody_takes_is_freed(void **state)
{
	struct bench *bench = *state;

	turn_wait(bench->turn);
	int done = given(bench, scene_job(bench->scene, JOB_VERB, "sshd", "demo"));
	await_wake();
	int waits = given(bench, recovers(bench));
	await_told(&watch.waits, 1);
	stop(bench);
	turn_give(bench->turn);
	assert_freed(done);
	assert_freed(waits);
}

static void test_without_memory_there_is_no_committer(void **state)
{
	struct bench *bench = *state;
	struct committer *committer = NULL;

	watch.no_memory = true;
	enum result result = committer_start(&bench->scene->judge, watch.wake, &committer);
	watch.no_memory = false;
	assert_int_equal(result, RESULT_MEMORY);
	assert_null(committer);
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		row(test_it_sleeps_while_there_is_nothing),
		row(test_who_waits_for_his_turn_is_tried_again),
		row(test_who_has_given_up_is_charged_nothing),
		row(test_who_waits_for_his_turn_is_of_a_later_moment),
		row(test_who_is_woken_finds_the_job),
		row(test_what_is_laid_is_there_at_once),
		row(test_what_comes_after_is_in_the_next_commit),
		row(test_an_explanation_writes_nothing),
		row(test_what_nobody_takes_is_freed),
		row(test_without_memory_there_is_no_committer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
