/* SPDX-License-Identifier: BSD-3-Clause */
#include "control_explain.h"

#include <stdlib.h>

#include "explain_ask.h"
#include "explain_reply.h"

static enum result give(
	struct flow *flow, uint64_t connection, const struct login *login, struct error *error)
{
	struct job *job = NULL;
	struct sight sight;

	if (job_new(JOB_EXPLAIN, &job) != RESULT_OK)
		return error_set(error, RESULT_MEMORY, "smsotpd has no memory left; restart it");
	job->findings = calloc(1, sizeof(*job->findings));
	if (job->findings == NULL) {
		job_free(&job);
		return error_set(error, RESULT_MEMORY, "smsotpd has no memory left; restart it");
	}
	job->connection = connection;
	job->config = flow->config;
	job->login = *login;
	flow->clock->now(flow->clock, &job->now);
	ledger_peek(flow->ledger, flow->config, &login->visitor, &job->now, &sight);
	job->view = sight.view;
	flow->jobs++;
	committer_give(flow->committer, job);
	return RESULT_OK;
}

enum result control_explain(struct flow *flow, uint64_t connection, const json_t *request,
	json_t **ret_reply, struct error *error)
{
	struct ask_strings strings;
	struct login login;
	struct ask ask;

	enum result result = explain_ask_read(request, &strings, &ask, error);
	if (result != RESULT_OK)
		return result;
	enum admission admission = flow_admission(flow, &ask, &login);
	if (admission == ADMIT_NO_STORES)
		return error_set(error, RESULT_FAILED,
			"the stores are not open: every login is told that sign-in by text is not "
			"available; see the daemon's log for the reason");
	if (admission != ADMIT_ON) {
		*ret_reply = explain_reply_stopped(flow, ask.user, ask.service, admission, &login);
		return RESULT_OK;
	}
	result = explain_ask_check(request, &login, error);
	return result == RESULT_OK ? give(flow, connection, &login, error) : result;
}

enum result control_explained(
	struct flow *flow, const struct job *job, json_t **ret_reply, struct error *error)
{
	if (job->result != RESULT_OK)
		return error_set(error, job->result,
			"the store failed (%s): every login is told that sign-in by text is not "
			"available; see the daemon's log for the reason",
			result_name(job->result));
	*ret_reply = explain_reply(flow, job);
	return RESULT_OK;
}
