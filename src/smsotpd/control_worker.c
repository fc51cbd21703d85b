/* SPDX-License-Identifier: BSD-3-Clause */
#include "control_worker.h"

#include <unistd.h>

#include "control.h"
#include "ctl_wire.h"
#include "worker.h"

void control_refuse(struct flow *flow, uint64_t connection, const char *sentence)
{
	json_t *reply = ctl_refusal(sentence);

	flow->hooks.reply(flow->hooks.context, connection, reply);
	json_decref(reply);
}

void control_events(struct flow *flow, json_t *left)
{
	json_t *event;
	size_t index;

	json_array_foreach(json_object_get(left, "events"), index, event)
		event_change(flow_trail(flow), event);
	json_object_del(left, "events");
}

const char *control_hindrance(const struct flow *flow, enum ctl_way way)
{
	bool child = way == CTL_CHILD_WRITES || way == CTL_CHILD_READS;

	if (flow->committer == NULL || (child && flow->worker == NULL))
		return "the stores are not open: see the daemon's log for the reason";
	if (child && worker_full(flow->worker))
		return "too many imports, exports, lists and reports wait already; repeat when one "
		       "is "
		       "done";
	if (way == CTL_WRITES && flow->worker != NULL && worker_writes(flow->worker))
		return "an import is under way, and identities change one at a time; repeat when "
		       "it is done";
	return NULL;
}

/* The first starts when no verb, or part of one, that was given before is still to be done: then
 * this job of no verb comes back. What goes on in parts writes no identities. */
static void wait_for_verbs(struct flow *flow, struct job *job)
{
	job->config = flow->config;
	flow->jobs++;
	committer_give(flow->committer, job);
}

void control_worker_take(struct flow *flow, struct job *job, bool writes)
{
	bool first = !worker_busy(flow->worker);

	worker_take(flow->worker, job->connection, writes, job->request, job->bulk);
	job->request = NULL;
	job->bulk = -1;
	if (first)
		wait_for_verbs(flow, job);
	else
		job_free(&job);
}

/* Without memory for the job nothing is waited for: LMDB's own lock is enough, if slower. */
static void start_next(struct flow *flow)
{
	struct job *job = NULL;

	if (!worker_busy(flow->worker))
		return;
	if (job_new(JOB_VERB, &job) == RESULT_OK)
		wait_for_verbs(flow, job);
	else
		control_worker_start(flow);
}

void control_worker_start(struct flow *flow)
{
	uint64_t connection = worker_connection(flow->worker);
	int client = flow->hooks.lend(flow->hooks.context, connection);
	struct error error;

	if (worker_start(flow->worker, flow->config, client, &error) == RESULT_OK)
		return;
	control_refuse(flow, connection, error.text);
	start_next(flow);
}

void control_child(struct flow *flow)
{
	struct worker_end end;

	if (!worker_ended(flow->worker, &end))
		return;
	const char *news = json_string_value(json_object_get(end.heard, "news"));
	control_events(flow, end.heard);
	if (news != NULL)
		event_daemon(flow_trail(flow), EVENT_IDENTITY_IMPORTED, news);
	if (end.untold)
		event_daemon(flow_trail(flow), EVENT_IDENTITY_IMPORTED,
			"nobody knows what: the child of smsotpd ended without a word of it");
	json_decref(end.heard);
	if (end.reply >= 0) {
		flow->hooks.pass(flow->hooks.context, end.connection, end.reply);
		close(end.reply);
	} else {
		control_refuse(flow, end.connection,
			"the child of smsotpd ended without a reply; repeat: what was done is not "
			"done twice");
	}
	start_next(flow);
}
