/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state store cannot be written for want of room: everybody is refused as where no daemon
 * answers, one event a minute says so, and sign-in goes on as soon as there is room.
 */
#include "flow_fixture.h"
#include "records_fixture.h"

/* A commit writes copies of the pages that it changes: a login's takes more than one record's room.
 */
#define ENOUGH  16
#define RECORDS 50

/* Tallies that nobody asks for. */
static enum result save(struct bench *bench, uint32_t first, uint32_t count)
{
	static const struct tally empty;
	struct scene *scene = bench->scene;
	MDB_txn *txn = NULL;
	enum result result = state_begin(scene->judge.state, true, &txn);

	for (uint32_t i = first; i < first + count && result == RESULT_OK; i++) {
		const struct tally_key key = {
			{9, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i}};
		result = state_tally_save(scene->judge.state, txn, &key, &scene->clock, &empty);
	}
	if (result == RESULT_OK)
		result = store_commit(&txn);
	store_abort(&txn);
	return result;
}

/* Far fewer records than it takes, and not a page to write them to: as on a disk that is full. */
static void fill(struct bench *bench)
{
	uint32_t rows = 0;
	unsigned int used = 0;

	/* Of users whose identities can be removed. */
	save_empty(bench->scene->judge.state, "user", 0, RECORDS);
	for (uint32_t count = 4096; count > 0; count /= 4) {
		enum result result;
		while ((result = save(bench, rows, count)) == RESULT_OK)
			rows += count;
		assert_int_equal(result, RESULT_FULL);
	}
	assert_int_equal(state_used(bench->scene->judge.state, &used), RESULT_OK);
	assert_in_range(used, 95, 100);
}

static void remove_identity(struct bench *bench, uint32_t user)
{
	struct committer *committer = bench->flow.committer;
	struct job *job = NULL;
	char name[16];

	snprintf(name, sizeof(name), "user%u", user);
	assert_int_equal(job_new(JOB_VERB, &job), RESULT_OK);
	job->config = bench->scene->config;
	job->request = json_pack("{s:s, s:s}", "verb", "identity.remove", "name", name);
	committer_give(committer, job);
	job = committer_next(committer, bench->wake);
	if (!json_is_true(json_object_get(job->reply, "ok")))
		fail_msg("%s", json_string_value(json_object_get(job->reply, "error")));
	job_free(&job);
}

static void make_room(struct bench *bench)
{
	for (uint32_t user = 0; user < ENOUGH; user++)
		remove_identity(bench, user);
}

/* One login with a wrong code; it must be refused for want of room, and no text has left. */
static void refused(struct bench *bench, uint8_t login, const char *name)
{
	ask(bench, login, name, NULL);
	assert_int_equal(bench->answer.line, LINE_SENT);
	settle(bench);
	ask(bench, login, name, "111111");
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_UNAVAILABLE);
	assert_int_equal(bench->answer.line, LINE_UNAVAILABLE);
	assert_int_equal(bench->code.digits[0], '\0');
}

/* How many refusals the trail's next line speaks of, which must speak of them; 0 at its end. */
static int next_unavailable(FILE *trail)
{
	char line[4096];

	if (fgets(line, sizeof(line), trail) == NULL)
		return 0;
	json_t *event = json_loads(line, 0, NULL);
	assert_string_equal(
		json_string_value(json_object_get(event, "event")), "login.unavailable");
	assert_string_equal(
		json_string_value(json_object_get(event, "effect")), result_name(RESULT_FULL));
	json_t *count = json_object_get(event, "count");
	int number = count == NULL ? 1 : (int)json_integer_value(count);
	json_decref(event);
	return number;
}

static void test_it_is_refused_until_there_is_room(void **state)
{
	struct bench *bench = *state;

	fill(bench);
	refused(bench, 1, "demo");
	make_room(bench);
	ask(bench, 2, "demo", NULL);
	settle(bench);
	assert_int_equal(strlen(bench->code.digits), bench->scene->config->code.digits);
	ask(bench, 2, "demo", bench->code.digits);
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_GRANTED);
}

/* What a wrong code of a new login is told. */
static enum line guessed(struct bench *bench, uint8_t login, const char *name)
{
	ask(bench, login, name, NULL);
	settle(bench);
	ask(bench, login, name, "111111");
	settle(bench);
	return bench->answer.line;
}

/* Whether or not there is a record already: a full store tells nobody who exists. */
static void test_all_names_see_the_same(void **state)
{
	static const char *const names[] = {"demo", "user40", "nobody-here", "nor-here", "gone"};
	struct bench *bench = *state;
	uint8_t login = 1;

	assert_int_equal(guessed(bench, login++, "nobody-here"), LINE_WRONG);
	fill(bench);
	for (size_t i = 0; i < COUNT(names); i++)
		HOLDS(names[i], guessed(bench, login++, names[i]) == LINE_UNAVAILABLE);
	make_room(bench);
	at(bench, MINUTES(20));
	for (size_t i = 0; i < COUNT(names); i++)
		HOLDS(names[i], guessed(bench, login++, names[i]) == LINE_WRONG);
}

static void test_one_event_a_minute(void **state)
{
	struct bench *bench = *state;
	char path[64];

	fill(bench);
	for (uint8_t i = 0; i < 5; i++) {
		bench->source =
			i % 2 == 0 ? "192.0.2.3 1 192.0.2.2 22" : "192.0.2.4 1 192.0.2.2 22";
		refused(bench, (uint8_t)(1 + i), "demo");
	}
	at(bench, MINUTES(1));
	refused(bench, 6, "demo");
	audit_stop(&bench->audit);
	snprintf(path, sizeof(path), "%s/" AUDIT_FILE, bench->scene->directory);
	FILE *trail = fopen(path, "re");
	assert_non_null(trail);
	/* Each of the logins failed twice: its text, and the answer. */
	assert_int_equal(next_unavailable(trail), 1);
	assert_int_equal(next_unavailable(trail), 10);
	assert_int_equal(next_unavailable(trail), 0);
	fclose(trail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_flow(test_it_is_refused_until_there_is_room),
		with_flow(test_all_names_see_the_same),
		with_flow(test_one_event_a_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
