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
		event_change(flow->trail, event);
	json_object_del(left, "events");
}

const char *control_hindrance(const struct flow *flow, enum ctl_way way)
{
	bool child = way == CTL_CHILD_WRITES || way == CTL_CHILD_READS;

	if (flow->committer == NULL || (child && flow->worker == NULL))
		return "the stores are not open: see the daemon's log for the reason";
	if (child && worker_busy(flow->worker))
		return "an import or export is under way already; repeat when it is done";
	if (way == CTL_WRITES && flow->worker != NULL && worker_writes(flow->worker))
		return "an import is under way, and identities change one at a time; repeat when "
		       "it is done";
	return NULL;
}

void control_worker_take(
	struct flow *flow, uint64_t connection, bool writes, json_t *request, int bulk)
{
	worker_take(flow->worker, connection, writes, request, bulk);
}

void control_worker_start(struct flow *flow)
{
	uint64_t connection = worker_connection(flow->worker);
	int client = flow->hooks.lend(flow->hooks.context, connection);
	struct error error;

	if (worker_start(flow->worker, flow->config, client, &error) != RESULT_OK)
		control_refuse(flow, connection, error.text);
}

void control_child(struct flow *flow)
{
	struct worker_end end;

	if (!worker_ended(flow->worker, &end))
		return;
	const char *news = json_string_value(json_object_get(end.heard, "news"));
	control_events(flow, end.heard);
	if (news != NULL)
		event_daemon(flow->trail, EVENT_IDENTITY_IMPORTED, news);
	json_decref(end.heard);
	if (end.reply < 0) {
		control_refuse(flow, end.connection,
			"the child of smsotpd ended without a reply; repeat: what was done is not "
			"done twice");
		return;
	}
	flow->hooks.pass(flow->hooks.context, end.connection, end.reply);
	close(end.reply);
}
