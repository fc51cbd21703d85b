/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The identity store's tables, for the identity_*.c files alone. Keys but `meta`'s are BLAKE2b of
 * STORE_ID_SIZE bytes, keyed, of a tag byte and then:
 *
 *	meta        "schema" -> schema record; "key" -> an id that tells whether the key is ours
 *	identity    'n' name -> identity record
 *	identifier  'i' trait name, NUL, value -> key in `identity`; mail addresses in lower case
 *	uid         'u' uid (u32, little endian) -> key in `identity`
 *	recovery    'n' name, or 'o' u8 of nobody -> record of recovery codes
 *	quarantine  'n' name -> what is remembered of its phones
 *
 * The records hold all that is needed to make the indexes anew. A recovery code is kept as 'r'
 * name, NUL, code; a number that went as 'p' number.
 */
#ifndef SMSOTP_IDENTITY_TABLES_H
#define SMSOTP_IDENTITY_TABLES_H

#include "identity.h"
#include "turn.h"

struct identities {
	struct store *store;
	struct turn *turn;
	uint8_t key[STORE_KEY_SIZE];
	MDB_dbi meta;
	MDB_dbi identity;
	MDB_dbi identifier;
	MDB_dbi uid;
	MDB_dbi recovery;
	MDB_dbi quarantine;
};

struct identity_id {
	uint8_t bytes[STORE_ID_SIZE];
};

void id_of_name(const struct identities *identities, const char *name, struct identity_id *ret_id);
void id_of_uid(const struct identities *identities, uint32_t uid, struct identity_id *ret_id);
void id_of_value(const struct identities *identities, const struct trait *trait, const char *value,
	struct identity_id *ret_id);
void id_of_nobody(const struct identities *identities, uint8_t number, struct identity_id *ret_id);
void id_of_code(const struct identities *identities, const char *name, const char *code,
	struct identity_id *ret_id);
void id_of_phone(
	const struct identities *identities, const struct phone *phone, struct identity_id *ret_id);
/* Another for each key. */
void id_of_key(const struct identities *identities, struct identity_id *ret_id);

/* One record; read by a schema that is known already. */
CHECKED enum result tables_read(struct identities *identities, MDB_txn *txn,
	const struct schema *schema, const struct identity_id *id, struct identity *ret_identity);
CHECKED enum result tables_load(struct identities *identities, MDB_txn *txn,
	const struct identity_id *id, struct identity *ret_identity);
CHECKED enum result tables_save(struct identities *identities, MDB_txn *txn,
	const struct schema *schema, const struct identity *identity);
CHECKED enum result tables_save_schema(
	struct identities *identities, MDB_txn *txn, const struct schema *schema);
CHECKED enum result tables_save_key(struct identities *identities, MDB_txn *txn);

/*
 * The index entries of one identity. add: RESULT_EXISTS, with both names, where another has the uid
 * or an identifier.
 */
CHECKED enum result index_add(struct identities *identities, MDB_txn *txn,
	const struct schema *schema, const struct identity *identity, struct error *error);
CHECKED enum result index_remove(struct identities *identities, MDB_txn *txn,
	const struct schema *schema, const struct identity *identity);
CHECKED enum result index_clear(struct identities *identities, MDB_txn *txn);

/* All keys of `identity`; the caller frees the array. */
CHECKED enum result tables_ids(struct identities *identities, MDB_txn *txn,
	struct identity_id **ret_ids, size_t *ret_count);

/* Rewrites a store that was made with another key. */
CHECKED enum result identities_rekey(
	struct identities *identities, MDB_txn *txn, struct error *error);

/* For failures that are LMDB's: sets the sentence, hands `result` back. */
CHECKED enum result tables_error(enum result result, struct error *error);

#endif
