/* SPDX-License-Identifier: BSD-3-Clause */
/* What changes with an identity: its record, what the state knows of the user, his phone's past. */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "ctl_verb.h"
#include "identity_quarantine.h"
#include "identity_recovery.h"
#include "when.h"

/* What of an identity matters here; nobody has no phone and no uid. */
struct side {
	bool exists;
	struct phone phone;
	uint32_t uid;
	bool suspended;
};

/* An identity before and after a change; either may be nobody. */
struct change {
	const char *name;
	struct side before;
	struct side after;
};

#define NOBODY ((struct side){.uid = UID_NONE})

static void change_wipe(struct change *change)
{
	explicit_bzero(change, sizeof(*change));
}

/* Where no text may go a phone is worth nothing: better said now than at the first sign-in. */
static enum result check_phone(
	const struct ctl_call *call, const struct change *change, struct error *error)
{
	const char *barred =
		config_phone_barred(&call->context->config->gateway, change->after.phone.e164);

	if (change->after.phone.e164[0] == '\0' || barred == NULL)
		return RESULT_OK;
	return error_set(error, RESULT_REFUSED, "%s would get no texts: %s", change->name, barred);
}

static enum result event_phone(
	const struct ctl_call *call, const struct change *change, int64_t left)
{
	const struct clock *clock = call->context->clock;
	char masked[PHONE_MASKED_SIZE], until[WHEN_SIZE];
	struct moment now;

	clock->now(clock, &now);
	phone_mask(&change->after.phone, masked);
	when_write(now.realtime + left, until);
	return ctl_event(call, EVENT_PHONE_CHANGED, change->name,
		left > 0 ? json_pack("{s:s, s:s}", "phone", masked, "until", until)
			 : json_pack("{s:s}", "phone", masked));
}

static enum result phone_moves(const struct ctl_call *call, struct ctl_change *stores,
	const struct change *change, struct error *error)
{
	const struct ctl_context *context = call->context;
	int64_t left = 0;
	bool changed = false;

	enum result result = check_phone(call, change, error);
	if (result != RESULT_OK)
		return result;
	result = identities_quarantine_change(context->identities, stores->identity, change->name,
		&change->before.phone, &change->after.phone, context->config->identity.quarantine,
		context->clock, &left, &changed);
	if (result == RESULT_OK && changed)
		result = event_phone(call, change, left);
	else if (result == RESULT_OK && change->after.phone.e164[0] == '\0')
		result = ctl_event(call, EVENT_PHONE_REMOVED, change->name, json_object());
	return result == RESULT_OK ? result : ctl_failed(result, error);
}

/* Another person has the name: what the one before was handed is void. */
static enum result uid_moves(const struct ctl_call *call, struct ctl_change *stores,
	const struct change *change, struct error *error)
{
	struct moment now;
	uint32_t left = 0;

	call->context->clock->now(call->context->clock, &now);
	enum result result = identities_recovery_revoke(
		call->context->identities, stores->identity, change->name, now.realtime, &left);
	if (result == RESULT_OK && left > 0)
		result = ctl_event(call, EVENT_RECOVERY_REVOKED, change->name,
			json_pack("{s:i}", "left", (int)left));
	return result == RESULT_OK ? result : ctl_failed(result, error);
}

static enum result suspension_moves(
	const struct ctl_call *call, const struct change *change, struct error *error)
{
	enum result result = ctl_event(call,
		change->after.suspended ? EVENT_IDENTITY_SUSPENDED : EVENT_IDENTITY_RESUMED,
		change->name, json_object());

	return result == RESULT_OK ? result : ctl_failed(result, error);
}

static bool phone_moved(const struct change *change)
{
	return strcmp(change->before.phone.e164, change->after.phone.e164) != 0;
}

static bool uid_moved(const struct change *change)
{
	return change->before.uid != UID_NONE && change->before.uid != change->after.uid;
}

