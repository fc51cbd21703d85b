/* SPDX-License-Identifier: BSD-3-Clause */
#include "explain_reply.h"

#include <string.h>

#include "config.h"
#include "explain_fact.h"
#include "flow_answer.h"
#include "line.h"
#include "log.h"
#include "reason.h"

/* Which of the visible ledger's two windows of a row is full. */
static const struct reason *no_texts(const struct view *view)
{
	bool day = rule_find(view->over) == RULE_TEXTS_DAY;

	return reason_of_hurdle(day ? HURDLE_TEXTS_DAY : HURDLE_TEXTS);
}

/* Why smsotp-send would not send it; NULL where it would. */
static const struct reason *unsent(const struct flow *flow, const struct job *job)
{
	const struct config_gateway *gateway = &job->config->gateway;

	if (config_phone_ambiguous(job->phone.e164))
		return reason_of_hurdle(HURDLE_DIGITS);
	if (config_phone_barred(gateway, job->phone.e164) != NULL)
		return reason_of_hurdle(HURDLE_PREFIX);
	if (config_dlt_missing(gateway, job->phone.e164) != NULL)
		return reason_of_hurdle(HURDLE_DLT);
	return sender_reachable(flow->sender) ? NULL : reason_of_hurdle(HURDLE_SENDER);
}

/* The first thing in the way, in the order in which a login comes to them; `held` is the last. */
static const struct reason *decide(const struct job *job, const struct reason *held)
{
	const struct findings *findings = job->findings;
	enum standing standing = job_standing(job);

	if (job->view.verdict != VERDICT_ASK)
		return reason_of_hurdle(HURDLE_LOCK);
	if (standing != STANDING_GOOD)
		return reason_of_standing(standing);
	if (!job->view.asks)
		return no_texts(&job->view);
	if (job->effect == EFFECT_OVER)
		return reason_of_limit(job->over);
	if (job->effect != EFFECT_TEXT && job->effect != EFFECT_JOINED)
		return reason_of_begin(job->effect);
	if (findings->guess == EFFECT_OVER)
		return reason_of_limit(findings->guess_over);
	if (!findings->lets_in)
		return reason_of_guess(findings->guess);
	if (job->effect == EFFECT_JOINED)
		return reason_of_begin(job->effect);
	return held != NULL ? held : reason_of_standing(standing);
}

static json_t *reason_json(
	const struct config *config, const struct login *login, const struct reason *reason)
{
	/* A new standing without a row: the field "standing" says something. */
	static const struct reason none = {"", "", "", ""};
	const struct reason *said = reason != NULL ? reason : &none;
	json_t *fields =
		json_pack("{s:s, s:s}", "sentence", said->sentence, "remedy", said->remedy);

	explain_fact_rule(config, login, said->section, said->key, fields);
	return fields;
}

static void put_line(const struct job *job, json_t *reply)
{
	struct answer answer = flow_answer_of(job->config, &job->view);
	char line[LINE_SIZE];

	answer.verdict = flow_verdict(job->login.mode, answer.verdict);
	line_write(&answer, line);
	if (job->login.mode == MODE_OBSERVE)
		line[0] = '\0';
	json_object_set_new(reply, "line", json_string(line));
}

static void put_who(const char *name, const char *service, json_t *reply)
{
	json_object_set_new(reply, "name", json_string(name));
	json_object_set_new(reply, "service", json_string(service));
}

json_t *explain_reply(const struct flow *flow, const struct job *job)
{
	const struct login *login = &job->login;
	char masked[PHONE_MASKED_SIZE] = "", label[4 * LABEL_SIZE];
	json_t *reply = json_pack("{s:b}", "ok", 1);
	bool observed = login->mode == MODE_OBSERVE;
	bool asked = job->view.verdict == VERDICT_ASK && !observed;
	const struct reason *held = unsent(flow, job);
	bool text = !observed && job->view.asks && job_sends(job) && held == NULL;

	put_who(login->name, login->service->name, reply);
	json_object_set_new(
		reply, "user", job->user[0] != '\0' ? json_string(job->user) : json_null());
	json_object_set_new(reply, "source",
		json_string(log_escape(login->source.label, label, sizeof(label))));
	json_object_set_new(
		reply, "source_kind", json_string(source_kind_name(login->source.kind)));
	json_object_set_new(reply, "known", json_boolean(job->known));
	json_object_set_new(reply, "mode", json_string(config_mode_name(login->mode)));
	put_line(job, reply);
	if (text)
		phone_mask(&job->phone, masked);
	json_object_set_new(reply, "asked", json_boolean(asked));
	json_object_set_new(reply, "text", json_boolean(text));
	json_object_set_new(reply, "phone", json_string(masked));
	json_object_set_new(reply, "stub", json_boolean(job->config->gateway.stub));
	json_object_set_new(reply, "lets_in", json_boolean(asked && job->findings->lets_in));
	json_object_set_new(reply, "standing", json_string(standing_name(job_standing(job))));
	json_object_set_new(reply, "effect", json_string(effect_name(job->effect)));
	json_object_set_new(reply, "answer", json_string(effect_name(job->findings->guess)));
	json_object_set_new(reply, "reason", reason_json(job->config, login, decide(job, held)));
	json_object_set_new(reply, "facts", explain_fact_all(flow, job));
	json_object_set_new(reply, "limits", explain_fact_limits(job));
	return reply;
}

json_t *explain_reply_stopped(const struct flow *flow, const char *name, const char *service,
	enum admission admission, const struct login *login)
{
	bool off = admission == ADMIT_OFF;
	const struct answer unavailable = {.verdict = VERDICT_UNAVAILABLE,
		.line = LINE_UNAVAILABLE,
		.user = "",
		.help = flow->config->message.help};
	char line[LINE_SIZE] = "";

	if (!off)
		line_write(&unavailable, line);
	json_t *reply = json_pack("{s:b, s:s, s:b, s:b, s:b}", "ok", 1, "line", line, "asked", 0,
		"text", 0, "lets_in", 0);
	put_who(name, service, reply);
	json_object_set_new(reply, "reason",
		reason_json(flow->config, off ? login : NULL,
			reason_of_hurdle(off ? HURDLE_OFF : HURDLE_SECTION)));
	json_object_set_new(reply, "facts",
		off ? explain_fact_service(flow->config, flow->keys, login) : json_array());
	json_object_set_new(reply, "limits", json_array());
	return reply;
}
