/* SPDX-License-Identifier: BSD-3-Clause */
#include "stores.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "identity_quarantine.h"
#include "store_check.h"

/*
 * What a key that was made here is called until both stores are whole under it. So a start that is
 * cut off, by a full disk or by the end of power, is gone on with by the next, and what it left is
 * told from stores whose key is lost.
 */
#define KEY_FIRST "key.first"
#define LACKS_KEY 0 /* its bit among those of stores_lack */

/* What cannot be looked at may be there. */
static bool exists(const char *directory, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return access(path, F_OK) == 0 || errno != ENOENT;
}

/*
 * Where `key` is another machine's, or there never was one, a key under its first name. Identities
 * that are there by now, because somebody put them back, are taken over as another machine's are.
 */
static enum result open_key(const char *directory, const struct clock *clock, struct stores *stores,
	struct error *error)
{
	char path[PATH_MAX];
	bool first = !exists(directory, "key") &&
		     (exists(directory, KEY_FIRST) || !exists(directory, "identity/data.mdb"));
	enum result result = RESULT_OK;
	enum key_origin origin;

	stores->origin = KEY_MADE;
	snprintf(path, sizeof(path), "%s/key", directory);
	if (!first)
		result = key_load(path, false, clock->boot, &stores->keys, &stores->origin, error);
	if (result != RESULT_OK || stores->origin == KEY_READ)
		return result;
	snprintf(path, sizeof(path), "%s/" KEY_FIRST, directory);
	return key_load(path, true, clock->boot, &stores->keys, &origin, error);
}

/* From here on the stores are there, and without this key they are lost. */
static enum result first_end(const char *directory, struct error *error)
{
	char before[PATH_MAX];
	char after[PATH_MAX];

	snprintf(before, sizeof(before), "%s/" KEY_FIRST, directory);
	snprintf(after, sizeof(after), "%s/key", directory);
	if (rename(before, after) != 0)
		return error_set(
			error, RESULT_FAILED, "cannot make the key %s: %s", after, strerror(errno));
	return key_sync(after, error);
}

static enum result open_identities(const struct config *config, const struct clock *clock,
	struct stores *stores, struct error *error)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/identity", config->paths.store);
	enum result result = identities_open(path, (size_t)config->store.identity_size << 20,
		stores->origin == KEY_MADE, stores->keys.identity, &stores->identities, error);
	if (result != RESULT_OK)
		return result;
	result = identities_quarantine_rebase(
		stores->identities, config->identity.quarantine, clock);
	if (result == RESULT_OK)
		return RESULT_OK;
	return error_set(error, result,
		"the identity store cannot be written (%s); look at its disk, then restore it from "
		"a backup",
		result_name(result));
}

/* Locks, codes and modes of another key go: nobody could find them, and they would take room. */
static void state_remove(const char *directory)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/state/data.mdb", directory);
	unlink(path);
	snprintf(path, sizeof(path), "%s/state/lock.mdb", directory);
	unlink(path);
}

static enum result open_state(
	const struct config *config, struct stores *stores, struct error *error)
{
	const char *directory = config->paths.store;
	size_t size = (size_t)config->store.state_size << 20;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/state", directory);
	if (stores->origin != KEY_READ)
		state_remove(directory);
	enum result result = state_open(path, size, &stores->keys, &stores->state, error);
	/* As where the key and the identities of a backup were put beside it. */
	if (result == RESULT_INVALID) {
		state_remove(directory);
		result = state_open(path, size, &stores->keys, &stores->state, error);
	}
	if (result == RESULT_OK)
		stores->state_made = state_began(stores->state);
	return result;
}

static enum result open_all(const struct config *config, const struct clock *clock,
	struct stores *stores, struct error *error)
{
	const char *directory = config->paths.store;
	char path[PATH_MAX];

	enum result result = open_key(directory, clock, stores, error);
	if (result == RESULT_OK)
		result = open_identities(config, clock, stores, error);
	if (result == RESULT_OK)
		result = open_state(config, stores, error);
	if (result != RESULT_OK || stores->origin != KEY_READ)
		return result == RESULT_OK ? first_end(directory, error) : result;
	/* No store is of such a key any more, where `key` itself was put back. */
	snprintf(path, sizeof(path), "%s/" KEY_FIRST, directory);
	unlink(path);
	return RESULT_OK;
}

/* Whoever else may write there could put another's key in its place. */
static enum result check_place(const char *directory, struct error *error)
{
	int fd = -1;
	enum result result = store_directory(directory, false, &fd, error);

	if (result == RESULT_OK)
		close(fd);
	if (result != RESULT_NOT_FOUND)
		return result;
	return error_set(error, result,
		"there is no %s: mount or restore it or, for a first start, make it: install -d -m "
		"0700 -o %u %s",
		directory, geteuid(), directory);
}

enum result stores_open(const struct config *config, const struct clock *clock,
	struct stores *ret_stores, struct error *error)
{
	struct stores stores = {0};
	enum result result = check_place(config->paths.store, error);

	if (result == RESULT_OK)
		result = open_all(config, clock, &stores, error);
	if (result != RESULT_OK) {
		stores_close(&stores);
		return result;
	}
	*ret_stores = stores;
	return RESULT_OK;
}

void stores_lack(const struct config *config, struct stores_lack *ret_lack)
{
	static const char *const names[] = {
		[LACKS_KEY] = "key", "identity/data.mdb", "state/data.mdb"};
	struct stores_lack lack = {0};
	struct stat status;

	if (stat(config->paths.store, &status) == 0) {
		lack.device = status.st_dev;
		lack.inode = status.st_ino;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		lack.files |= exists(config->paths.store, names[i]) ? 0 : 1U << i;
	*ret_lack = lack;
}

bool stores_again(const struct stores_lack *before, const struct stores_lack *now)
{
	bool same = now->inode != 0 && now->inode == before->inode && now->device == before->device;
	bool key = (now->files & 1U << LACKS_KEY) == 0;
	bool less = key && (now->files & ~before->files) == 0;

	return now->files == 0 || (same && (less || now->files == before->files));
}

enum result stores_after_fork(struct stores *stores, struct error *error)
{
	enum result result = identities_after_fork(stores->identities, error);

	return result == RESULT_OK ? state_after_fork(stores->state, error) : result;
}

void stores_close(struct stores *stores)
{
	identities_close(&stores->identities);
	state_close(&stores->state);
	keys_wipe(&stores->keys);
}
