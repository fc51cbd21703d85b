/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctl_verb.h"

#include <string.h>

#include "config.h"
#include "log.h"

enum result ctl_string(
	const struct ctl_call *call, const char *field, const char **ret_text, struct error *error)
{
	const char *text = json_string_value(json_object_get(call->request, field));

	if (text == NULL)
		return error_set(error, RESULT_INVALID,
			"the request has no %s; see smsotpctl --help", field);
	*ret_text = text;
	return RESULT_OK;
}

enum result ctl_service(
	const struct ctl_call *call, const struct config_service **ret_service, struct error *error)
{
	const char *name = NULL;
	char shown[4 * CONFIG_WORD + 1];

	enum result result = ctl_string(call, "service", &name, error);
	if (result != RESULT_OK)
		return result;
	const struct config_service *service = config_service_find(call->context->config, name);
	bool others = service != NULL && strcmp(service->name, "*") == 0 && strcmp(name, "*") != 0;
	if (service == NULL || others)
		return error_set(error, RESULT_NOT_FOUND,
			"no section speaks of %s; smsotpctl mode lists those that are there, %s",
			log_escape(name, shown, sizeof(shown)),
			others ? "and '*' names that of all others" : "[service NAME] makes one");
	*ret_service = service;
	return RESULT_OK;
}

enum result ctl_failed(enum result result, struct error *error)
{
	if (result == RESULT_FULL)
		return error_set(
			error, result, "the store is full; remove identities that are not needed");
	return error_set(error, result,
		"the store failed (%s); look at its disk and at the log of smsotpd",
		result_name(result));
}

enum result ctl_unknown(const char *name, struct error *error)
{
	char shown[4 * IDENTITY_NAME_MAX + 1];

	return error_set(error, RESULT_NOT_FOUND,
		"there is no identity %s; see smsotpctl identity list",
		log_escape(name, shown, sizeof(shown)));
}

enum result ctl_find(const struct ctl_call *call, struct schema *ret_schema,
	struct identity *ret_identity, struct error *error)
{
	struct identities *identities = call->context->identities;
	const char *name = NULL;
	MDB_txn *txn = NULL;

	enum result result = ctl_string(call, "name", &name, error);
	if (result != RESULT_OK)
		return result;
	result = identities_begin(identities, false, &txn);
	if (result == RESULT_OK)
		result = identities_schema(identities, txn, ret_schema);
	if (result == RESULT_OK)
		result = identities_find(identities, txn, name, ret_identity);
	store_abort(&txn);
	if (result == RESULT_NOT_FOUND)
		return ctl_unknown(name, error);
	return result == RESULT_OK ? result : ctl_failed(result, error);
}

enum result ctl_change_begin(
	const struct ctl_call *call, struct ctl_change *ret_change, struct error *error)
{
	struct ctl_change change = {0};

	enum result result = identities_begin(call->context->identities, true, &change.identity);
	if (result == RESULT_OK)
		result = state_begin(call->context->state, true, &change.state);
	if (result != RESULT_OK) {
		ctl_change_abort(&change);
		return ctl_failed(result, error);
	}
	*ret_change = change;
	return RESULT_OK;
}

enum result ctl_change_commit(struct ctl_change *change, struct error *error)
{
	enum result result = store_commit(&change->state);

	if (result == RESULT_OK)
		result = store_commit(&change->identity);
	return result == RESULT_OK ? result : ctl_failed(result, error);
}

void ctl_change_abort(struct ctl_change *change)
{
	store_abort(&change->state);
	store_abort(&change->identity);
}

static bool same_phone(
	const struct schema *schema, const struct identity *one, const struct identity *other)
{
	WIPED(phone) phone = {0};
	WIPED(phone) other_phone = {0};

	bool has = identity_phone(schema, one, &phone) == RESULT_OK;
	bool other_has = identity_phone(schema, other, &other_phone) == RESULT_OK;
	return has == other_has && strcmp(phone.e164, other_phone.e164) == 0;
}

/* Where no text may go a phone is worth nothing: better said now than at the first sign-in. */
static enum result check_prefix(const struct ctl_call *call, const struct schema *schema,
	const struct identity *after, struct error *error)
{
	WIPED(phone) phone = {0};

	if (identity_phone(schema, after, &phone) != RESULT_OK ||
		config_prefix_allowed(&call->context->config->gateway, phone.e164))
		return RESULT_OK;
	return error_set(error, RESULT_REFUSED,
		"the phone of %s is in no country of [gateway] allow_prefixes; add its prefix, or "
		"correct the phone",
		after->name);
}

static enum result forget_if_moved(const struct ctl_call *call, struct ctl_change *change,
	const struct identity *before, struct error *error)
{
	struct identities *identities = call->context->identities;
	WIPED(identity) after = {0};
	struct schema schema;
	uint8_t id[HASH_SIZE];

	enum result result = identities_schema(identities, change->identity, &schema);
	if (result == RESULT_OK)
		result = identities_find(identities, change->identity, before->name, &after);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	if (same_phone(&schema, before, &after))
		return RESULT_OK;
	result = check_prefix(call, &schema, &after, error);
	if (result != RESULT_OK)
		return result;
	state_id(call->context->state, before->name, true, id);
	result = state_forget(call->context->state, change->state, id);
	return result == RESULT_OK ? result : ctl_failed(result, error);
}

/* Who is suspended has no live code from then on, and gets none back when he may sign in again. */
static enum result void_codes(const struct ctl_call *call, struct ctl_change *change,
	const char *name, struct error *error)
{
	struct state *state = call->context->state;
	struct record record;
	uint8_t id[HASH_SIZE];
	bool any = false;

	state_id(state, name, true, id);
	enum result result = state_load(state, change->state, id, &record);
	for (size_t i = 0; i < RECORD_CHALLENGES && result == RESULT_OK; i++) {
		any = any || record.challenge[i].sent > 0;
		record.challenge[i] = (struct challenge){0};
	}
	if (result == RESULT_OK && any)
		result = state_save(state, change->state, id, &record);
	return result == RESULT_OK ? result : ctl_failed(result, error);
}

enum result ctl_change_put(const struct ctl_call *call, struct ctl_change *change,
	const struct identity *identity, bool *ret_created, struct error *error)
{
	struct identities *identities = call->context->identities;
	WIPED(identity) before = {0};

	enum result found = identities_find(identities, change->identity, identity->name, &before);
	if (found != RESULT_OK && found != RESULT_NOT_FOUND)
		return ctl_failed(found, error);
	memcpy(before.name, identity->name, sizeof(before.name));
	enum result result = identities_put(identities, change->identity, identity,
		call->context->config->identity.country, error);
	if (result == RESULT_OK)
		result = forget_if_moved(call, change, &before, error);
	if (result == RESULT_OK && identity->suspended && !before.suspended)
		result = void_codes(call, change, identity->name, error);
	if (result == RESULT_OK)
		*ret_created = found == RESULT_NOT_FOUND;
	return result;
}
