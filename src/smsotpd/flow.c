/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow.h"

#include <string.h>

#include "code.h"
#include "config.h"
#include "flow_answer.h"
#include "token.h"

#define SECOND INT64_C(1000)

/* One frame on its way through the steps. */
struct visit {
	uint64_t connection;
	const struct ask *ask;
	struct login login;
	struct moment now;
	struct moment begun; /* verify: when the newest text's code began */
	int64_t arrived;
	int64_t waited; /* verify: ms since the newest text was asked for */
};

/*
 * Gives the visit to the committer; false where there is none, or no memory for it. Where nobody
 * waits, `connection` is 0: the job is begun a little later (loop.c), because who was just answered
 * may need the processor that the committer would take.
 */
static bool give(struct flow *flow, const struct visit *visit, enum job_kind kind,
	const struct view *view, uint64_t connection)
{
	struct job *job = NULL;

	if (flow->committer == NULL || job_new(kind, &job) != RESULT_OK)
		return false;
	job->connection = connection;
	job->config = flow->config;
	job->login = visit->login;
	job->now = visit->now;
	job->arrived = visit->arrived;
	job->waited = visit->waited;
	job->view = *view;
	job->begun = visit->begun.boottime;
	if (kind == JOB_VERIFY) {
		enum result read =
			code_read(&visit->ask->reply, flow->config->code.digits, &job->code);
		job->comparable = read == RESULT_OK;
		job->junk = read == RESULT_REFUSED;
		job->long_reply = recovery_length(visit->ask->reply.length);
		job->recoverable = recovery_read(&visit->ask->reply, &job->recovery) == RESULT_OK;
	}
	flow->jobs++;
	share_take(&flow->share, job->login.uid);
	flow->laid = connection == 0;
	if (flow->laid)
		committer_lay(flow->committer, job);
	else
		committer_give(flow->committer, job);
	return true;
}

/*
 * Nothing is asked for and nothing is sent: every name goes on at once, whatever is found of it. Of
 * one user's flood nothing is found out.
 */
static void step_observe(struct flow *flow, struct visit *visit)
{
	const struct visitor *visitor = &visit->login.visitor;
	const struct view view = {.verdict = VERDICT_WAIVED};
	bool again = pass_since(&flow->waived, visitor) != 0;

	if (!again && !share_used(&flow->share, visit->login.uid))
		(void)!give(flow, visit, JOB_OBSERVE, &view, 0);
	flow_answer_verdict(flow, visit->connection, &visit->login, VERDICT_WAIVED, LINE_NONE, "");
}

/* What the ledger alone said to one who asks for a text. */
static void shown_text(struct flow *flow, const struct visit *visit, const struct view *view)
{
	enum rule rule = RULE_TOO_EARLY;

	if (view->verdict == VERDICT_SPENT)
		rule = RULE_LOCKOUT;
	else if (view->line == LINE_NO_TEXTS)
		rule = view->over == NULL ? RULE_NO_TEXTS : rule_find(view->over);
	stats_decided(&flow->counters, DECISION_NO_TEXT, rule);
	event_shown(flow_trail(flow), &visit->login, DECISION_NO_TEXT, rule);
}

/* And to one who answers. */
static void shown_answer(struct flow *flow, const struct visit *visit, const struct view *view)
{
	bool expired = view->line == LINE_EXPIRED;
	enum rule rule = expired ? RULE_EXPIRED : RULE_LOCKOUT;

	flow->counters.refused++;
	stats_decided(&flow->counters, DECISION_REFUSED, rule);
	event_shown(flow_trail(flow), &visit->login, DECISION_REFUSED, rule);
}

