/* SPDX-License-Identifier: BSD-3-Clause */
#include "committer.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "batch.h"
#include "ctl.h"
#include "explain.h"
#include "pace.h"
#include "turn.h"

#define PARKED_MS 20 /* until those that wait are tried again */

struct committer {
	struct judge judge;
	int wake;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t given;
	int64_t next;           /* when a batch may begin, see pace.h */
	struct moment latest;   /* of the login that was judged last */
	struct job_list parked; /* long replies that wait for their turn at the identities */
	struct job_list in;     /* under mutex */
	struct job_list out;    /* under mutex */
	bool stopping;          /* under mutex */
	bool broken;            /* under mutex */
};

static bool is_login(const struct job *job)
{
	return job->kind != JOB_VERB && job->kind != JOB_EXPLAIN;
}

/* Until there is a job, or those that are parked are to be tried. Under mutex. */
static void await(struct committer *committer)
{
	struct timespec until;
	int failure = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += PARKED_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	while (committer->in.first == NULL && !committer->stopping && failure == 0) {
		if (committer->parked.first == NULL)
			pthread_cond_wait(&committer->given, &committer->mutex);
		else
			failure = pthread_cond_timedwait(
				&committer->given, &committer->mutex, &until);
	}
}

/* What is ready: an operator's job alone, or logins up to a batch. How many. */
static size_t take_ready(struct job_list *from, struct job_list *ret_batch)
{
	size_t jobs = 0;
	bool alone = false;

	*ret_batch = (struct job_list){0};
	while (jobs < COMMITTER_BATCH && from->first != NULL && !alone) {
		alone = !is_login(from->first);
		if (alone && jobs > 0)
			break;
		job_push(ret_batch, job_pop(from));
		jobs++;
	}
	return jobs;
}

/* Waits; false at the end. */
static bool take_batch(struct committer *committer, struct job_list *ret_batch)
{
	pthread_mutex_lock(&committer->mutex);
	await(committer);
	pthread_mutex_unlock(&committer->mutex);
	pace_wait(committer->next);
	pthread_mutex_lock(&committer->mutex);
	size_t jobs = take_ready(&committer->in, ret_batch);
	bool ends = committer->stopping && jobs == 0;
	pthread_mutex_unlock(&committer->mutex);
	committer->next = pace_next(jobs, COMMITTER_BATCH, pace_now());
	return !ends;
}

static void give_back(struct committer *committer, struct job_list *batch)
{
	const struct judge *judge = &committer->judge;
	uint64_t one = 1;

	pthread_mutex_lock(&committer->mutex);
	committer->broken = state_broken(judge->state) || identities_broken(judge->identities);
	for (struct job *job = job_pop(batch); job != NULL; job = job_pop(batch))
		job_push(&committer->out, job);
	pthread_mutex_unlock(&committer->mutex);
	/* An eventfd write of 1 fails only at 2^64: the loop is awake then anyway. */
	(void)!write(committer->wake, &one, sizeof(one));
}

static void run_verb(const struct judge *judge, struct job *job)
{
	const struct ctl_context context = {
		.config = job->config,
		.clock = judge->clock,
		.identities = judge->identities,
		.state = judge->state,
		.part = &job->part,
	};

	job->reply = ctl_run(&context, job->request, job->bulk);
	job->result = RESULT_OK;
}

/* What writes to the identities leaves the batch. */
static void park(struct job_list *batch, struct job_list *parked)
{
	struct job_list others = {0};

	for (struct job *job = job_pop(batch); job != NULL; job = job_pop(batch))
		job_push(job->long_reply ? parked : &others, job);
	*batch = others;
}

/* Who waited for a turn was passed by others. In a record no time comes before another's, or it
 * would look like that of a clock which was set back: nobody's moment is before the last one's. */
static void keep_order(struct committer *committer, struct job_list *batch)
{
	for (struct job *job = batch->first; job != NULL; job = job->next) {
		if (job->now.boottime < committer->latest.boottime)
			job->now = committer->latest;
		committer->latest = job->now;
	}
}