/* Who goes is not resumed by it. */
static bool suspension_moved(const struct change *change)
{
	return change->after.exists && change->before.suspended != change->after.suspended;
}

/*
 * What the state must not know any more. Who is suspended has no live code from then on, and gets
 * none back when he may sign in again.
 */
static enum ctl_forgets forgets_of(const struct change *change)
{
	if (!change->after.exists || phone_moved(change) || uid_moved(change))
		return CTL_FORGETS;
	return suspension_moved(change) && change->after.suspended ? CTL_VOIDS_CODES : CTL_KEEPS;
}

/* What follows in the identity store alone. */
static enum result follow_identity(const struct ctl_call *call, struct ctl_change *stores,
	const struct change *change, struct error *error)
{
	enum result result = RESULT_OK;

	if (phone_moved(change))
		result = phone_moves(call, stores, change, error);
	if (result == RESULT_OK && uid_moved(change))
		result = uid_moves(call, stores, change, error);
	if (result == RESULT_OK && suspension_moved(change))
		result = suspension_moves(call, change, error);
	return result;
}

static enum result follow(const struct ctl_call *call, struct ctl_change *stores,
	const struct change *change, struct error *error)
{
	const enum ctl_forgets forgets = forgets_of(change);
	struct state *state = call->context->state;
	uint8_t id[HASH_SIZE];

	enum result result = follow_identity(call, stores, change, error);
	if (result != RESULT_OK || forgets == CTL_KEEPS)
		return result;
	state_id(state, change->name, true, id);
	result = forgets == CTL_FORGETS ? state_forget(state, stores->state, id)
					: state_void(state, stores->state, id);
	return result == RESULT_OK ? result : ctl_failed(result, error);
}

static void phone_of(
	const struct schema *schema, const struct identity *identity, struct phone *ret_phone)
{
	if (identity_phone(schema, identity, ret_phone) != RESULT_OK)
		ret_phone->e164[0] = '\0';
}

/* NULL is nobody. */
static void side_of(
	const struct schema *schema, const struct identity *identity, struct side *ret_side)
{
	*ret_side = NOBODY;
	if (identity == NULL)
		return;
	ret_side->exists = true;
	ret_side->uid = identity->uid;
	ret_side->suspended = identity->suspended;
	phone_of(schema, identity, &ret_side->phone);
}

/* RESULT_NOT_FOUND, and nobody, where there is no such identity. */
static enum result read_side(const struct ctl_call *call, struct ctl_change *stores,
	const char *name, struct side *ret_side)
{
	struct identities *identities = call->context->identities;
	WIPED(identity) identity = {0};
	struct schema schema;

	enum result result = identities_schema(identities, stores->identity, &schema);
	if (result == RESULT_OK)
		result = identities_find(identities, stores->identity, name, &identity);
	if (result != RESULT_OK)
		return result;
	side_of(&schema, &identity, ret_side);
	return RESULT_OK;
}

enum result ctl_change_check(const struct ctl_call *call, const struct schema *schema,
	const struct identity *after, struct error *error)
{
	WIPED(change) change = {.name = after->name};

	side_of(schema, after, &change.after);
	return check_phone(call, &change, error);
}

enum ctl_forgets ctl_change_forgets(
	const struct schema *schema, const struct identity *before, const struct identity *after)
{
	WIPED(change) change = {.name = ""};

	side_of(schema, before, &change.before);
	side_of(schema, after, &change.after);
	return forgets_of(&change);
}

enum result ctl_change_follow(const struct ctl_call *call, MDB_txn *txn,
	const struct schema *schema, const struct identity *before, const struct identity *after,
	struct error *error)
{
	struct ctl_change stores = {.identity = txn};
	WIPED(change) change = {.name = after == NULL ? before->name : after->name};
	enum result result = RESULT_OK;

	side_of(schema, before, &change.before);
	side_of(schema, after, &change.after);
	if (after == NULL)
		result = identities_recovery_remove(call->context->identities, txn, before->name);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	return follow_identity(call, &stores, &change, error);
}

