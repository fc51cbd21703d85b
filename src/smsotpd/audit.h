/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The trail: one JSON line per event in events.jsonl, and one entry with the same fields in the
 * journal, or one line of text on standard error where that is not the journal. A thread of its own
 * writes; where it cannot keep up, events are dropped and counted: a log that cannot be written
 * never delays or decides a login, and a journal that does not read costs the file no line.
 */
#ifndef SMSOTP_AUDIT_H
#define SMSOTP_AUDIT_H

#include <jansson.h>
#include <stdbool.h>

#include "clock.h"

#define AUDIT_FILE "events.jsonl"

struct audit;

/* `directory` holds the file, which is opened with the first event. One that does not open is tried
 * again with later ones, once a second; what it lacks is counted and told. */
CHECKED enum result audit_start(const char *directory, bool journal, struct audit **ret_audit);
void audit_stop(struct audit **audit);

/* After logrotate(8) has moved the file away. */
void audit_reopen(struct audit *audit);

/* Whether what is written from now on goes to the journal too. Of the thread that writes events. */
void audit_journal(struct audit *audit, bool journal);

/* Steals `fields`, whose strings are escaped; puts "time" (RFC 3339, UTC, ms) and "event" in front.
 * priority as syslog(3). NULL: they found no memory, and the event is dropped. */
void audit_write(struct audit *audit, const struct moment *now, int priority, const char *event,
	json_t *fields);

/* The work of making its lines, for an event that must not be told from one that is written. */
void audit_drop(const struct audit *audit, const struct moment *now, int priority,
	const char *event, json_t *fields);

#endif
