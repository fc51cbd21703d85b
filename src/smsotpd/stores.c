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

/*
 * What the key is called until the identity store is whole: where a first start was cut off, by a
 * full disk or by the end of power, this name tells what it left from a store whose key is lost.
 */
#define KEY_FIRST "key.first"

static bool exists(const char *directory, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return access(path, F_OK) == 0;
}

static void store_remove(const char *directory, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s/data.mdb", directory, name);
	unlink(path);
	snprintf(path, sizeof(path), "%s/%s/lock.mdb", directory, name);
	unlink(path);
}

/* Nobody was served from what a first start left: it is begun again. The key's file goes last. */
static void first_remove(const char *directory)
{
	char path[PATH_MAX];

	store_remove(directory, "identity");
	snprintf(path, sizeof(path), "%s/" KEY_FIRST, directory);
	unlink(path);
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
	bool first, struct stores *stores, struct error *error)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/identity", config->paths.store);
	enum result result = identities_open(path, (size_t)config->store.identity_size << 20, first,
		stores->keys.identity, &stores->identities, error);
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

static enum result open_all(const struct config *config, const struct clock *clock,
	struct stores *stores, struct error *error)
{
	const char *directory = config->paths.store;
	char path[PATH_MAX];

	if (exists(directory, KEY_FIRST) && !exists(directory, "key"))
		first_remove(directory);
	bool first = !exists(directory, "identity/data.mdb") && !exists(directory, "key");
	snprintf(path, sizeof(path), "%s/%s", directory, first ? KEY_FIRST : "key");
	enum result result =
		key_load(path, first, clock->boot, &stores->keys, &stores->origin, error);
	if (result != RESULT_OK)
		return result;
	result = open_identities(config, clock, first, stores, error);
	if (result == RESULT_OK && first)
		result = first_end(directory, error);
	if (result != RESULT_OK)
		return result;
	/* Another machine's locks and codes; under this one's key nobody could find them. */
	if (stores->origin == KEY_MOVED)
		store_remove(directory, "state");
	stores->state_made = !exists(directory, "state/data.mdb");
	snprintf(path, sizeof(path), "%s/state", directory);
	return state_open(
		path, (size_t)config->store.state_size << 20, &stores->keys, &stores->state, error);
}

enum result stores_open(const struct config *config, const struct clock *clock,
	struct stores *ret_stores, struct error *error)
{
	struct stores stores = {0};
	enum result result = open_all(config, clock, &stores, error);

	if (result != RESULT_OK) {
		stores_close(&stores);
		return result;
	}
	*ret_stores = stores;
	return RESULT_OK;
}

void stores_lack(const struct config *config, struct stores_lack *ret_lack)
{
	static const char *const names[] = {"key", "identity/data.mdb", "state/data.mdb"};
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

	return now->files == 0 || (same && (now->files & ~before->files) == 0);
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
