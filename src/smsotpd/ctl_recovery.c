/* SPDX-License-Identifier: BSD-3-Clause */
/*
 *	recovery.issue   name  ->  codes [string]; control.c wipes them
 *	recovery.list    name  ->  issued (time or null), left, used [time]
 *	recovery.revoke  name  ->  revoked
 */
#include <string.h>

#include "ctl_verb.h"
#include "identity_recovery.h"
#include "when.h"

struct issue {
	struct recovery_code code[RECOVERY_CODES];
};

static void issue_wipe(struct issue *issue)
{
	explicit_bzero(issue, sizeof(*issue));
}

/* Runs `work` for the identity that the request names, and commits. */
static enum result change(const struct ctl_call *call, const char *name,
	enum result (*work)(
		const struct ctl_call *call, MDB_txn *txn, const char *name, void *context),
	void *context, struct error *error)
{
	MDB_txn *txn = NULL;
	enum result result = identities_begin(call->context->identities, true, &txn);

	if (result == RESULT_OK)
		result = work(call, txn, name, context);
	if (result == RESULT_OK)
		result = store_commit(&txn);
	store_abort(&txn);
	return result == RESULT_OK ? result : ctl_failed(result, error);
}

static int64_t wall_clock(const struct ctl_call *call)
{
	struct moment now;

	call->context->clock->now(call->context->clock, &now);
	return now.realtime;
}

static enum result issue_in(
	const struct ctl_call *call, MDB_txn *txn, const char *name, void *context)
{
	struct issue *issue = context;

	enum result result = identities_recovery_issue(
		call->context->identities, txn, name, wall_clock(call), issue->code);
	return result != RESULT_OK ? result
				   : ctl_event(call, EVENT_RECOVERY_ISSUED, name,
					     json_pack("{s:i}", "left", RECOVERY_CODES));
}

static enum result verb_issue(const struct ctl_call *call, json_t *reply, struct error *error)
{
	WIPED(identity) identity = {0};
	WIPED(issue) issue = {0};
	struct schema schema;

	enum result result = ctl_find(call, &schema, &identity, error);
	if (result == RESULT_OK)
		result = change(call, identity.name, issue_in, &issue, error);
	if (result != RESULT_OK)
		return result;
	json_t *codes = json_array();
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		char text[RECOVERY_TEXT_SIZE];
		recovery_write(&issue.code[i], text);
		json_array_append_new(codes, json_string(text));
		explicit_bzero(text, sizeof(text));
	}
	json_object_set_new(reply, "codes", codes);
	return RESULT_OK;
}

static void put_times(const struct recovery *recovery, json_t *reply)
{
	char text[WHEN_SIZE];
	json_t *used = json_array();

	when_write(recovery->issued, text);
	json_object_set_new(reply, "issued", json_string(text));
	json_object_set_new(reply, "left", json_integer((json_int_t)recovery_left(recovery)));
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		if (recovery->slot[i].state != RECOVERY_USED)
			continue;
		when_write(recovery->slot[i].used, text);
		json_array_append_new(used, json_string(text));
	}
	json_object_set_new(reply, "used", used);
}

static enum result verb_list(const struct ctl_call *call, json_t *reply, struct error *error)
{
	struct identities *identities = call->context->identities;
	WIPED(identity) identity = {0};
	struct recovery recovery;
	struct schema schema;
	MDB_txn *txn = NULL;

	enum result result = ctl_find(call, &schema, &identity, error);
	if (result != RESULT_OK)
		return result;
	result = identities_begin(identities, false, &txn);
	if (result == RESULT_OK)
		result = identities_recovery_load(identities, txn, identity.name, &recovery);
	store_abort(&txn);
	if (result != RESULT_OK && result != RESULT_NOT_FOUND)
		return ctl_failed(result, error);
	if (result == RESULT_OK) {
		put_times(&recovery, reply);
		return RESULT_OK;
	}
	json_object_set_new(reply, "issued", json_null());
	json_object_set_new(reply, "left", json_integer(0));
	json_object_set_new(reply, "used", json_array());
	return RESULT_OK;
}

static enum result revoke_in(
	const struct ctl_call *call, MDB_txn *txn, const char *name, void *context)
{
	uint32_t *left = context;

	enum result result = identities_recovery_revoke(
		call->context->identities, txn, name, wall_clock(call), left);
	return result != RESULT_OK ? result
				   : ctl_event(call, EVENT_RECOVERY_REVOKED, name,
					     json_pack("{s:i}", "left", (int)*left));
}

static enum result verb_revoke(const struct ctl_call *call, json_t *reply, struct error *error)
{
	WIPED(identity) identity = {0};
	struct schema schema;
	uint32_t left = 0;

	enum result result = ctl_find(call, &schema, &identity, error);
	if (result == RESULT_OK)
		result = change(call, identity.name, revoke_in, &left, error);
	if (result != RESULT_OK)
		return result;
	json_object_set_new(reply, "revoked", json_integer((json_int_t)left));
	return RESULT_OK;
}

const struct ctl_verb ctl_recovery_verbs[] = {
	{"recovery.issue", verb_issue},
	{"recovery.list", verb_list},
	{"recovery.revoke", verb_revoke},
	{NULL, NULL},
};
