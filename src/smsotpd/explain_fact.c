/* SPDX-License-Identifier: BSD-3-Clause */
#include "explain_fact.h"

#include <string.h>

#include "config_keys.h"
#include "config_where.h"
#include "explain.h"
#include "log.h"
#include "when.h"

void explain_fact_rule(const struct config *config, const struct login *login, const char *section,
	const char *key, json_t *fields)
{
	char rule[CONFIG_RULE_SIZE], where[CONFIG_WHERE_SIZE];
	bool shared = login != NULL && login->source.shared && strcmp(key, "texts_source") == 0;

	char shown[4 * CONFIG_RULE_SIZE];

	config_where(config, section, shared ? "texts_shared" : key,
		login != NULL ? login->service : NULL, rule, where);
	json_object_set_new(fields, "rule", json_string(log_escape(rule, shown, sizeof(shown))));
	json_object_set_new(fields, "where", json_string(log_escape(where, shown, sizeof(shown))));
}

/* Steals `now`. */
static void add(json_t *facts, const struct job *job, const char *what, json_t *now,
	const char *section, const char *key)
{
	json_t *fact = json_pack("{s:s, s:o}", "what", what, "now", now);

	explain_fact_rule(job->config, &job->login, section, key, fact);
	json_array_append_new(facts, fact);
}

static const char *key_now(const struct keys *keys, const struct login *login, const char *key)
{
	if (strcmp(key, "mode") == 0)
		return config_mode_name(login->mode);
	if (strcmp(key, "percent") == 0)
		return modes_among(keys, login) ? "among them" : "not among them";
	if (strcmp(key, "before") != 0 || login->service->before == BEFORE_NONE)
		return "";
	return login->first_factor ? "has passed" : "has not passed";
}

json_t *explain_fact_service(
	const struct config *config, const struct keys *keys, const struct login *login)
{
	json_t *facts = json_array();

	for (size_t i = CONFIG_KEYS - CONFIG_SERVICE_KEYS; i < CONFIG_KEYS; i++) {
		const char *key = config_keys[i].name;
		json_t *fact =
			json_pack("{s:s, s:s}", "what", key, "now", key_now(keys, login, key));
		explain_fact_rule(config, login, CONFIG_SERVICE, key, fact);
		json_array_append_new(facts, fact);
	}
	return facts;
}

static const struct known *known_find(const struct job *job)
{
	const struct record *record = &job->findings->record;

	for (size_t i = 0; i < RECORD_KNOWN; i++) {
		const struct known *known = &record->known[i];
		if (known->realtime != 0 &&
			memcmp(known->hash, job->login.visitor.source, HASH_SIZE) == 0)
			return known;
	}
	return NULL;
}

static void add_source(json_t *facts, const struct job *job)
{
	const struct known *known = job->findings->own ? known_find(job) : NULL;
	const struct source *source = &job->login.source;
	char when[WHEN_SIZE] = "", label[4 * LABEL_SIZE], place[PLACE_SIZE];
	json_t *now;

	log_escape(source->label, label, sizeof(label));
	place_write(job->login.visitor.source, place);
	if (known != NULL)
		when_write(known->realtime, when);
	if (source->kind == SOURCE_UNNAMED)
		now = json_string("not named, which counts as a new place");
	else if (job->known && known != NULL)
		now = json_sprintf("%s, known as %s: signed in %s", label, place, when);
	else if (known != NULL)
		now = json_sprintf(
			"%s, signed in %s, not within 60 days: a new place", label, when);
	else
		now = json_sprintf("%s, a new place", label);
	add(facts, job, "source", now, source->shared ? "limits" : "", "shared_sources");
}

static void add_locks(json_t *facts, const struct job *job, const struct sight *sight)
{
	const struct record *record = &job->findings->record;
	int64_t left = 0;

	add(facts, job, "lock shown",
		sight->locked > 0
			? json_sprintf("for %lld s", (long long)when_seconds(sight->locked))
			: json_sprintf("none, %u wrong codes until one", sight->failures_left),
		"lockout", "failures");
	for (size_t i = 0; i < RECORD_SOURCES && job->findings->own; i++) {
		const struct record_source *source = &record->source[i];
		if (source->lockout.last != 0 &&
			memcmp(source->hash, job->login.visitor.source, HASH_SIZE) == 0)
			left = lockout_left(&source->lockout, job->now.boottime);
	}
	if (job->findings->own)
		add(facts, job, "lock kept",
			left > 0 ? json_sprintf("for %lld s", (long long)when_seconds(left))
				 : json_string("none"),
			"lockout", "wait");
}

