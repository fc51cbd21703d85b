/* SPDX-License-Identifier: BSD-3-Clause */
/* How many names' phones are remembered, and whose give way. */
#include "smsotpd/identity_quarantine.h"

#include <dlfcn.h>

#include "core_fixture.h"
#include "identity_fixture.h"

#define DAY_SECONDS 86400
#define ROOM        (2 * QUARANTINE_GONE)

static const struct phone none = {""}, before = {"+919999900001"}, after = {"+919999900002"};

/* What stands between the store and LMDB can only be file-scope: its calls bring no context. */
static size_t visits;

int mdb_cursor_get(MDB_cursor *cursor, MDB_val *at, MDB_val *value, MDB_cursor_op operation)
{
	visits++;
	return ((__typeof__(&mdb_cursor_get))(uintptr_t)dlsym(RTLD_NEXT, "mdb_cursor_get"))(
		cursor, at, value, operation);
}

/* A store in one transaction, and a clock that a test moves. */
struct desk {
	void *fixture;
	struct identities *identities;
	MDB_txn *txn;
	struct clock clock;
	struct moment now;
};

static void desk_now(const struct clock *clock, struct moment *ret_now)
{
	const struct desk *desk = clock->context;

	*ret_now = desk->now;
}

static int desk_setup(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	if (fixture_make(&desk->fixture) != RESULT_OK)
		return -1;
	desk->identities = ((struct fixture *)desk->fixture)->identities;
	desk->clock = (struct clock){.boot = {1}, .now = desk_now, .context = desk};
	desk->now = moment_after(0);
	*state = desk;
	return (int)identities_begin(desk->identities, true, &desk->txn);
}

static int desk_teardown(void **state)
{
	struct desk *desk = *state;

	store_abort(&desk->txn);
	int failure = fixture_remove(&desk->fixture);
	free(desk);
	return failure;
}

/* A millisecond after what was last. */
static void change(
	struct desk *desk, const char *name, const struct phone *from, const struct phone *to)
{
	int64_t left = 0;
	bool changed = false;

	desk->now.boottime++;
	desk->now.realtime++;
	assert_int_equal(identities_quarantine_change(desk->identities, desk->txn, name, from, to,
				 DAY_SECONDS, &desk->clock, &left, &changed),
		RESULT_OK);
}

/* Names that had a phone, and are no identity's. */
static void go(struct desk *desk, int from, int to)
{
	char name[16];

	for (int i = from; i < to; i++) {
		snprintf(name, sizeof(name), "gone%d", i);
		change(desk, name, &before, &none);
	}
}

static void add(struct desk *desk, const char *name)
{
	struct identity identity = {.uid = UID_NONE};
	struct error error;

	strcpy(identity.name, name);
	assert_int_equal(
		identities_put(desk->identities, desk->txn, &identity, "", &error), RESULT_OK);
}

static size_t count(struct desk *desk)
{
	size_t records = 0;

	assert_int_equal(
		identities_quarantine_count(desk->identities, desk->txn, &records), RESULT_OK);
	return records;
}

static bool remembers(struct desk *desk, const char *name)
{
	struct quarantine quarantine;

	assert_int_equal(identities_quarantine_load(desk->identities, desk->txn, name, &desk->clock,
				 &desk->now, &quarantine),
		RESULT_OK);
	return quarantine.changed || quarantine.gone;
}

/* That of an identity stays, and be it the oldest and without a phone; else the oldest go. */
static void test_who_gives_way(void **state)
{
	struct desk *desk = *state;
	char name[16];

	add(desk, "alice");
	add(desk, "bob");
	change(desk, "alice", &before, &after);
	change(desk, "bob", &before, &none);
	go(desk, 0, ROOM);
	assert_int_equal(count(desk), ROOM + 2);
	go(desk, ROOM, ROOM + 1);
	assert_int_equal(count(desk), QUARANTINE_GONE + 2);
	assert_true(remembers(desk, "alice"));
	assert_true(remembers(desk, "bob"));
	for (int i = 0; i <= ROOM; i += 97) {
		snprintf(name, sizeof(name), "gone%d", i);
		HOLDS(name, remembers(desk, name) == (i > QUARANTINE_GONE));
	}
	assert_true(remembers(desk, "gone131072"));
	assert_false(remembers(desk, "gone65536"));
	assert_true(remembers(desk, "gone65537"));
}

