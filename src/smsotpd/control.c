/* SPDX-License-Identifier: BSD-3-Clause */
#include "control.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "code.h"
#include "config.h"
#include "control_explain.h"
#include "control_mode.h"
#include "control_worker.h"
#include "version.h"
#include "when.h"

#define SECOND INT64_C(1000)

/* Of the main thread's own: needs no store, and waits for none. Whoever was answered counts. */
static void answer_stats(struct flow *flow, uint64_t connection, int64_t now)
{
	flow_tell(flow);
	json_t *reply = stats_json(&flow->counters);

	json_object_set_new(reply, "ok", json_true());
	json_object_set_new(reply, "version", json_string(SMSOTP_VERSION));
	json_object_set_new(reply, "uptime", json_integer((now - flow->counters.started) / SECOND));
	json_object_set_new(
		reply, "sender_reachable", json_boolean(sender_reachable(flow->sender)));
	json_object_set_new(reply, "stores_open", json_boolean(flow->committer != NULL));
	flow->hooks.reply(flow->hooks.context, connection, reply);
	json_decref(reply);
}

/* `reply` or, where it is NULL and something failed, the sentence. */
static void reply_or_refuse(struct flow *flow, uint64_t connection, enum result result,
	json_t *reply, const struct error *error)
{
	if (result != RESULT_OK)
		control_refuse(flow, connection, error->text);
	else if (reply != NULL)
		flow->hooks.reply(flow->hooks.context, connection, reply);
	json_decref(reply);
}

static void drop(json_t *request, int bulk)
{
	json_decref(request);
	if (bulk >= 0)
		close(bulk);
}

static void ask_explain(struct flow *flow, uint64_t connection, const json_t *request)
{
	json_t *reply = NULL;
	struct error error;
	enum result result = control_explain(flow, connection, request, &reply, &error);

	reply_or_refuse(flow, connection, result, reply, &error);
}

static void finish_explain(struct flow *flow, const struct job *job)
{
	json_t *reply = NULL;
	struct error error;
	enum result result = control_explained(flow, job, &reply, &error);

	reply_or_refuse(flow, job->connection, result, reply, &error);
}

static const char *verb_of(const json_t *request)
{
	const char *verb = json_string_value(json_object_get(request, "verb"));

	return verb == NULL ? "" : verb;
}

void control_ask(struct flow *flow, uint64_t connection, json_t *request, int bulk, int64_t arrived)
{
	const enum ctl_way way = ctl_way(request);
	struct job *job = NULL;
	const char *sentence = control_mode_prepare(flow, request);

	if (strcmp(verb_of(request), "stats") == 0) {
		answer_stats(flow, connection, arrived);
		drop(request, bulk);
		return;
	}
	if (strcmp(verb_of(request), "explain") == 0) {
		ask_explain(flow, connection, request);
		drop(request, bulk);
		return;
	}
	if (sentence == NULL)
		sentence = control_hindrance(flow, way);
	if (sentence == NULL && job_new(JOB_VERB, &job) != RESULT_OK)
		sentence = "smsotpd has no memory for it: repeat later";
	if (sentence != NULL) {
		control_refuse(flow, connection, sentence);
		drop(request, bulk);
		return;
	}
	job->connection = connection;
	job->config = flow->config;
	job->arrived = arrived;
	job->request = request;
	job->bulk = bulk;
	if (way == CTL_CHILD_WRITES || way == CTL_CHILD_READS) {
		control_worker_take(flow, job, way == CTL_CHILD_WRITES);
		return;
	}
	flow->jobs++;
	committer_give(flow->committer, job);
}

/* Calls `visit` with the ledger's tag of the name that was asked for, and of the uid that the verb
 * left for us. */
