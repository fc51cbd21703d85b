/* SPDX-License-Identifier: BSD-3-Clause */
/*
 *	identity.set     name, set {field: value}  ->  created, changed, warnings, quarantine_until
 *	                                            (time or null)
 *	identity.show    name, reveal              ->  identity
 *	identity.list    reveal                    ->  traits [name], identities [identity]
 *	identity.remove  name
 *
 * An identity is {name, uid or null, suspended, traits {name: value}}, masked unless revealed.
 */
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "ctl_verb.h"
#include "ctl_warning.h"
#include "identity_assign.h"
#include "identity_quarantine.h"
#include "log.h"
#include "when.h"

static void mask_email(const char *email, char ret[static TRAIT_VALUE_MAX + 8])
{
	snprintf(ret, TRAIT_VALUE_MAX + 8, "%cxxx%s", email[0], strchrnul(email, '@'));
}

static json_t *value_json(const struct trait *trait, const char *value, bool reveal)
{
	WIPED(phone) phone = {0};
	char masked[TRAIT_VALUE_MAX + 8] = "";

	if (reveal || trait->type == TRAIT_STRING)
		return json_string(value);
	if (trait->type == TRAIT_EMAIL)
		mask_email(value, masked);
	else if (phone_parse(value, "", &phone) == RESULT_OK)
		phone_mask(&phone, masked);
	return json_string(masked);
}

static json_t *identity_json(
	const struct schema *schema, const struct identity *identity, bool reveal)
{
	json_t *traits = json_object();

	for (size_t i = 0; i < schema->count; i++) {
		if (identity->value[i][0] != '\0')
			json_object_set_new(traits, schema->trait[i].name,
				value_json(&schema->trait[i], identity->value[i], reveal));
	}
	json_t *uid = identity->uid == UID_NONE ? json_null() : json_integer(identity->uid);
	return json_pack("{s:s, s:o, s:b, s:o}", "name", identity->name, "uid", uid, "suspended",
		identity->suspended, "traits", traits);
}

static enum result assign_all(const struct ctl_call *call, const struct schema *schema,
	struct identity *identity, struct error *error)
{
	json_t *set = json_object_get(call->request, "set");
	const char *field;
	json_t *value;