/* While somebody else's turn at the identities lasts, only those wait who want one. */
static void run_in_turn(struct committer *committer, struct job_list *batch)
{
	struct turn *turn = identities_turn(committer->judge.identities);
	bool writes = batch_writes(batch->first);
	bool ours = writes && turn_try(turn);

	if (writes && !ours)
		park(batch, &committer->parked);
	if (batch->first != NULL) {
		keep_order(committer, batch);
		batch_run(&committer->judge, batch->first);
		give_back(committer, batch);
	}
	if (ours)
		turn_give(turn);
}

/* Whom the module waits for no more goes back unjudged, as failed: a code that was right would be
 * used up, and nobody be in. */
static void give_back_late(struct committer *committer, struct job_list *batch)
{
	struct job_list late = {0}, others = {0};
	const int64_t now = pace_now() / 1000;

	for (struct job *job = job_pop(batch); job != NULL; job = job_pop(batch))
		job_push(now - job->arrived < VERIFY_MS ? &others : &late, job);
	*batch = others;
	if (late.first != NULL)
		give_back(committer, &late);
}

static void run_parked(struct committer *committer)
{
	struct job_list batch;

	take_ready(&committer->parked, &batch);
	give_back_late(committer, &batch);
	run_in_turn(committer, &batch);
}

static void run_alone(struct committer *committer, struct job_list *batch)
{
	if (batch->first->kind == JOB_VERB)
		run_verb(&committer->judge, batch->first);
	else
		explain_run(&committer->judge, batch->first);
	give_back(committer, batch);
}

static void *run(void *argument)
{
	struct committer *committer = argument;
	struct job_list batch;

	while (take_batch(committer, &batch)) {
		if (batch.first != NULL && !is_login(batch.first))
			run_alone(committer, &batch);
		else
			run_in_turn(committer, &batch);
		run_parked(committer);
	}
	return NULL;
}

/* Monotonic, as `await` counts. */
static void cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t kind;

	pthread_condattr_init(&kind);
	pthread_condattr_setclock(&kind, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &kind);
	pthread_condattr_destroy(&kind);
}

enum result committer_start(const struct judge *judge, int wake, struct committer **ret_committer)
{
	struct committer *committer = calloc(1, sizeof(*committer));

	if (committer == NULL)
		return RESULT_MEMORY;
	committer->judge = *judge;
	committer->wake = wake;
	pthread_mutex_init(&committer->mutex, NULL);
	cond_init(&committer->given);
	if (pthread_create(&committer->thread, NULL, run, committer) != 0) {
		free(committer);
		return RESULT_FAILED;
	}
	*ret_committer = committer;
	return RESULT_OK;
}

void committer_stop(struct committer **committer)
{
	struct job *job;

	if (*committer == NULL)
		return;
	pthread_mutex_lock(&(*committer)->mutex);
	(*committer)->stopping = true;
	pthread_cond_signal(&(*committer)->given);
	pthread_mutex_unlock(&(*committer)->mutex);
	pthread_join((*committer)->thread, NULL);
	while ((job = job_pop(&(*committer)->out)) != NULL ||
		(job = job_pop(&(*committer)->parked)) != NULL)
		job_free(&job);
	pthread_cond_destroy(&(*committer)->given);
	pthread_mutex_destroy(&(*committer)->mutex);
	free(*committer);
	*committer = NULL;
}

void committer_lay(struct committer *committer, struct job *job)
{
	pthread_mutex_lock(&committer->mutex);
	job_push(&committer->in, job);
	pthread_mutex_unlock(&committer->mutex);
}

void committer_wake(struct committer *committer)
{
	pthread_cond_signal(&committer->given);
}

void committer_give(struct committer *committer, struct job *job)
{
	committer_lay(committer, job);
	committer_wake(committer);
}

struct job *committer_take(struct committer *committer)
{
	pthread_mutex_lock(&committer->mutex);
	struct job *job = job_pop(&committer->out);
	pthread_mutex_unlock(&committer->mutex);
	return job;
}

bool committer_broken(struct committer *committer)
{
	pthread_mutex_lock(&committer->mutex);
	bool broken = committer->broken;
	pthread_mutex_unlock(&committer->mutex);
	return broken;
}
