/* SPDX-License-Identifier: BSD-3-Clause */
#include "control_worker.h"

#include "worker.h"

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

enum result control_worker_start(struct flow *flow, struct error *error)
{
	int client = flow->hooks.lend(flow->hooks.context, worker_connection(flow->worker));

	return worker_start(flow->worker, flow->config, client, error);
}