/* Lookup and challenge are asked for; the prompt goes out at once and waits for no disk. */
static void step_begin(struct flow *flow, struct visit *visit)
{
	struct view view;

	ledger_begin(flow->ledger, flow->config, &visit->login.visitor, &visit->now, &view);
	flow_answer_view(flow, visit->connection, &visit->login, &view);
	stats_prompted(&flow->counters, flow->hooks.now() - visit->arrived);
	if (view.asks)
		(void)!give(flow, visit, JOB_BEGIN, &view, 0);
	else if (view.line != LINE_SENT)
		shown_text(flow, visit, &view);
}

static void step_resend(struct flow *flow, struct visit *visit)
{
	struct view view;

	ledger_resend(flow->ledger, flow->config, &visit->login.visitor, &visit->now, &view);
	flow_answer_view(flow, visit->connection, &visit->login, &view);
	if (view.asks)
		(void)!give(flow, visit, JOB_RESEND, &view, 0);
	else
		shown_text(flow, visit, &view);
}

static void step_guess(struct flow *flow, struct visit *visit)
{
	struct view view;

	ledger_guess(flow->ledger, flow->config, &visit->login.visitor, &visit->now, &view);
	if (view.asks && give(flow, visit, JOB_VERIFY, &view, visit->connection))
		return;
	flow_answer_view(flow, visit->connection, &visit->login, &view);
	if (!view.asks)
		shown_answer(flow, visit, &view);
}

/* A token that is not ours, or of an earlier boot: its code is void, one byte begins anew. */
static void step_foreign(struct flow *flow, struct visit *visit)
{
	const struct view expired = {.verdict = VERDICT_ASK,
		.line = LINE_EXPIRED,
		.begun = {INT64_MIN / 2, INT64_MIN / 2}};

	if (visit->ask->reply.length == 1) {
		step_begin(flow, visit);
		return;
	}
	flow_answer_view(flow, visit->connection, &visit->login, &expired);
	shown_answer(flow, visit, &expired);
}

/* How long an answer took; a code lives no longer, whatever the clocks say. */
static int64_t waited(const struct flow *flow, const struct moment *now, const struct moment *begun)
{
	int64_t life = flow->config->code.expiry * SECOND;
	int64_t took = now->boottime - begun->boottime;

	return took < life ? took : life;
}

/* What happens depends on the length of the reply alone. */
static void step_verify(struct flow *flow, struct visit *visit)
{
	const struct visitor *visitor = &visit->login.visitor;

	if (ask_gives_up(visit->ask) && visit->login.mode == MODE_WARN) {
		flow_answer_verdict(
			flow, visit->connection, &visit->login, VERDICT_REFUSED, LINE_NONE, "");
		return;
	}
	if (token_read(flow->keys, visitor->id, visitor->subject, visit->ask->token,
		    &visit->begun) != RESULT_OK) {
		step_foreign(flow, visit);
		return;
	}
	visit->waited = waited(flow, &visit->now, &visit->begun);
	ledger_restore(flow->ledger, visitor, &visit->begun);
	if (visit->ask->reply.length == 1)
		step_resend(flow, visit);
	else
		step_guess(flow, visit);
}

/* A login that went on without a code has opened its session: by another factor, so it is real. */
static bool waived_open(struct flow *flow, const struct visit *visit)
{
	const struct login *login = &visit->login;
	const struct view none = {.verdict = VERDICT_REFUSED};
	int64_t since = pass_since(&flow->waived, &login->visitor);

	if (!pass_open(&flow->waived, &login->visitor, visit->now.boottime, PASS_WAIVED_MS))
		return false;
	if (login->mode == MODE_OBSERVE)
		modes_granted(&flow->modes, login, flow->clock, since);
	(void)!give(flow, visit, JOB_SEEN, &none, 0);
	return true;
}

static void step_session(struct flow *flow, struct visit *visit)
{
	const struct visitor *visitor = &visit->login.visitor;
	bool open = visit->ask->type == FRAME_SESSION_OPEN;
	bool accepted = open ? pass_open(&flow->passes, visitor, visit->now.boottime, PASS_MS)
			     : pass_close(&flow->passes, visitor);
	bool waived =
		!accepted && (open ? waived_open(flow, visit) : pass_close(&flow->waived, visitor));

	event_session(flow_trail(flow), open, accepted || waived, waived, &visit->login);
	flow_answer_plain(flow, visit->connection, visitor->id, VERDICT_REFUSED, LINE_NONE);
}

