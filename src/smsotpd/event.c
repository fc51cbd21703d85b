/* SPDX-License-Identifier: BSD-3-Clause */
#include "event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "config.h"
#include "event_table.h"
#include "log.h"

#define MINUTE_MS  INT64_C(60000)
#define MUTED_SIZE 256 /* refusals that are being counted; while all are, others share one */
#define NEVER      (-MINUTE_MS)
#define VALUE_SIZE 512

/* The source of what is no source's doing. */
static const uint8_t everybody[HASH_SIZE];

struct muted {
	bool used;
	uint8_t source[HASH_SIZE];
	enum event event;
	enum rule rule;
	int64_t since;  /* boottime of the event that was written last */
	uint32_t count; /* not written yet */
};

struct trail {
	struct audit *audit;
	const struct clock *clock;
	struct muted muted[MUTED_SIZE];
	struct muted elsewhere; /* all that found no room among them */
};

enum result trail_new(struct audit *audit, const struct clock *clock, struct trail **ret_trail)
{
	struct trail *trail = calloc(1, sizeof(*trail));

	if (trail == NULL)
		return RESULT_MEMORY;
	trail->audit = audit;
	trail->clock = clock;
	trail->elsewhere.since = NEVER;
	*ret_trail = trail;
	return RESULT_OK;
}

void trail_free(struct trail **trail)
{
	free(*trail);
	*trail = NULL;
}

/* Empty values are left out. */
static void put(json_t *fields, enum field field, const char *value)
{
	char escaped[VALUE_SIZE];

	if (value != NULL && value[0] != '\0')
		json_object_set_new(fields, field_row(field)->name,
			json_string(log_escape(value, escaped, sizeof(escaped))));
}

static void put_number(json_t *fields, enum field field, int64_t value)
{
	json_object_set_new(fields, field_row(field)->name, json_integer(value));
}

static void put_flag(json_t *fields, enum field field, bool value)
{
	json_object_set_new(fields, field_row(field)->name, json_boolean(value));
}

