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

/*
 * What a verb has to know of the main thread's modes goes into the request. Returns a sentence
 * where it cannot be done.
 */
static const char *prepare_mode(const struct flow *flow, json_t *request)
{
	const char *verb = json_string_value(json_object_get(request, "verb"));
	const char *name = json_string_value(json_object_get(request, "service"));

	if (verb == NULL || name == NULL || strncmp(verb, "mode.", 5) != 0)
		return NULL;
	const struct config_service *service = config_service_find(flow->config, name);
	if (service == NULL)
		return NULL;
	json_object_set_new(
		request, "proven", json_boolean(modes_proven(&flow->modes, service->name)));
	if (modes_room(&flow->modes, service->name))
		return NULL;
	return "too many sections had a mode of their own, some of them are no more; restart "
	       "smsotpd, then try again";
}

void control_ask(struct flow *flow, uint64_t connection, json_t *request, int bulk, int64_t arrived)
{
	struct job *job = NULL;
	const char *sentence = prepare_mode(flow, request);

	if (sentence != NULL) {
		json_decref(request);
		if (bulk >= 0)
			close(bulk);
		refuse(flow, connection, sentence);
		return;
	}
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

static json_int_t number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* What was committed holds from now on; "change" was for us. */
static bool finish_mode(struct flow *flow, struct job *job)
{
	const json_t *change = json_object_get(job->reply, "change");
	const json_t *service = json_array_get(json_object_get(job->reply, "services"), 0);
	const char *name = json_string_value(json_object_get(service, "service"));
	struct override override = {
		.choice = (enum choice)number(change, "choice"),
		.before = (enum choice)number(change, "before"),
		.confirm = (uint32_t)number(change, "confirm"),
		.since = {number(change, "boottime"), number(change, "realtime")},
	};

	memcpy(override.boot, flow->clock->boot, BOOT_ID_SIZE);
	(void)modes_put(&flow->modes, name, &override);
	event_mode(flow->trail, json_string_value(json_object_get(change, "event")), name,
		(enum choice)number(change, "from"), override.choice, override.confirm);
	json_object_del(job->reply, "change");
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
		event_mode(flow->trail, "mode.fell", service, was.choice, was.before, 0);
		json_t *request = json_pack("{s:s, s:s}", "verb", "mode.fall", "service", service);
		control_ask(flow, 0, request, -1, 0);
	}
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

static void finish_verb(struct flow *flow, struct job *job)
{
	static const struct {
		const char *verb;
		bool (*finish)(struct flow *, struct job *);
	} rows[] = {
		{"lock.clear", finish_lock_clear},
		{"mode.confirm", finish_mode},
		{"mode.set", finish_mode},
		{"send-test", finish_send_test},
		{"status", finish_status},
	};
	const char *verb = json_string_value(json_object_get(job->request, "verb"));
	bool ok = json_is_true(json_object_get(job->reply, "ok"));
	bool answered = false;

	for (size_t i = 0; ok && verb != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(verb, rows[i].verb) == 0)
			answered = !rows[i].finish(flow, job);
	}
	if (!answered)
		flow->hooks.reply(flow->hooks.context, job->connection, job->reply);
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
