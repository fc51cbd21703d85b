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

struct identities;

/*
 * `directory` and `create` as for store_open. A store that is made gets the default schema: one
 * trait `phone`, of type phone, neither identifier nor required. `key` is copied.
 */
CHECKED enum result identities_open(const char *directory, bool create,
	const uint8_t key[static STORE_KEY_SIZE], struct identities **ret, struct error *error);
void identities_close(struct identities **identities);

/* Transactions of the identity environment; store_commit and store_abort end them. */
CHECKED enum result identities_begin(struct identities *identities, bool write, MDB_txn **ret_txn);

CHECKED enum result identities_schema(
	struct identities *identities, MDB_txn *txn, struct schema *ret_schema);

/* Look-ups: RESULT_NOT_FOUND where there is none. A hit and a miss read the same pages. */
CHECKED enum result identities_find(struct identities *identities, MDB_txn *txn, const char *name,
	struct identity *ret_identity);
CHECKED enum result identities_find_uid(
	struct identities *identities, MDB_txn *txn, uint32_t uid, struct identity *ret_identity);
/* By any identifier trait of type phone; `typed` as phone_parse takes it. */
CHECKED enum result identities_find_phone(struct identities *identities, MDB_txn *txn,
	const char *typed, const char *country, struct identity *ret_identity);

/* The first value of a trait of type phone. RESULT_INVALID: the schema has none; NOT_FOUND: no
 * value. */
CHECKED enum result identity_phone(
	const struct schema *schema, const struct identity *identity, struct phone *ret_phone);

#endif
