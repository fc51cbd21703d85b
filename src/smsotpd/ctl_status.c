/* SPDX-License-Identifier: BSD-3-Clause */
/*
 *	status           ->  version, stub, identities, identity_used, state_used, schema_phone,
 *	                     warnings; control.c adds what the main thread knows
 *	send-test  name  ->  name, phone: for control.c, which sends and replies with the report
 */
#include "config.h"
#include "ctl_verb.h"
#include "ctl_warning.h"
#include "log.h"
#include "version.h"

static void put_status(const struct ctl_call *call, const struct schema *schema, size_t count,
	unsigned int identity_used, unsigned int state_used_now, json_t *reply)
{
	const struct config *config = call->context->config;
	json_t *warnings = json_array();

	warn_schema(config, schema, warnings);
	warn_stub(config, warnings);
	warn_used("identity", identity_used, warnings);
	warn_used("state", state_used_now, warnings);
	warn_room(call->context->state, count, warnings);
	json_object_set_new(reply, "version", json_string(SMSOTP_VERSION));
	json_object_set_new(reply, "stub", json_boolean(config->gateway.stub));
	json_object_set_new(reply, "identities", json_integer((json_int_t)count));
	json_object_set_new(reply, "identity_used", json_integer(identity_used));
	json_object_set_new(reply, "state_used", json_integer(state_used_now));
	json_object_set_new(reply, "schema_phone", json_boolean(schema_has_phone(schema)));
	json_object_set_new(reply, "warnings", warnings);
}

static enum result verb_status(const struct ctl_call *call, json_t *reply, struct error *error)
{
	struct identities *identities = call->context->identities;
	unsigned int identity_used = 0, state_percent = 0;
	struct schema schema;
	MDB_txn *txn = NULL;
	size_t count = 0;

	enum result result = identities_begin(identities, false, &txn);
	if (result == RESULT_OK)
		result = identities_schema(identities, txn, &schema);
	if (result == RESULT_OK)
		result = identities_count(identities, txn, &count);
	store_abort(&txn);
	if (result == RESULT_OK)
		result = identities_used(identities, &identity_used);
	if (result == RESULT_OK)
		result = state_used(call->context->state, &state_percent);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	put_status(call, &schema, count, identity_used, state_percent, reply);
	return RESULT_OK;
}

static enum result find_phone(
	const struct ctl_call *call, const char *name, struct phone *ret_phone, struct error *error)
{
	char shown[4 * IDENTITY_NAME_MAX + 1];
	WIPED(identity) identity = {0};
	struct schema schema;

	enum result result = ctl_find(call, &schema, &identity, error);
	if (result != RESULT_OK)
		return result;
	log_escape(name, shown, sizeof(shown));
	result = identity_phone(&schema, &identity, ret_phone);
	if (result == RESULT_INVALID)
		return error_set(error, result,
			"the schema has no trait of type phone; mend it with: (smsotpctl schema "
			"show; echo phone: phone) | smsotpctl schema set");
	if (result != RESULT_OK)
		return error_set(error, result,
			"%s has no phone; give one with: smsotpctl identity set %s", shown, shown);
	return RESULT_OK;
}

static enum result verb_send_test(const struct ctl_call *call, json_t *reply, struct error *error)
{
	WIPED(phone) phone = {0};
	const char *name = NULL;

	enum result result = ctl_string(call, "name", &name, error);
	if (result == RESULT_OK)
		result = find_phone(call, name, &phone, error);
	if (result != RESULT_OK)
		return result;
	json_object_set_new(reply, "name", json_string(name));
	json_object_set_new(reply, "phone", json_string(phone.e164));
	return RESULT_OK;
}

const struct ctl_verb ctl_status_verbs[] = {
	{"status", verb_status},
	{"send-test", verb_send_test},
	{NULL, NULL},
};
