/* SPDX-License-Identifier: BSD-3-Clause */
#include "event.h"

#include <string.h>

#include "event_put.h"

/* The source of what is no source's doing. */
static const uint8_t everybody[HASH_SIZE];

static enum event login_event(const struct job *job)
{
	if (job->result != RESULT_OK)
		return EVENT_LOGIN_UNAVAILABLE;
	if (job_grants(job))
		return EVENT_LOGIN_GRANTED;
	if (job->kind == JOB_VERIFY)
		return job->view.line == LINE_LOCKED ? EVENT_LOGIN_LOCKED : EVENT_LOGIN_REFUSED;
	return job->kind == JOB_BEGIN ? EVENT_LOGIN_BEGIN : EVENT_LOGIN_RESEND;
}

/* The operator learns of a limit before it is used up. */
static void event_near(struct trail *trail, const struct job *job)
{
	struct fields fields = {json_object()};

	event_put_login(&fields, &job->login, job->user);
	event_put_phone(&fields, &job->phone);
	event_put(&fields, FIELD_LIMIT, job->near);
	event_write(trail, EVENT_LIMIT_NEAR, &fields);
}

/* The digits that many phones share are no phone. */
static void event_prefix(struct trail *trail, const struct job *job)
{
	char prefix[1 + PREFIX_DIGITS + 1] = "";
	struct fields fields = {json_object()};

	memcpy(prefix, job->phone.e164, sizeof(prefix) - 1);
	event_put_login(&fields, &job->login, job->user);
	event_put_phone(&fields, &job->phone);
	event_put(&fields, FIELD_PREFIX, prefix);
	event_write(trail, EVENT_PREFIX_ALARM, &fields);
}

/*
 * What sends nothing and lets nobody in costs whoever asks nothing, and him we count. A store at
 * fault is nobody's doing: it is counted for all together.
 */
static bool login_fields(struct trail *trail, const struct job *job, struct fields *ret_fields)
{
	bool fault = job->result != RESULT_OK;

	if (job_grants(job) || job_sends(job)) {
		ret_fields->object = json_object();
		return true;
	}
	return event_counted(trail, fault ? everybody : job->login.visitor.source, login_event(job),
		job_rule(job), ret_fields);
}

/* Who finds no room is refused like a name that does not exist: the operator alone can tell. */
static void event_room(struct trail *trail, const struct job *job)
{
	struct fields fields;

	if (!event_counted(trail, everybody, EVENT_STATE_FULL, RULE_NO_ROOM, &fields))
		return;
	event_put_login(&fields, &job->login, job->user);
	event_put(&fields, FIELD_DETAIL,
		"no room for a user's first record: raise [store] state_size and restart smsotpd, "
		"or remove identities");
	event_write(trail, EVENT_STATE_FULL, &fields);
}

/* Loud: a way in that needs no phone was used. */
static void event_recovery(struct trail *trail, const struct job *job)
{
	struct fields fields = {json_object()};

	event_put_login(&fields, &job->login, job->user);
	event_put_decision(&fields, DECISION_GRANTED, RULE_RECOVERY);
	event_put_number(&fields, FIELD_LEFT, job->recovery_left);
	event_write(trail, EVENT_RECOVERY_USED, &fields);
}

void event_login(struct trail *trail, const struct job *job)
{
	enum standing standing = job_standing(job);
	bool fault = job->result != RESULT_OK;
	struct fields fields;

	if (job->near != NULL && !fault)
		event_near(trail, job);
	if (job->prefix_low && !fault)
		event_prefix(trail, job);
	if (job->standing == STANDING_NO_ROOM)
		event_room(trail, job);
	if (job_grants(job) && job->effect == EFFECT_RECOVERED)
		event_recovery(trail, job);
	if (!login_fields(trail, job, &fields))
		return;
	event_put_login(&fields, &job->login, job->user);
	event_put_phone(&fields, &job->phone);
	event_put_flag(&fields, FIELD_KNOWN, job->known);
	event_put_decision(&fields, job_decision(job), job_rule(job));
	if (standing != STANDING_GOOD)
		event_put(&fields, FIELD_STANDING, standing_name(standing));
	event_put(
		&fields, FIELD_EFFECT, fault ? result_name(job->result) : effect_name(job->effect));
	if (job->kind == JOB_VERIFY)
		event_put_number(&fields, FIELD_ANSWER_MS, job->waited);
	event_write(trail, login_event(job), &fields);
}

void event_shown(
	struct trail *trail, const struct login *login, enum decision decision, enum rule rule)
{
	bool fault = decision == DECISION_UNAVAILABLE;
	const uint8_t *source = fault ? everybody : login->visitor.source;
	struct fields fields;

	if (!event_counted(trail, source, EVENT_LOGIN_SHOWN, rule, &fields))
		return;
	event_put_login(&fields, login, NULL);
	event_put_decision(&fields, decision, rule);
	event_write(trail, EVENT_LOGIN_SHOWN, &fields);
}

/* Why nobody of that name could sign in by text now; NULL where he could. */
static const char *obstacle(const struct job *job)
{
	if (job->result != RESULT_OK)
		return result_name(job->result);
	if (job->standing != STANDING_GOOD)
		return standing_name(job->standing);
	if (job->effect != EFFECT_TEXT && job->effect != EFFECT_JOINED)
		return effect_name(job->effect);
	return job->unsendable;
}

/* Counted for each identity, and for names that have none by their source: neither grows at will.
 */
void event_observed(struct trail *trail, const struct job *job)
{
	const struct visitor *visitor = &job->login.visitor;
	const char *why = obstacle(job);
	const uint8_t *whose = job->user[0] != '\0' ? visitor->name : visitor->source;
	struct fields fields;

	if (!event_counted(trail, whose, EVENT_LOGIN_OBSERVED, job_rule(job), &fields))
		return;
	event_put_login(&fields, &job->login, job->user);
	event_put_phone(&fields, &job->phone);
	event_put_flag(&fields, FIELD_KNOWN, job->known);
	event_put(&fields, FIELD_WOULD, why == NULL ? "get a text" : "be refused");
	event_put(&fields, FIELD_WHY, why);
	event_put(&fields, FIELD_WOULD_RULE,
		job->unsendable != NULL ? "gateway" : rule_name(job_rule(job)));
	event_write(trail, EVENT_LOGIN_OBSERVED, &fields);
}

void event_waived(struct trail *trail, const struct login *login, enum line line)
{
	enum rule rule = line == LINE_LOCKED ? RULE_LOCKOUT : RULE_NONE;
	const char *why = "nothing was typed";
	struct fields fields;

	if (line == LINE_LOCKED)
		why = "locked, or no try left";
	if (line == LINE_UNAVAILABLE) {
		why = "the stores are at fault";
		rule = RULE_STORE;
	}
	if (!event_counted(trail, login->visitor.source, EVENT_LOGIN_WAIVED, rule, &fields))
		return;
	event_put_login(&fields, login, NULL);
	event_put(&fields, FIELD_WHY, why);
	event_write(trail, EVENT_LOGIN_WAIVED, &fields);
}
