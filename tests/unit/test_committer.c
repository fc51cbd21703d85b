/* SPDX-License-Identifier: BSD-3-Clause */
/* The committer's thread: one commit for what is ready, each job alone where that fails. */
#include "committer_fixture.h"
#include "smsotpd/ctl.h"
#include "smsotpd/pace.h"

struct bench {
	struct scene *scene;
	int wake;
	int gate[2]; /* a pipe: the verb "wait" ends when a byte is written */
	struct committer *committer;
};

/* The operator's verbs are not what is tested: this one holds the thread until a byte comes. */
json_t *ctl_run(const struct ctl_context *context, const json_t *request, int bulk)
{
	char byte;

	assert_non_null(context->identities);
	assert_non_null(context->state);
	if (bulk >= 0)
		assert_int_equal(read(bulk, &byte, 1), 1);
	return json_pack("{s:b, s:O?}", "ok", 1, "asked", request);
}

/* Time is handed in: a batch of `after` keeps the next until a byte comes through `gate`. */
static struct {
	size_t after;
	int gate;
	int waits;
} pace;

int64_t pace_now(void)
{
	return 1000;
}

int64_t pace_next(size_t jobs, size_t most, int64_t now)
{
	assert_int_equal(most, COMMITTER_BATCH);
	return now + (int64_t)jobs;
}

void pace_wait(int64_t next)
{
	char byte;

	if (pace.after == 0 || next != pace_now() + (int64_t)pace.after)
		return;
	pace.after = 0;
	pace.waits++;
	assert_int_equal(read(pace.gate, &byte, 1), 1);
}

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_int_equal(scene_setup((void **)&bench->scene), 0);
	bench->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_int_equal(pipe(bench->gate), 0);
	memset(&pace, 0, sizeof(pace));
	pace.gate = bench->gate[0];
	assert_int_equal(
		committer_start(&bench->scene->judge, bench->wake, &bench->committer), RESULT_OK);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	committer_stop(&bench->committer);
	assert_null(bench->committer);
	close(bench->gate[0]);
	close(bench->gate[1]);
	close(bench->wake);
	assert_int_equal(scene_teardown((void **)&bench->scene), 0);
	free(bench);
	return 0;
}

static struct job *take(struct bench *bench)
{
	return committer_next(bench->committer, bench->wake);
}

/* Gives a verb that holds the thread, so that what is given next is ready all at once. */
static void hold(struct bench *bench)
{
	struct job *job = NULL;

	assert_int_equal(job_new(JOB_VERB, &job), RESULT_OK);
	job->bulk = dup(bench->gate[0]);
	committer_give(bench->committer, job);
}

static void release(struct bench *bench)
{
	assert_int_equal(write(bench->gate[1], "x", 1), 1);
	struct job *verb = take(bench);
	assert_int_equal(verb->kind, JOB_VERB);
	assert_int_equal(verb->result, RESULT_OK);
	assert_true(json_is_true(json_object_get(verb->reply, "ok")));
	job_free(&verb);
}

static void give(struct bench *bench, enum job_kind kind, uint32_t user)
{
	char name[16];

	snprintf(name, sizeof(name), "user%u", user);
	struct job *job = scene_job(bench->scene, kind, "sshd", name);
	job->connection = user;
	committer_give(bench->committer, job);
}

static void assert_back(struct bench *bench, uint32_t user)
{
	struct job *job = take(bench);

	assert_int_equal(job->connection, user);
	assert_int_equal(job->result, RESULT_OK);
	assert_int_equal(job->effect, EFFECT_TEXT);
	assert_null(job->next);
	job_free(&job);
}

static void test_what_is_ready_is_one_commit_in_order(void **state)
{
	struct bench *bench = *state;

	hold(bench);
	for (uint32_t user = 0; user < COMMITTER_BATCH; user++)
		give(bench, JOB_BEGIN, user);
	release(bench);
	for (uint32_t user = 0; user < COMMITTER_BATCH; user++)
		assert_back(bench, user);
	assert_int_equal(calls.commits, 1);
	assert_int_equal(calls.saves, COMMITTER_BATCH * JOB_SAVES);
	assert_null(committer_take(bench->committer));
}

static void test_a_batch_is_64_at_most(void **state)
{
	struct bench *bench = *state;

	calls.most = 64 * JOB_SAVES; /* a larger one would fail */
	hold(bench);
	for (uint32_t user = 0; user < 64 + 6; user++)
		give(bench, JOB_BEGIN, user);
	release(bench);
	for (uint32_t user = 0; user < 64 + 6; user++)
		assert_back(bench, user);
	assert_int_equal(calls.commits, 2);
	assert_int_equal(calls.failed, 0);
}

static void test_what_comes_while_it_is_paced_shares_the_next(void **state)
{
	struct bench *bench = *state;

	pace.after = 2;
	hold(bench);
	give(bench, JOB_BEGIN, 0);
	give(bench, JOB_BEGIN, 1);
	release(bench);
	assert_back(bench, 0);
	assert_back(bench, 1);
	give(bench, JOB_BEGIN, 2);
	give(bench, JOB_BEGIN, 3);
	assert_int_equal(write(bench->gate[1], "x", 1), 1);
	assert_back(bench, 2);
	assert_back(bench, 3);
	assert_int_equal(pace.waits, 1);
	assert_int_equal(calls.commits, 2);
}

