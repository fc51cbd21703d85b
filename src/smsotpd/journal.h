/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal's native protocol: one datagram an entry, lines of FIELD=value
 * (systemd.io/JOURNAL_NATIVE_PROTOCOL). Unlike sd_journal_sendv(3) it never waits for a journal
 * that does not read: what finds no room is lost, and said to be.
 */
#ifndef SMSOTP_JOURNAL_H
#define SMSOTP_JOURNAL_H

#include <jansson.h>

#include "result.h"

#define JOURNAL_SOCKET     "/run/systemd/journal/socket"
#define JOURNAL_ENTRY_SIZE 8192

/* A socket where standard error is the journal's (JOURNAL_STREAM, systemd.exec(5)), else -1. */
int journal_open(void);

/*
 * MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, SMSOTP_EVENT, and each of `fields` as SMSOTP_ and its name
 * in capitals. Strings hold no newline. Returns the entry's length.
 */
size_t journal_entry(int priority, const char *message, const char *event, json_t *fields,
	char ret[static JOURNAL_ENTRY_SIZE]);

/* RESULT_FULL: it does not read. RESULT_UNREACHABLE: nobody listens, say it on standard error. */
CHECKED enum result journal_send(int journal, const char *entry, size_t length);

#endif
