/* SPDX-License-Identifier: BSD-3-Clause */
#include "event_table.h"

#include <stddef.h>
#include <syslog.h>

#define LOGIN    FAMILY_LOGIN
#define LIMIT    FAMILY_LIMIT
#define SESSION  FAMILY_SESSION
#define TEXT     FAMILY_TEXT
#define SERVICE  FAMILY_SERVICE
#define OPERATOR FAMILY_OPERATOR
#define DAEMON   FAMILY_DAEMON
#define WATCH    FAMILY_WATCH
/* What is known of whoever signs in. */
#define WHO (LOGIN | LIMIT | SESSION | WATCH)
#define ALL (WHO | TEXT | SERVICE | OPERATOR | DAEMON)

static const struct event_row events[] = {
	[EVENT_LOGIN_BEGIN] = {"login.begin", LOG_INFO, LOGIN},
	[EVENT_LOGIN_RESEND] = {"login.resend", LOG_INFO, LOGIN},
	[EVENT_LOGIN_GRANTED] = {"login.granted", LOG_INFO, LOGIN},
	[EVENT_LOGIN_REFUSED] = {"login.refused", LOG_NOTICE, LOGIN},
	[EVENT_LOGIN_LOCKED] = {"login.locked", LOG_NOTICE, LOGIN},
	[EVENT_LOGIN_UNAVAILABLE] = {"login.unavailable", LOG_ERR, LOGIN},
	[EVENT_LOGIN_SHOWN] = {"login.shown", LOG_INFO, LOGIN},
	[EVENT_LOGIN_OBSERVED] = {"login.observed", LOG_INFO, WATCH},
	[EVENT_LOGIN_WAIVED] = {"login.waived", LOG_NOTICE, WATCH},
	[EVENT_RECOVERY_USED] = {"recovery.used", LOG_CRIT, LOGIN},
	[EVENT_LIMIT_NEAR] = {"limit.near", LOG_WARNING, LIMIT},
	[EVENT_PREFIX_ALARM] = {"prefix.alarm", LOG_WARNING, LIMIT},
	[EVENT_STATE_FULL] = {"state.full", LOG_ERR, LIMIT},
	[EVENT_SESSION_OPEN] = {"session.open", LOG_INFO, SESSION},
	[EVENT_SESSION_CLOSE] = {"session.close", LOG_INFO, SESSION},
	[EVENT_TEXT_ACCEPTED] = {"text.accepted", LOG_INFO, TEXT},
	[EVENT_TEXT_REFUSED] = {"text.refused", LOG_WARNING, TEXT},
	[EVENT_TEXT_UNKNOWN] = {"text.unknown", LOG_WARNING, TEXT},
	[EVENT_TEXT_UNSENT] = {"text.unsent", LOG_WARNING, TEXT},
	[EVENT_SERVICE_UNKNOWN] = {"service.unknown", LOG_ERR, SERVICE},
	[EVENT_IDENTITY_SUSPENDED] = {"identity.suspended", LOG_NOTICE, OPERATOR},
	[EVENT_IDENTITY_RESUMED] = {"identity.resumed", LOG_NOTICE, OPERATOR},
	[EVENT_LOCK_CLEARED] = {"lock.cleared", LOG_NOTICE, OPERATOR},
	[EVENT_MODE_CHANGED] = {"mode.changed", LOG_NOTICE, OPERATOR},
	[EVENT_MODE_CONFIRMED] = {"mode.confirmed", LOG_NOTICE, OPERATOR},
	[EVENT_MODE_FELL] = {"mode.fell", LOG_WARNING, OPERATOR},
	[EVENT_PHONE_CHANGED] = {"phone.changed", LOG_NOTICE, OPERATOR},
	[EVENT_PHONE_REMOVED] = {"phone.removed", LOG_NOTICE, OPERATOR},
	[EVENT_PHONE_RELEASED] = {"phone.released", LOG_NOTICE, OPERATOR},
	[EVENT_RECOVERY_ISSUED] = {"recovery.issued", LOG_NOTICE, OPERATOR},
	[EVENT_RECOVERY_REVOKED] = {"recovery.revoked", LOG_NOTICE, OPERATOR},
	[EVENT_DAEMON_START] = {"daemon.start", LOG_NOTICE, DAEMON},
	[EVENT_DAEMON_STOP] = {"daemon.stop", LOG_NOTICE, DAEMON},
	[EVENT_CONFIG_RELOADED] = {"config.reloaded", LOG_NOTICE, DAEMON},
	[EVENT_CONFIG_REFUSED] = {"config.refused", LOG_ERR, DAEMON},
	[EVENT_STORE_MADE] = {"store.made", LOG_NOTICE, DAEMON},
	[EVENT_STORE_CLONED] = {"store.cloned", LOG_WARNING, DAEMON},
	[EVENT_STORE_UNAVAILABLE] = {"store.unavailable", LOG_ERR, DAEMON},
	[EVENT_STORE_OPENED] = {"store.opened", LOG_NOTICE, DAEMON},
	[EVENT_STATE_LOST] = {"state.lost", LOG_WARNING, DAEMON},
	[EVENT_STATE_SMALL] = {"state.small", LOG_WARNING, DAEMON},
	[EVENT_MODE_LOST] = {"mode.lost", LOG_ERR, DAEMON},
	[EVENT_IDENTITY_IMPORTED] = {"identity.imported", LOG_NOTICE, DAEMON},
};

