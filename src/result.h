/* SPDX-License-Identifier: BSD-3-Clause */
/* The one error type. A function that can fail returns it and leaves its outputs untouched. */
#ifndef SMSOTP_RESULT_H
#define SMSOTP_RESULT_H

#include <stddef.h>

enum result {
	RESULT_OK = 0,
	RESULT_NOT_FOUND,   /* no such record, file or name */
	RESULT_EXISTS,      /* another record holds that name or identifier */
	RESULT_INVALID,     /* the input is malformed or out of range */
	RESULT_REFUSED,     /* an owner, a mode, a peer or a rule is wrong */
	RESULT_TIMEOUT,     /* the deadline passed */
	RESULT_UNREACHABLE, /* nobody listens there, or whoever did has gone */
	RESULT_FULL,        /* a table, a map or a disk has no room */
	RESULT_MEMORY,      /* malloc failed */
	RESULT_FAILED,      /* the system or a library said no */
};

#define CHECKED __attribute__((warn_unused_result))

/* What went wrong, in one sentence for a person, with what to do next. Never holds a secret. */
struct error {
	char text[512];
};

/* Writes the sentence and hands `result` back, so that a failure is one return statement. */
CHECKED enum result error_set(struct error *error, enum result result, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A short lower-case name, for logs: "not found". */
const char *result_name(enum result result);

#endif