static void put_hex(json_t *fields, enum field field, const uint8_t *bytes, size_t size)
{
	char hex[2 * WIRE_ID_SIZE + 1] = "";

	for (size_t i = 0; i < size && i < WIRE_ID_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	put(fields, field, hex);
}

static void put_phone(json_t *fields, const struct phone *phone)
{
	char masked[PHONE_MASKED_SIZE];

	phone_mask(phone, masked);
	put(fields, FIELD_PHONE, masked);
}

static void put_decision(json_t *fields, enum decision decision, enum rule rule)
{
	put(fields, FIELD_DECISION, decision_name(decision));
	put(fields, FIELD_RULE, rule_name(rule));
}

/* Of who signs in. `user` is an identity's name, "" where there is none, NULL where nobody looked.
 */
static void put_login(json_t *fields, const struct login *login, const char *user)
{
	const struct telemetry *telemetry = &login->telemetry;

	put_hex(fields, FIELD_ID, login->visitor.id, WIRE_ID_SIZE);
	put(fields, FIELD_SERVICE, login->service->name);
	put(fields, FIELD_USER, user);
	if (user != NULL && user[0] == '\0')
		put_hex(fields, FIELD_UNKNOWN, login->visitor.name, 8);
	put(fields, FIELD_SOURCE, login->source.label);
	put(fields, FIELD_SOURCE_KIND, source_kind_name(login->source.kind));
	put_number(fields, FIELD_UID, login->uid);
	put(fields, FIELD_TTY, telemetry->tty);
	put(fields, FIELD_RHOST, telemetry->rhost);
	put(fields, FIELD_RUSER, telemetry->ruser);
	put(fields, FIELD_SSH_CONNECTION, telemetry->connection);
	put(fields, FIELD_FIRST_FACTOR, telemetry->factor);
}

static void write_at(struct trail *trail, int priority, enum event event, json_t *fields)
{
	struct moment now;

	trail->clock->now(trail->clock, &now);
	audit_write(trail->audit, &now, priority, event_row(event)->name, fields);
}

static void write_event(struct trail *trail, enum event event, json_t *fields)
{
	write_at(trail, event_row(event)->priority, event, fields);
}

/* The work of it, for what must not be told from an event that is written. */
static void drop_event(struct trail *trail, enum event event, json_t *fields)
{
	const struct event_row *row = event_row(event);
	struct moment now;

	trail->clock->now(trail->clock, &now);
	audit_drop(trail->audit, &now, row->priority, row->name, fields);
}

/* Where a source's events of one kind and rule are counted. */
static struct muted *muted_find(struct trail *trail, const uint8_t source[static HASH_SIZE],
	enum event event, enum rule rule, int64_t now)
{
	struct muted *best = &trail->muted[0];

	for (size_t i = 0; i < MUTED_SIZE; i++) {
		struct muted *muted = &trail->muted[i];
		if (muted->used && muted->event == event && muted->rule == rule &&
			memcmp(muted->source, source, HASH_SIZE) == 0)
			return muted;
		if (best->used && (!muted->used || muted->since < best->since))
			best = muted;
	}
	if (best->used && now - best->since < MINUTE_MS)
		return &trail->elsewhere;
	*best = (struct muted){.used = true, .event = event, .rule = rule, .since = NEVER};
	memcpy(best->source, source, HASH_SIZE);
	return best;
}

/*
 * The first is written at once, those of the minute after it are counted and come with the next.
 * Returns 0 where this one is only counted, else how many it speaks of.
 */
static uint32_t muted_count(struct muted *muted, int64_t now)
{
	uint32_t count = muted->count + 1;
	bool quiet = now - muted->since < MINUTE_MS;

	muted->count = quiet ? count : 0;
	if (quiet)
		return 0;
	muted->since = now;
	return count;
}

/* Counts one more. NULL where it is only counted, else fields that say how many they stand for. */
static json_t *counted(struct trail *trail, const uint8_t source[static HASH_SIZE],
	enum event event, enum rule rule)
{
	struct moment now;

	trail->clock->now(trail->clock, &now);
	struct muted *muted = muted_find(trail, source, event, rule, now.boottime);
	uint32_t count = muted_count(muted, now.boottime);
	if (count == 0)
		return NULL;
	json_t *fields = json_object();
	if (count > 1)
		put_number(fields, FIELD_COUNT_OF, count);
	if (muted == &trail->elsewhere)
		put(fields, FIELD_COUNTED,
			"all sources beyond those that have events of their own");
	return fields;
}

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
	json_t *fields = json_object();

	put_login(fields, &job->login, job->user);
	put_phone(fields, &job->phone);
	put(fields, FIELD_LIMIT, job->near);
	write_event(trail, EVENT_LIMIT_NEAR, fields);
}

/* The digits that many phones share are no phone. */
static void event_prefix(struct trail *trail, const struct job *job)
{
	char prefix[1 + PREFIX_DIGITS + 1] = "";
	json_t *fields = json_object();

	memcpy(prefix, job->phone.e164, sizeof(prefix) - 1);
	put_login(fields, &job->login, job->user);
	put_phone(fields, &job->phone);
	put(fields, FIELD_PREFIX, prefix);
	write_event(trail, EVENT_PREFIX_ALARM, fields);
}

/*
 * What sends nothing and lets nobody in costs whoever asks nothing, and him we count. A store at
 * fault is nobody's doing: it is counted for all together.
 */
static json_t *login_fields(struct trail *trail, const struct job *job)
{
	bool fault = job->result != RESULT_OK;

	if (job_grants(job) || job_sends(job))
		return json_object();
	return counted(trail, fault ? everybody : job->login.visitor.source, login_event(job),
		job_rule(job));
}

/* Who finds no room is refused like a name that does not exist: the operator alone can tell. */
static void event_room(struct trail *trail, const struct job *job)
{
	json_t *fields = counted(trail, everybody, EVENT_STATE_FULL, RULE_NO_ROOM);

	if (fields == NULL)
		return;
	put_login(fields, &job->login, job->user);
	put(fields, FIELD_DETAIL,
		"no room for a user's first record: raise [store] state_size and restart smsotpd, "
		"or remove identities");
	write_event(trail, EVENT_STATE_FULL, fields);
}