static void test_a_commit_that_fails_is_done_again_job_by_job(void **state)
{
	struct bench *bench = *state;

	calls.most = JOB_SAVES;
	hold(bench);
	for (uint32_t user = 0; user < 10; user++)
		give(bench, JOB_BEGIN, user);
	release(bench);
	for (uint32_t user = 0; user < 10; user++)
		assert_back(bench, user);
	assert_int_equal(calls.failed, 1);
	assert_int_equal(calls.commits, 11);
}

/* One load that fails is one job that fails: the others' work is kept. */
static void test_a_damaged_record_fails_its_own_job_alone(void **state)
{
	static const struct record damaged = {.challenge = {[0] = {.live = 7}}};
	struct bench *bench = *state;
	struct state *store = bench->scene->judge.state;
	uint8_t id[HASH_SIZE];
	MDB_txn *txn = NULL;

	hold(bench);
	state_id(store, "user1", true, id);
	assert_int_equal(state_begin(store, true, &txn), RESULT_OK);
	assert_int_equal(state_save(store, txn, id, &damaged), RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
	for (uint32_t user = 0; user < 3; user++)
		give(bench, JOB_BEGIN, user);
	release(bench);
	assert_back(bench, 0);
	struct job *job = take(bench);
	assert_int_equal(job->result, RESULT_INVALID);
	assert_false(job_sends(job));
	job_free(&job);
	assert_back(bench, 2);
}

static void test_a_commit_that_fails_again_grants_nothing(void **state)
{
	struct bench *bench = *state;

	give(bench, JOB_BEGIN, 1);
	struct job *begin = take(bench);
	assert_true(job_sends(begin));
	calls.most = -1;
	struct job *guess = scene_guess(bench->scene, "sshd", "user1", &begin->text);
	committer_give(bench->committer, guess);
	guess = take(bench);
	assert_int_equal(guess->result, RESULT_FULL);
	assert_false(job_grants(guess));
	job_free(&guess);
	calls.most = 0;
	/* It was not consumed either. */
	committer_give(bench->committer, scene_guess(bench->scene, "sshd", "user1", &begin->text));
	guess = take(bench);
	assert_true(job_grants(guess));
	job_free(&guess);
	job_free(&begin);
}

/* A batch that fails and is done again: of two right answers to one code one is granted. */
static void test_a_code_is_used_once_whatever_is_done_again(void **state)
{
	struct bench *bench = *state;
	int granted = 0;

	give(bench, JOB_BEGIN, 1);
	struct job *begin = take(bench);
	calls.most = JOB_SAVES;
	hold(bench);
	for (int i = 0; i < 4; i++)
		committer_give(
			bench->committer, scene_guess(bench->scene, "sshd", "user1", &begin->text));
	release(bench);
	for (int i = 0; i < 4; i++) {
		struct job *job = take(bench);
		granted += job_grants(job);
		assert_int_equal(job_grants(job), i == 0);
		job_free(&job);
	}
	assert_int_equal(granted, 1);
	assert_int_equal(calls.failed, 1);
	job_free(&begin);
}

static void test_a_verb_keeps_its_place(void **state)
{
	struct bench *bench = *state;
	struct job *verb = NULL;

	hold(bench);
	give(bench, JOB_BEGIN, 1);
	assert_int_equal(job_new(JOB_VERB, &verb), RESULT_OK);
	committer_give(bench->committer, verb);
	give(bench, JOB_BEGIN, 2);
	release(bench);
	assert_back(bench, 1);
	verb = take(bench);
	assert_int_equal(verb->kind, JOB_VERB);
	job_free(&verb);
	assert_back(bench, 2);
	assert_int_equal(calls.commits, 2);
}

static void lay(struct bench *bench, uint32_t user)
{
	char name[16];

	snprintf(name, sizeof(name), "user%u", user);
	struct job *job = scene_job(bench->scene, JOB_BEGIN, "sshd", name);
	job->connection = user;
	committer_lay(bench->committer, job);
}

/* It keeps its place, and is not forgotten where nothing else comes. */
static void test_what_is_laid_is_begun_with_the_next_or_woken(void **state)
{
	struct bench *bench = *state;

	lay(bench, 0);
	give(bench, JOB_BEGIN, 1);
	assert_back(bench, 0);
	assert_back(bench, 1);
	lay(bench, 2);
	committer_wake(bench->committer);
	assert_back(bench, 2);
	lay(bench, 3);
	committer_stop(&bench->committer);
	assert_int_equal(calls.saves, 4 * JOB_SAVES);
}

/* What was given is finished, what was not taken is freed: a leak shows under ASan. */
static void test_stopping_finishes_what_was_given(void **state)
{
	struct bench *bench = *state;

	hold(bench);
	for (uint32_t user = 0; user < 3; user++)
		give(bench, JOB_BEGIN, user);
	assert_int_equal(write(bench->gate[1], "x", 1), 1);
	committer_stop(&bench->committer);
	assert_int_equal(calls.saves, 3 * JOB_SAVES);
	assert_true(calls.commits >= 1);
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		row(test_what_is_ready_is_one_commit_in_order),
		row(test_a_batch_is_64_at_most),
		row(test_what_comes_while_it_is_paced_shares_the_next),
		row(test_a_commit_that_fails_is_done_again_job_by_job),
		row(test_a_damaged_record_fails_its_own_job_alone),
		row(test_a_commit_that_fails_again_grants_nothing),
		row(test_a_code_is_used_once_whatever_is_done_again),
		row(test_a_verb_keeps_its_place),
		row(test_what_is_laid_is_begun_with_the_next_or_woken),
		row(test_stopping_finishes_what_was_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