enum admission flow_admission(
	const struct flow *flow, const struct ask *ask, struct login *ret_login)
{
	const struct keys *keys = flow->committer == NULL ? NULL : flow->keys;
	struct moment now;

	if (login_read(flow->config, flow->keys, ask, ret_login) != RESULT_OK)
		return ADMIT_NO_SECTION;
	if (!ret_login->service->enabled)
		return ADMIT_OFF;
	flow->clock->now(flow->clock, &now);
	ret_login->mode = modes_of(&flow->modes, keys, ret_login, flow->clock, &now);
	return flow->committer == NULL ? ADMIT_NO_STORES : ADMIT_ON;
}

/* The service's section decides before any name does. */
static bool admit(struct flow *flow, struct visit *visit)
{
	const struct ask *ask = visit->ask;
	const struct login *login = &visit->login;
	enum admission admission = flow_admission(flow, ask, &visit->login);
	bool session = ask->type == FRAME_SESSION_OPEN || ask->type == FRAME_SESSION_CLOSE;
	bool off = admission == ADMIT_OFF;

	/* What is observed goes on, whatever the stores are like. */
	bool observes = admission == ADMIT_NO_STORES && login->mode == MODE_OBSERVE && !session;
	if (admission == ADMIT_ON || observes)
		return true;
	if (admission == ADMIT_NO_SECTION) {
		stats_decided(&flow->counters, DECISION_UNAVAILABLE, RULE_NO_SERVICE);
		event_service(flow_trail(flow), ask->id, ask->service);
	}
	if (admission == ADMIT_NO_STORES) {
		stats_decided(&flow->counters, DECISION_UNAVAILABLE, RULE_STORE);
		event_shown(flow_trail(flow), login, DECISION_UNAVAILABLE, RULE_STORE);
	}
	if (admission == ADMIT_NO_STORES && !session)
		flow_answer_verdict(
			flow, visit->connection, login, VERDICT_UNAVAILABLE, LINE_UNAVAILABLE, "");
	else
		flow_answer_plain(flow, visit->connection, ask->id,
			off ? VERDICT_DISABLED : VERDICT_UNAVAILABLE,
			off ? LINE_NONE : LINE_UNAVAILABLE);
	return false;
}

void flow_ask(struct flow *flow, uint64_t connection, const struct ask *ask, int64_t arrived)
{
	static void (*const steps[])(struct flow *, struct visit *) = {
		[FRAME_BEGIN] = step_begin,
		[FRAME_VERIFY] = step_verify,
		[FRAME_SESSION_OPEN] = step_session,
		[FRAME_SESSION_CLOSE] = step_session,
	};
	struct visit visit = {.connection = connection, .ask = ask, .arrived = arrived};

	flow->clock->now(flow->clock, &visit.now);
	if (!admit(flow, &visit))
		return;
	bool observes = visit.login.mode == MODE_OBSERVE;
	if (observes && (ask->type == FRAME_BEGIN || ask->type == FRAME_VERIFY))
		step_observe(flow, &visit);
	/* One user's flood waits by himself. What he answers is waited for in his connections. */
	else if (ask->type == FRAME_BEGIN && share_used(&flow->share, visit.login.uid))
		flow->hooks.answer(flow->hooks.context, connection, NULL);
	else
		steps[ask->type](flow, &visit);
}

