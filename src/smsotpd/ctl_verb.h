/* SPDX-License-Identifier: BSD-3-Clause */
/* What the ctl_*.c files share: the shape of a verb, and a change that spans both stores. */
#ifndef SMSOTP_CTL_VERB_H
#define SMSOTP_CTL_VERB_H

#include "ctl.h"
#include "event_table.h"
#include "state.h"

struct config_service;

struct ctl_call {
	const struct ctl_context *context;
	const json_t *request;
	int bulk;
	json_t *events; /* ctl_event's: control.c writes them where the verb is done */
};

/*
 * A verb puts its fields into `reply`, or fails with a sentence for the operator. What it put in
 * before failing is thrown away.
 */
struct ctl_verb {
	const char *name;
	enum result (*run)(const struct ctl_call *call, json_t *reply, struct error *error);
};

/* One table for each file; a NULL name ends it. */
extern const struct ctl_verb ctl_export_verbs[];
extern const struct ctl_verb ctl_identity_verbs[];
extern const struct ctl_verb ctl_import_verbs[];
extern const struct ctl_verb ctl_lock_verbs[];
extern const struct ctl_verb ctl_mode_verbs[];
extern const struct ctl_verb ctl_report_verbs[];
extern const struct ctl_verb ctl_quarantine_verbs[];
extern const struct ctl_verb ctl_recovery_verbs[];
extern const struct ctl_verb ctl_schema_verbs[];
extern const struct ctl_verb ctl_status_verbs[];
extern const struct ctl_verb ctl_user_verbs[];

/* A string of the request. RESULT_INVALID with a sentence where it is missing. */
CHECKED enum result ctl_string(
	const struct ctl_call *call, const char *field, const char **ret_text, struct error *error);

/*
 * The section that the request's "service" names: its own name or one of `also`. [service *] stands
 * for all others, so it has to be named itself.
 */
CHECKED enum result ctl_service(const struct ctl_call *call,
	const struct config_service **ret_service, struct error *error);

/* The identity that the request's "name" names, with the schema of its values. */
CHECKED enum result ctl_find(const struct ctl_call *call, struct schema *ret_schema,
	struct identity *ret_identity, struct error *error);

/*
 * An event about an identity, for the trail where the verb is done: to be told before the change
 * commits, for without memory for it, RESULT_MEMORY, there must be none. Steals `fields`, an object
 * that may have phone (masked), until and left; NULL is one that found no memory.
 */
CHECKED enum result ctl_event(
	const struct ctl_call *call, enum event event, const char *user, json_t *fields);

/* Milliseconds until the changed phone of `name` gets texts, 0 where it gets them; with the moment
 * that they count from. */
CHECKED enum result ctl_quarantine_left(const struct ctl_call *call, MDB_txn *txn, const char *name,
	struct moment *ret_now, int64_t *ret_left);

/* The sentence for a name that is no identity's. Returns RESULT_NOT_FOUND. */
CHECKED enum result ctl_unknown(const char *name, struct error *error);

/* The sentence for a store that failed; hands `result` back. */
CHECKED enum result ctl_failed(enum result result, struct error *error);

/*
 * Transactions of both stores. The state's commits first: a state that forgot too much costs its
 * user a known place, an identity with a new phone and places of the old one would cost more.
 */
struct ctl_change {
	MDB_txn *identity;
	MDB_txn *state;
};

CHECKED enum result ctl_change_begin(
	const struct ctl_call *call, struct ctl_change *ret_change, struct error *error);
CHECKED enum result ctl_change_commit(struct ctl_change *change, struct error *error);
void ctl_change_abort(struct ctl_change *change);

/*
 * identities_put; where the phone or the uid is another one than before, the state forgets the
 * user, and the live codes of one who is suspended by it. A changed phone goes into quarantine;
 * with another uid the name is another person's, and recovery codes are void. Events say so.
 */
CHECKED enum result ctl_change_put(const struct ctl_call *call, struct ctl_change *change,
	const struct identity *identity, bool *ret_created, struct error *error);

/* identities_remove; the state forgets the user, and that he had a phone is remembered. */
CHECKED enum result ctl_change_remove(const struct ctl_call *call, struct ctl_change *change,
	const char *name, struct error *error);

/* identities_set_schema; where texts go to another number by it, that phone is a changed one. */
CHECKED enum result ctl_change_schema(const struct ctl_call *call, struct ctl_change *change,
	const struct schema *schema, bool force, struct error *error);

/*
 * The same for many at once, where both transactions cannot be open together. `before` and `after`
 * NULL for nobody.
 *
 * check: RESULT_REFUSED where no text may go to the phone of `after`.
 * forgets: what the state has to do.
 * follow: all that follows in the identity store, in `txn`; events say so.
 */
enum ctl_forgets { CTL_KEEPS = 0, CTL_VOIDS_CODES, CTL_FORGETS };

CHECKED enum result ctl_change_check(const struct ctl_call *call, const struct schema *schema,
	const struct identity *after, struct error *error);
enum ctl_forgets ctl_change_forgets(
	const struct schema *schema, const struct identity *before, const struct identity *after);
CHECKED enum result ctl_change_follow(const struct ctl_call *call, MDB_txn *txn,
	const struct schema *schema, const struct identity *before, const struct identity *after,
	struct error *error);

/* An array of traits, as schema.show makes it. */
CHECKED enum result ctl_schema_read(
	const json_t *traits, struct schema *ret_schema, struct error *error);
json_t *ctl_schema_json(const struct schema *schema);

#endif
