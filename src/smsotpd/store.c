/* SPDX-License-Identifier: BSD-3-Clause */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store_check.h"

#define TABLES_MAX  8
#define READERS_MAX 1024
/*
 * LMDB 0.9 wants a header of under 256 bytes and a cache line for each reader; a larger file only
 * means more readers.
 */
#define LOCK_SIZE (4096 + READERS_MAX * 64)

#define MEGABYTES(bytes) (((bytes) + (1 << 20) - 1) >> 20)

struct store {
	MDB_env *env;
	int directory; /* holds the lock against a second opener */
	size_t size;
	bool broken;
};

enum result store_result(int mdb_error)
{
	static const struct {
		int error;
		enum result result;
	} rows[] = {
		{MDB_SUCCESS, RESULT_OK},
		{MDB_NOTFOUND, RESULT_NOT_FOUND},
		{MDB_KEYEXIST, RESULT_EXISTS},
		{MDB_MAP_FULL, RESULT_FULL},
		{MDB_TXN_FULL, RESULT_FULL},
		{MDB_READERS_FULL, RESULT_FULL},
		{ENOSPC, RESULT_FULL},
		{EDQUOT, RESULT_FULL},
		{ENOMEM, RESULT_MEMORY},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].error == mdb_error)
			return rows[i].result;
	}
	return RESULT_FAILED;
}

static enum result open_env(struct store *store, const char *path, size_t size, struct error *error)
{
	char name[32];

	/* By the descriptor that was checked, whatever the path means by now. */
	snprintf(name, sizeof(name), "/proc/self/fd/%d", store->directory);
	int failure = mdb_env_create(&store->env);
	if (failure == 0)
		failure = mdb_env_set_mapsize(store->env, size);
	if (failure == 0)
		failure = mdb_env_set_maxdbs(store->env, TABLES_MAX);
	if (failure == 0)
		failure = mdb_env_set_maxreaders(store->env, READERS_MAX);
	if (failure == 0)
		failure = mdb_env_open(store->env, name, MDB_NOTLS, 0600);
	if (failure != 0)
		return error_set(error, store_result(failure),
			"the store %s does not open: %s; restore its data.mdb from a backup (state "
			"alone may be moved away and begins empty)",
			path, mdb_strerror(failure));
	return RESULT_OK;
}

/*
 * A page beyond the end of the file would be a SIGBUS when it is read. LMDB raises a map that is
 * too small for its pages by itself.
 */
static enum result check_whole(
	struct store *store, const char *path, size_t found, size_t size, struct error *error)
{
	MDB_envinfo info;
	MDB_stat stat;

	mdb_env_info(store->env, &info);
	mdb_env_stat(store->env, &stat);
	size_t held = (info.me_last_pgno + 1) * stat.ms_psize;
	if (found != 0 && held > found)
		return error_set(error, RESULT_FAILED,
			"%s/data.mdb was cut short; restore it from a backup", path);
	if (held > size)
		return error_set(error, RESULT_REFUSED,
			"the store %s holds %zu MB already, and %zu are allowed: set its size to "
			"%zu or more, see smsotp.conf(5)",
			path, MEGABYTES(held), MEGABYTES(size), MEGABYTES(held));
	return RESULT_OK;
}

enum result store_readers_check(struct store *store)
{
	return store_result(mdb_reader_check(store->env, NULL));
}

/*
 * What LMDB has begun comes to the disk before it is made long: an empty file it begins again where
 * power ended, one of zeros it takes for a broken one.
 */
static enum result make_whole(
	struct store *store, const char *path, size_t size, bool begun, struct error *error)
{
	mdb_filehandle_t data = -1;

	mdb_env_get_fd(store->env, &data);
	enum result result = store_close_on_exec(data, error);
	bool sync = result == RESULT_OK && begun;
	if (sync && (fsync(data) != 0 || fsync(store->directory) != 0))
		result = error_set(error, RESULT_FAILED, "the store %s cannot be synced: %s", path,
			strerror(errno));
	return result == RESULT_OK ? store_allocate(data, size, path, "data.mdb", error) : result;
}

static enum result open_files(
	struct store *store, const char *path, size_t size, bool create, struct error *error)
{
	size_t found = 0;

	enum result result = store_file(store->directory, path, "data.mdb", &found, error);
	if (result != RESULT_OK && !(result == RESULT_NOT_FOUND && create))
		return result;
	result = store_lock_file(store->directory, path, LOCK_SIZE, error);
	if (result == RESULT_OK)
		result = open_env(store, path, size, error);
	/* A child of a smsotpd that was killed may have read here and be gone by now. */
	if (result == RESULT_OK && store_readers_check(store) != RESULT_OK)
		result = error_set(error, RESULT_FAILED, "%s/lock.mdb is damaged; remove it", path);
	if (result == RESULT_OK)
		result = check_whole(store, path, found, size, error);
	if (result == RESULT_OK)
		result = make_whole(store, path, size, found == 0, error);
	if (result != RESULT_OK && found == 0) /* what was never whole was never there */
		unlinkat(store->directory, "data.mdb", 0);
	return result;
}