	json_object_foreach(set, field, value)
	{
		const char *text = json_string_value(value);
		if (text == NULL)
			return error_set(error, RESULT_INVALID, "%s is no string", field);
		enum result result = identity_assign(schema, identity, field, text, error);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

/* When a changed phone gets texts, by the wall clock; null where it gets them. */
static enum result put_quarantine(const struct ctl_call *call, MDB_txn *txn, const char *name,
	json_t *to, struct error *error)
{
	char until[WHEN_SIZE];
	struct moment now;
	int64_t left = 0;

	enum result result = ctl_quarantine_left(call, txn, name, &now, &left);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	when_write(now.realtime + left, until);
	json_object_set_new(to, "quarantine_until", left == 0 ? json_null() : json_string(until));
	return RESULT_OK;
}

static bool same(
	const struct schema *schema, const struct identity *one, const struct identity *other)
{
	bool equal = one->uid == other->uid && one->suspended == other->suspended;

	for (size_t i = 0; i < schema->count; i++)
		equal = equal && strcmp(one->value[i], other->value[i]) == 0;
	return equal;
}

/* What is stored tells whether it is another: a phone may be spelt in many ways. */
static enum result set_in(const struct ctl_call *call, struct ctl_change *change, const char *name,
	json_t *reply, bool *ret_changed, struct error *error)
{
	struct identities *identities = call->context->identities;
	WIPED(identity) before = {0}, after = {0};
	struct schema schema;
	bool created = false;

	enum result result = identities_schema(identities, change->identity, &schema);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	result = identity_edit(identities, change->identity, name, &before, error);
	after = before;
	if (result == RESULT_OK)
		result = assign_all(call, &schema, &after, error);
	if (result == RESULT_OK)
		result = ctl_change_put(call, change, &after, &created, error);
	if (result != RESULT_OK)
		return result;
	result = identities_find(identities, change->identity, name, &after);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	*ret_changed = created || !same(&schema, &before, &after);
	json_object_set_new(reply, "created", json_boolean(created));
	json_object_set_new(reply, "changed", json_boolean(*ret_changed));
	result = put_quarantine(call, change->identity, name, reply, error);
	return result == RESULT_OK ? warn_change(call, change->identity, reply, error) : result;
}

static enum result verb_set(const struct ctl_call *call, json_t *reply, struct error *error)
{
	struct ctl_change change = {0};
	const char *name = NULL;
	bool changed = false;

	enum result result = ctl_string(call, "name", &name, error);
	if (result == RESULT_OK)
		result = ctl_change_begin(call, &change, error);
	if (result == RESULT_OK)
		result = set_in(call, &change, name, reply, &changed, error);
	if (result == RESULT_OK && changed)
		result = ctl_change_commit(&change, error);
	ctl_change_abort(&change);
	return result;
}

static enum result verb_remove(const struct ctl_call *call, json_t *reply, struct error *error)
{
	struct ctl_change change = {0};
	const char *name = NULL;

	(void)reply;
	enum result result = ctl_string(call, "name", &name, error);
	if (result == RESULT_OK)
		result = ctl_change_begin(call, &change, error);
	if (result == RESULT_OK)
		result = ctl_change_remove(call, &change, name, error);
	if (result == RESULT_OK)
		result = ctl_change_commit(&change, error);
	ctl_change_abort(&change);
	return result;
}

/* What a visit of all identities adds to. */
struct listing {
	struct schema schema;
	json_t *identities;
	bool reveal;
};

static enum result list_one(const struct identity *identity, void *context)
{
	struct listing *listing = context;
	json_t *entry = identity_json(&listing->schema, identity, listing->reveal);

	return json_array_append_new(listing->identities, entry) == 0 ? RESULT_OK : RESULT_MEMORY;
}

static enum result verb_list(const struct ctl_call *call, json_t *reply, struct error *error)
{
	struct identities *identities = call->context->identities;
	struct listing listing = {
		.identities = json_array(),
		.reveal = json_is_true(json_object_get(call->request, "reveal")),
	};
	json_t *traits = json_array();
	MDB_txn *txn = NULL;

	json_object_set_new(reply, "traits", traits);
	json_object_set_new(reply, "identities", listing.identities);
	enum result result = identities_begin(identities, false, &txn);
	if (result == RESULT_OK)
		result = identities_schema(identities, txn, &listing.schema);
	if (result == RESULT_OK)
		result = identities_each(identities, txn, list_one, &listing);
	store_abort(&txn);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	for (size_t i = 0; i < listing.schema.count; i++)
		json_array_append_new(traits, json_string(listing.schema.trait[i].name));
	return RESULT_OK;
}

static enum result verb_show(const struct ctl_call *call, json_t *reply, struct error *error)
{
	bool reveal = json_is_true(json_object_get(call->request, "reveal"));
	WIPED(identity) identity = {0};
	struct schema schema;
	MDB_txn *txn = NULL;

	enum result result = ctl_find(call, &schema, &identity, error);
	if (result != RESULT_OK)
		return result;
	json_t *shown = identity_json(&schema, &identity, reveal);
	json_object_set_new(reply, "identity", shown);
	result = identities_begin(call->context->identities, false, &txn);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	result = put_quarantine(call, txn, identity.name, shown, error);
	store_abort(&txn);
	return result;
}

const struct ctl_verb ctl_identity_verbs[] = {
	{"identity.set", verb_set},
	{"identity.show", verb_show},
	{"identity.list", verb_list},
	{"identity.remove", verb_remove},
	{NULL, NULL},
};
