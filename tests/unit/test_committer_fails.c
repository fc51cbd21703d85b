/* SPDX-License-Identifier: BSD-3-Clause */
/* The committer where a call fails once: what is done again, what is not, and who is told. */
#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>

#include "committer_fixture.h"
#include "smsotpd/ctl.h"

#define READERS_PLUS 130 /* more than LMDB has places for readers */

/* What stands before libpthread's can only be file-scope. */
static bool no_thread;

int pthread_create(pthread_t *ret_thread, const pthread_attr_t *attributes, void *(*run)(void *),
	void *argument);
int pthread_create(pthread_t *ret_thread, const pthread_attr_t *attributes, void *(*run)(void *),
	void *argument)
{
	int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
		(__typeof__(real))(uintptr_t)dlsym(RTLD_NEXT, "pthread_create");

	return no_thread ? EAGAIN : real(ret_thread, attributes, run, argument);
}

static atomic_int verbs; /* that have begun */

/* A verb waits for a byte, so that what is given behind it is ready at once. */
json_t *ctl_run(const struct ctl_context *context, const json_t *request, int bulk)
{
	char byte;

	(void)context;
	(void)request;
	verbs++;
	assert_int_equal(read(bulk, &byte, 1), 1);
	return json_object();
}

struct bench {
	struct scene *scene;
	int wake;
	struct committer *committer;
};

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_int_equal(scene_setup((void **)&bench->scene), 0);
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

static void give_verb(struct bench *bench, int gate[static 2])
{
	struct job *verb = NULL;

	assert_int_equal(pipe(gate), 0);
	assert_int_equal(job_new(JOB_VERB, &verb), RESULT_OK);
	verb->bulk = gate[0];
	committer_give(bench->committer, verb);
}

static void end_verb(struct bench *bench, int gate[static 2])
{
	assert_int_equal(write(gate[1], "x", 1), 1);
	struct job *verb = take(bench);
	assert_int_equal(verb->kind, JOB_VERB);
	job_free(&verb);
	close(gate[1]);
}

/* Gives the jobs so that they are one batch, with all counts at their beginning. */
static void give_at_once(struct bench *bench, struct job *const *jobs, size_t count)
{
	int gate[2];

	give_verb(bench, gate);
	for (size_t i = 0; i < count; i++)
		committer_give(bench->committer, jobs[i]);
	end_verb(bench, gate);
}

static struct job *begin(struct bench *bench, const char *name)
{
	return scene_job(bench->scene, JOB_BEGIN, "sshd", name);
}

static void assert_sends(struct bench *bench)
{
	struct job *job = take(bench);

	assert_int_equal(job->result, RESULT_OK);
	assert_true(job_sends(job));
	job_free(&job);
}

/* While a verb runs and a login waits, another login comes: neither is forgotten. */
static void test_what_waits_is_not_forgotten(void **state)
{
	struct bench *bench = *state;
	int first[2], second[2];

	verbs = 0;
	give_verb(bench, first);
	give_verb(bench, second);
	committer_give(bench->committer, begin(bench, "user1"));
	end_verb(bench, first);
	while (verbs < 2)
		sched_yield();
	committer_give(bench->committer, begin(bench, "user2"));
	end_verb(bench, second);
	assert_sends(bench);
	assert_sends(bench);
}

/* Of two in one batch the second's read fails once: nothing of the batch is kept, both are done. */
static void test_what_fails_once_is_done_again(void **state)
{
	struct bench *bench = *state;
	struct job *const jobs[] = {begin(bench, "user1"), begin(bench, "user2")};

	calls.bad_load = JOB_LOADS + 2;
	give_at_once(bench, jobs, COUNT(jobs));
	assert_sends(bench);
	assert_sends(bench);
	assert_int_equal(calls.commits, 2);
	assert_int_equal(calls.checks, 0);
}

/* A transaction that does not begin is none to work in; that LMDB gave the store up is told. */
static void test_a_store_that_does_not_begin(void **state)
{
	for (int nth = 1; nth <= 2; nth++) {
		struct bench *bench = NULL;
		assert_int_equal(setup((void **)&bench), 0);
		assert_false(committer_broken(bench->committer));
		calls.bad_begin = nth;
		committer_give(bench->committer, begin(bench, "user1"));
		assert_sends(bench);
		assert_int_equal(calls.commits, 1);
		assert_true(committer_broken(bench->committer));
		assert_int_equal(teardown((void **)&bench), 0);
	}
	(void)state;
}

/* Its code was not used up: the batch failed before, by another's fault. */
static void test_a_recovery_code_in_a_batch_that_fails(void **state)
{
	struct bench *bench = *state;
	struct recovery_code codes[RECOVERY_CODES];
	char text[RECOVERY_TEXT_SIZE];

	scene_issue(bench->scene, "demo", codes);
	recovery_write(&codes[0], text);
	struct job *const jobs[] = {
		scene_type(bench->scene, "sshd", "demo", text), begin(bench, "user2")};
	calls.bad_load = JOB_LOADS + 2;
	give_at_once(bench, jobs, COUNT(jobs));
	struct job *job = take(bench);
	assert_true(job_grants(job));
	job_free(&job);
	assert_sends(bench);
}

/* Who was killed while he read holds pages that a full store could have. */
static void test_a_full_store_looks_for_dead_readers(void **state)
{
	struct bench *bench = *state;

	calls.nth = 1;
	committer_give(bench->committer, begin(bench, "user1"));
	assert_sends(bench);
	assert_int_equal(calls.failed, 1);
	assert_int_equal(calls.checks, 1);
}

static void test_a_login_leaves_no_reader_behind(void **state)
{
	struct bench *bench = *state;

	for (int i = 0; i < READERS_PLUS; i++) {
		committer_give(bench->committer, begin(bench, "nobody-here"));
		struct job *job = take(bench);
		assert_int_equal(job->result, RESULT_OK);
		job_free(&job);
	}
}

static void test_without_a_thread_there_is_no_committer(void **state)
{
	struct bench *bench = *state;
	struct committer *committer = NULL;

	no_thread = true;
	assert_int_equal(
		committer_start(&bench->scene->judge, bench->wake, &committer), RESULT_FAILED);
	no_thread = false;
	assert_null(committer);
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		row(test_what_waits_is_not_forgotten),
		row(test_what_fails_once_is_done_again),
		cmocka_unit_test(test_a_store_that_does_not_begin),
		row(test_a_recovery_code_in_a_batch_that_fails),
		row(test_a_full_store_looks_for_dead_readers),
		row(test_a_login_leaves_no_reader_behind),
		row(test_without_a_thread_there_is_no_committer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