enum result store_open(const char *directory, size_t size, bool create, struct store **ret_store,
	struct error *error)
{
	struct store *store = calloc(1, sizeof(*store));

	if (store == NULL)
		return error_set(error, RESULT_MEMORY, "no memory to open the store %s", directory);
	store->directory = -1;
	store->size = size;
	enum result result = store_directory(directory, create, &store->directory, error);
	if (result == RESULT_OK)
		result = open_files(store, directory, size, create, error);
	if (result != RESULT_OK) {
		store_close(&store);
		return result;
	}
	*ret_store = store;
	return RESULT_OK;
}

int store_descriptor(const struct store *store)
{
	return store->directory;
}

enum result store_after_fork(struct store *store, struct error *error)
{
	/* Opened anew, not shared: the lock is the parent's alone, and ends with the parent. */
	int directory = openat(store->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (directory < 0)
		return error_set(error, RESULT_FAILED, "the store's directory does not open: %s",
			strerror(errno));
	close(store->directory);
	store->directory = directory;
	store->env = NULL;
	return open_env(store, "of smsotpd", store->size, error);
}

void store_close(struct store **store)
{
	if (*store == NULL)
		return;
	mdb_env_close((*store)->env);
	if ((*store)->directory >= 0)
		close((*store)->directory);
	free(*store);
	*store = NULL;
}

enum result store_begin(struct store *store, bool write, MDB_txn **ret_txn)
{
	MDB_txn *txn = NULL;

	int failure = mdb_txn_begin(store->env, NULL, write ? 0 : MDB_RDONLY, &txn);
	if (failure == MDB_PANIC)
		store->broken = true;
	if (failure != 0)
		return store_result(failure);
	*ret_txn = txn;
	return RESULT_OK;
}

bool store_broken(const struct store *store)
{
	return store->broken;
}

enum result store_commit(MDB_txn **txn)
{
	MDB_txn *ending = *txn;

	*txn = NULL;
	return store_result(mdb_txn_commit(ending));
}

void store_abort(MDB_txn **txn)
{
	if (*txn != NULL)
		mdb_txn_abort(*txn);
	*txn = NULL;
}

enum result store_table(struct store *store, const char *name, MDB_dbi *ret_table)
{
	MDB_txn *txn = NULL;
	MDB_dbi table = 0;

	enum result result = store_begin(store, true, &txn);
	if (result != RESULT_OK)
		return result;
	result = store_result(mdb_dbi_open(txn, name, MDB_CREATE, &table));
	if (result == RESULT_OK)
		result = store_commit(&txn);
	store_abort(&txn);
	if (result == RESULT_OK)
		*ret_table = table;
	return result;
}

/* Pages that a later transaction may take: LMDB lists them in its database 0, count first. */
static enum result count_free(MDB_txn *txn, size_t *ret_pages)
{
	MDB_cursor *cursor = NULL;
	MDB_val key, list;
	size_t pages = 0;

	int failure = mdb_cursor_open(txn, 0, &cursor);
	if (failure != 0)
		return store_result(failure);
	while ((failure = mdb_cursor_get(cursor, &key, &list, MDB_NEXT)) == 0) {
		size_t count = 0;
		memcpy(&count, list.mv_data, sizeof(count));
		pages += count;
	}
	mdb_cursor_close(cursor);
	if (failure != MDB_NOTFOUND)
		return store_result(failure);
	*ret_pages = pages;
	return RESULT_OK;
}

enum result store_count(MDB_txn *txn, MDB_dbi table, size_t *ret_count)
{
	MDB_stat stat;
	enum result result = store_result(mdb_stat(txn, table, &stat));

	if (result == RESULT_OK)
		*ret_count = stat.ms_entries;
	return result;
}

enum result store_used(struct store *store, unsigned int *ret_percent)
{
	MDB_envinfo info;
	MDB_stat stat;
	MDB_txn *txn = NULL;
	size_t unused = 0;

	enum result result = store_begin(store, false, &txn);
	if (result == RESULT_OK)
		result = store_result(mdb_env_info(store->env, &info));
	if (result == RESULT_OK)
		result = store_result(mdb_env_stat(store->env, &stat));
	if (result == RESULT_OK)
		result = count_free(txn, &unused);
	store_abort(&txn);
	if (result != RESULT_OK)
		return result;
	*ret_percent = (unsigned int)((info.me_last_pgno + 1 - unused) * stat.ms_psize * 100 /
				      info.me_mapsize);
	return RESULT_OK;
}
