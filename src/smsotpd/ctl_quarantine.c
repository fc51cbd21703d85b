/* SPDX-License-Identifier: BSD-3-Clause */
/*
 *	identity.release  name  ->  released: seconds that were left
 */
#include "ctl_verb.h"
#include "identity_quarantine.h"
#include "log.h"
#include "when.h"

static enum result release(const struct ctl_call *call, MDB_txn *txn, const char *name,
	int64_t *ret_left, struct error *error)
{
	char shown[4 * IDENTITY_NAME_MAX + 1];
	struct moment now;
	int64_t left = 0;

	enum result result = ctl_quarantine_left(call, txn, name, &now, &left);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	if (left == 0)
		return error_set(error, RESULT_NOT_FOUND,
			"the phone of %s is in no quarantine; there is nothing to release",
			log_escape(name, shown, sizeof(shown)));
	result = identities_quarantine_release(call->context->identities, txn, name);
	if (result == RESULT_OK)
		result = ctl_event(call, EVENT_PHONE_RELEASED, name, json_object());
	if (result == RESULT_OK)
		*ret_left = when_seconds(left);
	return result == RESULT_OK ? result : ctl_failed(result, error);
}

static enum result verb_release(const struct ctl_call *call, json_t *reply, struct error *error)
{
	WIPED(identity) identity = {0};
	struct schema schema;
	MDB_txn *txn = NULL;
	int64_t left = 0;

	enum result result = ctl_find(call, &schema, &identity, error);
	if (result != RESULT_OK)
		return result;
	result = identities_begin(call->context->identities, true, &txn);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	result = release(call, txn, identity.name, &left, error);
	if (result == RESULT_OK) {
		result = store_commit(&txn);
		if (result != RESULT_OK)
			result = ctl_failed(result, error);
	}
	store_abort(&txn);
	if (result != RESULT_OK)
		return result;
	json_object_set_new(reply, "released", json_integer((json_int_t)left));
	return RESULT_OK;
}

const struct ctl_verb ctl_quarantine_verbs[] = {
	{"identity.release", verb_release},
	{NULL, NULL},
};
