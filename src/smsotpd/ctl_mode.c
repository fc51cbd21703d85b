/* SPDX-License-Identifier: BSD-3-Clause */
/*
 *	mode          [service]                ->  services [{service, mode, ...}]
 *	mode.set      service, mode, confirm   ->  the same of the one; change: for control.c
 *	mode.confirm  service                  ->  the same; `proven` in the request is control.c's
 *	mode.fall     service                  ->  the same, where its deadline is over; control.c
 *	                                           asks for it
 *
 * The row in the state store is the truth that a restart begins with.
 */
#include <string.h>

#include "ctl_verb.h"
#include "event_table.h"
#include "modes.h"
#include "state_row.h"
#include "when.h"

static struct row_bytes key_of(const struct config_service *service)
{
	return (struct row_bytes){service->name, strlen(service->name)};
}

/* All zero where there is no row, or none that can be read. */
static enum result load(const struct ctl_call *call, MDB_txn *txn,
	const struct config_service *service, struct override *ret_override)
{
	struct override override = {0};
	struct row_bytes row;

	enum result result =
		state_row_load(call->context->state, txn, STATE_MODES, key_of(service), &row);
	if (result == RESULT_OK && mode_decode(row.bytes, row.size, &override) != RESULT_OK)
		override = (struct override){0};
	if (result != RESULT_OK && result != RESULT_NOT_FOUND)
		return result;
	*ret_override = override;
	return RESULT_OK;
}

/* A choice that leaves all to the config is no row. */
static enum result save(const struct ctl_call *call, MDB_txn *txn,
	const struct config_service *service, const struct override *override)
{
	struct state *state = call->context->state;
	uint8_t bytes[MODE_ROW_SIZE];

	if (override->choice == CHOICE_CONFIG && override->confirm == 0)
		return state_row_drop(state, txn, STATE_MODES, key_of(service));
	mode_encode(override, bytes);
	return state_row_save(
		state, txn, STATE_MODES, key_of(service), (struct row_bytes){bytes, sizeof(bytes)});
}

/* What holds now, and what decides it; NULL without memory. */
static json_t *describe(const struct ctl_call *call, const struct config_service *service,
	const struct override *stored)
{
	const struct clock *clock = call->context->clock;
	struct override override = *stored;
	struct moment now;

	clock->now(clock, &now);
	if (mode_ended(&override, clock, &now))
		mode_fall(&override);
	json_t *object = json_pack("{s:s, s:b, s:s, s:I, s:s, s:s, s:s}", "service", service->name,
		"enabled", service->enabled, "mode",
		config_mode_name(mode_strict(service, override.choice)), "percent",
		(json_int_t)service->percent, "otherwise",
		config_mode_name(mode_lax(service, override.choice)), "config",
		config_mode_name(service->mode), "chosen", choice_name(override.choice));
	if (override.confirm == 0)
		return object;
	int64_t left = mode_left(&override, clock, &now);
	json_t *waits = json_pack("{s:I, s:s}", "seconds", (json_int_t)when_seconds(left),
		"falls_to", choice_name(override.before));
	if (json_object_update_new(object, waits) == 0)
		return object;
	json_decref(object);
	return NULL;
}

static enum result verb_show(const struct ctl_call *call, json_t *reply, struct error *error)
{
	const struct config *config = call->context->config;
	const struct config_service *only = NULL;
	json_t *services = json_array();
	MDB_txn *txn = NULL;
	enum result result = RESULT_OK;

	if (json_object_set_new(reply, "services", services) != 0)
		return ctl_failed(RESULT_MEMORY, error);
	if (json_object_get(call->request, "service") != NULL)
		result = ctl_service(call, &only, error);
	if (result != RESULT_OK)
		return result;
	result = state_begin(call->context->state, false, &txn);
	for (uint32_t i = 0; i < config->services && result == RESULT_OK; i++) {
		const struct config_service *service = &config->service[i];
		struct override override;
		if (only != NULL && service != only)
			continue;
		result = load(call, txn, service, &override);
		if (result == RESULT_OK &&
			json_array_append_new(services, describe(call, service, &override)) != 0)
			result = RESULT_MEMORY;
	}
	store_abort(&txn);
	return result == RESULT_OK ? result : ctl_failed(result, error);
}

/* And for control.c the choice as it will stand, with the event that is due. There before the row
 * is: what is stored without them would hold after a restart alone, and nobody be told. */
static enum result put_change(const struct ctl_call *call, const struct config_service *service,
	enum event event, const struct override *from, const struct override *to, json_t *reply)
{
	json_t *change = json_pack("{s:[o], s:{s:i, s:i, s:i, s:i, s:i, s:I, s:I}}", "services",
		describe(call, service, to), "change", "event", (int)event, "from",
		(int)from->choice, "choice", (int)to->choice, "before", (int)to->before, "confirm",
		(int)to->confirm, "boottime", (json_int_t)to->since.boottime, "realtime",
		(json_int_t)to->since.realtime);

