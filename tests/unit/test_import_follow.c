/* SPDX-License-Identifier: BSD-3-Clause */
/* What an import does beyond the records: to phones held back, recovery codes, and logins beside.
 */
#include "import_fixture.h"
#include "records_fixture.h"
#include "smsotpd/event_table.h"
#include "smsotpd/identity_quarantine.h"
#include "smsotpd/identity_recovery.h"
#include "smsotpd/turn.h"

static struct recovery recovery_of(struct fixture *fixture, const char *name)
{
	struct recovery recovery = {0};
	MDB_txn *txn = NULL;

	assert_int_equal(identities_begin(fixture->context.identities, false, &txn), RESULT_OK);
	enum result result =
		identities_recovery_load(fixture->context.identities, txn, name, &recovery);
	assert_true(result == RESULT_OK || result == RESULT_NOT_FOUND);
	store_abort(&txn);
	return recovery;
}

static int64_t held_back(struct fixture *fixture, const char *name)
{
	struct quarantine quarantine;
	MDB_txn *txn = NULL;
	struct moment now;

	fixture->clock.now(&fixture->clock, &now);
	assert_int_equal(identities_begin(fixture->context.identities, false, &txn), RESULT_OK);
	assert_int_equal(identities_quarantine_load(fixture->context.identities, txn, name,
				 &fixture->clock, &now, &quarantine),
		RESULT_OK);
	store_abort(&txn);
	return quarantine_left(&quarantine, fixture->config->identity.quarantine, &now);
}

/* As identity set does it, one by one. */
static void test_what_follows(void **state)
{
	struct fixture *fixture = *state;

	begin(fixture);
	for (const char *const *name = (const char *const[]){"alice", "bob", "carol", NULL};
		*name != NULL; name++) {
		char request[96];
		snprintf(request, sizeof(request),
			"{\"verb\": \"recovery.issue\", \"name\": \"%s\"}", *name);
		expect_ok(run(fixture, request, -1));
	}
	json_t *reply = import_with(fixture, ", \"replace\": true, \"max_change\": 100",
		TEXT("name,uid,phone\nalice,1,+91 99999 00009\nbob,22,+91 99999 00002\n"));
	assert_int_equal(json_array_size(json_object_get(reply, "events")), 3);
	expect_counts(reply, 0, 2, 1, 0);
	expect_ok(reply);
	assert_true(held_back(fixture, "alice") > 0);
	assert_int_equal(held_back(fixture, "bob"), 0);
	struct recovery recovery = recovery_of(fixture, "alice");
	assert_int_equal(recovery_left(&recovery), RECOVERY_CODES);
	recovery = recovery_of(fixture, "bob");
	assert_int_equal(recovery_left(&recovery), 0);
	recovery = recovery_of(fixture, "carol");
	assert_int_equal(recovery.issued, 0);
	/* Who went and comes back with another number waits as well. */
	expect_ok(import_with(fixture, "", TEXT("name,phone\ncarol,+91 99999 00008\n")));
	assert_true(held_back(fixture, "carol") > 0);
}

