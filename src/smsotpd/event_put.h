/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the events are written with: fields by their rows in event_table.h, one event at a time.
 * Every value from outside is escaped here.
 */
#ifndef SMSOTP_EVENT_PUT_H
#define SMSOTP_EVENT_PUT_H

#include "event.h"

/* Empty values are left out. */
void event_put(json_t *fields, enum field field, const char *value);
void event_put_number(json_t *fields, enum field field, int64_t value);
void event_put_flag(json_t *fields, enum field field, bool value);
void event_put_hex(json_t *fields, enum field field, const uint8_t *bytes, size_t size);

/* Masked. */
void event_put_phone(json_t *fields, const struct phone *phone);
void event_put_decision(json_t *fields, enum decision decision, enum rule rule);

/* Of who signs in. `user` is an identity's name, "" where there is none, NULL where nobody looked.
 */
void event_put_login(json_t *fields, const struct login *login, const char *user);

/* Each steals `fields`; event_write has the priority from the event's row. */
void event_write(struct trail *trail, enum event event, json_t *fields);
void event_write_at(struct trail *trail, int priority, enum event event, json_t *fields);

/* The work of it, for what must not be told from an event that is written. */
void event_drop(struct trail *trail, enum event event, json_t *fields);

/* Counts one more. NULL where it is only counted, else fields that say how many they stand for. */
json_t *event_counted(struct trail *trail, const uint8_t source[static HASH_SIZE], enum event event,
	enum rule rule);

#endif