void event_login(struct trail *trail, const struct job *job)
{
	enum standing standing = job_standing(job);
	bool fault = job->result != RESULT_OK;

	if (job->near != NULL && !fault)
		event_near(trail, job);
	if (job->prefix_low && !fault)
		event_prefix(trail, job);
	if (job->standing == STANDING_NO_ROOM)
		event_room(trail, job);
	json_t *fields = login_fields(trail, job);
	if (fields == NULL)
		return;
	put_login(fields, &job->login, job->user);
	put_phone(fields, &job->phone);
	put_flag(fields, FIELD_KNOWN, job->known);
	put_decision(fields, job_decision(job), job_rule(job));
	if (standing != STANDING_GOOD)
		put(fields, FIELD_STANDING, standing_name(standing));
	put(fields, FIELD_EFFECT, fault ? result_name(job->result) : effect_name(job->effect));
	if (job->kind == JOB_VERIFY)
		put_number(fields, FIELD_ANSWER_MS, job->waited);
	write_event(trail, login_event(job), fields);
}

void event_shown(
	struct trail *trail, const struct login *login, enum decision decision, enum rule rule)
{
	bool fault = decision == DECISION_UNAVAILABLE;
	json_t *fields =
		counted(trail, fault ? everybody : login->visitor.source, EVENT_LOGIN_SHOWN, rule);

	if (fields == NULL)
		return;
	put_login(fields, login, NULL);
	put_decision(fields, decision, rule);
	write_event(trail, EVENT_LOGIN_SHOWN, fields);
}

void event_text(struct trail *trail, const char *user, const struct report *report)
{
	static const enum event events[] = {
		[OUTCOME_UNKNOWN] = EVENT_TEXT_UNKNOWN,
		[OUTCOME_ACCEPTED] = EVENT_TEXT_ACCEPTED,
		[OUTCOME_REFUSED] = EVENT_TEXT_REFUSED,
		[OUTCOME_UNSENT] = EVENT_TEXT_UNSENT,
	};
	json_t *fields = json_object();

	put_hex(fields, FIELD_ID, report->id, WIRE_ID_SIZE);
	put(fields, FIELD_USER, user == NULL ? "nobody" : user);
	put_flag(fields, FIELD_STUB, report->stub);
	if (report->http != 0)
		put_number(fields, FIELD_HTTP, report->http);
	put_number(fields, FIELD_MILLISECONDS, report->milliseconds);
	put(fields, FIELD_CODE, report->code);
	put(fields, FIELD_REQID, report->reqid);
	put(fields, FIELD_TID, report->tid);
	put(fields, FIELD_DETAIL, report->detail);
	if (user == NULL)
		drop_event(trail, events[report->outcome], fields);
	else
		write_event(trail, events[report->outcome], fields);
}

void event_session(struct trail *trail, bool open, bool accepted, const struct login *login)
{
	enum event event = open ? EVENT_SESSION_OPEN : EVENT_SESSION_CLOSE;
	json_t *fields = json_object();

	/* What was typed may be a phone: the id leads to the login, which has the name. */
	bool named = accepted && login->service->identify == IDENTIFY_NAME;

	put_login(fields, login, named ? login->name : "");
	put_flag(fields, FIELD_ACCEPTED, accepted);
	write_at(trail, accepted ? event_row(event)->priority : LOG_NOTICE, event, fields);
}

void event_service(struct trail *trail, const uint8_t id[static WIRE_ID_SIZE], const char *service)
{
	uint8_t where[HASH_SIZE] = {0};
	char detail[128];

	/* Counted by the service: each is named once a minute. */
	memcpy(where, service, strnlen(service, sizeof(where)));
	json_t *fields = counted(trail, where, EVENT_SERVICE_UNKNOWN, RULE_NO_SERVICE);
	if (fields == NULL)
		return;
	put_hex(fields, FIELD_ID, id, WIRE_ID_SIZE);
	put(fields, FIELD_SERVICE, service);
	put_decision(fields, DECISION_UNAVAILABLE, RULE_NO_SERVICE);
	snprintf(detail, sizeof(detail),
		"no section speaks of this PAM service: write [service %.64s] for it", service);
	put(fields, FIELD_DETAIL, detail);
	write_event(trail, EVENT_SERVICE_UNKNOWN, fields);
}

void event_operator(struct trail *trail, enum event event, const char *user, const uint8_t *tag)
{
	json_t *fields = json_object();

	put(fields, FIELD_USER, user);
	if (user[0] == '\0' && tag != NULL)
		put_hex(fields, FIELD_UNKNOWN, tag, 8);
	write_event(trail, event, fields);
}

void event_daemon(struct trail *trail, enum event event, const char *detail)
{
	json_t *fields = json_object();

	put(fields, FIELD_DETAIL, detail);
	write_event(trail, event, fields);
}
