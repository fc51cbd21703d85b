/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctl_verb.h"

#include <string.h>

#include "config.h"
#include "identity_quarantine.h"
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

enum result ctl_event(
	const struct ctl_call *call, enum event event, const char *user, json_t *fields)
{
	bool whole = json_object_set_new(fields, "event", json_integer(event)) == 0 &&
		     json_object_set_new(fields, "user", json_string(user)) == 0 &&
		     json_array_append(call->events, fields) == 0;

	json_decref(fields);
	return whole ? RESULT_OK : RESULT_MEMORY;
}

enum result ctl_failed(enum result result, struct error *error)
{
	if (result == RESULT_FULL)
		return error_set(error, result,
			"the store is full; raise state_size or identity_size in [store] and "
			"restart smsotpd, or remove identities that are not needed");
	if (result == RESULT_MEMORY)
		return error_set(error, result, "smsotpd has no memory left; repeat later");
	return error_set(error, result,
		"the store failed (%s); look at its disk and at the log of smsotpd",
		result_name(result));
}

enum result ctl_quarantine_left(const struct ctl_call *call, MDB_txn *txn, const char *name,
	struct moment *ret_now, int64_t *ret_left)
{
	const struct ctl_context *context = call->context;

	context->clock->now(context->clock, ret_now);
	return identities_quarantine_left(context->identities, txn, name,
		context->config->identity.quarantine, context->clock, ret_now, ret_left);
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

	/* In the order of logins, committer.c: who waits for a lock holds no later one. */
	enum result result = state_begin(call->context->state, true, &change.state);
	if (result == RESULT_OK)
		result = identities_begin(call->context->identities, true, &change.identity);
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