static void each_tag(struct flow *flow, struct job *job,
	void (*visit)(struct flow *flow, const uint8_t *tag, void *context), void *context)
{
	const char *name = json_string_value(json_object_get(job->request, "name"));
	const json_t *uid = json_object_get(job->reply, "uid");
	uint8_t tag[HASH_SIZE];

	login_name_tag(flow->keys, false, 0, name, tag);
	visit(flow, tag, context);
	if (uid == NULL)
		return;
	login_name_tag(flow->keys, true, (uint32_t)json_integer_value(uid), "", tag);
	visit(flow, tag, context);
	json_object_del(job->reply, "uid");
}

static void forget_tag(struct flow *flow, const uint8_t *tag, void *context)
{
	json_int_t *shown = context;

	*shown += ledger_forget(flow->ledger, tag);
}

/* A name that is no identity's stands as its tag: people type passwords there. */
static void tell_cleared(struct flow *flow, const struct job *job)
{
	const char *name = json_string_value(json_object_get(job->request, "name"));
	bool unknown = json_is_true(json_object_get(job->reply, "unknown"));
	uint8_t tag[HASH_SIZE];

	if (name != NULL)
		login_name_tag(flow->keys, false, 0, name, tag);
	event_lock_cleared(
		flow_trail(flow), name == NULL || unknown ? "" : name, name == NULL ? NULL : tag);
}

/* What the ledger shows goes as well; of all, names that do not exist included, with the last part.
 */
static bool finish_lock_clear(struct flow *flow, struct job *job)
{
	json_int_t cleared = json_integer_value(json_object_get(job->reply, "cleared"));
	json_int_t shown = 0;

	/* Said of the first part already: the others may fail. */
	if (job->part.done <= 1)
		tell_cleared(flow, job);
	if (job->part.more)
		return false;
	if (json_is_true(json_object_get(job->request, "all")))
		shown = ledger_forget_all(flow->ledger);
	else
		each_tag(flow, job, forget_tag, &shown);
	json_object_del(job->reply, "unknown");
	json_object_set_new(job->reply, "cleared", json_integer(shown > cleared ? shown : cleared));
	return true;
}

void control_turn(struct flow *flow)
{
	char service[CONFIG_WORD];
	struct override was;
	struct moment now;

	if (!modes_wait(&flow->modes))
		return;
	flow->clock->now(flow->clock, &now);
	while (modes_fall(&flow->modes, flow->clock, &now, service, &was)) {
		event_mode(flow_trail(flow), EVENT_MODE_FELL, service, was.choice, was.before, 0);
		json_t *request = json_pack("{s:s, s:s}", "verb", "mode.fall", "service", service);
		control_ask(flow, 0, request, -1, 0);
	}
}

struct shown {
	struct moment now;
	uint32_t locks;
	int64_t longest;
};

static void count_locks(struct flow *flow, const uint8_t *tag, void *context)
{
	struct shown *shown = context;
	int64_t longest = 0;

	shown->locks += ledger_locks(flow->ledger, tag, &shown->now, &longest);
	if (longest > shown->longest)
		shown->longest = longest;
}

/* One name's, for all are listed in a child: what is shown under it, from how many places; that is
 * known of any name. */
static bool finish_lock_list(struct flow *flow, struct job *job)
{
	struct shown shown = {.locks = 0};

	flow->clock->now(flow->clock, &shown.now);
	each_tag(flow, job, count_locks, &shown);
	json_object_set_new(job->reply, "shown",
		json_pack("{s:I, s:I}", "locks", (json_int_t)shown.locks, "seconds",
			(json_int_t)when_seconds(shown.longest)));
	return true;
}

/* The text goes out at once with the code that no login takes; the reply waits for its report. */
static bool finish_send_test(struct flow *flow, struct job *job)
{
	struct parcel parcel = {.connection = job->connection};
	const char *phone = json_string_value(json_object_get(job->reply, "phone"));
	const char *name = json_string_value(json_object_get(job->reply, "name"));

	if (phone == NULL || name == NULL)
		return true;
	randombytes_buf(parcel.text.id, WIRE_ID_SIZE);
	snprintf(parcel.text.phone.e164, sizeof(parcel.text.phone.e164), "%s", phone);
	snprintf(parcel.user, sizeof(parcel.user), "%s", name);
	code_test(job->config->code.digits, &parcel.text.code);
	int64_t dead = job->arrived + (job->config->gateway.timeout + 1) * SECOND;
	bool taken = sender_put(flow->sender, &parcel, job->arrived, dead) == RESULT_OK;
	text_wipe(&parcel.text);
	if (!taken)
		control_refuse(flow, job->connection, "too many texts wait already: try again");
	return false;
}

