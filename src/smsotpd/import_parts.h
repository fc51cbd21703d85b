/* SPDX-License-Identifier: BSD-3-Clause */
/* One import under way, for the import*.c files alone. */
#ifndef SMSOTP_IMPORT_PARTS_H
#define SMSOTP_IMPORT_PARTS_H

#include "identity_plan.h"
#include "identity_recovery.h"
#include "import.h"

struct import_fault {
	size_t line;
	char text[sizeof(((struct error *)0)->text)];
};

/* The names of --only. `met`: the file has it. */
struct import_name {
	char name[IDENTITY_NAME_MAX + 1];
	bool met;
};

/* A record of recovery codes that the file brings. */
struct import_codes {
	char name[IDENTITY_NAME_MAX + 1];
	uint8_t record[RECOVERY_RECORD_SIZE];
};

struct import {
	const struct ctl_call *call;
	const struct import_request *request;
	struct schema schema; /* the file's where it has one, else the store's */
	bool schema_new;
	MDB_txn *txn; /* reads */
	size_t count; /* identities in the store */
	struct rows rows;
	struct plan *plan;
	struct import_name *names; /* sorted */
	size_t names_count;
	struct import_codes *codes;
	size_t codes_count;
	size_t codes_room;
	bool suspends;  /* a row does */
	size_t foreign; /* records that another host's key made */
	struct import_fault fault[IMPORT_FAULTS_MAX];
	size_t faults;
};

/* Whoever asked is told; RESULT_UNREACHABLE with a sentence where he has gone. */
CHECKED enum result import_tell(
	const struct import *import, size_t done, unsigned int permille, struct error *error);

/*
 * The row's recovery codes: *ret_changes where they are to be written. RESULT_INVALID with a
 * sentence where they are no such record.
 */
CHECKED enum result import_codes_take(
	struct import *import, const struct row *row, bool *ret_changes, struct error *error);

/* Reads request->names. RESULT_INVALID: no name, or what cannot be one. */
CHECKED enum result import_names_read(struct import *import, struct error *error);

/* Whether the import is about this name, and marks that it was met. */
bool import_names_take(struct import *import, const char *name, bool met);

/* Into the reply: counts; what is written; names of what changes; faults; too many changes; that
 * what was written was not forgotten as well. */
void import_reply_counts(const struct import *import, json_t *reply);
CHECKED enum result import_reply_news(const struct import *import, json_t *reply);
CHECKED enum result import_reply_names(struct import *import, json_t *reply);
void import_reply_faults(struct import *import, json_t *reply);
void import_reply_changes(const struct import *import, json_t *reply);
void import_reply_unforgotten(enum result why, json_t *reply);

/* Has the state forget whom the plan voids, in short transactions. */
CHECKED enum result import_forget(struct import *import, bool after);

/* Writes the plan, and has the state forget whom it voids. RESULT_OK where it is written. */
CHECKED enum result import_write(struct import *import, json_t *reply, struct error *error);

#endif
