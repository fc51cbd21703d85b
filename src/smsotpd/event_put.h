/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the events are written with: fields by their rows in event_table.h, one event at a time.
 * Every value from outside is escaped here.
 */
#ifndef SMSOTP_EVENT_PUT_H
#define SMSOTP_EVENT_PUT_H

#include "event.h"

/* Of an event that is whole; NULL where one of them found no memory: such an event is dropped. */
struct fields {
	json_t *object;
};

/* Empty values are left out. */
void event_put(struct fields *fields, enum field field, const char *value);
void event_put_number(struct fields *fields, enum field field, int64_t value);
void event_put_flag(struct fields *fields, enum field field, bool value);
void event_put_hex(struct fields *fields, enum field field, const uint8_t *bytes, size_t size);

/* Masked. */
void event_put_phone(struct fields *fields, const struct phone *phone);
void event_put_decision(struct fields *fields, enum decision decision, enum rule rule);

/* Of who signs in. `user` is an identity's name, "" where there is none, NULL where nobody looked.
 */
void event_put_login(struct fields *fields, const struct login *login, const char *user);

/* Each takes the fields away; event_write has the priority from the event's row. */
void event_write(struct trail *trail, enum event event, struct fields *fields);
void event_write_at(struct trail *trail, int priority, enum event event, struct fields *fields);

/* The work of it, for what must not be told from an event that is written. */
void event_drop(struct trail *trail, enum event event, struct fields *fields);

/* Counts one more. False where it is only counted, else fields that say how many they stand for. */
bool event_counted(struct trail *trail, const uint8_t source[static HASH_SIZE], enum event event,
	enum rule rule, struct fields *ret_fields);

#endif
