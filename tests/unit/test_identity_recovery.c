/* SPDX-License-Identifier: BSD-3-Clause */
/* Recovery codes and phones' past in the store: issues, copies of them, clones, older stores. */
#include "identity_fixture.h"
#include "smsotpd/identity_quarantine.h"
#include "smsotpd/identity_recovery.h"
#include "smsotpd/identity_tables.h"

#define NOW  INT64_C(1800000000000)
#define DAY  86400
#define HOUR INT64_C(3600000)

static MDB_txn *begin(struct fixture *fixture, bool write)
{
	MDB_txn *txn = NULL;

	assert_int_equal(identities_begin(fixture->identities, write, &txn), RESULT_OK);
	return txn;
}

static void commit(MDB_txn *txn)
{
	assert_int_equal(store_commit(&txn), RESULT_OK);
}

static void issue(struct fixture *fixture, const char *name, int64_t now,
	struct recovery_code codes[static RECOVERY_CODES])
{
	MDB_txn *txn = begin(fixture, true);

	assert_int_equal(
		identities_recovery_issue(fixture->identities, txn, name, now, codes), RESULT_OK);
	commit(txn);
}

/* Compares a code, and uses it up where it is right. */
static bool use(struct fixture *fixture, const char *name, const struct recovery_code *code)
{
	struct recovery_work work;
	MDB_txn *txn = begin(fixture, true);

	assert_int_equal(
		identities_recovery_find(fixture->identities, txn, name, true, code, &work),
		RESULT_OK);
	bool right = work.match < RECOVERY_CODES;
	if (right)
		recovery_use(&work.recovery, work.match, NOW);
	assert_int_equal(identities_recovery_keep(fixture->identities, txn, &work), RESULT_OK);
	commit(txn);
	return right;
}

static void copy(
	struct fixture *fixture, const char *name, uint8_t ret[static RECOVERY_RECORD_SIZE])
{
	MDB_txn *txn = begin(fixture, false);

	assert_int_equal(
		identities_recovery_export(fixture->identities, txn, name, ret), RESULT_OK);
	store_abort(&txn);
}

static enum result restore(struct fixture *fixture, const char *name, const uint8_t *bytes)
{
	MDB_txn *txn = begin(fixture, true);
	enum result result = identities_recovery_import(
		fixture->identities, txn, name, bytes, RECOVERY_RECORD_SIZE);

	commit(txn);
	return result;
}

static uint32_t left(struct fixture *fixture, const char *name)
{
	struct recovery recovery = {0};
	MDB_txn *txn = begin(fixture, false);
	enum result result = identities_recovery_load(fixture->identities, txn, name, &recovery);

	store_abort(&txn);
	return result == RESULT_OK ? recovery_left(&recovery) : 0;
}

static void test_a_code_is_one_name_s_and_used_once(void **state)
{
	struct recovery_code codes[RECOVERY_CODES], others[RECOVERY_CODES];
	struct fixture *fixture = *state;

	issue(fixture, "alice", NOW, codes);
	issue(fixture, "bob", NOW, others);
	assert_false(use(fixture, "bob", &codes[0]));
	assert_false(use(fixture, "nobody-here", &codes[0]));
	assert_true(use(fixture, "alice", &codes[0]));
	assert_false(use(fixture, "alice", &codes[0]));
	assert_int_equal(left(fixture, "alice"), 9);
	assert_int_equal(left(fixture, "bob"), 10);
	reopen(fixture, key);
	assert_false(use(fixture, "alice", &codes[0]));
	assert_true(use(fixture, "alice", &codes[1]));
}

/* It is not one without codes, to be written over. */
static void test_a_damaged_record_decides_nothing(void **state)
{
	struct recovery_code codes[RECOVERY_CODES];
	struct fixture *fixture = *state;
	struct recovery_work work;
	struct identity_id id;
	MDB_val at = {sizeof(id), &id}, damaged = {1, (char[]){"?"}};

	issue(fixture, "alice", NOW, codes);
	id_of_name(fixture->identities, "alice", &id);
	MDB_txn *txn = begin(fixture, true);
	assert_int_equal(mdb_put(txn, fixture->identities->recovery, &at, &damaged, 0), 0);
	assert_int_equal(
		identities_recovery_find(fixture->identities, txn, "alice", true, &codes[0], &work),
		RESULT_FAILED);
	store_abort(&txn);
}

