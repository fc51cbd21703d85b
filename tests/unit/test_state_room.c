/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state store takes so many records and no more, while there is room left to write in: who has
 * a record goes on signing in, who has none looks like a name that does not exist, and one event a
 * minute tells the operator.
 */
#include "flow_fixture.h"
#include "records_fixture.h"

static void forget(struct state *store, size_t user)
{
	MDB_txn *txn = NULL;
	uint8_t id[HASH_SIZE];
	char name[24];

	snprintf(name, sizeof(name), "%zu", user);
	state_id(store, name, true, id);
	assert_int_equal(state_begin(store, true, &txn), RESULT_OK);
	assert_int_equal(state_forget(store, txn, id), RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
}

/* As many records of users as are promised; nobody's are there. */
static size_t fill(struct bench *bench)
{
	struct state *store = bench->scene->judge.state;
	size_t users = state_users_max(store);

	assert_in_range(users, 1400, 1500);
	save_empty(store, "", 0, users);
	return users;
}

static bool admits(struct state *store, const char *name)
{
	MDB_txn *txn = NULL;
	uint8_t id[HASH_SIZE];
	bool found = false;

	state_id(store, name, true, id);
	assert_int_equal(state_begin(store, false, &txn), RESULT_OK);
	assert_int_equal(state_admits(store, txn, id, &found), RESULT_OK);
	store_abort(&txn);
	return found;
}

static void test_so_many_and_no_more(void **state)
{
	struct bench *bench = *state;
	struct state *store = bench->scene->judge.state;
	size_t users = state_users_max(store);

	save_empty(store, "", 0, users - 1);
	assert_true(admits(store, "the last"));
	save_empty(store, "", users - 1, 1);
	assert_false(admits(store, "the last"));
	assert_true(admits(store, "7"));
	forget(store, 7);
	assert_true(admits(store, "7"));
	assert_true(admits(store, "the last"));
}

/* Each batch changes as many pages as it can: of records, of keys and of tallies. */
static void test_full_leaves_room_to_write_in(void **state)
{
	struct bench *bench = *state;
	struct state *store = bench->scene->judge.state;
	const struct clock *clock = &bench->scene->clock;
	const struct tally tally = {0};
	unsigned int used = 0;
	size_t users = fill(bench);

	for (size_t round = 0; round < 20; round++) {
		MDB_txn *txn = NULL;
		static const struct record empty;
		assert_int_equal(state_begin(store, true, &txn), RESULT_OK);
		for (size_t i = 0; i < 3 * SAVE_BATCH; i++) {
			const uint8_t source[HASH_SIZE] = {
				(uint8_t)(i * 31 + round), (uint8_t)(i * 57)};
			struct tally_key key;
			tally_key_source(source, &key);
			assert_int_equal(
				state_tally_save(store, txn, &key, clock, &tally), RESULT_OK);
		}
		for (size_t i = 0; i < SAVE_BATCH; i++) {
			uint8_t id[HASH_SIZE];
			char name[24];
			snprintf(name, sizeof(name), "%zu", (round * SAVE_BATCH + i * 17) % users);
			state_id(store, name, true, id);
			assert_int_equal(state_save(store, txn, id, &empty), RESULT_OK);
		}
		assert_int_equal(store_commit(&txn), RESULT_OK);
	}
	assert_int_equal(state_used(store, &used), RESULT_OK);
	assert_in_range(used, 60, 95);
}

static void begin(struct bench *bench, uint8_t login, const char *name)
{
	memset(&bench->code, 0, sizeof(bench->code));
	ask(bench, login, name, NULL);
	settle(bench);
	assert_int_equal(bench->answer.line, LINE_SENT);
}

static void guess(struct bench *bench, uint8_t login, const char *name, const char *code)
{
	ask(bench, login, name, code);
	settle(bench);
}

static void test_who_has_a_record_signs_in(void **state)
{
	static const char *const names[] = {"user1", "+919999900011"};
	struct bench *bench = *state;

	begin(bench, 1, "user1");
	guess(bench, 1, "user1", "111111");
	fill(bench);
	bench->source = "192.0.2.3 1 192.0.2.2 22";
	/* The record is the identity's, whatever was typed for its name. */
	scene_phones_identify(bench->scene);
	scene_find_by_phone(bench->scene);
	for (uint8_t i = 0; i < COUNT(names); i++) {
		begin(bench, 2 + i, names[i]);
		assert_int_equal(strlen(bench->code.digits), bench->scene->config->code.digits);
		guess(bench, 2 + i, names[i], bench->code.digits);
		assert_int_equal(bench->answer.verdict, VERDICT_GRANTED);
	}
}

/* The lines and the stores' work of a user without a record are those of a name that is none. */
static void test_who_has_none_looks_like_nobody(void **state)
{
	static const char *const names[] = {"nobody-here", "user2", "gone", "user3"};
	struct bench *bench = *state;
	struct calls seen = {0};

	fill(bench);
	for (uint8_t i = 0; i < COUNT(names); i++) {
		memset(&calls, 0, sizeof(calls));
		begin(bench, i, names[i]);
		HOLDS(names[i], bench->code.digits[0] == '\0');
		guess(bench, i, names[i], "111111");
		HOLDS(names[i], bench->answer.line == LINE_WRONG);
		HOLDS(names[i], bench->answer.tries == 4);
		if (i == 0)
			seen = calls;
		HOLDS(names[i], memcmp(&seen, &calls, sizeof(seen)) == 0);
	}
}

static void test_a_removed_record_makes_room(void **state)
{
	struct bench *bench = *state;

	fill(bench);
	begin(bench, 1, "user2");
	assert_int_equal(bench->code.digits[0], '\0');
	forget(bench->scene->judge.state, 3);
	at(bench, MINUTES(2));
	begin(bench, 2, "user2");
	assert_int_equal(strlen(bench->code.digits), bench->scene->config->code.digits);
	guess(bench, 2, "user2", bench->code.digits);
	assert_int_equal(bench->answer.verdict, VERDICT_GRANTED);
}

/* The counts of the trail's state.full events, up to `size`. */
static size_t events(struct bench *bench, int *ret_counts, size_t size)
{
	char path[64];
	char line[4096];
	size_t found = 0;

	audit_stop(&bench->audit);
	snprintf(path, sizeof(path), "%s/" AUDIT_FILE, bench->scene->directory);
	FILE *trail = fopen(path, "re");
	assert_non_null(trail);
	while (fgets(line, sizeof(line), trail) != NULL) {
		json_t *event = json_loads(line, 0, NULL);
		const char *name = json_string_value(json_object_get(event, "event"));
		json_t *count = json_object_get(event, "count");
		if (strcmp(name, "state.full") == 0 && found < size)
			ret_counts[found++] = count == NULL ? 1 : (int)json_integer_value(count);
		json_decref(event);
	}
	fclose(trail);
	return found;
}

static void test_one_event_a_minute(void **state)
{
	struct bench *bench = *state;
	int counts[4];

	fill(bench);
	for (uint8_t i = 0; i < 6; i++) {
		bench->source =
			i % 2 == 0 ? "192.0.2.3 1 192.0.2.2 22" : "192.0.2.4 1 192.0.2.2 22";
		begin(bench, i, i % 3 == 0 ? "user1" : "user2");
	}
	at(bench, MINUTES(1));
	begin(bench, 7, "user4");
	begin(bench, 8, "nobody-here");
	assert_int_equal(events(bench, counts, COUNT(counts)), 2);
	assert_int_equal(counts[0], 1);
	assert_int_equal(counts[1], 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_flow(test_so_many_and_no_more),
		with_flow(test_full_leaves_room_to_write_in),
		with_flow(test_who_has_a_record_signs_in),
		with_flow(test_who_has_none_looks_like_nobody),
		with_flow(test_a_removed_record_makes_room),
		with_flow(test_one_event_a_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