/* Every name's text waits for its hold; only one of standing leaves. */
static void send_text(struct flow *flow, const struct job *job)
{
	__attribute__((cleanup(text_wipe))) struct text text = {0};
	struct parcel parcel = {.visitor = job->login.visitor, .dummy = !job_sends(job)};
	struct report report = {.outcome = OUTCOME_UNSENT, .detail = "too many texts wait already"};

	/* No text: nothing waits, so a later answer must not withdraw the one before. */
	if (job->result != RESULT_OK || job->effect != EFFECT_TEXT) {
		(void)ledger_text_leaves(flow->ledger, &job->login.visitor);
		return;
	}
	memcpy(text.id, job->login.visitor.id, WIRE_ID_SIZE);
	memcpy(report.id, job->login.visitor.id, WIRE_ID_SIZE);
	text.phone = job->phone;
	text.code = job->text;
	memcpy(parcel.user, job->user, sizeof(job->user));
	parcel.text = text;
	int64_t due = job->arrived + job->config->resend.hold;
	/* Nor may a text leave whose code holds no more. */
	uint32_t age = job->config->gateway.max_age, expiry = job->config->code.expiry;
	int64_t dead = job->arrived + (age < expiry ? age : expiry) * SECOND;
	bool taken = sender_put(flow->sender, &parcel, due, dead) == RESULT_OK;
	text_wipe(&parcel.text);
	if (!taken && !parcel.dummy)
		flow_reported(flow, &parcel, &report);
}

static void finish_verify(struct flow *flow, const struct job *job)
{
	const struct visitor *visitor = &job->login.visitor;

	if (job_grants(job)) {
		ledger_success(flow->ledger, visitor);
		pass_grant(&flow->passes, visitor, job->now.boottime);
		modes_granted(&flow->modes, &job->login, flow->clock, job->begun);
		flow->counters.granted++;
		if (job->effect != EFFECT_RECOVERED)
			stats_answered(&flow->counters, job->waited);
		bool renamed = job->login.service->identify == IDENTIFY_PHONE && !job->login.by_uid;
		flow_answer_verdict(flow, job->connection, &job->login, VERDICT_GRANTED, LINE_NONE,
			renamed ? job->user : "");
		return;
	}
	flow->counters.refused++;
	if (job->result == RESULT_OK && job->view.line == LINE_LOCKED)
		flow->counters.locks++;
	if (job->result != RESULT_OK)
		flow_answer_verdict(flow, job->connection, &job->login, VERDICT_UNAVAILABLE,
			LINE_UNAVAILABLE, "");
	else
		flow_answer_view(flow, job->connection, &job->login, &job->view);
}

static void tell(struct flow *flow, const struct job *job)
{
	if (job->kind == JOB_SEEN)
		return;
	if (job->kind == JOB_OBSERVE) {
		event_observed(flow->trail, job);
		return;
	}
	stats_decided(&flow->counters, job_decision(job), job_rule(job));
	event_login(flow->trail, job);
}

void flow_finished(struct flow *flow, struct job *job)
{
	share_leave(&flow->share, job->login.uid);
	if (job->known && job->result == RESULT_OK)
		ledger_known(flow->ledger, &job->login.visitor);
	if (job->kind == JOB_VERIFY)
		finish_verify(flow, job);
	else if (job->kind == JOB_BEGIN || job->kind == JOB_RESEND)
		send_text(flow, job);
	job_push(&flow->untold, job);
}

void flow_tell(struct flow *flow)
{
	struct job *job;

	while ((job = job_pop(&flow->untold)) != NULL) {
		tell(flow, job);
		job_free(&job);
		flow->jobs--;
	}
}

struct trail *flow_trail(struct flow *flow)
{
	flow_tell(flow);
	return flow->trail;
}

bool flow_leaves(void *context, const struct parcel *parcel)
{
	struct flow *flow = context;

	return parcel->connection != 0 || ledger_text_leaves(flow->ledger, &parcel->visitor);
}

void flow_reported(struct flow *flow, const struct parcel *parcel, const struct report *report)
{
	if (!parcel->dummy)
		flow->counters.texts[report->outcome]++;
	event_text(flow_trail(flow), parcel->dummy ? NULL : parcel->user, report);
}