static void test_nobody_s_records_hold_no_code(void **state)
{
	struct fixture *fixture = *state;
	struct recovery_code none = {""};

	for (int i = 0; i < 100; i++) {
		char name[16];
		snprintf(name, sizeof(name), "name%d", i);
		assert_false(use(fixture, name, &none));
	}
}

static void test_a_copy_makes_no_used_code_good_again(void **state)
{
	struct recovery_code codes[RECOVERY_CODES];
	struct fixture *fixture = *state;
	uint8_t bytes[RECOVERY_RECORD_SIZE];

	issue(fixture, "alice", NOW, codes);
	copy(fixture, "alice", bytes);
	assert_true(use(fixture, "alice", &codes[0]));
	assert_int_equal(restore(fixture, "alice", bytes), RESULT_OK);
	assert_false(use(fixture, "alice", &codes[0]));
	assert_true(use(fixture, "alice", &codes[1]));
}

static void test_a_copy_does_not_undo_an_issue_or_a_revocation(void **state)
{
	struct recovery_code old[RECOVERY_CODES], new[RECOVERY_CODES];
	struct fixture *fixture = *state;
	uint8_t bytes[RECOVERY_RECORD_SIZE];
	uint32_t revoked = 0;

	issue(fixture, "alice", NOW, old);
	copy(fixture, "alice", bytes);
	issue(fixture, "alice", NOW - 1000, new); /* the clock went back */
	assert_int_equal(restore(fixture, "alice", bytes), RESULT_OK);
	assert_false(use(fixture, "alice", &old[0]));
	assert_true(use(fixture, "alice", &new[0]));
	copy(fixture, "alice", bytes);
	MDB_txn *txn = begin(fixture, true);
	assert_int_equal(
		identities_recovery_revoke(fixture->identities, txn, "alice", NOW - 2000, &revoked),
		RESULT_OK);
	commit(txn);
	assert_int_equal(revoked, 9);
	assert_int_equal(restore(fixture, "alice", bytes), RESULT_OK);
	assert_int_equal(left(fixture, "alice"), 0);
}

static void test_a_copy_comes_back_where_there_is_nothing(void **state)
{
	struct recovery_code codes[RECOVERY_CODES];
	struct fixture *fixture = *state;
	uint8_t bytes[RECOVERY_RECORD_SIZE];
	MDB_txn *txn;

	assert_int_equal(put(fixture, "alice", UID_NONE, "", ""), RESULT_OK);
	issue(fixture, "alice", NOW, codes);
	assert_true(use(fixture, "alice", &codes[0]));
	copy(fixture, "alice", bytes);
	txn = begin(fixture, true);
	assert_int_equal(
		identities_remove(fixture->identities, txn, "alice", &fixture->error), RESULT_OK);
	commit(txn);
	assert_int_equal(left(fixture, "alice"), 0);
	assert_int_equal(restore(fixture, "alice", bytes), RESULT_OK);
	assert_false(use(fixture, "alice", &codes[0]));
	assert_true(use(fixture, "alice", &codes[1]));
}

/* A clone must not take what its image took, nor a host another's copy. */
static void test_another_key_ends_all_codes(void **state)
{
	static const uint8_t other[STORE_KEY_SIZE] = "another machine's key";
	struct recovery_code codes[RECOVERY_CODES];
	struct fixture *fixture = *state;
	uint8_t bytes[RECOVERY_RECORD_SIZE];

	assert_int_equal(put(fixture, "alice", UID_NONE, "", ""), RESULT_OK);
	issue(fixture, "alice", NOW, codes);
	copy(fixture, "alice", bytes);
	reopen(fixture, other);
	assert_false(use(fixture, "alice", &codes[0]));
	assert_int_equal(left(fixture, "alice"), 0);
	assert_int_equal(restore(fixture, "alice", bytes), RESULT_REFUSED);
	bytes[0] = 9;
	assert_int_equal(restore(fixture, "alice", bytes), RESULT_INVALID);
}

