/* SPDX-License-Identifier: BSD-3-Clause */
/*
 *	lock.list   name or none   ->  locks, as ctl_locks.h has them
 *	lock.clear  name or all    ->  cleared
 *
 * With a name both leave uid (of its identity, where that has one) and unknown (true: no identity)
 * in the reply, for control.c: what the visible ledger shows of a name is in its memory, also for
 * names that do not exist.
 *
 * All are cleared in parts of STATE_PART records, so that logins go in between and a full store
 * takes it.
 */
#include "config.h"
#include "ctl_locks.h"
#include "ctl_verb.h"

struct walk {
	const struct ctl_call *call;
	MDB_txn *state;
	struct ctl_locks list;
	json_t *reply;
	size_t listed;
	json_int_t cleared;
};

static enum result load(
	const struct walk *walk, const uint8_t id[static HASH_SIZE], struct record *ret_record)
{
	const struct ctl_context *context = walk->call->context;

	enum result result = state_load(context->state, walk->state, id, ret_record);
	if (result == RESULT_OK)
		record_rebase(ret_record, context->clock->boot, &walk->list.now);
	return result;
}

static enum result list_one(const struct identity *identity, void *context)
{
	struct walk *walk = context;
	uint8_t id[HASH_SIZE];
	struct record record;

	state_id(walk->call->context->state, identity->name, true, id);
	enum result result = load(walk, id, &record);
	if (result == RESULT_OK)
		ctl_locks_user(&walk->list, identity->name, &record);
	return result;
}

/* One name's; one that is nobody's has rows in the ledger only. */
static enum result with_name(struct walk *walk, MDB_txn *txn, const char *name,
	enum result (*visit)(const struct identity *identity, void *context))
{
	WIPED(identity) identity = {0};

	enum result result = identities_find(walk->call->context->identities, txn, name, &identity);
	if (result != RESULT_OK && result != RESULT_NOT_FOUND)
		return result;
	if (result == RESULT_NOT_FOUND) {
		json_object_set_new(walk->reply, "unknown", json_true());
		return RESULT_OK;
	}
	if (identity.uid != UID_NONE)
		json_object_set_new(walk->reply, "uid", json_integer(identity.uid));
	return visit(&identity, walk);
}

static enum result load_host(
	const struct walk *walk, struct tally_key *ret_key, struct tally *ret_host)
{
	const struct ctl_context *context = walk->call->context;

	tally_key_host(ret_key);
	return state_tally_load(
		context->state, walk->state, ret_key, context->clock, &walk->list.now, ret_host);
}

static enum result list_next(const struct identity *identity, void *context)
{
	struct walk *walk = context;
	enum result result = RESULT_OK;

	if (++walk->listed % STATE_VIEW == 0) {
		store_abort(&walk->state);
		result = state_begin(walk->call->context->state, false, &walk->state);
	}
	return result == RESULT_OK ? list_one(identity, walk) : result;
}

static enum result list_all(struct walk *walk, MDB_txn *txn)
{
	const struct ctl_context *context = walk->call->context;
	struct tally_key key;
	struct tally host;

	enum result result = load_host(walk, &key, &host);
	if (result != RESULT_OK)
		return result;
	ctl_locks_host(&walk->list, &host);
	return identities_each(context->identities, txn, list_next, walk);
}

/* What both verbs begin with. */
static struct walk walk_of(const struct ctl_call *call, json_t *reply)
{
	struct walk walk = {.call = call, .reply = reply};

	walk.list = (struct ctl_locks){.config = call->context->config};
	call->context->clock->now(call->context->clock, &walk.list.now);
	return walk;
}

static enum result verb_list(const struct ctl_call *call, json_t *reply, struct error *error)
{
	const struct ctl_context *context = call->context;
	const char *name = json_string_value(json_object_get(call->request, "name"));
	struct walk walk = walk_of(call, reply);
	MDB_txn *txn = NULL;

	walk.list.locks = json_array();
	json_object_set_new(reply, "locks", walk.list.locks);
	enum result result = identities_begin(context->identities, false, &txn);
	if (result == RESULT_OK)
		result = identities_count(context->identities, txn, &walk.list.identities);
	if (result == RESULT_OK)
		result = state_begin(context->state, false, &walk.state);
	if (result == RESULT_OK)
		result =
			name == NULL ? list_all(&walk, txn) : with_name(&walk, txn, name, list_one);
	store_abort(&walk.state);
	store_abort(&txn);
	return result == RESULT_OK ? result : ctl_failed(result, error);
}