static bool finish_status(struct flow *flow, struct job *job)
{
	const struct counters *counters = &flow->counters;
	json_t *texts = json_object();

	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		json_object_set_new(texts, outcome_name((enum outcome)i),
			json_integer((json_int_t)counters->texts[i]));
	json_object_set_new(job->reply, "texts", texts);
	json_object_set_new(job->reply, "logins",
		json_pack("{s:I, s:I}", "granted", (json_int_t)counters->granted, "refused",
			(json_int_t)counters->refused));
	json_object_set_new(job->reply, "sender",
		json_string(sender_reachable(flow->sender)
				    ? "reachable"
				    : "away: start smsotp-send, texts wait for it"));
	json_object_set_new(
		job->reply, "uptime", json_integer((job->arrived - counters->started) / SECOND));
	return true;
}

/* The recovery codes have been handed over. */
static void wipe_codes(json_t *reply)
{
	json_t *code;
	size_t index;

	json_array_foreach(json_object_get(reply, "codes"), index, code)
	{
		char *text = (char *)(uintptr_t)json_string_value(code);
		if (text != NULL)
			explicit_bzero(text, strlen(text));
	}
}

static void finish_verb(struct flow *flow, struct job *job)
{
	static const struct {
		const char *verb;
		bool (*finish)(struct flow *, struct job *);
	} rows[] = {
		{"lock.clear", finish_lock_clear},
		{"mode.confirm", control_mode_finish},
		{"mode.set", control_mode_finish},
		{"lock.list", finish_lock_list},
		{"send-test", finish_send_test},
		{"status", finish_status},
	};
	const char *verb = verb_of(job->request);
	bool ok = json_is_true(json_object_get(job->reply, "ok"));
	bool answered = false;

	control_events(flow, job->reply);
	for (size_t i = 0; ok && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(verb, rows[i].verb) == 0)
			answered = !rows[i].finish(flow, job);
	}
	if (!answered)
		flow->hooks.reply(flow->hooks.context, job->connection, job->reply);
	wipe_codes(job->reply);
}

/* For the next part, behind what came meanwhile. */
static void give_again(struct flow *flow, struct job *job)
{
	json_decref(job->reply);
	job->reply = NULL;
	job->part.more = false;
	flow->jobs++;
	committer_give(flow->committer, job);
}

void control_finished(struct flow *flow, struct job *job)
{
	if (job->kind != JOB_VERB && job->kind != JOB_EXPLAIN) {
		flow_finished(flow, job);
		return;
	}
	flow->jobs--;
	if (job->kind != JOB_VERB)
		finish_explain(flow, job);
	else if (job->request == NULL)
		control_worker_start(flow);
	else
		finish_verb(flow, job);
	if (job->part.more)
		give_again(flow, job);
	else
		job_free(&job);
}

void control_reported(void *context, const struct parcel *parcel, const struct report *report)
{
	struct flow *flow = context;

	flow_reported(flow, parcel, report);
	if (parcel->connection == 0)
		return;
	json_t *reply = json_pack("{s:b, s:s, s:b, s:i, s:i, s:s, s:s, s:s, s:s}", "ok", 1,
		"outcome", outcome_name(report->outcome), "stub", report->stub, "http",
		(int)report->http, "milliseconds", (int)report->milliseconds, "code", report->code,
		"reqid", report->reqid, "tid", report->tid, "detail", report->detail);
	flow->hooks.reply(flow->hooks.context, parcel->connection, reply);
	json_decref(reply);
}
