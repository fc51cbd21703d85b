/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctl.h"

#include <string.h>

#include "ctl_verb.h"
#include "ctl_wire.h"

static const struct ctl_verb *const tables[] = {
	ctl_export_verbs,
	ctl_identity_verbs,
	ctl_import_verbs,
	ctl_lock_verbs,
	ctl_mode_verbs,
	ctl_report_verbs,
	ctl_quarantine_verbs,
	ctl_recovery_verbs,
	ctl_schema_verbs,
	ctl_status_verbs,
	ctl_user_verbs,
};

static const struct ctl_verb *find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const struct ctl_verb *verb = tables[i]; verb->name != NULL; verb++) {
			if (strcmp(verb->name, name) == 0)
				return verb;
		}
	}
	return NULL;
}

static enum result run(const struct ctl_call *call, json_t *reply, struct error *error)
{
	const char *name = NULL;

	enum result result = ctl_string(call, "verb", &name, error);
	if (result != RESULT_OK)
		return result;
	const struct ctl_verb *verb = find_verb(name);
	if (verb == NULL)
		return error_set(error, RESULT_INVALID,
			"the daemon does not know this verb; restart smsotpd if it is older than "
			"smsotpctl");
	if (call->context->identities == NULL || call->context->state == NULL)
		return error_set(error, RESULT_FAILED,
			"the stores are not open; see the log of smsotpd for the reason");
	return verb->run(call, reply, error);
}

/* What was committed before stays so. */
static enum result failed_after(
	const struct ctl_part *part, enum result result, struct error *error)
{
	const struct error why = *error;

	return error_set(error, result,
		"%s; before that %lld were cleared and stay so: repeat it for the others", why.text,
		(long long)part->cleared);
}

json_t *ctl_run(const struct ctl_context *context, const json_t *request, int bulk)
{
	const struct ctl_call call = {
		.context = context, .request = request, .bulk = bulk, .events = json_array()};
	struct error error = {"smsotpd failed without a reason; see its log"};
	json_t *reply = json_pack("{s:b}", "ok", 1);

	/* There before anything changes, so that what changed is told. */
	enum result result = json_object_set(reply, "events", call.events) != 0
				     ? error_set(&error, RESULT_MEMORY,
					       "smsotpd has no memory left; repeat later")
				     : run(&call, reply, &error);
	if (json_array_size(call.events) == 0)
		json_object_del(reply, "events");
	json_decref(call.events);
	if (result == RESULT_OK)
		return reply;
	json_decref(reply);
	if (context->part != NULL && context->part->cleared > 0)
		result = failed_after(context->part, result, &error);
	/* Whatever came from outside is escaped in the sentence already. */
	return ctl_refusal(error.text);
}
