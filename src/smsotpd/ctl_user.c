/* SPDX-License-Identifier: BSD-3-Clause */
/*
 *	user.status       name  ->  name, uid, suspended, phone (has one), codes, known, texts,
 *	                            ceiling, locks (as ctl_locks.h has them)
 *	identity.suspend  name  ->  changed
 *	identity.resume   name  ->  changed
 *
 * codes [{age, expires, tries_left, texts}], in seconds; never the code nor its hash.
 * known [{place, last, stale}]: where the user signed in; of the place stands a keyed hash alone.
 * texts [{key, left_new, left_known, seconds}].
 */
#include <stdio.h>
#include <string.h>

#include "challenge.h"
#include "config.h"
#include "ctl_locks.h"
#include "ctl_verb.h"
#include "when.h"

#define SECOND INT64_C(1000)

struct look {
	const struct ctl_call *call;
	struct moment now;
	struct record record;
	size_t identities;
};

static json_t *codes_json(const struct look *look)
{
	const struct config *config = look->call->context->config;
	const struct attempt attempt = {.config = config, .now = look->now};
	json_t *codes = json_array();

	for (size_t i = 0; i < RECORD_CHALLENGES; i++) {
		const struct challenge *challenge = &look->record.challenge[i];
		int64_t age = look->now.boottime - challenge->code[0].made.boottime;
		if (!challenge_alive(challenge, &attempt))
			continue;
		json_array_append_new(codes,
			json_pack("{s:I, s:I, s:I, s:I}", "age", (json_int_t)(age / SECOND),
				"expires",
				(json_int_t)when_seconds(config->code.expiry * SECOND - age),
				"tries_left", (json_int_t)config->code.tries - challenge->tries,
				"texts", (json_int_t)challenge->sent));
	}
	return codes;
}

static json_t *known_json(const struct look *look)
{
	json_t *places = json_array();

	for (size_t i = 0; i < RECORD_KNOWN; i++) {
		const struct known *known = &look->record.known[i];
		char place[PLACE_SIZE], when[WHEN_SIZE];
		if (known->realtime == 0)
			continue;
		place_write(known->hash, place);
		when_write(known->realtime, when);
		json_array_append_new(
			places, json_pack("{s:s, s:s, s:b}", "place", place, "last", when, "stale",
					!known_fresh(known, &look->now)));
	}
	return places;
}

static json_t *texts_json(const struct look *look)
{
	struct quota quota[2];
	json_t *texts = json_array();

	budget_user_texts(look->call->context->config, &quota[0], &quota[1]);
	for (size_t i = 0; i < 2; i++) {
		const struct window *window = &look->record.tally[LIMIT_USER + i].texts;
		json_array_append_new(texts,
			json_pack("{s:s, s:I, s:I, s:I}", "key",
				budget_text_key((enum limit)(LIMIT_USER + i)), "left_new",
				(json_int_t)window_free(window, &quota[i], &look->now, true),
				"left_known",
				(json_int_t)window_free(window, &quota[i], &look->now, false),
				"seconds",
				(json_int_t)when_seconds(
					window_left(window, &quota[i], &look->now))));
	}
	return texts;
}

static json_t *ceiling_json(const struct look *look)
{
	const struct config_limits *limits = &look->call->context->config->limits;
	const struct ceiling *ceiling = &look->record.ceiling;

	return json_pack("{s:I, s:I, s:I, s:I}", "new", (json_int_t)ceiling->strange, "new_most",
		(json_int_t)limits->ceiling_strange, "known", (json_int_t)ceiling->known,
		"known_most", (json_int_t)limits->ceiling_known);
}

static void put_look(const struct look *look, const struct schema *schema,
	const struct identity *identity, json_t *reply)
{
	WIPED(phone) phone = {0};
	bool has_phone = identity_phone(schema, identity, &phone) == RESULT_OK;
	const struct ctl_locks list = {
		.config = look->call->context->config,
		.now = look->now,
		.identities = look->identities,
		.locks = json_array(),
	};

	ctl_locks_user(&list, identity->name, &look->record);
	json_object_set_new(reply, "name", json_string(identity->name));
	json_object_set_new(reply, "uid",
		identity->uid == UID_NONE ? json_null() : json_integer(identity->uid));
	json_object_set_new(reply, "suspended", json_boolean(identity->suspended));
	json_object_set_new(reply, "phone", json_boolean(has_phone));
	json_object_set_new(reply, "codes", codes_json(look));
	json_object_set_new(reply, "known", known_json(look));
	json_object_set_new(reply, "texts", texts_json(look));
	json_object_set_new(reply, "ceiling", ceiling_json(look));
	json_object_set_new(reply, "locks", list.locks);
}

static enum result load(const struct identity *identity, struct look *look)
{
	const struct ctl_context *context = look->call->context;
	uint8_t id[HASH_SIZE];
	MDB_txn *txn = NULL;

	context->clock->now(context->clock, &look->now);
	state_id(context->state, identity->name, true, id);
	enum result result = state_begin(context->state, false, &txn);
	if (result == RESULT_OK)
		result = state_load(context->state, txn, id, &look->record);
	store_abort(&txn);
	if (result == RESULT_OK)
		record_rebase(&look->record, context->clock->boot, &look->now);
	return result;
}

static enum result verb_status(const struct ctl_call *call, json_t *reply, struct error *error)
{
	WIPED(identity) identity = {0};
	struct look look = {.call = call};
	struct schema schema;

	enum result result = ctl_find(call, &schema, &identity, error);
	if (result != RESULT_OK)
		return result;
	result = load(&identity, &look);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	put_look(&look, &schema, &identity, reply);
	return RESULT_OK;
}

static enum result suspend_in(const struct ctl_call *call, struct ctl_change *change,
	bool suspended, json_t *reply, struct error *error)
{
	WIPED(identity) identity = {0};
	const char *name = NULL;
	bool created = false;

	enum result result = ctl_string(call, "name", &name, error);
	if (result != RESULT_OK)
		return result;
	result = identities_find(call->context->identities, change->identity, name, &identity);
	if (result == RESULT_NOT_FOUND)
		return ctl_unknown(name, error);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	bool changed = identity.suspended != suspended;
	identity.suspended = suspended;
	if (changed)
		result = ctl_change_put(call, change, &identity, &created, error);
	if (result == RESULT_OK)
		json_object_set_new(reply, "changed", json_boolean(changed));
	return result;
}

static enum result set_suspended(
	const struct ctl_call *call, bool suspended, json_t *reply, struct error *error)
{
	struct ctl_change change = {0};

	enum result result = ctl_change_begin(call, &change, error);
	if (result == RESULT_OK)
		result = suspend_in(call, &change, suspended, reply, error);
	if (result == RESULT_OK)
		result = ctl_change_commit(&change, error);
	ctl_change_abort(&change);
	return result;
}

static enum result verb_suspend(const struct ctl_call *call, json_t *reply, struct error *error)
{
	return set_suspended(call, true, reply, error);
}

static enum result verb_resume(const struct ctl_call *call, json_t *reply, struct error *error)
{
	return set_suspended(call, false, reply, error);
}

const struct ctl_verb ctl_user_verbs[] = {
	{"user.status", verb_status},
	{"identity.suspend", verb_suspend},
	{"identity.resume", verb_resume},
	{NULL, NULL},
};