enum result ctl_change_put(const struct ctl_call *call, struct ctl_change *stores,
	const struct identity *identity, bool *ret_created, struct error *error)
{
	WIPED(change) change = {.name = identity->name, .before = NOBODY, .after = NOBODY};

	enum result found = read_side(call, stores, identity->name, &change.before);
	if (found != RESULT_OK && found != RESULT_NOT_FOUND)
		return ctl_failed(found, error);
	enum result result = identities_put(call->context->identities, stores->identity, identity,
		call->context->config->identity.country, error);
	if (result != RESULT_OK)
		return result;
	result = read_side(call, stores, identity->name, &change.after);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	result = follow(call, stores, &change, error);
	if (result == RESULT_OK)
		*ret_created = found == RESULT_NOT_FOUND;
	return result;
}

enum result ctl_change_remove(const struct ctl_call *call, struct ctl_change *stores,
	const char *name, struct error *error)
{
	WIPED(change) change = {.name = name, .before = NOBODY, .after = NOBODY};

	enum result found = read_side(call, stores, name, &change.before);
	if (found != RESULT_OK && found != RESULT_NOT_FOUND)
		return ctl_failed(found, error);
	enum result result =
		identities_remove(call->context->identities, stores->identity, name, error);
	return result == RESULT_OK ? follow(call, stores, &change, error) : result;
}

/* The phones of all identities in the order of their names, before the schema changes. */
struct phones {
	const struct ctl_call *call;
	struct ctl_change *stores;
	struct schema schema; /* that values are read by */
	struct phone *phone;
	size_t size;
	size_t at;
	struct error *error;
	bool told; /* `error` has its sentence */
};

static void phones_wipe(struct phones *phones)
{
	if (phones->phone != NULL)
		explicit_bzero(phones->phone, phones->size * sizeof(phones->phone[0]));
	free(phones->phone);
	phones->phone = NULL;
}

static enum result note_phone(const struct identity *identity, void *context)
{
	struct phones *phones = context;

	phone_of(&phones->schema, identity, &phones->phone[phones->at++]);
	return RESULT_OK;
}

static enum result compare_phone(const struct identity *identity, void *context)
{
	struct phones *phones = context;
	WIPED(change) change = {.name = identity->name, .before = NOBODY, .after = NOBODY};

	side_of(&phones->schema, identity, &change.after);
	change.before = change.after;
	change.before.phone = phones->phone[phones->at++];
	enum result result = follow(phones->call, phones->stores, &change, phones->error);
	phones->told = result != RESULT_OK;
	return result;
}

static enum result note_all(struct phones *phones)
{
	struct identities *identities = phones->call->context->identities;
	MDB_txn *txn = phones->stores->identity;

	enum result result = identities_schema(identities, txn, &phones->schema);
	if (result == RESULT_OK)
		result = identities_count(identities, txn, &phones->size);
	if (result != RESULT_OK)
		return result;
	phones->phone = calloc(phones->size + 1, sizeof(phones->phone[0]));
	if (phones->phone == NULL)
		return RESULT_MEMORY;
	return identities_each(identities, txn, note_phone, phones);
}

enum result ctl_change_schema(const struct ctl_call *call, struct ctl_change *stores,
	const struct schema *schema, bool force, struct error *error)
{
	struct identities *identities = call->context->identities;
	WIPED(phones) phones = {.call = call, .stores = stores, .error = error};

	enum result result = note_all(&phones);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	result = identities_set_schema(identities, stores->identity, schema,
		call->context->config->identity.country, force, error);
	if (result != RESULT_OK)
		return result;
	phones.schema = *schema;
	phones.at = 0;
	result = identities_each(identities, stores->identity, compare_phone, &phones);
	return result == RESULT_OK || phones.told ? result : ctl_failed(result, error);
}