/* Suspended: no live code, and all else stays. */
static void test_suspended(void **state)
{
	struct fixture *fixture = *state;
	struct state *store = fixture->context.state;
	struct record record = {.known = {{.realtime = 1}}, .challenge = {{.sent = 1, .live = 1}}};
	uint8_t id[HASH_SIZE];
	MDB_txn *txn = NULL;

	begin(fixture);
	state_id(store, "alice", true, id);
	assert_int_equal(state_begin(store, true, &txn), RESULT_OK);
	assert_int_equal(state_save(store, txn, id, &record), RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
	expect_ok(import_with(fixture, "", TEXT("name,suspended\nalice,yes\n")));
	assert_int_equal(state_begin(store, false, &txn), RESULT_OK);
	assert_int_equal(state_load(store, txn, id, &record), RESULT_OK);
	store_abort(&txn);
	assert_int_equal(record.challenge[0].sent, 0);
	assert_int_equal(record.known[0].realtime, 1);
}

/* Grown, and with records of all whom it has room for then, each with a live code. */
static void fill_state(struct fixture *fixture, size_t size)
{
	const struct record record = {.challenge = {{.sent = 1, .live = 1}}};
	struct error error = {""};
	char path[96];

	state_close(&fixture->context.state);
	snprintf(path, sizeof(path), "%s/state", fixture->root);
	assert_int_equal(state_open(path, size, &keys, &fixture->context.state, &error), RESULT_OK);
	save_records(
		fixture->context.state, &record, "u", 0, state_users_max(fixture->context.state));
}

/* The caller's to free. */
static char *lines(size_t users, const char *suspended)
{
	char *text = calloc(users + 1, 32);

	assert_non_null(text);
	char *end = stpcpy(text, "name,suspended\n");
	for (size_t i = 0; i < users; i++)
		end += sprintf(end, "u%zu,%s\n", i, suspended);
	return text;
}

/* Each record is written anew, and the more there are the more pages of keys as well. */
static void test_many_are_suspended_in_a_full_store(void **state)
{
	const size_t users = 2000;
	struct fixture *fixture = *state;
	char *before = lines(users, "no"), *after = lines(users, "yes");

	fill_state(fixture, (size_t)128 << 20);
	expect_ok(import_with(fixture, "", before, strlen(before)));
	expect_ok(import_with(fixture, "", after, strlen(after)));
	free(before);
	free(after);
}

/* How many events a reply has, all of that one. */
static size_t told(json_t *reply, enum event event)
{
	json_t *events = json_object_get(reply, "events"), *said;
	size_t i, count = json_array_size(events);

	json_array_foreach(events, i, said)
	{
		assert_int_equal(json_integer_value(json_object_get(said, "event")), event);
		assert_string_equal(json_string_value(json_object_get(said, "user")), "alice");
	}
	expect_ok(reply);
	return count;
}

/* Once each time, whichever verb does it; of nobody that he was resumed by going. */
static void test_who_is_suspended_is_told(void **state)
{
	struct fixture *fixture = *state;
	json_t *reply = import_with(
		fixture, "", TEXT("name,phone,suspended\nalice,+91 99999 00001,yes\nbob,,no\n"));

	assert_int_equal(told(reply, EVENT_IDENTITY_SUSPENDED), 1);
	reply = import_with(fixture, "", TEXT("name,suspended\nalice,no\nbob,no\n"));
	assert_int_equal(told(reply, EVENT_IDENTITY_RESUMED), 1);
	reply = import_with(fixture, "", TEXT("name,suspended\nalice,yes\nbob,no\n"));
	assert_int_equal(told(reply, EVENT_IDENTITY_SUSPENDED), 1);
	reply = import_with(fixture, "", TEXT("name,suspended,uid\nalice,yes,7\n"));
	assert_int_equal(told(reply, EVENT_COUNT), 0);
	for (int again = 0; again < 2; again++) {
		reply = run(fixture, "{\"verb\": \"identity.resume\", \"name\": \"alice\"}", -1);
		assert_int_equal(told(reply, EVENT_IDENTITY_RESUMED), 1 - again);
	}
	reply = run(fixture, "{\"verb\": \"identity.suspend\", \"name\": \"alice\"}", -1);
	assert_int_equal(told(reply, EVENT_IDENTITY_SUSPENDED), 1);
	reply = run(fixture,
		"{\"verb\": \"identity.set\", \"name\": \"alice\", \"set\": {\"suspended\": "
		"\"no\"}}",
		-1);
	assert_int_equal(told(reply, EVENT_IDENTITY_RESUMED), 1);
	reply = run(fixture,
		"{\"verb\": \"identity.set\", \"name\": \"alice\", \"set\": "
		"{\"suspended\": \"yes\", \"phone\": \"\"}}",
		-1);
	assert_int_equal(json_array_size(json_object_get(reply, "events")), 2);
	expect_ok(reply);
	reply = run(fixture, "{\"verb\": \"identity.remove\", \"name\": \"alice\"}", -1);
	assert_int_equal(told(reply, EVENT_COUNT), 0);
}

/* What happens beside an import at the first word of it that comes in its last fifth, or before. */
struct beside {
	struct fixture *fixture;
	bool late;
	bool done;
	bool forgotten; /* what the state had before has gone by then */
	bool in_turn;   /* the identities were the import's by then */
};

static const char *const moved = "u00007";

static void put_record(struct fixture *fixture, int64_t mark)
{
	struct record record = {.known = {{.realtime = mark}}};
	struct state *state = fixture->context.state;
	uint8_t id[HASH_SIZE];
	MDB_txn *txn = NULL;

	state_id(state, moved, true, id);
	assert_int_equal(state_begin(state, true, &txn), RESULT_OK);
	assert_int_equal(state_save(state, txn, id, &record), RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
}

static int64_t get_record(struct fixture *fixture)
{
	struct state *state = fixture->context.state;
	struct record record;
	uint8_t id[HASH_SIZE];
	MDB_txn *txn = NULL;

	state_id(state, moved, true, id);
	assert_int_equal(state_begin(state, false, &txn), RESULT_OK);
	assert_int_equal(state_load(state, txn, id, &record), RESULT_OK);
	store_abort(&txn);
	return record.known[0].realtime;
}

static bool tell_beside(void *context, size_t done, unsigned int permille)
{
	struct beside *beside = context;

	(void)done;
	if (beside->done || (permille >= 800) != beside->late)
		return true;
	beside->done = true;
	beside->forgotten = get_record(beside->fixture) == 0;
	beside->in_turn = !turn_try(identities_turn(beside->fixture->context.identities));
	if (!beside->in_turn)
		turn_give(identities_turn(beside->fixture->context.identities));
	if (beside->late)
		put_record(beside->fixture, 2);
	else
		expect_ok(run(beside->fixture,
			"{\"verb\": \"identity.set\", \"name\": \"other\", \"set\": {}}", -1));
	return true;
}

/* A login that began while the identities were written was judged by the old phone. */
static void test_login_beside(void **state)
{
	struct fixture *fixture = *state;
	struct beside beside = {.fixture = fixture, .late = true};
	const struct ctl_progress progress = {.context = &beside, .tell = tell_beside};
	char *old = many_people(5000, 1), *new = many_people(5000, 2);

	expect_ok(import_with(fixture, "", old, strlen(old)));
	put_record(fixture, 1);
	fixture->context.progress = &progress;
	expect_ok(import_with(fixture, "", new, strlen(new)));
	assert_true(beside.done);
	assert_true(beside.forgotten);
	assert_true(beside.in_turn);
	assert_true(turn_try(identities_turn(fixture->context.identities)));
	turn_give(identities_turn(fixture->context.identities));
	assert_int_equal(get_record(fixture), 0);
	free(old);
	free(new);
}

/* What was judged over another store than is there now is not written. */
static void test_store_changed_beside(void **state)
{
	struct fixture *fixture = *state;
	struct beside beside = {.fixture = fixture};
	const struct ctl_progress progress = {.context = &beside, .tell = tell_beside};

	begin(fixture);
	expect_ok(import_with(fixture, "", TEXT("name,uid\nu00007,7\n")));
	put_record(fixture, 1);
	fixture->context.progress = &progress;
	expect_error(import_with(fixture, "", TEXT("name,uid\nu00007,9\n")),
		"no identity was changed, but codes, known places and locks of those who would "
		"have been may be forgotten");
	assert_true(beside.done);
	assert_false(beside.in_turn);
	assert_int_equal(get_record(fixture), 0);
	expect_ok(import_with(fixture, "", TEXT("name,uid\nalice,9\n")));
}

/* Another uid is another person: nothing of the one before is left. */
static void test_other_uid(void **state)
{
	struct fixture *fixture = *state;

	expect_ok(import_with(fixture, "", TEXT("name,uid\nu00007,7\n")));
	put_record(fixture, 1);
	expect_ok(import_with(fixture, "", TEXT("name,uid,suspended\nu00007,7,no\n")));
	assert_int_equal(get_record(fixture), 1);
	expect_ok(import_with(fixture, "", TEXT("name,uid\nu00007,8\n")));
	assert_int_equal(get_record(fixture), 0);
}

/* Each of them, and be they more than are remembered of names that are gone. */
static void test_all_that_change_wait(void **state)
{
	const int count = QUARANTINE_GONE + 1;
	struct fixture *fixture = *state;
	char *old = many_people(count, 1), *new = many_people(count, 2), name[16];
	struct identities *identities = fixture->context.identities;
	struct quarantine quarantine;
	struct moment now;
	MDB_txn *txn = NULL;

	expect_ok(import_with(fixture, "", old, strlen(old)));
	expect_ok(import_with(fixture, "", new, strlen(new)));
	fixture->clock.now(&fixture->clock, &now);
	assert_int_equal(identities_begin(identities, false, &txn), RESULT_OK);
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "u%05d", i);
		assert_int_equal(identities_quarantine_load(
					 identities, txn, name, &fixture->clock, &now, &quarantine),
			RESULT_OK);
		assert_true(quarantine_left(&quarantine, 86400, &now) > 0);
	}
	store_abort(&txn);
	free(old);
	free(new);
}

/* Without a phone and a uid as well: the next of that name is another person. */
static void test_who_goes_is_forgotten(void **state)
{
	struct fixture *fixture = *state;

	expect_ok(import_with(fixture, "", TEXT("name\nu00007\nu00008\n")));
	put_record(fixture, 1);
	expect_ok(run(fixture, "{\"verb\": \"identity.remove\", \"name\": \"u00007\"}", -1));
	assert_int_equal(get_record(fixture), 0);
	expect_ok(import_with(fixture, "", TEXT("name\nu00007\n")));
	put_record(fixture, 1);
	expect_ok(import_with(
		fixture, ", \"replace\": true, \"max_change\": 100", TEXT("name\nu00008\n")));
	assert_int_equal(get_record(fixture), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORES(test_what_follows),
		WITH_STORES(test_suspended),
		WITH_STORES(test_many_are_suspended_in_a_full_store),
		WITH_STORES(test_who_is_suspended_is_told),
		WITH_STORES(test_other_uid),
		WITH_STORES(test_who_goes_is_forgotten),
		WITH_STORES(test_all_that_change_wait),
		WITH_STORES(test_login_beside),
		WITH_STORES(test_store_changed_beside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
