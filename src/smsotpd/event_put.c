/* SPDX-License-Identifier: BSD-3-Clause */
#include "event_put.h"

#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "log.h"
#include "mute.h"
#include "when.h"

struct trail {
	struct audit *audit;
	const struct clock *clock;
	struct mutes mutes;
};

enum result trail_new(struct audit *audit, const struct clock *clock, struct trail **ret_trail)
{
	struct trail *trail = calloc(1, sizeof(*trail));

	if (trail == NULL)
		return RESULT_MEMORY;
	trail->audit = audit;
	trail->clock = clock;
	mutes_init(&trail->mutes);
	*ret_trail = trail;
	return RESULT_OK;
}

void trail_free(struct trail **trail)
{
	free(*trail);
	*trail = NULL;
}

/* Steals `value`. One field that finds no memory takes all others with it. */
static void put(struct fields *fields, enum field field, json_t *value)
{
	if (json_object_set_new(fields->object, field_row(field)->name, value) == 0)
		return;
	json_decref(fields->object);
	fields->object = NULL;
}

void event_put(struct fields *fields, enum field field, const char *value)
{
	char escaped[LOG_VALUE_SIZE];

	if (value != NULL && value[0] != '\0')
		put(fields, field, json_string(log_escape(value, escaped, sizeof(escaped))));
}

void event_put_number(struct fields *fields, enum field field, int64_t value)
{
	put(fields, field, json_integer(value));
}

void event_put_flag(struct fields *fields, enum field field, bool value)
{
	put(fields, field, json_boolean(value));
}

void event_put_hex(struct fields *fields, enum field field, const uint8_t *bytes, size_t size)
{
	char hex[2 * WIRE_ID_SIZE + 1] = "";

	for (size_t i = 0; i < size && i < WIRE_ID_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	event_put(fields, field, hex);
}

void event_put_phone(struct fields *fields, const struct phone *phone)
{
	char masked[PHONE_MASKED_SIZE];

	phone_mask(phone, masked);
	event_put(fields, FIELD_PHONE, masked);
}

void event_put_decision(struct fields *fields, enum decision decision, enum rule rule)
{
	event_put(fields, FIELD_DECISION, decision_name(decision));
	event_put(fields, FIELD_RULE, rule_name(rule));
}

void event_put_login(struct fields *fields, const struct login *login, const char *user)
{
	const struct telemetry *telemetry = &login->telemetry;
	char place[PLACE_SIZE];

	event_put_hex(fields, FIELD_ID, login->visitor.id, WIRE_ID_SIZE);
	event_put(fields, FIELD_SERVICE, login->service->name);
	event_put(fields, FIELD_USER, user);
	if (user != NULL && user[0] == '\0')
		event_put_hex(fields, FIELD_UNKNOWN, login->visitor.name, 8);
	event_put(fields, FIELD_SOURCE, login->source.label);
	event_put(fields, FIELD_SOURCE_KIND, source_kind_name(login->source.kind));
	place_write(login->visitor.source, place);
	event_put(fields, FIELD_PLACE, place);
	event_put_number(fields, FIELD_UID, login->uid);
	event_put(fields, FIELD_TTY, telemetry->tty);
	event_put(fields, FIELD_RHOST, telemetry->rhost);
	event_put(fields, FIELD_RUSER, telemetry->ruser);
	event_put(fields, FIELD_SSH_CONNECTION, telemetry->connection);
	event_put(fields, FIELD_FIRST_FACTOR, telemetry->factor);
	if (login->mode != MODE_ENFORCE)
		event_put(fields, FIELD_MODE, config_mode_name(login->mode));
}

void event_write_at(struct trail *trail, int priority, enum event event, struct fields *fields)
{
	struct moment now;

	trail->clock->now(trail->clock, &now);
	audit_write(trail->audit, &now, priority, event_row(event)->name, fields->object);
}

void event_write(struct trail *trail, enum event event, struct fields *fields)
{
	event_write_at(trail, event_row(event)->priority, event, fields);
}

void event_drop(struct trail *trail, enum event event, struct fields *fields)
{
	const struct event_row *row = event_row(event);
	struct moment now;

	trail->clock->now(trail->clock, &now);
	audit_drop(trail->audit, &now, row->priority, row->name, fields->object);
}

bool event_counted(struct trail *trail, const uint8_t source[static HASH_SIZE], enum event event,
	enum rule rule, struct fields *ret_fields)
{
	bool elsewhere = false;
	struct moment now;

	trail->clock->now(trail->clock, &now);
	uint32_t count = mutes_count(&trail->mutes, source, event, rule, now.boottime, &elsewhere);
	if (count == 0)
		return false;
	struct fields fields = {json_object()};
	if (count > 1)
		event_put_number(&fields, FIELD_COUNT_OF, count);
	if (elsewhere)
		event_put(&fields, FIELD_COUNTED,
			"all sources beyond those that have events of their own");
	*ret_fields = fields;
	return true;
}
