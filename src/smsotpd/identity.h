/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The identity store: who has which phone. A schema of traits, identities by the keyed hash of
 * their name, and two indexes: identifier (trait and value) -> name, uid -> name.
 */
#ifndef SMSOTP_IDENTITY_H
#define SMSOTP_IDENTITY_H

#include "secret.h"
#include "store.h"

#define IDENTITY_NAME_MAX 64 /* login names; useradd(8) stops at 32 */
#define TRAIT_NAME_MAX    32
#define TRAIT_VALUE_MAX   256
#define SCHEMA_TRAITS_MAX 16
#define UID_NONE          UINT32_MAX

enum trait_type { TRAIT_STRING = 0, TRAIT_PHONE, TRAIT_EMAIL };

struct trait {
	char name[TRAIT_NAME_MAX + 1]; /* [a-z][a-z0-9_-]*, never "name", "uid" or "suspended" */
	enum trait_type type;
	bool identifier; /* no two identities share a value */
	bool required;
};

struct schema {
	size_t count;
	struct trait trait[SCHEMA_TRAITS_MAX];
};

/* value[i] is the value of schema.trait[i], "" for none. Holds phones: wipe it. */
struct identity {
	char name[IDENTITY_NAME_MAX + 1];
	uint32_t uid; /* of the host's account, for su's caller and for root; UID_NONE for none */
	bool suspended;
	char value[SCHEMA_TRAITS_MAX][TRAIT_VALUE_MAX + 1];
};

void identity_wipe(struct identity *identity);

/* The place of a trait in the schema, or schema->count where it has none of that name. */
size_t schema_find(const struct schema *schema, const char *name);
bool schema_has_phone(const struct schema *schema);
bool schema_equal(const struct schema *one, const struct schema *other);

/* "string", "phone", "email". */
const char *trait_type_name(enum trait_type type);
CHECKED enum result trait_type_parse(const char *name, enum trait_type *ret_type);

struct identities;

/* Room for some 100 000 identities, and for replacing all of them in one transaction. */
#define IDENTITY_STORE_SIZE ((size_t)64 << 20)

/*
 * `directory`, `size`, `create` and results as for store_open. A store that is made gets the
 * default schema: one trait `phone`, of type phone, neither identifier nor required. `key` is
 * copied. A store that was made with another key (the image was cloned) is rewritten for this one.
 */
CHECKED enum result identities_open(const char *directory, size_t size, bool create,
	const uint8_t key[static STORE_KEY_SIZE], struct identities **ret, struct error *error);
void identities_close(struct identities **identities);

/* As the store's own. */
CHECKED enum result identities_after_fork(struct identities *identities, struct error *error);
struct store *identities_store(const struct identities *identities);

/* Transactions of the identity environment; store_commit and store_abort end them. */
CHECKED enum result identities_begin(struct identities *identities, bool write, MDB_txn **ret_txn);

/* Who writes identities for longer than a login may wait has it while he does. */
struct turn *identities_turn(const struct identities *identities);

/* As store_broken. */
bool identities_broken(const struct identities *identities);

CHECKED enum result identities_schema(
	struct identities *identities, MDB_txn *txn, struct schema *ret_schema);

/*
 * Look-ups: RESULT_NOT_FOUND where there is none. A hit and a miss read the same pages. All but the
 * first take the schema that identities_schema gave in the same transaction.
 */
CHECKED enum result identities_find(struct identities *identities, MDB_txn *txn, const char *name,
	struct identity *ret_identity);
CHECKED enum result identities_find_name(struct identities *identities, MDB_txn *txn,
	const struct schema *schema, const char *name, struct identity *ret_identity);
CHECKED enum result identities_find_uid(struct identities *identities, MDB_txn *txn,
	const struct schema *schema, uint32_t uid, struct identity *ret_identity);
/* By any identifier trait of type phone; `typed` as phone_parse takes it. */
CHECKED enum result identities_find_phone(struct identities *identities, MDB_txn *txn,
	const struct schema *schema, const char *typed, const char *country,
	struct identity *ret_identity);

/* The first value of a trait of type phone. RESULT_INVALID: the schema has none; NOT_FOUND: no
 * value. */
CHECKED enum result identity_phone(
	const struct schema *schema, const struct identity *identity, struct phone *ret_phone);

/*
 * Writes. Each wants a write transaction that is aborted where it fails, and a sentence in `error`
 * that names identities and traits, never a value.
 *
 * put: makes or replaces the identity of that name. Phones are completed with `country` and stored
 * as E.164. RESULT_INVALID: the schema or a rule of shape is not met; RESULT_EXISTS: another
 * identity has that uid or identifier.
 */
CHECKED enum result identities_put(struct identities *identities, MDB_txn *txn,
	const struct identity *identity, const char *country, struct error *error);
CHECKED enum result identities_remove(
	struct identities *identities, MDB_txn *txn, const char *name, struct error *error);

/*
 * Values follow their trait by name. RESULT_EXISTS: two identities share a value of a new
 * identifier; RESULT_REFUSED: identities hold a value of a trait that goes, and `force` is not set;
 * RESULT_INVALID: a name is bad or an identity does not meet the new schema.
 */
CHECKED enum result identities_set_schema(struct identities *identities, MDB_txn *txn,
	const struct schema *schema, const char *country, bool force, struct error *error);

/*
 * Visits every identity in the order of names; what `visit` writes does not disturb it. Ends with
 * the first result of `visit` that is not RESULT_OK. RESULT_FAILED also where a record is damaged.
 */
CHECKED enum result identities_each(struct identities *identities, MDB_txn *txn,
	enum result (*visit)(const struct identity *identity, void *context), void *context);
CHECKED enum result identities_count(
	struct identities *identities, MDB_txn *txn, size_t *ret_count);

/* As store_used. */
CHECKED enum result identities_used(struct identities *identities, unsigned int *ret_percent);

#endif
