/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One JSON object a line for each request, written before it is answered:
 *
 *	{"time": ms, "at": ns, "connection": n, "request": n, "method": "POST", "path": "...",
 *	 "type": "...", "parameters": ["feedid", ...], "unknown": [...], "get": false,
 *	 "to": "91...", "space": "%20", "async": "0", "fault": "ok", "error": 0,
 *	 "fates": [{"to": "...", "fate": "delivered", "code": 0}]}
 *
 * The last three are missing where it was no request to the API (404, 405, 400). "at" is by the
 * monotonic clock, for whoever measures. space is how blanks came: "+", "%20", "both" or "none";
 * error the request-level code. Neither the text nor the password is ever written.
 */
#ifndef EMULATOR_JOURNAL_H
#define EMULATOR_JOURNAL_H

#include <stdint.h>

#include "fault.h"
#include "form.h"
#include "judge.h"

struct journal;

/* `path` NULL: nothing is written. */
CHECKED enum result journal_open(
	const char *path, struct journal **ret_journal, struct error *error);
void journal_close(struct journal **journal);

struct entry {
	uint64_t connection;
	uint64_t request;
	const char *method;
	const char *path;
	const char *type; /* NULL for none */
	const struct form *form;
	const struct fault *fault; /* NULL where it was no request to the API */
	const struct judgement *judgement;
};

void journal_write(struct journal *journal, const struct entry *entry);

#endif