_Static_assert(sizeof(events) / sizeof(events[0]) == EVENT_COUNT, "a row for every event");

static const struct field_row fields[] = {
	[FIELD_TIME] = {"time", TYPE_TEXT, ALL},
	[FIELD_EVENT] = {"event", TYPE_TEXT, ALL},
	[FIELD_ID] = {"id", TYPE_TEXT, WHO | TEXT | SERVICE},
	[FIELD_SERVICE] = {"service", TYPE_TEXT, WHO | SERVICE | OPERATOR},
	[FIELD_USER] = {"user", TYPE_TEXT, WHO | TEXT | OPERATOR},
	[FIELD_UNKNOWN] = {"unknown", TYPE_TEXT, WHO | OPERATOR},
	[FIELD_PHONE] = {"phone", TYPE_TEXT, LOGIN | LIMIT | OPERATOR | WATCH},
	[FIELD_SOURCE] = {"source", TYPE_TEXT, WHO},
	[FIELD_SOURCE_KIND] = {"source_kind", TYPE_TEXT, WHO},
	[FIELD_PLACE] = {"place", TYPE_TEXT, WHO},
	[FIELD_KNOWN] = {"known", TYPE_FLAG, LOGIN | WATCH},
	[FIELD_UID] = {"uid", TYPE_NUMBER, WHO},
	[FIELD_TTY] = {"tty", TYPE_TEXT, WHO},
	[FIELD_RHOST] = {"rhost", TYPE_TEXT, WHO},
	[FIELD_RUSER] = {"ruser", TYPE_TEXT, WHO},
	[FIELD_SSH_CONNECTION] = {"ssh_connection", TYPE_TEXT, WHO},
	[FIELD_FIRST_FACTOR] = {"first_factor", TYPE_TEXT, WHO},
	[FIELD_MODE] = {"mode", TYPE_TEXT, WHO},
	[FIELD_DECISION] = {"decision", TYPE_TEXT, LOGIN | SERVICE},
	[FIELD_RULE] = {"rule", TYPE_TEXT, LOGIN | SERVICE},
	[FIELD_STANDING] = {"standing", TYPE_TEXT, LOGIN},
	[FIELD_EFFECT] = {"effect", TYPE_TEXT, LOGIN},
	[FIELD_ANSWER_MS] = {"answer_ms", TYPE_NUMBER, LOGIN},
	[FIELD_LEFT] = {"left", TYPE_NUMBER, LOGIN | OPERATOR},
	[FIELD_UNTIL] = {"until", TYPE_TEXT, OPERATOR},
	[FIELD_COUNT_OF] = {"count", TYPE_NUMBER, LOGIN | LIMIT | SERVICE | WATCH},
	[FIELD_COUNTED] = {"counted", TYPE_TEXT, LOGIN | LIMIT | SERVICE | WATCH},
	[FIELD_WOULD] = {"would", TYPE_TEXT, WATCH},
	[FIELD_WOULD_RULE] = {"would_rule", TYPE_TEXT, WATCH},
	[FIELD_WHY] = {"why", TYPE_TEXT, WATCH},
	[FIELD_ACCEPTED] = {"accepted", TYPE_FLAG, SESSION},
	[FIELD_WAIVED] = {"waived", TYPE_FLAG, SESSION},
	[FIELD_FROM] = {"from", TYPE_TEXT, OPERATOR},
	[FIELD_TO] = {"to", TYPE_TEXT, OPERATOR},
	[FIELD_CONFIRM] = {"confirm", TYPE_NUMBER, OPERATOR},
	[FIELD_LIMIT] = {"limit", TYPE_TEXT, LIMIT},
	[FIELD_PREFIX] = {"prefix", TYPE_TEXT, LIMIT},
	[FIELD_STUB] = {"stub", TYPE_FLAG, TEXT},
	[FIELD_HTTP] = {"http", TYPE_NUMBER, TEXT},
	[FIELD_MILLISECONDS] = {"milliseconds", TYPE_NUMBER, TEXT},
	[FIELD_CODE] = {"code", TYPE_TEXT, TEXT},
	[FIELD_REQID] = {"reqid", TYPE_TEXT, TEXT},
	[FIELD_TID] = {"tid", TYPE_TEXT, TEXT},
	[FIELD_DETAIL] = {"detail", TYPE_TEXT, LIMIT | TEXT | SERVICE | DAEMON},
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == FIELD_COUNT, "a row for every field");

const struct event_row *event_row(enum event event)
{
	return &events[event];
}

const struct field_row *field_row(enum field field)
{
	return &fields[field];
}
