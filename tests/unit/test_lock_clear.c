/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The locks of all are cleared some at a time: in a state store that is full, beside logins, and
 * what failed in the midst is said and goes on where it is repeated. Of one name goes what is shown
 * to its uid as well.
 */
#include "control_fixture.h"
#include "records_fixture.h"

#define CLEAR_ALL "{\"verb\": \"lock.clear\", \"all\": true}"
#define EXPORTED  __attribute__((visibility("default")))

void *__libc_calloc(size_t count, size_t size);

/* The main thread's calls of calloc(3) fail. What stands before a library's own can only be
 * file-scope. */
static _Thread_local bool struck;

EXPORTED void *calloc(size_t count, size_t size)
{
	return struck ? NULL : __libc_calloc(count, size);
}

static int teardown(void **state)
{
	forget_reply();
	return flow_teardown(state);
}

/* As many users as there is room for, each with something to clear. */
static size_t fill(struct bench *bench)
{
	static const struct record failed = {.ceiling.strange = 1};
	struct state *store = bench->scene->judge.state;
	size_t users = state_users_max(store);

	assert_true(users > 4 * STATE_PART);
	save_records(store, &failed, "user", 0, users);
	return users;
}

static json_int_t cleared(void)
{
	if (!is("ok"))
		fail_msg("%s", refusal());
	return json_integer_value(json_object_get(reply, "cleared"));
}

static size_t events(struct bench *bench)
{
	char path[64], line[4096];
	size_t found = 0;

	audit_stop(&bench->audit);
	snprintf(path, sizeof(path), "%s/" AUDIT_FILE, bench->scene->directory);
	FILE *trail = fopen(path, "re");
	if (trail == NULL) /* it is made with the first event */
		return 0;
	while (fgets(line, sizeof(line), trail) != NULL)
		found += strstr(line, "\"lock.cleared\"") != NULL;
	fclose(trail);
	return found;
}

static void test_in_a_full_store(void **state)
{
	struct bench *bench = *state;
	size_t users = fill(bench);

	control(bench, CLEAR_ALL);
	assert_int_equal(cleared(), users);
	assert_int_equal(json_object_size(reply), 2);
	control(bench, CLEAR_ALL);
	assert_int_equal(cleared(), 0);
	assert_int_equal(events(bench), 2);
}

