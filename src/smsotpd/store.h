/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One LMDB environment, opened once by one process (lmdb.h: never twice) from a directory that is
 * checked on its descriptor: this process's owner, mode 0700, no link. Both files are allocated
 * whole when they are made, so that a full disk is an error at start and no SIGBUS later.
 */
#ifndef SMSOTP_STORE_H
#define SMSOTP_STORE_H

#include <lmdb.h>
#include <stdbool.h>
#include <stdint.h>

#include "result.h"

#define STORE_KEY_SIZE 32 /* crypto_generichash_KEYBYTES */
#define STORE_ID_SIZE  16 /* a keyed hash of a name */

struct store;

/*
 * Makes directory and environment first where they are missing and `create` is set; without it
 * that is RESULT_NOT_FOUND. `size`: of the map and of data.mdb, in bytes. A lock on the directory
 * keeps out a second opener, in this process or another: RESULT_EXISTS. RESULT_REFUSED: an owner, a
 * mode, a link, or pages beyond `size`; RESULT_FULL: no room for `size`. A file that is smaller
 * grows. `error` names the check and the remedy.
 */
CHECKED enum result store_open(const char *directory, size_t size, bool create,
	struct store **ret_store, struct error *error);
void store_close(struct store **store);

/*
 * In a process that was forked, whose parent serves on: opens the same environment anew, because
 * one must not be used across fork(2) (lmdb.h). store_descriptor must be open still, and any other
 * descriptor of the parent's environment closed: closing one later would drop this process's locks
 * (fcntl(2)). Tables are to be opened again.
 */
CHECKED enum result store_after_fork(struct store *store, struct error *error);
int store_descriptor(const struct store *store);

/* Forgets readers of processes that were killed: their pages could never be used again. */
CHECKED enum result store_readers_check(struct store *store);

/* One write transaction at a time, on one thread. */
CHECKED enum result store_begin(struct store *store, bool write, MDB_txn **ret_txn);

/*
 * A commit has failed half way and store_begin has met that: LMDB takes no transaction of this
 * environment any more, and only a new process opens it anew (lmdb.h, MDB_PANIC).
 */
bool store_broken(const struct store *store);

/* Frees and nulls *txn whatever it returns: aborting after a failed commit is a use after free. */
CHECKED enum result store_commit(MDB_txn **txn);
void store_abort(MDB_txn **txn);

/*
 * Opens a named database of the environment, making it where it is missing. In a write transaction
 * of its own, so never while this thread has one open.
 */
CHECKED enum result store_table(struct store *store, const char *name, MDB_dbi *ret_table);

/* Records of a table. */
CHECKED enum result store_count(MDB_txn *txn, MDB_dbi table, size_t *ret_count);

/* Bytes: as the kernel's were where the store was made. */
size_t store_page(const struct store *store);

/* Percent of the map in use, pages that are free again not counted. */
CHECKED enum result store_used(struct store *store, unsigned int *ret_percent);

/* The one translation of LMDB's errors: MDB_MAP_FULL and ENOSPC are RESULT_FULL. */
enum result store_result(int mdb_error);

#endif