/* Locks, failures and spent texts; what the user signed in with and from stays. */
static json_int_t clear_record(struct record *record)
{
	json_int_t cleared = 0;
	bool spent = record->ceiling.strange > 0 || record->ceiling.known > 0;

	for (size_t i = 0; i < RECORD_SOURCES; i++) {
		cleared += record->source[i].lockout.last != 0;
		record->source[i] = (struct record_source){0};
	}
	for (size_t i = 0; i < RECORD_TALLIES; i++) {
		const struct tally *tally = &record->tally[i];
		spent = spent || tally->texts.all > 0 || tally->failures.all > 0;
		record->tally[i] = (struct tally){0};
	}
	record->ceiling = (struct ceiling){0};
	return cleared == 0 && spent ? 1 : cleared;
}

static enum result clear_id(struct walk *walk, const uint8_t id[static HASH_SIZE])
{
	struct record record;
	enum result result = load(walk, id, &record);

	if (result != RESULT_OK)
		return result;
	json_int_t cleared = clear_record(&record);
	walk->cleared += cleared;
	if (cleared == 0)
		return RESULT_OK;
	return state_save(walk->call->context->state, walk->state, id, &record);
}

static enum result clear_one(const struct identity *identity, void *context)
{
	struct walk *walk = context;
	uint8_t id[HASH_SIZE];

	state_id(walk->call->context->state, identity->name, true, id);
	return clear_id(walk, id);
}

/* The wrong codes that make everybody wait at new places; its texts cost money and stay spent. */
static enum result clear_host(struct walk *walk)
{
	const struct ctl_context *context = walk->call->context;
	struct tally_key key;
	struct tally host;

	enum result result = load_host(walk, &key, &host);
	if (result != RESULT_OK || host.failures.all == 0)
		return result;
	host.failures = (struct window){0};
	return state_tally_save(context->state, walk->state, &key, context->clock, &host);
}

/* Records of users and of nobody after `id`, which becomes the last of them. */
static enum result clear_part(struct walk *walk, uint8_t id[static HASH_SIZE], bool *ret_more)
{
	enum result result = RESULT_OK;

	for (size_t i = 0; i < STATE_PART && result == RESULT_OK; i++) {
		result = state_next(walk->call->context->state, walk->state, id);
		if (result == RESULT_OK)
			result = clear_id(walk, id);
	}
	*ret_more = result == RESULT_OK;
	return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}

/* The host's with the first part. */
static enum result clear_all(struct walk *walk, struct error *error)
{
	const struct ctl_context *context = walk->call->context;
	struct ctl_part part = *context->part;

	walk->cleared = part.cleared;
	enum result result = state_begin(context->state, true, &walk->state);
	if (result == RESULT_OK && part.done == 0)
		result = clear_host(walk);
	if (result == RESULT_OK)
		result = clear_part(walk, part.after, &part.more);
	if (result == RESULT_OK)
		result = store_commit(&walk->state);
	store_abort(&walk->state);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	part.done++;
	part.cleared = walk->cleared;
	*context->part = part;
	return RESULT_OK;
}

static enum result clear_named(struct walk *walk, const char *name, struct error *error)
{
	const struct ctl_context *context = walk->call->context;
	MDB_txn *txn = NULL;

	enum result result = identities_begin(context->identities, false, &txn);
	if (result == RESULT_OK)
		result = state_begin(context->state, true, &walk->state);
	if (result == RESULT_OK)
		result = with_name(walk, txn, name, clear_one);
	if (result == RESULT_OK)
		result = store_commit(&walk->state);
	store_abort(&walk->state);
	store_abort(&txn);
	return result == RESULT_OK ? result : ctl_failed(result, error);
}

static enum result verb_clear(const struct ctl_call *call, json_t *reply, struct error *error)
{
	struct walk walk = walk_of(call, reply);
	const char *name = "";

	enum result result;
	if (json_is_true(json_object_get(call->request, "all"))) {
		result = clear_all(&walk, error);
	} else {
		result = ctl_string(call, "name", &name, error);
		if (result == RESULT_OK)
			result = clear_named(&walk, name, error);
	}
	if (result == RESULT_OK)
		json_object_set_new(reply, "cleared", json_integer(walk.cleared));
	return result;
}

const struct ctl_verb ctl_lock_verbs[] = {
	{"lock.list", verb_list},
	{"lock.clear", verb_clear},
	{NULL, NULL},
};