/* Takes a table away, as if the store were of a version that had none. */
static void forget_table(struct fixture *fixture, const char *name)
{
	MDB_env *env = NULL;
	MDB_txn *txn = NULL;
	MDB_dbi table = 0;

	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 8), 0);
	assert_int_equal(mdb_env_open(env, fixture->path, 0, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, name, 0, &table), 0);
	assert_int_equal(mdb_drop(txn, table, 1), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

static void test_an_older_store_opens(void **state)
{
	struct fixture *fixture = *state;
	struct recovery_code codes[RECOVERY_CODES], none = {""};

	assert_int_equal(put(fixture, "alice", 7, "", ""), RESULT_OK);
	identities_close(&fixture->identities);
	forget_table(fixture, "recovery");
	forget_table(fixture, "quarantine");
	reopen(fixture, key);
	assert_false(use(fixture, "alice", &none));
	issue(fixture, "alice", NOW, codes);
	assert_true(use(fixture, "alice", &codes[0]));
}

static void clock_now(const struct clock *clock, struct moment *ret_now)
{
	*ret_now = *(const struct moment *)clock->context;
}

static int64_t change(struct fixture *fixture, const struct clock *clock, const char *name,
	const char *before, const char *after)
{
	struct phone old = {""}, new = {""};
	bool changed = false;
	int64_t wait = 0;
	MDB_txn *txn = begin(fixture, true);

	strcpy(old.e164, before);
	strcpy(new.e164, after);
	assert_int_equal(identities_quarantine_change(fixture->identities, txn, name, &old, &new,
				 DAY, clock, &wait, &changed),
		RESULT_OK);
	commit(txn);
	return wait;
}

static int64_t waits(struct fixture *fixture, const struct clock *clock, const char *name)
{
	struct quarantine quarantine;
	struct moment now;
	MDB_txn *txn = begin(fixture, false);

	clock->now(clock, &now);
	assert_int_equal(identities_quarantine_load(
				 fixture->identities, txn, name, clock, &now, &quarantine),
		RESULT_OK);
	store_abort(&txn);
	return quarantine_left(&quarantine, DAY, &now);
}

static void test_a_phone_s_past_outlives_key_and_boot(void **state)
{
	static const uint8_t other[STORE_KEY_SIZE] = "another machine's key";
	struct fixture *fixture = *state;
	struct moment now = {HOUR, NOW};
	struct clock clock = {.boot = {1}, .now = clock_now, .context = &now};

	assert_int_equal(put(fixture, "alice", UID_NONE, "", ""), RESULT_OK);
	assert_int_equal(waits(fixture, &clock, "alice"), 0);
	assert_int_equal(change(fixture, &clock, "alice", "", "+919999900001"), 0);
	assert_int_equal(
		change(fixture, &clock, "alice", "+919999900001", "+919999900002"), 24 * HOUR);
	reopen(fixture, other);
	now = (struct moment){2 * HOUR, NOW + HOUR};
	assert_int_equal(waits(fixture, &clock, "alice"), 23 * HOUR);
	clock.boot[0] = 2;
	now = (struct moment){0, NOW + 2 * HOUR};
	assert_int_equal(identities_quarantine_rebase(fixture->identities, DAY, &clock), RESULT_OK);
	now.realtime += 100 * HOUR;
	assert_int_equal(waits(fixture, &clock, "alice"), 22 * HOUR);
	assert_int_equal(waits(fixture, &clock, "bob"), 0);
}

static void test_what_is_over_is_dropped_at_start(void **state)
{
	struct fixture *fixture = *state;
	struct moment now = {HOUR, NOW};
	struct clock clock = {.boot = {1}, .now = clock_now, .context = &now};

	change(fixture, &clock, "alice", "+919999900001", "+919999900002");
	change(fixture, &clock, "bob", "+919999900003", "");
	now.boottime += 12 * HOUR;
	change(fixture, &clock, "carol", "+919999900004", "");
	now.boottime += 12 * HOUR;
	assert_int_equal(identities_quarantine_rebase(fixture->identities, DAY, &clock), RESULT_OK);
	MDB_txn *txn = begin(fixture, true);
	assert_int_equal(
		identities_quarantine_release(fixture->identities, txn, "alice"), RESULT_NOT_FOUND);
	assert_int_equal(
		identities_quarantine_release(fixture->identities, txn, "bob"), RESULT_NOT_FOUND);
	assert_int_equal(
		identities_quarantine_release(fixture->identities, txn, "carol"), RESULT_OK);
	store_abort(&txn);
}

#define row(test) cmocka_unit_test_setup_teardown(test, fixture_make, fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(test_a_code_is_one_name_s_and_used_once),
		row(test_a_damaged_record_decides_nothing),
		row(test_nobody_s_records_hold_no_code),
		row(test_a_copy_makes_no_used_code_good_again),
		row(test_a_copy_does_not_undo_an_issue_or_a_revocation),
		row(test_a_copy_comes_back_where_there_is_nothing),
		row(test_another_key_ends_all_codes),
		row(test_an_older_store_opens),
		row(test_a_phone_s_past_outlives_key_and_boot),
		row(test_what_is_over_is_dropped_at_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
