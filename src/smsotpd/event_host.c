/* SPDX-License-Identifier: BSD-3-Clause */
/* What is no step of a login: texts, sessions, the operator, the daemon itself. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "config.h"
#include "event_put.h"

void event_mode(struct trail *trail, enum event event, const char *service, enum choice from,
	enum choice to, uint32_t confirm)
{
	struct fields fields = {json_object()};

	event_put(&fields, FIELD_SERVICE, service);
	event_put(&fields, FIELD_FROM, choice_name(from));
	event_put(&fields, FIELD_TO, choice_name(to));
	if (confirm > 0)
		event_put_number(&fields, FIELD_CONFIRM, confirm);
	event_write(trail, event, &fields);
}

void event_text(struct trail *trail, const char *user, const struct report *report)
{
	static const enum event events[] = {
		[OUTCOME_UNKNOWN] = EVENT_TEXT_UNKNOWN,
		[OUTCOME_ACCEPTED] = EVENT_TEXT_ACCEPTED,
		[OUTCOME_REFUSED] = EVENT_TEXT_REFUSED,
		[OUTCOME_UNSENT] = EVENT_TEXT_UNSENT,
		[OUTCOME_WITHDRAWN] = EVENT_TEXT_UNSENT,
	};
	struct fields fields = {json_object()};

	event_put_hex(&fields, FIELD_ID, report->id, WIRE_ID_SIZE);
	event_put(&fields, FIELD_USER, user == NULL ? "nobody" : user);
	event_put_flag(&fields, FIELD_STUB, report->stub);
	if (report->http != 0)
		event_put_number(&fields, FIELD_HTTP, report->http);
	event_put_number(&fields, FIELD_MILLISECONDS, report->milliseconds);
	event_put(&fields, FIELD_CODE, report->code);
	event_put(&fields, FIELD_REQID, report->reqid);
	event_put(&fields, FIELD_TID, report->tid);
	event_put(&fields, FIELD_DETAIL, report->detail);
	if (user == NULL)
		event_drop(trail, events[report->outcome], &fields);
	else
		event_write(trail, events[report->outcome], &fields);
}

void event_session(
	struct trail *trail, bool open, bool accepted, bool waived, const struct login *login)
{
	enum event event = open ? EVENT_SESSION_OPEN : EVENT_SESSION_CLOSE;
	struct fields fields = {json_object()};

	/* What was typed may be a phone: the id leads to the login, which has the name. */
	bool named = accepted && login->service->identify == IDENTIFY_NAME;

	event_put_login(&fields, login, named ? login->name : "");
	event_put_flag(&fields, FIELD_ACCEPTED, accepted);
	if (waived)
		event_put_flag(&fields, FIELD_WAIVED, true);
	event_write_at(trail, accepted ? event_row(event)->priority : LOG_NOTICE, event, &fields);
}

void event_service(struct trail *trail, const uint8_t id[static WIRE_ID_SIZE], const char *service)
{
	uint8_t where[HASH_SIZE];
	struct fields fields;
	char detail[128];

	/* Counted by the service: each is named once a minute. */
	crypto_generichash(
		where, sizeof(where), (const uint8_t *)service, strlen(service), NULL, 0);
	if (!event_counted(trail, where, EVENT_SERVICE_UNKNOWN, RULE_NO_SERVICE, &fields))
		return;
	event_put_hex(&fields, FIELD_ID, id, WIRE_ID_SIZE);
	event_put(&fields, FIELD_SERVICE, service);
	event_put_decision(&fields, DECISION_UNAVAILABLE, RULE_NO_SERVICE);
	snprintf(detail, sizeof(detail),
		"no section speaks of this PAM service: write [service %.64s] for it", service);
	event_put(&fields, FIELD_DETAIL, detail);
	event_write(trail, EVENT_SERVICE_UNKNOWN, &fields);
}

void event_lock_cleared(struct trail *trail, const char *user, const uint8_t *tag)
{
	struct fields fields = {json_object()};

	event_put(&fields, FIELD_USER, user);
	if (user[0] == '\0' && tag != NULL)
		event_put_hex(&fields, FIELD_UNKNOWN, tag, 8);
	event_write(trail, EVENT_LOCK_CLEARED, &fields);
}

void event_change(struct trail *trail, const json_t *said)
{
	struct fields fields = {json_object()};

	event_put(&fields, FIELD_USER, json_string_value(json_object_get(said, "user")));
	event_put(&fields, FIELD_PHONE, json_string_value(json_object_get(said, "phone")));
	event_put(&fields, FIELD_UNTIL, json_string_value(json_object_get(said, "until")));
	if (json_object_get(said, "left") != NULL)
		event_put_number(
			&fields, FIELD_LEFT, json_integer_value(json_object_get(said, "left")));
	event_write(trail, (enum event)json_integer_value(json_object_get(said, "event")), &fields);
}

void event_daemon(struct trail *trail, enum event event, const char *detail)
{
	struct fields fields = {json_object()};

	event_put(&fields, FIELD_DETAIL, detail);
	event_write(trail, event, &fields);
}
