/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state store: one record per user by the keyed hash of the name. It grows with the identity
 * store and with nothing else: names that do not exist share STATE_NOBODIES records, which are
 * there from the first start on.
 */
#ifndef SMSOTP_STATE_H
#define SMSOTP_STATE_H

#include "record.h"
#include "secret.h"
#include "store.h"

#define STATE_NOBODIES 64
#define STATE_SOURCES  65536

/*
 * How many users' records one transaction may change, so that it goes through in a store that holds
 * as many as it takes: what is written anew is written to a free page, and the page before is free
 * two transactions later, not at once.
 */
#define STATE_PART 128

/*
 * How many records one read transaction looks up: as long as it lasts no page is free again that
 * others replace meanwhile, and a full store has about 1000 to write to.
 */
#define STATE_VIEW 4096

struct state;

/*
 * As store_open; state that is lost begins empty. `keys` are copied. RESULT_INVALID: what is
 * there is of other keys, and of no use.
 */
CHECKED enum result state_open(const char *directory, size_t size, const struct keys *keys,
	struct state **ret_state, struct error *error);
void state_close(struct state **state);

/* It began empty when it was opened. */
bool state_began(const struct state *state);

/* As the store's own. */
CHECKED enum result state_after_fork(struct state *state, struct error *error);
struct store *state_store(const struct state *state);

CHECKED enum result state_begin(struct state *state, bool write, MDB_txn **ret_txn);

/* As store_broken. */
bool state_broken(const struct state *state);

/* The key of a user's record; of a name that does not exist, one of nobody's. */
void state_id(
	const struct state *state, const char *name, bool exists, uint8_t ret_id[static HASH_SIZE]);

/* How many users can have a record, by the store's size. */
size_t state_users_max(const struct state *state);

/* "There are 20000 identities ...", for the operator; false where every identity has room. */
#define STATE_SENTENCE 256
bool state_sentence(const struct state *state, size_t identities, char ret[static STATE_SENTENCE]);

/*
 * Whether the user's record is there or may be made. Full is told by the count of records, long
 * before no page is free: who has a record goes on signing in.
 */
CHECKED enum result state_admits(
	struct state *state, MDB_txn *txn, const uint8_t id[static HASH_SIZE], bool *ret_admits);

/* A record that is not there is all zero, and of this boot after record_rebase. */
CHECKED enum result state_load(struct state *state, MDB_txn *txn,
	const uint8_t id[static HASH_SIZE], struct record *ret_record);
CHECKED enum result state_save(struct state *state, MDB_txn *txn,
	const uint8_t id[static HASH_SIZE], const struct record *record);

/*
 * The tallies of sources, in a table of their own that is filled when it is made. Sources share
 * STATE_SOURCES slots by their keyed hash: a tally only counts, so two in one slot wait a little
 * earlier and nothing is lost. Those of the host and of prefixes are in a small table, because
 * every login writes there: each page that a commit changes makes it longer.
 */
struct tally_key {
	uint8_t bytes[4]; /* 0 and the slot, 1, or 2 and the prefix: big endian, so they sort */
};

void tally_key_source(const uint8_t source[static HASH_SIZE], struct tally_key *ret_key);
void tally_key_host(struct tally_key *ret_key);

/* The first PREFIX_DIGITS of a phone; an empty one has a key of its own. */
void tally_key_prefix(const struct phone *phone, struct tally_key *ret_key);

/* Of this boot when it comes; all zero where there is none. */
CHECKED enum result state_tally_load(struct state *state, MDB_txn *txn, const struct tally_key *key,
	const struct clock *clock, const struct moment *now, struct tally *ret_tally);
CHECKED enum result state_tally_save(struct state *state, MDB_txn *txn, const struct tally_key *key,
	const struct clock *clock, const struct tally *tally);

/*
 * `id` becomes the next one after it that has a record, users' and nobody's in one order;
 * RESULT_NOT_FOUND after the last. All zeros come before the first.
 */
CHECKED enum result state_next(struct state *state, MDB_txn *txn, uint8_t id[static HASH_SIZE]);

/* Voids the live codes of a user; all else stays. */
CHECKED enum result state_void(
	struct state *state, MDB_txn *txn, const uint8_t id[static HASH_SIZE]);

CHECKED enum result state_has(
	struct state *state, MDB_txn *txn, const uint8_t id[static HASH_SIZE], bool *ret_has);

/* Forgets all of a user: after a change of phone, and when the identity goes. Missing is RESULT_OK.
 */
CHECKED enum result state_forget(
	struct state *state, MDB_txn *txn, const uint8_t id[static HASH_SIZE]);

/* What is of no user: rows of their own keys, see state_row.h. */
enum state_table { STATE_MODES = 0, STATE_SEEN, STATE_TABLES };

/* False where the store was too full to make it: it is empty then. */
bool state_table(const struct state *state, enum state_table table, MDB_dbi *ret_table);

/* As store_used. */
CHECKED enum result state_used(struct state *state, unsigned int *ret_percent);

#endif
