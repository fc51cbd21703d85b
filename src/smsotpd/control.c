/* SPDX-License-Identifier: BSD-3-Clause */
#include "control.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "code.h"
#include "config.h"

#define SECOND INT64_C(1000)

static void refuse(struct flow *flow, uint64_t connection, const char *sentence)
{
	json_t *reply = json_pack("{s:b, s:s, s:i}", "ok", 0, "error", sentence, "exit", 1);

	flow->hooks.reply(flow->hooks.context, connection, reply);
	json_decref(reply);
}

void control_ask(struct flow *flow, uint64_t connection, json_t *request, int bulk, int64_t arrived)
{
	struct job *job = NULL;

	if (flow->committer == NULL || job_new(JOB_VERB, &job) != RESULT_OK) {
		json_decref(request);
		if (bulk >= 0)
			close(bulk);
		refuse(flow, connection,
			"the stores are not open: see the daemon's log for the reason");
		return;
	}
	job->connection = connection;
	job->config = flow->config;
	job->arrived = arrived;
	job->request = request;
	job->bulk = bulk;
	flow->jobs++;
	committer_give(flow->committer, job);
}

/* What the ledger shows of the cleared names goes as well; "names" and "uids" were for us. */
static bool finish_lock_clear(struct flow *flow, struct job *job)
{
	json_t *value;
	size_t index;
	json_int_t cleared = json_integer_value(json_object_get(job->reply, "cleared"));
	json_int_t shown = 0;
	uint8_t tag[HASH_SIZE];

	json_array_foreach(json_object_get(job->reply, "names"), index, value)
	{
		login_name_tag(flow->keys, false, 0, json_string_value(value), tag);
		shown += ledger_forget(flow->ledger, tag);
	}
	json_array_foreach(json_object_get(job->reply, "uids"), index, value)
	{
		login_name_tag(flow->keys, true, (uint32_t)json_integer_value(value), "", tag);
		shown += ledger_forget(flow->ledger, tag);
	}
	json_object_del(job->reply, "names");
	json_object_del(job->reply, "uids");
	json_object_set_new(job->reply, "cleared", json_integer(shown > cleared ? shown : cleared));
	return true;
}

/* The text goes out at once with the code that no login takes; the reply waits for its report. */
static bool finish_send_test(struct flow *flow, struct job *job)
{
	struct parcel parcel = {.text.kind = TEXT_TEST, .connection = job->connection};
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
		refuse(flow, job->connection, "too many texts wait already: try again");
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

/* What the verb did, for the trail; then nothing of it is left in the reply. */
static void write_events(struct flow *flow, struct job *job)
{
	json_t *event;
	size_t index;

	json_array_foreach(json_object_get(job->reply, "events"), index, event)
		event_operator(flow->trail, event);
	json_object_del(job->reply, "events");
}

/* The recovery codes have been handed over. */
static void wipe_codes(json_t *reply)
{
	json_t *code;
	size_t index;

	json_array_foreach(json_object_get(reply, "codes"), index, code)
	{
		char *text = (char *)(uintptr_t)json_string_value(code);
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
		{"send-test", finish_send_test},
		{"status", finish_status},
	};
	const char *verb = json_string_value(json_object_get(job->request, "verb"));
	bool ok = json_is_true(json_object_get(job->reply, "ok"));
	bool answered = false;

	write_events(flow, job);
	for (size_t i = 0; ok && verb != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(verb, rows[i].verb) == 0)
			answered = !rows[i].finish(flow, job);
	}
	if (!answered)
		flow->hooks.reply(flow->hooks.context, job->connection, job->reply);
	wipe_codes(job->reply);
}

void control_finished(struct flow *flow, struct job *job)
{
	if (job->kind != JOB_VERB) {
		flow_finished(flow, job);
		return;
	}
	flow->jobs--;
	finish_verb(flow, job);
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
