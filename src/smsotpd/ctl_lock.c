/* SPDX-License-Identifier: BSD-3-Clause */
/*
 *	lock.list                  ->  locks [{name, source, failures, seconds}]
 *	lock.clear  name or all    ->  cleared; names and uids, for control.c to clear in the ledger
 *
 * The locks of identities. Names that do not exist have rows in the visible ledger only; those end
 * by themselves, or by lock.clear of the name.
 */
#include <string.h>

#include "config.h"
#include "ctl_verb.h"
#include "log.h"

struct walk {
	const struct ctl_call *call;
	MDB_txn *state;
	struct moment now;
	json_t *reply;
	json_int_t cleared;
};

static enum result load(const struct walk *walk, const char *name, uint8_t ret_id[static HASH_SIZE],
	struct record *ret_record)
{
	const struct ctl_context *context = walk->call->context;

	state_id(context->state, name, true, ret_id);
	enum result result = state_load(context->state, walk->state, ret_id, ret_record);
	if (result == RESULT_OK)
		record_rebase(ret_record, context->clock->boot, &walk->now);
	return result;
}

/* Failures that still count towards a lock; those that led to one are in its `seconds`. */
static uint32_t failures_now(const struct walk *walk, const struct lockout *lockout)
{
	const struct config_lockout *config = &walk->call->context->config->lockout;
	uint32_t left = lockout_failures_left(lockout, config, walk->now.boottime);

	return left == 0 ? config->failures : config->failures - left;
}

static enum result list_one(const struct identity *identity, void *context)
{
	const struct walk *walk = context;
	uint8_t id[HASH_SIZE];
	struct record record;

	enum result result = load(walk, identity->name, id, &record);
	for (size_t i = 0; i < RECORD_SOURCES && result == RESULT_OK; i++) {
		const struct record_source *source = &record.source[i];
		char label[LABEL_SIZE + 1] = "", shown[4 * LABEL_SIZE + 1];
		uint32_t failures = failures_now(walk, &source->lockout);
		if (source->lockout.last == 0 || failures == 0)
			continue;
		int64_t left = lockout_left(&source->lockout, walk->now.boottime);
		memcpy(label, source->label, LABEL_SIZE);
		json_array_append_new(json_object_get(walk->reply, "locks"),
			json_pack("{s:s, s:s, s:i, s:I}", "name", identity->name, "source",
				log_escape(label, shown, sizeof(shown)), "failures", (int)failures,
				"seconds", (json_int_t)((left + 999) / 1000)));
	}
	return result;
}

static enum result verb_list(const struct ctl_call *call, json_t *reply, struct error *error)
{
	const struct ctl_context *context = call->context;
	struct walk walk = {.call = call, .reply = reply};
	MDB_txn *txn = NULL;

	json_object_set_new(reply, "locks", json_array());
	context->clock->now(context->clock, &walk.now);
	enum result result = identities_begin(context->identities, false, &txn);
	if (result == RESULT_OK)
		result = state_begin(context->state, false, &walk.state);
	if (result == RESULT_OK)
		result = identities_each(context->identities, txn, list_one, &walk);
	store_abort(&walk.state);
	store_abort(&txn);
	return result == RESULT_OK ? result : ctl_failed(result, error);
}

static enum result clear_one(const struct identity *identity, void *context)
{
	struct walk *walk = context;
	uint8_t id[HASH_SIZE];
	struct record record;
	json_int_t cleared = 0;

	json_array_append_new(json_object_get(walk->reply, "names"), json_string(identity->name));
	if (identity->uid != UID_NONE)
		json_array_append_new(
			json_object_get(walk->reply, "uids"), json_integer(identity->uid));
	enum result result = load(walk, identity->name, id, &record);
	if (result != RESULT_OK)
		return result;
	for (size_t i = 0; i < RECORD_SOURCES; i++) {
		if (record.source[i].lockout.last == 0)
			continue;
		memset(&record.source[i], 0, sizeof(record.source[i]));
		cleared++;
	}
	bool ceiling = record.ceiling.strange > 0 || record.ceiling.known > 0;
	if (ceiling && cleared == 0)
		cleared = 1;
	record.ceiling = (struct ceiling){0};
	for (size_t i = 0; i < RECORD_TALLIES; i++)
		record.tally[i].failures = (struct window){0};
	walk->cleared += cleared;
	if (cleared == 0)
		return RESULT_OK;
	return state_save(walk->call->context->state, walk->state, id, &record);
}

/* One identity, every one, or a name that is nobody's: that has rows in the ledger only. */
static enum result clear_in(struct walk *walk, MDB_txn *txn, bool all, const char *name)
{
	struct identities *identities = walk->call->context->identities;
	WIPED(identity) identity = {0};

	if (all)
		return identities_each(identities, txn, clear_one, walk);
	enum result result = identities_find(identities, txn, name, &identity);
	if (result == RESULT_OK)
		return clear_one(&identity, walk);
	if (result != RESULT_NOT_FOUND)
		return result;
	json_array_append_new(json_object_get(walk->reply, "names"), json_string(name));
	return RESULT_OK;
}

static enum result verb_clear(const struct ctl_call *call, json_t *reply, struct error *error)
{
	const struct ctl_context *context = call->context;
	struct walk walk = {.call = call, .reply = reply};
	bool all = json_is_true(json_object_get(call->request, "all"));
	const char *name = "";
	MDB_txn *txn = NULL;

	if (!all && ctl_string(call, "name", &name, error) != RESULT_OK)
		return RESULT_INVALID;
	json_object_set_new(reply, "names", json_array());
	json_object_set_new(reply, "uids", json_array());
	context->clock->now(context->clock, &walk.now);
	enum result result = identities_begin(context->identities, false, &txn);
	if (result == RESULT_OK)
		result = state_begin(context->state, true, &walk.state);
	if (result == RESULT_OK)
		result = clear_in(&walk, txn, all, name);
	if (result == RESULT_OK)
		result = store_commit(&walk.state);
	store_abort(&walk.state);
	store_abort(&txn);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	json_object_set_new(reply, "cleared", json_integer(walk.cleared));
	return RESULT_OK;
}

const struct ctl_verb ctl_lock_verbs[] = {
	{"lock.list", verb_list},
	{"lock.clear", verb_clear},
	{NULL, NULL},
};
