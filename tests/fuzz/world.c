/* SPDX-License-Identifier: BSD-3-Clause */
#include "world.h"

#include <dlfcn.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "fuzz.h"
#include "smsotpd/identity_recovery.h"

#define STORE_SIZE ((size_t)16 << 20)

/* What stands between the stores and LMDB can only be file-scope, as can what atexit(3) calls. */
static bool frozen;
static uint64_t random_state;
static char directory[32];

int mdb_txn_commit(MDB_txn *txn)
{
	if (!frozen) {
		int (*commit)(MDB_txn *) =
			(int (*)(MDB_txn *))(uintptr_t)dlsym(RTLD_NEXT, "mdb_txn_commit");
		return commit(txn);
	}
	mdb_txn_abort(txn);
	return 0;
}

static const char *random_name(void)
{
	return "fuzz";
}

/* SplitMix64: uniform, and the same for the same input. */
static uint64_t random_next(void)
{
	random_state += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t value = random_state;
	value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
	return value ^ (value >> 31);
}

static uint32_t random_u32(void)
{
	return (uint32_t)random_next();
}

static void random_fill(void *const bytes, const size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)bytes)[i] = (uint8_t)random_next();
}

static struct randombytes_implementation random_rows = {
	.implementation_name = random_name, .random = random_u32, .buf = random_fill};

static void remove_directory(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", directory);
	(void)!system(command);
}

static void clock_now(const struct clock *clock, struct moment *ret_now)
{
	const struct world *world = clock->context;

	*ret_now = world->now;
}

static void put(struct world *world, MDB_txn *txn, const char *name, uint32_t uid, bool suspended,
	const char *phone)
{
	struct identity identity = {.uid = uid, .suspended = suspended};
	struct error error;

	strcpy(identity.name, name);
	strcpy(identity.value[0], phone);
	must(identities_put(world->judge.identities, txn, &identity, "", &error) == RESULT_OK);
}

static void people(struct world *world)
{
	struct identities *identities = world->judge.identities;
	MDB_txn *txn = NULL;

	must(identities_begin(identities, true, &txn) == RESULT_OK);
	put(world, txn, "demo", 1000, false, "+919999900001");
	put(world, txn, "gone", 1001, true, "+919999900002");
	put(world, txn, "bare", 1002, false, "");
	put(world, txn, "root", 0, false, "+919999900003");
	put(world, txn, "toor", UID_NONE, false, "+919999900004");
	put(world, txn, "user1", 2001, false, "+919999900011");
	must(identities_recovery_issue(
		     identities, txn, "demo", WORLD_REALTIME - 1000, world->codes) == RESULT_OK);
	must(store_commit(&txn) == RESULT_OK);
}

static void open_stores(struct world *world)
{
	struct error error;
	char path[64];

	snprintf(path, sizeof(path), "%s/identity", world->directory);
	must(identities_open(path, STORE_SIZE, true, world->keys.identity, &world->judge.identities,
		     &error) == RESULT_OK);
	snprintf(path, sizeof(path), "%s/state", world->directory);
	must(state_open(path, STORE_SIZE, &world->keys, &world->judge.state, &error) == RESULT_OK);
}

static void open_accounts(struct world *world)
{
	snprintf(world->accounts, sizeof(world->accounts), "%s/passwd", world->directory);
	FILE *file = fopen(world->accounts, "we");
	must(file != NULL);
	fputs("root:x:0:0:::\ndemo:x:1000:100:::\nuser1:x:2001:100:::\n", file);
	must(fclose(file) == 0);
	must(accounts_new(world->accounts, &world->judge.accounts) == RESULT_OK);
}

struct world *world_make(void)
{
	static struct world world;

	strcpy(world.directory, access("/dev/shm", W_OK) == 0 ? "/dev/shm/smsotp-fuzz-XXXXXX"
							      : "/tmp/smsotp-fuzz-XXXXXX");
	must(mkdtemp(world.directory) != NULL);
	strcpy(directory, world.directory);
	atexit(remove_directory);
	must(randombytes_set_implementation(&random_rows) == 0 && sodium_init() >= 0);
	must(config_defaults(&world.config) == RESULT_OK);
	memset(&world.keys, 7, sizeof(world.keys));
	world.clock = (struct clock){.now = clock_now, .context = &world};
	world.judge.keys = &world.keys;
	world.judge.clock = &world.clock;
	open_stores(&world);
	open_accounts(&world);
	people(&world);
	world_begin(&world);
	return &world;
}

void world_begin(struct world *world)
{
	memset(world->clock.boot, 1, BOOT_ID_SIZE);
	memset(world->keys.token, 7, KEY_SIZE);
	world->now = (struct moment){WORLD_BOOTTIME, WORLD_REALTIME};
	random_state = 1;
}

void world_freeze(void)
{
	frozen = true;
}
