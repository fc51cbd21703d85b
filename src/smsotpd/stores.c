/* SPDX-License-Identifier: BSD-3-Clause */
#include "stores.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "config.h"
#include "identity_quarantine.h"

static bool exists(const char *directory, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return access(path, F_OK) == 0;
}

/* Another machine's locks and codes; under this one's key nobody could find them. */
static void state_remove(const char *directory)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/state/data.mdb", directory);
	unlink(path);
	snprintf(path, sizeof(path), "%s/state/lock.mdb", directory);
	unlink(path);
}

/* A first start that failed half way is a first start again. */
static void key_remove(const char *directory)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/key", directory);
	unlink(path);
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
	bool first = !exists(directory, "identity/data.mdb") && !exists(directory, "key");

	snprintf(path, sizeof(path), "%s/key", directory);
	enum result result =
		key_load(path, first, clock->boot, &stores->keys, &stores->origin, error);
	if (result != RESULT_OK)
		return result;
	result = open_identities(config, clock, first, stores, error);
	if (result != RESULT_OK && stores->origin == KEY_MADE)
		key_remove(directory);
	if (result != RESULT_OK)
		return result;
	if (stores->origin == KEY_MOVED)
		state_remove(directory);
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