static void add_code(json_t *facts, const struct job *job)
{
	const struct challenge *live = explain_live(job);
	const char *none = job->findings->own ? "none" : "none of this name's";
	int64_t age = live == NULL ? 0 : job->now.boottime - live->last_text;

	add(facts, job, "code on its way",
		live == NULL ? json_string(none)
			     : json_sprintf("one, %lld s old, %u tries left",
				       (long long)when_seconds(age),
				       job->config->code.tries - live->tries),
		"code", "expiry");
}

static void add_shown(json_t *facts, const struct job *job, const struct sight *sight)
{
	struct quota quick, day;

	budget_user_texts(job->config, &quick, &day);
	add(facts, job, "texts shown",
		json_sprintf("%u left in ten minutes, %u in a day",
			window_free(&sight->texts, &quick, &job->now, !sight->known),
			window_free(&sight->texts_day, &day, &job->now, !sight->known)),
		"limits", "texts_user");
}

static void add_gateway(json_t *facts, const struct flow *flow, const struct job *job)
{
	const struct config_gateway *gateway = &job->config->gateway;
	const char *missing = config_dlt_missing(gateway, job->phone.e164);
	const char *barred = config_phone_barred(gateway, job->phone.e164);

	if (gateway->stub)
		add(facts, job, "gateway",
			json_sprintf("the stub: codes go to %s/stub.log, no text leaves",
				job->config->paths.run),
			"gateway", "stub");
	else
		add(facts, job, "gateway",
			json_string(sender_reachable(flow->sender) ? "smsotp-send is reachable"
								   : "smsotp-send is away"),
			"gateway", "url");
	if (job->phone.e164[0] == '\0')
		return;
	if (barred != NULL)
		add(facts, job, "phone", json_string(barred), "gateway", "allow_prefixes");
	if (missing != NULL)
		add(facts, job, "phone", json_sprintf("+91 gets no texts without %s", missing),
			"gateway", "entity_id");
}

json_t *explain_fact_all(const struct flow *flow, const struct job *job)
{
	json_t *facts = explain_fact_service(job->config, flow->keys, &job->login);
	struct sight sight;

	ledger_peek(flow->ledger, job->config, &job->login.visitor, &job->now, &sight);
	add_source(facts, job);
	add_locks(facts, job, &sight);
	add_code(facts, job);
	add_shown(facts, job, &sight);
	add_gateway(facts, flow, job);
	return facts;
}

static void add_limit(json_t *limits, const struct job *job, const char *key, uint32_t left,
	uint32_t most, int64_t wait)
{
	json_t *limit = json_pack("{s:s, s:I, s:I, s:I, s:b}", "key", key, "left", (json_int_t)left,
		"most", (json_int_t)most, "seconds", (json_int_t)when_seconds(wait), "nearest", 0);

	explain_fact_rule(job->config, &job->login, "limits", key, limit);
	json_array_append_new(limits, limit);
}

static void add_window(json_t *limits, const struct job *job, const char *key,
	const struct window *window, const struct quota *quota)
{
	static const struct window empty;
	bool strange = !job->known;

	add_limit(limits, job, key, window_free(window, quota, &job->now, strange),
		window_free(&empty, quota, &job->now, strange),
		window_left(window, quota, &job->now));
}

/* Of texts; the one with the fewest left. */
static void mark_nearest(json_t *limits)
{
	json_t *nearest = NULL;
	json_t *limit;
	size_t i;

	json_array_foreach(limits, i, limit)
	{
		json_int_t left = json_integer_value(json_object_get(limit, "left"));
		if (nearest == NULL || left < json_integer_value(json_object_get(nearest, "left")))
			nearest = limit;
	}
	if (nearest != NULL)
		json_object_set_new(nearest, "nearest", json_true());
}

json_t *explain_fact_limits(const struct job *job)
{
	const struct findings *findings = job->findings;
	const struct ceiling *ceiling = &findings->record.ceiling;
	const struct ceiling *most = &findings->quotas.ceiling;
	json_t *limits = json_array();
	bool strange = !job->known;

	if (!findings->own)
		return limits;
	for (size_t i = 0; i < LIMIT_COUNT; i++) {
		if (budget_counts((enum limit)i, strange))
			add_window(limits, job, budget_text_key((enum limit)i),
				&findings->tally[i].texts, &findings->quotas.texts[i]);
	}
	mark_nearest(limits);
	for (size_t i = 0; i < LIMIT_COUNT && strange; i++)
		add_window(limits, job, budget_failure_key((enum limit)i),
			&findings->tally[i].failures, &findings->quotas.failures[i]);
	uint32_t spent = strange ? ceiling->strange : ceiling->known;
	uint32_t all = strange ? most->strange : most->known;
	add_limit(limits, job, strange ? "ceiling_strange" : "ceiling_known",
		spent < all ? all - spent : 0, all, 0);
	return limits;
}
