/* SPDX-License-Identifier: BSD-3-Clause */
/*
 *	report  [service]  ->  identities, services [{service, mode, ready, lacking [{name, why}],
 *	                       no_identity [{name, time}]}]
 *
 * Who would be locked out where a code is required: identities that get no text, and accounts that
 * signed in without one and have no identity.
 */
#include <stdio.h>
#include <string.h>

#include "accounts.h"
#include "config.h"
#include "ctl_verb.h"
#include "identity_check.h"
#include "judge_standing.h"
#include "log.h"
#include "modes.h"
#include "seen.h"
#include "when.h"

struct walk {
	const struct ctl_call *call;
	struct schema schema;
	MDB_txn *identity;
	struct accounts *accounts;
	json_t *services;                                      /* of the reply */
	const struct config_service *service[CONFIG_SERVICES]; /* by its place in `services` */
	json_int_t ready[CONFIG_SERVICES];
	json_int_t identities;
};

/* NULL where the identity gets a text and may sign in. */
static const char *obstacle(const struct walk *walk, const struct config_service *service,
	const struct identity *identity, struct circumstance circumstance)
{
	WIPED(phone) phone = {""};

	circumstance.service = service;
	/* Who is asked by his uid has it. */
	circumstance.uid_differs = circumstance.uid_differs && service->ask != ASK_CALLER;
	enum standing standing = judge_standing(&walk->schema, identity, &circumstance, &phone);

	if (standing != STANDING_GOOD)
		return standing_name(standing);
	if (service->ask == ASK_CALLER && identity->uid == UID_NONE)
		return "no uid, by which the caller is found";
	return judge_unsendable(walk->call->context->config, &phone);
}

/* Names that no identity can have may be no UTF-8. */
static void add(
	json_t *service, const char *list, const char *name, const char *field, const char *value)
{
	char shown[4 * IDENTITY_NAME_MAX + 1];

	if (!identity_name_valid(name))
		name = log_escape(name, shown, sizeof(shown));
	json_array_append_new(json_object_get(service, list),
		json_pack("{s:s, s:s}", "name", name, field, value));
}

static enum result judge_one(const struct identity *identity, void *context)
{
	struct walk *walk = context;
	struct moment now;
	int64_t left = 0;

	enum result result =
		ctl_quarantine_left(walk->call, walk->identity, identity->name, &now, &left);
	if (result != RESULT_OK)
		return result;
	uint32_t uid = identity->uid;
	bool differs = accounts_uid(walk->accounts, identity->name, &uid) &&
		       identity->uid != UID_NONE && identity->uid != uid;
	const struct circumstance circumstance = {
		.first_factor = true, .uid_differs = differs, .waits = left > 0};
	walk->identities++;
	for (size_t i = 0; i < json_array_size(walk->services); i++) {
		const char *why = obstacle(walk, walk->service[i], identity, circumstance);
		if (why == NULL)
			walk->ready[i]++;
		else
			add(json_array_get(walk->services, i), "lacking", identity->name, "why",
				why);
	}
	return RESULT_OK;
}

static enum result find_seen(
	const struct walk *walk, const struct seen *seen, struct identity *ret_identity)
{
	struct identities *identities = walk->call->context->identities;
	uint32_t uid;

	if (sscanf(seen->name, "uid %u", &uid) == 1)
		return identities_find_uid(
			identities, walk->identity, &walk->schema, uid, ret_identity);
	return identities_find_name(
		identities, walk->identity, &walk->schema, seen->name, ret_identity);
}

/* Who has an identity by now stands among the others. */
static enum result list_stranger(const struct seen *seen, void *context)
{
	struct walk *walk = context;
	WIPED(identity) identity = {0};
	char when[WHEN_SIZE];

	enum result result = find_seen(walk, seen, &identity);
	if (result != RESULT_NOT_FOUND && result != RESULT_INVALID)
		return result;
	when_write(seen->realtime, when);
	for (size_t i = 0; i < json_array_size(walk->services); i++) {
		if (strcmp(walk->service[i]->name, seen->service) == 0)
			add(json_array_get(walk->services, i), "no_identity", seen->name, "time",
				when);
	}
	return RESULT_OK;
}

/* The sections that are on, or the one that was asked for. */
static enum result choose(struct walk *walk, struct error *error)
{
	const struct ctl_call *call = walk->call;
	const struct config *config = call->context->config;
	const struct config_service *only = NULL;

	if (json_object_get(call->request, "service") != NULL) {
		enum result result = ctl_service(call, &only, error);
		if (result != RESULT_OK)
			return result;
	}
	for (uint32_t i = 0; i < config->services; i++) {
		const struct config_service *service = &config->service[i];
		if (only == NULL ? !service->enabled : service != only)
			continue;
		walk->service[json_array_size(walk->services)] = service;
		json_array_append_new(
			walk->services, json_pack("{s:s, s:[], s:[]}", "service", service->name,
						"lacking", "no_identity"));
	}
	return RESULT_OK;
}

static enum result read_all(struct walk *walk)
{
	const struct ctl_context *context = walk->call->context;
	MDB_txn *state = NULL;

	enum result result = identities_begin(context->identities, false, &walk->identity);
	if (result == RESULT_OK)
		result = identities_schema(context->identities, walk->identity, &walk->schema);
	if (result == RESULT_OK)
		result = identities_each(context->identities, walk->identity, judge_one, walk);
	/* Only now: as long as it lasts, logins find no page free again (STATE_VIEW). */
	if (result == RESULT_OK)
		result = state_begin(context->state, false, &state);
	if (result == RESULT_OK)
		result = seen_each(context->state, state, list_stranger, walk);
	store_abort(&state);
	store_abort(&walk->identity);
	return result;
}

static enum result verb_report(const struct ctl_call *call, json_t *reply, struct error *error)
{
	struct walk walk = {.call = call, .services = json_array()};

	json_object_set_new(reply, "services", walk.services);
	enum result result = choose(&walk, error);
	if (result != RESULT_OK)
		return result;
	if (accounts_new(ACCOUNTS_FILE, &walk.accounts) != RESULT_OK)
		return ctl_failed(RESULT_MEMORY, error);
	result = read_all(&walk);
	accounts_free(&walk.accounts);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	json_object_set_new(reply, "identities", json_integer(walk.identities));
	for (size_t i = 0; i < json_array_size(walk.services); i++)
		json_object_set_new(
			json_array_get(walk.services, i), "ready", json_integer(walk.ready[i]));
	return RESULT_OK;
}

const struct ctl_verb ctl_report_verbs[] = {
	{"report", verb_report},
	{NULL, NULL},
};
