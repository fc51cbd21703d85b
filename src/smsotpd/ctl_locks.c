/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctl_locks.h"

#include <string.h>

#include "config.h"
#include "config_where.h"
#include "log.h"
#include "reason.h"
#include "when.h"

struct lock {
	const char *name;
	const char *source;
	uint32_t failures;
	bool locked;
	int64_t left; /* ms */
	const char *section;
	const char *key;
	const char *why;
};

static void put(const struct ctl_locks *list, const struct lock *lock)
{
	char rule[CONFIG_RULE_SIZE], where[CONFIG_WHERE_SIZE], when[WHEN_SIZE];
	char shown[4 * CONFIG_WHERE_SIZE], source[4 * LABEL_SIZE + 1];
	json_t *until = json_null();

	if (lock->left > 0) {
		when_write(list->now.realtime + lock->left, when);
		until = json_string(when);
	}
	config_where(list->config, lock->section, lock->key, NULL, rule, where);
	json_array_append_new(list->locks,
		json_pack("{s:s, s:s, s:I, s:b, s:I, s:o, s:s, s:s, s:s}", "name", lock->name,
			"source", log_escape(lock->source, source, sizeof(source)), "failures",
			(json_int_t)lock->failures, "locked", lock->locked, "seconds",
			(json_int_t)when_seconds(lock->left), "until", until, "why", lock->why,
			"rule", rule, "where", log_escape(where, shown, sizeof(shown))));
}

/* By its key in [limits]. */
static void put_limit(const struct ctl_locks *list, const char *name, const char *source,
	const char *key, uint32_t count, int64_t left)
{
	const struct lock lock = {
		.name = name,
		.source = source,
		.failures = count,
		.locked = true,
		.left = left,
		.section = "limits",
		.key = key,
		.why = reason_of_limit(key)->sentence,
	};

	put(list, &lock);
}

static void put_source(
	const struct ctl_locks *list, const char *name, const struct record_source *source)
{
	const struct config_lockout *config = &list->config->lockout;
	int64_t left = lockout_left(&source->lockout, list->now.boottime);
	uint32_t free = lockout_failures_left(&source->lockout, config, list->now.boottime);
	char label[LABEL_SIZE + 1] = "";
	/* Those that led to a lock are not kept: it took so many. */
	const struct lock lock = {
		.name = name,
		.source = label,
		.failures = left > 0 ? config->failures : config->failures - free,
		.locked = left > 0,
		.left = left,
		.section = "lockout",
		.key = left > 0 ? "wait" : "failures",
		.why = left > 0 ? "too many wrong codes from there"
				: "wrong codes from there, too few for a lock",
	};

	memcpy(label, source->label, LABEL_SIZE);
	if (source->lockout.last != 0 && lock.failures > 0)
		put(list, &lock);
}

/* A window that strangers have used up, or everybody has. */
static void put_window(const struct ctl_locks *list, const char *name, const char *key,
	const struct window *window, const struct quota *quota)
{
	bool strange = window_room(window, quota, &list->now, true);
	bool all = window_room(window, quota, &list->now, false);
	int64_t left = window_left(window, quota, &list->now);

	/* Without a window that is open the config itself allows none. */
	if (!strange && left > 0)
		put_limit(list, name, all ? "new places" : "all places", key,
			all ? window->strange : window->all, left);
}

static void put_tally(const struct ctl_locks *list, const char *name, enum limit limit,
	const struct tally *tally, const struct quotas *quotas)
{
	put_window(list, name, budget_text_key(limit), &tally->texts, &quotas->texts[limit]);
	put_window(
		list, name, budget_failure_key(limit), &tally->failures, &quotas->failures[limit]);
}

void ctl_locks_user(const struct ctl_locks *list, const char *name, const struct record *record)
{
	struct quotas quotas;

	budget_quotas(list->config, list->identities, false, &quotas);
	for (size_t i = 0; i < RECORD_SOURCES; i++)
		put_source(list, name, &record->source[i]);
	put_tally(list, name, LIMIT_USER, &record->tally[LIMIT_USER], &quotas);
	put_tally(list, name, LIMIT_USER_DAY, &record->tally[LIMIT_USER_DAY], &quotas);
	if (record->ceiling.strange >= quotas.ceiling.strange)
		put_limit(list, name, "new places", "ceiling_strange", record->ceiling.strange, 0);
	if (record->ceiling.known >= quotas.ceiling.known)
		put_limit(list, name, "known places", "ceiling_known", record->ceiling.known, 0);
}

void ctl_locks_host(const struct ctl_locks *list, const struct tally *host)
{
	struct quotas quotas;

	budget_quotas(list->config, list->identities, false, &quotas);
	put_tally(list, "", LIMIT_HOST, host, &quotas);
}