	return json_object_update_new(reply, change) == 0 ? RESULT_OK : RESULT_MEMORY;
}

/* after_of is what a verb makes of the row. */
static enum result turn(const struct ctl_call *call, enum event event,
	enum result (*after_of)(const struct ctl_call *call, const struct override *before,
		struct override *ret_after, struct error *error),
	json_t *reply, struct error *error)
{
	const struct config_service *service = NULL;
	struct override before, after;
	MDB_txn *txn = NULL;

	enum result result = ctl_service(call, &service, error);
	if (result != RESULT_OK)
		return result;
	result = state_begin(call->context->state, true, &txn);
	if (result == RESULT_OK)
		result = load(call, txn, service, &before);
	if (result != RESULT_OK) {
		store_abort(&txn);
		return ctl_failed(result, error);
	}
	result = after_of(call, &before, &after, error);
	if (result != RESULT_OK) {
		store_abort(&txn);
		return result;
	}
	result = put_change(call, service, event, &before, &after, reply);
	if (result == RESULT_OK)
		result = save(call, txn, service, &after);
	if (result == RESULT_OK)
		result = store_commit(&txn);
	store_abort(&txn);
	return result == RESULT_OK ? result : ctl_failed(result, error);
}

static enum result after_set(const struct ctl_call *call, const struct override *before,
	struct override *ret_after, struct error *error)
{
	const struct clock *clock = call->context->clock;
	json_int_t confirm = json_integer_value(json_object_get(call->request, "confirm"));
	struct override after = {.confirm = (uint32_t)confirm};
	struct override standing = *before;
	const char *mode = NULL;

	enum result result = ctl_string(call, "mode", &mode, error);
	if (result != RESULT_OK)
		return result;
	if (choice_parse(mode, &after.choice) != RESULT_OK)
		return error_set(error, RESULT_INVALID,
			"the mode is no such word; write enforce, warn, observe or config");
	if (confirm != 0 && (confirm < MODE_CONFIRM_MIN || confirm > MODE_CONFIRM_MAX))
		return error_set(error, RESULT_INVALID,
			"the time to confirm in is out of range; write %d s to %d h",
			MODE_CONFIRM_MIN, MODE_CONFIRM_MAX / 3600);
	/* What is not confirmed is nothing to fall back to. */
	if (standing.confirm > 0)
		mode_fall(&standing);
	if (confirm != 0) {
		after.before = standing.choice;
		memcpy(after.boot, clock->boot, BOOT_ID_SIZE);
		clock->now(clock, &after.since);
	}
	*ret_after = after;
	return RESULT_OK;
}

static enum result after_confirm(const struct ctl_call *call, const struct override *before,
	struct override *ret_after, struct error *error)
{
	const struct clock *clock = call->context->clock;
	struct moment now;

	clock->now(clock, &now);
	if (before->confirm == 0)
		return error_set(error, RESULT_NOT_FOUND,
			"no mode waits to be confirmed here; see smsotpctl mode");
	if (mode_ended(before, clock, &now))
		return error_set(error, RESULT_REFUSED,
			"the time to confirm is over and the mode before holds again; choose anew");
	if (!json_is_true(json_object_get(call->request, "proven")))
		return error_set(error, RESULT_REFUSED,
			"nobody has signed in by the new mode since it was chosen; keep this "
			"session, sign in from another terminal, then confirm");
	*ret_after = (struct override){.choice = before->choice};
	return RESULT_OK;
}

static enum result after_fall(const struct ctl_call *call, const struct override *before,
	struct override *ret_after, struct error *error)
{
	struct moment now;

	call->context->clock->now(call->context->clock, &now);
	if (!mode_ended(before, call->context->clock, &now))
		return error_set(error, RESULT_NOT_FOUND, "no mode's time is over here");
	*ret_after = *before;
	mode_fall(ret_after);
	return RESULT_OK;
}

static enum result verb_set(const struct ctl_call *call, json_t *reply, struct error *error)
{
	return turn(call, EVENT_MODE_CHANGED, after_set, reply, error);
}

static enum result verb_confirm(const struct ctl_call *call, json_t *reply, struct error *error)
{
	return turn(call, EVENT_MODE_CONFIRMED, after_confirm, reply, error);
}

static enum result verb_fall(const struct ctl_call *call, json_t *reply, struct error *error)
{
	return turn(call, EVENT_MODE_FELL, after_fall, reply, error);
}

const struct ctl_verb ctl_mode_verbs[] = {
	{"mode", verb_show},
	{"mode.set", verb_set},
	{"mode.confirm", verb_confirm},
	{"mode.fall", verb_fall},
	{NULL, NULL},
};