static void test_what_is_over_goes_first(void **state)
{
	struct desk *desk = *state;

	go(desk, 0, ROOM - 1);
	desk->now.boottime += DAYS(1);
	desk->now.realtime += DAYS(1);
	go(desk, ROOM, ROOM + 2);
	assert_int_equal(count(desk), 2);
	assert_true(remembers(desk, "gone131072"));
}

/* All identities may wait at once, and what they cost is no matter of how many there are. */
static void test_many_changes_are_few_walks(void **state)
{
	struct desk *desk = *state;
	char name[16];

	for (int i = 0; i < ROOM + 2; i++) {
		snprintf(name, sizeof(name), "here%d", i);
		add(desk, name);
	}
	visits = 0;
	for (int i = 0; i < ROOM + 2; i++) {
		snprintf(name, sizeof(name), "here%d", i);
		change(desk, name, &before, &after);
	}
	assert_int_equal(count(desk), ROOM + 2);
	assert_int_equal(visits, 0);
	go(desk, 0, ROOM + QUARANTINE_GONE);
	assert_true(count(desk) <= 2 * ROOM + 2);
	assert_true(visits < 8 * ROOM);
	assert_true(remembers(desk, "here0"));
	assert_true(remembers(desk, "here131073"));
}

/* More identities, each of whom has another phone now, in one transaction. */
static enum result add_changed(struct desk *desk, int from, int to)
{
	struct identities *identities = desk->identities;
	struct error error;

	enum result result = identities_begin(identities, true, &desk->txn);
	for (int i = from; i < to && result == RESULT_OK; i++) {
		struct identity identity = {.uid = UID_NONE};
		int64_t left = 0;
		bool changed = false;
		snprintf(identity.name, sizeof(identity.name), "here%d", i);
		result = identities_put(identities, desk->txn, &identity, "", &error);
		if (result == RESULT_OK)
			result = identities_quarantine_change(identities, desk->txn, identity.name,
				&before, &after, DAY_SECONDS, &desk->clock, &left, &changed);
	}
	if (result == RESULT_OK)
		result = store_commit(&desk->txn);
	store_abort(&desk->txn);
	return result;
}

/* A store with no room to move all of it to another boot opens there, and everybody waits on. */
static void test_a_full_store_in_another_boot(void **state)
{
	struct desk *desk = *state;
	struct fixture *fixture = desk->fixture;
	int64_t left = 0;
	int people = 0;

	store_abort(&desk->txn);
	identities_close(&fixture->identities);
	assert_int_equal(identities_open(fixture->path, (size_t)1 << 20, false, key,
				 &fixture->identities, &fixture->error),
		RESULT_OK);
	desk->identities = fixture->identities;
	for (int part = 512; part > 0;) {
		enum result result = add_changed(desk, people, people + part);
		assert_true(result == RESULT_OK || result == RESULT_FULL);
		people += result == RESULT_OK ? part : 0;
		part /= result == RESULT_OK ? 1 : 2;
	}
	assert_in_range(people, 1000, 10000);
	desk->clock.boot[0]++;
	desk->now = (struct moment){SECONDS(30), REALTIME + HOURS(1)};
	assert_int_equal(identities_quarantine_rebase(desk->identities, DAY_SECONDS, &desk->clock),
		RESULT_OK);
	assert_int_equal(identities_begin(desk->identities, false, &desk->txn), RESULT_OK);
	assert_int_equal(identities_quarantine_left(desk->identities, desk->txn, "here0",
				 DAY_SECONDS, &desk->clock, &desk->now, &left),
		RESULT_OK);
	assert_int_equal(left, HOURS(23));
}

#define with_desk(test) cmocka_unit_test_setup_teardown(test, desk_setup, desk_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_desk(test_who_gives_way),
		with_desk(test_what_is_over_goes_first),
		with_desk(test_many_changes_are_few_walks),
		with_desk(test_a_full_store_in_another_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
