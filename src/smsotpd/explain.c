/* SPDX-License-Identifier: BSD-3-Clause */
#include "explain.h"

#include <string.h>

#include "code.h"
#include "config.h"

static void job_wipe(struct job *job)
{
	explicit_bzero(job, sizeof(*job));
}

const struct challenge *explain_live(const struct job *job)
{
	const struct attempt attempt = {.config = job->config, .now = job->now};
	const struct findings *findings = job->findings;

	for (size_t i = 0; findings->own && i < RECORD_CHALLENGES; i++) {
		const struct challenge *challenge = &findings->record.challenge[i];
		if (challenge_alive(challenge, &attempt) &&
			memcmp(challenge->binding, findings->binding, HASH_SIZE) == 0)
			return challenge;
	}
	return NULL;
}

/* The code on its way is known to its user alone: that a wrong one is compared tells all. */
static bool lets_in(const struct job *job, const struct job *guess)
{
	return job_grants(guess) || (explain_live(job) != NULL && guess->effect == EFFECT_WRONG);
}

/* One step of the rehearsal, on a copy that shares nothing which judge_run writes. */
static void run_as(const struct judge *judge, MDB_txn *identity_txn, MDB_txn *state_txn,
	enum job_kind kind, struct job *job)
{
	job->kind = kind;
	judge_run(judge, identity_txn, state_txn, job);
	job->kind = JOB_EXPLAIN;
}

static void rehearse(
	const struct judge *judge, MDB_txn *identity_txn, MDB_txn *state_txn, struct job *job)
{
	__attribute__((cleanup(job_wipe))) struct job guess = *job;
	struct findings *findings = job->findings;

	code_draw(job->config->code.digits, &guess.code);
	if (job->view.asks) {
		run_as(judge, identity_txn, state_txn, JOB_BEGIN, job);
		if (job->result != RESULT_OK)
			return;
		guess.findings = NULL;
		if (job->effect == EFFECT_TEXT)
			guess.code = job->text;
	}
	guess.comparable = true;
	guess.kind = JOB_VERIFY;
	judge_run(judge, identity_txn, state_txn, &guess);
	findings->guess = guess.effect;
	findings->guess_over = guess.over;
	findings->lets_in = lets_in(job, &guess);
	if (job->view.asks) {
		job->result = guess.result;
		return;
	}
	guess.kind = JOB_EXPLAIN;
	guess.effect = EFFECT_NONE;
	*job = guess;
}

void explain_run(const struct judge *judge, struct job *job)
{
	MDB_txn *identity_txn = NULL;
	MDB_txn *state_txn = NULL;

	job->result = identities_begin(judge->identities, false, &identity_txn);
	if (job->result == RESULT_OK)
		job->result = state_begin(judge->state, true, &state_txn);
	if (job->result == RESULT_OK)
		rehearse(judge, identity_txn, state_txn, job);
	store_abort(&state_txn);
	store_abort(&identity_txn);
	code_wipe(&job->code);
	code_wipe(&job->text);
}