static void host_tally(struct bench *bench, bool writes, struct tally *tally)
{
	struct state *store = bench->scene->judge.state;
	const struct clock *clock = &bench->scene->clock;
	struct tally_key key;
	MDB_txn *txn = NULL;

	tally_key_host(&key);
	assert_int_equal(state_begin(store, writes, &txn), RESULT_OK);
	if (writes)
		assert_int_equal(state_tally_save(store, txn, &key, clock, tally), RESULT_OK);
	else
		assert_int_equal(
			state_tally_load(store, txn, &key, clock, &bench->scene->now, tally),
			RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
}

/* Its texts cost money. */
static void test_the_hosts_wrong_codes_and_not_its_texts(void **state)
{
	struct bench *bench = *state;
	struct tally tally = {.texts = {.since = bench->scene->now, .all = 3},
		.failures = {.since = bench->scene->now, .all = 2, .strange = 2}};

	host_tally(bench, true, &tally);
	control(bench, CLEAR_ALL);
	assert_int_equal(cleared(), 0);
	host_tally(bench, false, &tally);
	assert_int_equal(tally.failures.all, 0);
	assert_int_equal(tally.texts.all, 3);
}

/* All that makes a user wait or brings him no text; where he signed in from stays. */
static void test_what_is_cleared_of_a_user(void **state)
{
	struct bench *bench = *state;
	struct state *store = bench->scene->judge.state;
	const struct window one = {.since = bench->scene->now, .all = 1, .strange = 1};
	struct record record = {.known = {{.realtime = 1}}};
	uint8_t id[HASH_SIZE];
	MDB_txn *txn = NULL;

	for (size_t i = 0; i < RECORD_TALLIES; i++)
		record.tally[i] = (struct tally){.texts = one, .failures = one};
	state_id(store, "demo", true, id);
	assert_int_equal(state_begin(store, true, &txn), RESULT_OK);
	assert_int_equal(state_save(store, txn, id, &record), RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
	control(bench, "{\"verb\": \"lock.clear\", \"name\": \"demo\"}");
	assert_int_equal(cleared(), 1);
	assert_int_equal(state_begin(store, false, &txn), RESULT_OK);
	assert_int_equal(state_load(store, txn, id, &record), RESULT_OK);
	store_abort(&txn);
	for (size_t i = 0; i < RECORD_TALLIES; i++) {
		assert_int_equal(record.tally[i].texts.all, 0);
		assert_int_equal(record.tally[i].failures.all, 0);
	}
	assert_int_equal(record.known[0].realtime, 1);
}

/* What is shown to a name that does not exist is in no store. */
static void test_what_is_shown_goes_too(void **state)
{
	struct bench *bench = *state;

	for (int all = 0; all < 2; all++) {
		ask(bench, (uint8_t)(1 + all), "nobody-here", NULL);
		for (int i = 0; i < 5; i++) {
			settle(bench);
			ask(bench, (uint8_t)(1 + all), "nobody-here", "000000");
		}
		settle(bench);
		assert_int_equal(bench->answer.line, LINE_LOCKED);
		control(bench,
			all ? CLEAR_ALL : "{\"verb\": \"lock.clear\", \"name\": \"nobody-here\"}");
		assert_int_equal(cleared(), 1);
		ask(bench, (uint8_t)(3 + all), "nobody-here", NULL);
		assert_int_equal(bench->answer.line, LINE_SENT);
		settle(bench);
	}
}

/* He who comes while a part is cleared comes before the next one. */
static void test_a_login_goes_in_between(void **state)
{
	struct bench *bench = *state;
	size_t users = fill(bench);

	bench->flow.hooks.reply = hook_reply;
	control_ask(&bench->flow, 9, json_loads(CLEAR_ALL, 0, NULL), -1, 0);
	ask(bench, 1, "demo", NULL);
	committer_wake(bench->flow.committer);
	control_finished(&bench->flow, committer_next(bench->flow.committer, bench->wake));
	struct job *job = committer_next(bench->flow.committer, bench->wake);
	assert_int_equal(job->kind, JOB_BEGIN);
	flow_finished(&bench->flow, job);
	flow_tell(&bench->flow);
	assert_int_equal(bench->answer.line, LINE_SENT);
	assert_null(reply);
	control_settle(bench);
	assert_int_equal(cleared(), users);
}

static void test_it_fails_in_the_midst(void **state)
{
	struct bench *bench = *state;
	size_t users = fill(bench);
	int before = 0;

	calls = (struct calls){.nth = 3};
	control(bench, CLEAR_ALL);
	SAYS("the store is full; raise state_size or identity_size in [store] and");
	SAYS("were cleared and stay so: repeat it");
	const char *said = strstr(refusal(), "before that ");
	assert_int_equal(sscanf(said, "before that %d were", &before), 1);
	assert_in_range(before, STATE_PART, 2 * STATE_PART);
	control(bench, CLEAR_ALL);
	assert_int_equal(cleared(), users - (size_t)before);
	assert_int_equal(events(bench), 2);
}

static void test_nothing_was_cleared(void **state)
{
	struct bench *bench = *state;

	fill(bench);
	calls = (struct calls){.nth = 1};
	control(bench, CLEAR_ALL);
	SAYS("the store is full");
	assert_null(strstr(refusal(), "cleared"));
	assert_int_equal(events(bench), 0);
}

/* demo, who is asked at su by his uid, types wrong codes until he is locked. */
static void lock_at_su(struct bench *bench)
{
	struct ask ask = ask_of(FRAME_BEGIN, "su", "root");

	ask.uid = 1000;
	ask.id[0] = 1;
	for (uint32_t i = 0; i <= bench->scene->config->lockout.failures; i++) {
		flow_ask(&bench->flow, 7, &ask, bench->now);
		settle(bench);
		ask.type = FRAME_VERIFY;
		memcpy(ask.token, bench->answer.token, TOKEN_SIZE);
		ask.reply = (struct reply){.length = 6, .bytes = "111111"};
	}
	assert_int_equal(bench->answer.line, LINE_LOCKED);
}

static json_int_t shown(struct bench *bench, const char *name)
{
	char request[64];

	snprintf(request, sizeof(request), "{\"verb\": \"lock.list\", \"name\": \"%s\"}", name);
	control(bench, request);
	assert_null(json_object_get(reply, "uid"));
	return json_integer_value(json_object_get(json_object_get(reply, "shown"), "locks"));
}

/* By his name he is found, and nobody else is. */
static void test_what_is_shown_to_a_uid(void **state)
{
	struct bench *bench = *state;

	lock_at_su(bench);
	assert_int_equal(shown(bench, "demo"), 1);
	assert_int_equal(shown(bench, "bare"), 0);
	assert_int_equal(shown(bench, "nobody-here"), 0);
	control(bench, "{\"verb\": \"lock.clear\", \"name\": \"bare\"}");
	assert_int_equal(cleared(), 0);
	assert_int_equal(shown(bench, "demo"), 1);
	control(bench, "{\"verb\": \"lock.clear\", \"name\": \"demo\"}");
	assert_int_equal(cleared(), 1);
	assert_int_equal(json_object_size(reply), 2);
	assert_int_equal(shown(bench, "demo"), 0);
}

/* Once: what is counted for the host while the others are cleared stays. */
static void test_the_hosts_go_with_the_first_part(void **state)
{
	struct bench *bench = *state;
	struct tally tally = {.failures = {.since = bench->scene->now, .all = 2, .strange = 2}};

	fill(bench);
	bench->flow.hooks.reply = hook_reply;
	control_ask(&bench->flow, 9, json_loads(CLEAR_ALL, 0, NULL), -1, 0);
	struct job *job = committer_next(bench->flow.committer, bench->wake);
	host_tally(bench, true, &tally);
	control_finished(&bench->flow, job);
	control_settle(bench);
	assert_true(is("ok"));
	host_tally(bench, false, &tally);
	assert_int_equal(tally.failures.all, 2);
}

/* Between two parts nothing is needed that there may be none of. */
static void test_no_memory_in_between(void **state)
{
	struct bench *bench = *state;
	size_t users = fill(bench);

	bench->flow.hooks.reply = hook_reply;
	control_ask(&bench->flow, 9, json_loads(CLEAR_ALL, 0, NULL), -1, 0);
	struct job *job = committer_next(bench->flow.committer, bench->wake);
	struck = true;
	control_finished(&bench->flow, job);
	struck = false;
	assert_null(reply);
	control_settle(bench);
	assert_int_equal(cleared(), users);
	assert_int_equal(events(bench), 1);
}

#define with_control(test) cmocka_unit_test_setup_teardown(test, flow_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_control(test_what_is_cleared_of_a_user),
		with_control(test_what_is_shown_goes_too),
		with_control(test_in_a_full_store),
		with_control(test_the_hosts_wrong_codes_and_not_its_texts),
		with_control(test_a_login_goes_in_between),
		with_control(test_it_fails_in_the_midst),
		with_control(test_nothing_was_cleared),
		with_control(test_what_is_shown_to_a_uid),
		with_control(test_the_hosts_go_with_the_first_part),
		with_control(test_no_memory_in_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
