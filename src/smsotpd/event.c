/* SPDX-License-Identifier: BSD-3-Clause */
#include "event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "config.h"
#include "log.h"

#define MINUTE_MS  INT64_C(60000)
#define RULES_SIZE 256 /* refusals that are being counted; while all are, others share one */
#define NEVER      (-MINUTE_MS)
#define VALUE_SIZE 512

struct rule {
	uint8_t source[HASH_SIZE];
	const char *event;
	int64_t since;  /* boottime of the event that was written last */
	uint32_t count; /* not written yet */
};

struct trail {
	struct audit *audit;
	const struct clock *clock;
	struct rule rule[RULES_SIZE];
	struct rule elsewhere; /* all that found no room among them */
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
static void put(json_t *fields, const char *key, const char *value)
{
	char escaped[VALUE_SIZE];

	if (value != NULL && value[0] != '\0')
		json_object_set_new(
			fields, key, json_string(log_escape(value, escaped, sizeof(escaped))));
}

static void put_hex(json_t *fields, const char *key, const uint8_t *bytes, size_t size)
{
	char hex[2 * WIRE_ID_SIZE + 1] = "";

	for (size_t i = 0; i < size && i < WIRE_ID_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	put(fields, key, hex);
}

static void put_login(json_t *fields, const struct login *login, const char *user)
{
	const struct telemetry *telemetry = &login->telemetry;

	put_hex(fields, "id", login->visitor.id, WIRE_ID_SIZE);
	put(fields, "service", login->service->name);
	if (user[0] != '\0')
		put(fields, "user", user);
	else
		put_hex(fields, "unknown", login->visitor.name, 8);
	put(fields, "source", login->source.label);
	put(fields, "source_kind", source_kind_name(login->source.kind));
	json_object_set_new(fields, "uid", json_integer(login->uid));
	put(fields, "tty", telemetry->tty);
	put(fields, "rhost", telemetry->rhost);
	put(fields, "ruser", telemetry->ruser);
	put(fields, "ssh_connection", telemetry->connection);
	put(fields, "first_factor", telemetry->factor);
	if (login->mode != MODE_ENFORCE)
		put(fields, "mode", config_mode_name(login->mode));
}

/* Where a source's events of one kind are counted. */
static struct rule *rule_find(
	struct trail *trail, const uint8_t source[static HASH_SIZE], const char *event, int64_t now)
{
	struct rule *best = &trail->rule[0];

	for (size_t i = 0; i < RULES_SIZE; i++) {
		struct rule *rule = &trail->rule[i];
		if (rule->event != NULL && strcmp(rule->event, event) == 0 &&
			memcmp(rule->source, source, HASH_SIZE) == 0)
			return rule;
		if (best->event != NULL && (rule->event == NULL || rule->since < best->since))
			best = rule;
	}
	if (best->event != NULL && now - best->since < MINUTE_MS)
		return &trail->elsewhere;
	*best = (struct rule){.event = event, .since = NEVER};
	memcpy(best->source, source, HASH_SIZE);
	return best;
}

/*
 * The first is written at once, those of the minute after it are counted and come with the next.
 * Returns 0 where this one is only counted, else how many it speaks of.
 */
static uint32_t rule_count(struct rule *rule, int64_t now)
{
	uint32_t count = rule->count + 1;
	bool quiet = now - rule->since < MINUTE_MS;

	rule->count = quiet ? count : 0;
	if (quiet)
		return 0;
	rule->since = now;
	return count;
}

static const char *login_event(const struct job *job)
{
	if (job->result != RESULT_OK)
		return "login.unavailable";
	if (job_grants(job))
		return "login.granted";
	if (job->kind == JOB_VERIFY)
		return job->view.line == LINE_LOCKED ? "login.locked" : "login.refused";
	return job->kind == JOB_BEGIN ? "login.begin" : "login.resend";
}

/* The operator learns of a limit before it is used up. */
static void event_near(struct trail *trail, const struct job *job, const struct moment *now)
{
	json_t *fields = json_object();

	put_login(fields, &job->login, job->user);
	put(fields, "limit", job->near);
	audit_write(trail->audit, now, LOG_WARNING, "limit.near", fields);
}

/* The digits that many phones share are no phone. */
static void event_prefix(struct trail *trail, const struct job *job, const struct moment *now)
{
	char prefix[1 + PREFIX_DIGITS + 1] = "";
	json_t *fields = json_object();

	memcpy(prefix, job->phone.e164, sizeof(prefix) - 1);
	put_login(fields, &job->login, job->user);
	put(fields, "prefix", prefix);
	audit_write(trail->audit, now, LOG_WARNING, "prefix.alarm", fields);
}

/* Who finds no room is refused like a name that does not exist: the operator alone can tell. */
static void event_room(struct trail *trail, const struct job *job, const struct moment *now)
{
	static const uint8_t all[HASH_SIZE];
	uint32_t count =
		rule_count(rule_find(trail, all, "state.full", now->boottime), now->boottime);

	if (count == 0)
		return;
	json_t *fields = json_object();
	put_login(fields, &job->login, job->user);
	put(fields, "detail",
		"no room for a user's first record: raise [store] state_size and restart smsotpd, "
		"or remove identities");
	if (count > 1)
		json_object_set_new(fields, "count", json_integer(count));
	audit_write(trail->audit, now, LOG_ERR, "state.full", fields);
}

void event_login(struct trail *trail, const struct job *job)
{
	const char *event = login_event(job);
	bool granted = job_grants(job);
	bool refusal = job->kind == JOB_VERIFY && !granted;
	struct moment now;
	struct rule *rule = NULL;
	uint32_t count = 1;

	trail->clock->now(trail->clock, &now);
	if (job->near != NULL && job->result == RESULT_OK)
		event_near(trail, job, &now);
	if (job->prefix_low && job->result == RESULT_OK)
		event_prefix(trail, job, &now);
	if (job->standing == STANDING_NO_ROOM)
		event_room(trail, job, &now);
	enum standing standing = job_standing(job);
	/*
	 * What sends nothing and lets nobody in costs whoever asks nothing, and him we count. A
	 * store at fault is nobody's doing: it is counted for all together.
	 */
	if (!granted && !job_sends(job)) {
		static const uint8_t all[HASH_SIZE];
		bool fault = job->result != RESULT_OK;
		rule = rule_find(
			trail, fault ? all : job->login.visitor.source, event, now.boottime);
		count = rule_count(rule, now.boottime);
	}
	if (count == 0)
		return;
	json_t *fields = json_object();
	put_login(fields, &job->login, job->user);
	json_object_set_new(fields, "known", json_boolean(job->known));
	if (standing != STANDING_GOOD)
		put(fields, "standing", standing_name(standing));
	put(fields, "effect",
		job->result == RESULT_OK ? effect_name(job->effect) : result_name(job->result));
	if (count > 1)
		json_object_set_new(fields, "count", json_integer(count));
	if (rule == &trail->elsewhere)
		put(fields, "counted", "all sources beyond those that have events of their own");
	int priority = granted || !refusal ? LOG_INFO : LOG_NOTICE;
	audit_write(
		trail->audit, &now, job->result == RESULT_OK ? priority : LOG_ERR, event, fields);
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
	const char *event = why == NULL ? "login.observed" : "login.observed.refused";
	struct moment now;

	trail->clock->now(trail->clock, &now);
	struct rule *rule = rule_find(
		trail, job->user[0] != '\0' ? visitor->name : visitor->source, event, now.boottime);
	uint32_t count = rule_count(rule, now.boottime);
	if (count == 0)
		return;
	json_t *fields = json_object();
	put_login(fields, &job->login, job->user);
	json_object_set_new(fields, "known", json_boolean(job->known));
	put(fields, "would", why == NULL ? "get a text" : "be refused");
	put(fields, "why", why);
	if (count > 1)
		json_object_set_new(fields, "count", json_integer(count));
	audit_write(
		trail->audit, &now, why == NULL ? LOG_INFO : LOG_NOTICE, "login.observed", fields);
}

void event_waived(struct trail *trail, const struct login *login, enum line line)
{
	static const char *const names[] = {
		[LINE_NONE] = "nothing was typed",
		[LINE_LOCKED] = "locked, or no try left",
		[LINE_UNAVAILABLE] = "the stores are at fault",
	};
	struct moment now;

	trail->clock->now(trail->clock, &now);
	struct rule *rule = rule_find(trail, login->visitor.source, "login.waived", now.boottime);
	uint32_t count = rule_count(rule, now.boottime);
	if (count == 0)
		return;
	json_t *fields = json_object();
	put_login(fields, login, "");
	put(fields, "why",
		line == LINE_LOCKED || line == LINE_UNAVAILABLE ? names[line] : names[LINE_NONE]);
	if (count > 1)
		json_object_set_new(fields, "count", json_integer(count));
	audit_write(trail->audit, &now, LOG_NOTICE, "login.waived", fields);
}

void event_mode(struct trail *trail, const char *event, const char *service, enum choice from,
	enum choice to, uint32_t confirm)
{
	json_t *fields = json_object();
	struct moment now;

	trail->clock->now(trail->clock, &now);
	put(fields, "service", service);
	put(fields, "from", choice_name(from));
	put(fields, "to", choice_name(to));
	if (confirm > 0)
		json_object_set_new(fields, "confirm", json_integer(confirm));
	audit_write(trail->audit, &now, LOG_NOTICE, event, fields);
}

void event_text(struct trail *trail, const char *user, const struct report *report)
{
	static const char *const names[] = {
		[OUTCOME_UNKNOWN] = "text.unknown",
		[OUTCOME_ACCEPTED] = "text.accepted",
		[OUTCOME_REFUSED] = "text.refused",
		[OUTCOME_UNSENT] = "text.unsent",
	};
	struct moment now;
	json_t *fields = json_object();

	trail->clock->now(trail->clock, &now);
	put_hex(fields, "id", report->id, WIRE_ID_SIZE);
	put(fields, "user", user == NULL ? "nobody" : user);
	json_object_set_new(fields, "stub", json_boolean(report->stub));
	if (report->http != 0)
		json_object_set_new(fields, "http", json_integer(report->http));
	json_object_set_new(fields, "milliseconds", json_integer(report->milliseconds));
	put(fields, "code", report->code);
	put(fields, "reqid", report->reqid);
	put(fields, "tid", report->tid);
	put(fields, "detail", report->detail);
	int priority = report->outcome == OUTCOME_ACCEPTED ? LOG_INFO : LOG_WARNING;
	if (user == NULL)
		audit_drop(&now, names[report->outcome], fields);
	else
		audit_write(trail->audit, &now, priority, names[report->outcome], fields);
}

void event_session(
	struct trail *trail, bool open, bool accepted, bool waived, const struct login *login)
{
	struct moment now;
	json_t *fields = json_object();

	/* What was typed may be a phone: the id leads to the login, which has the name. */
	bool named = accepted && login->service->identify == IDENTIFY_NAME;

	trail->clock->now(trail->clock, &now);
	put_login(fields, login, named ? login->name : "");
	json_object_set_new(fields, "accepted", json_boolean(accepted));
	if (waived)
		json_object_set_new(fields, "waived", json_true());
	audit_write(trail->audit, &now, accepted ? LOG_INFO : LOG_NOTICE,
		open ? "session.open" : "session.close", fields);
}

void event_service(struct trail *trail, const char *service)
{
	uint8_t where[HASH_SIZE] = {0};
	struct moment now;

	/* Counted by the service: each is named once a minute. */
	memcpy(where, service, strnlen(service, sizeof(where)));
	trail->clock->now(trail->clock, &now);
	struct rule *rule = rule_find(trail, where, "service.unknown", now.boottime);
	uint32_t count = rule_count(rule, now.boottime);
	if (count == 0)
		return;
	json_t *fields = json_object();
	put(fields, "service", service);
	put(fields, "detail", "no section speaks of this PAM service: write [service NAME] for it");
	if (count > 1)
		json_object_set_new(fields, "count", json_integer(count));
	audit_write(trail->audit, &now, LOG_ERR, "service.unknown", fields);
}

void event_operator(struct trail *trail, const char *event, const char *user, const uint8_t *tag)
{
	struct moment now;
	json_t *fields = json_object();

	trail->clock->now(trail->clock, &now);
	put(fields, "user", user);
	if (user[0] == '\0' && tag != NULL)
		put_hex(fields, "unknown", tag, 8);
	audit_write(trail->audit, &now, LOG_NOTICE, event, fields);
}

void event_daemon(struct trail *trail, int priority, const char *event, const char *detail)
{
	struct moment now;
	json_t *fields = json_object();

	trail->clock->now(trail->clock, &now);
	put(fields, "detail", detail);
	audit_write(trail->audit, &now, priority, event, fields);
}
