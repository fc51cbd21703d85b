/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The trail as a contract: every event and every field, one row each in event_table.c, and one row
 * each in smsotp-events(5); make lint compares the two. Who adds an event or a field adds its name
 * here, its row there, and its row to the page.
 */
#ifndef SMSOTP_EVENT_TABLE_H
#define SMSOTP_EVENT_TABLE_H

enum event {
	EVENT_LOGIN_BEGIN = 0,
	EVENT_LOGIN_RESEND,
	EVENT_LOGIN_GRANTED,
	EVENT_LOGIN_REFUSED,
	EVENT_LOGIN_LOCKED,
	EVENT_LOGIN_UNAVAILABLE,
	EVENT_LOGIN_SHOWN,
	EVENT_LOGIN_OBSERVED,
	EVENT_LOGIN_WAIVED,
	EVENT_RECOVERY_USED,
	EVENT_LIMIT_NEAR,
	EVENT_PREFIX_ALARM,
	EVENT_STATE_FULL,
	EVENT_SESSION_OPEN,
	EVENT_SESSION_CLOSE,
	EVENT_TEXT_ACCEPTED,
	EVENT_TEXT_REFUSED,
	EVENT_TEXT_UNKNOWN,
	EVENT_TEXT_UNSENT,
	EVENT_SERVICE_UNKNOWN,
	EVENT_IDENTITY_SUSPENDED,
	EVENT_IDENTITY_RESUMED,
	EVENT_LOCK_CLEARED,
	EVENT_MODE_CHANGED,
	EVENT_MODE_CONFIRMED,
	EVENT_MODE_FELL,
	EVENT_PHONE_CHANGED,
	EVENT_PHONE_REMOVED,
	EVENT_PHONE_RELEASED,
	EVENT_RECOVERY_ISSUED,
	EVENT_RECOVERY_REVOKED,
	EVENT_DAEMON_START,
	EVENT_DAEMON_STOP,
	EVENT_CONFIG_RELOADED,
	EVENT_CONFIG_REFUSED,
	EVENT_STORE_MADE,
	EVENT_STORE_CLONED,
	EVENT_STORE_UNAVAILABLE,
	EVENT_STATE_LOST,
	EVENT_STATE_SMALL,
	EVENT_MODE_LOST,
	EVENT_COUNT,
};

enum field {
	FIELD_TIME = 0,
	FIELD_EVENT,
	FIELD_ID,
	FIELD_SERVICE,
	FIELD_USER,
	FIELD_UNKNOWN,
	FIELD_PHONE,
	FIELD_SOURCE,
	FIELD_SOURCE_KIND,
	FIELD_KNOWN,
	FIELD_UID,
	FIELD_TTY,
	FIELD_RHOST,
	FIELD_RUSER,
	FIELD_SSH_CONNECTION,
	FIELD_FIRST_FACTOR,
	FIELD_MODE,
	FIELD_DECISION,
	FIELD_RULE,
	FIELD_STANDING,
	FIELD_EFFECT,
	FIELD_ANSWER_MS,
	FIELD_LEFT,
	FIELD_UNTIL,
	FIELD_COUNT_OF,
	FIELD_COUNTED,
	FIELD_WOULD,
	FIELD_WOULD_RULE,
	FIELD_WHY,
	FIELD_ACCEPTED,
	FIELD_WAIVED,
	FIELD_FROM,
	FIELD_TO,
	FIELD_CONFIRM,
	FIELD_LIMIT,
	FIELD_PREFIX,
	FIELD_STUB,
	FIELD_HTTP,
	FIELD_MILLISECONDS,
	FIELD_CODE,
	FIELD_REQID,
	FIELD_TID,
	FIELD_DETAIL,
	FIELD_COUNT,
};

/* As JSON has them: a string, an integer, true or false. */
enum event_type { TYPE_TEXT = 0, TYPE_NUMBER, TYPE_FLAG };

/* Which events have a field: those of a family, or of several. */
enum event_family {
	FAMILY_LOGIN = 1,
	FAMILY_LIMIT = 2,
	FAMILY_SESSION = 4,
	FAMILY_TEXT = 8,
	FAMILY_SERVICE = 16,
	FAMILY_OPERATOR = 32,
	FAMILY_DAEMON = 64,
	FAMILY_WATCH = 128, /* of logins that no code is required of yet */
};

struct event_row {
	const char *name;
	int priority; /* as syslog(3) has it */
	enum event_family family;
};

struct field_row {
	const char *name;
	enum event_type type;
	unsigned int families; /* enum event_family, as bits */
};

const struct event_row *event_row(enum event event);
const struct field_row *field_row(enum field field);

#endif
