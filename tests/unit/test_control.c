/* SPDX-License-Identifier: BSD-3-Clause */
/* Verbs that the main thread refuses, or hands to a child: who asked is told, once. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "control_fixture.h"
#include "records_fixture.h"
#include "smsotpd/stores.h"
#include "smsotpd/worker.h"

#define EXPORTED __attribute__((visibility("default")))

void *__libc_calloc(size_t count, size_t size);

/* The next calloc(3) of the main thread fails. What stands before a library's own can only be
 * file-scope. */
static _Thread_local bool struck;

EXPORTED void *calloc(size_t count, size_t size)
{
	bool now = struck;

	struck = false;
	return now ? NULL : __libc_calloc(count, size);
}

/* The client of whoever asked for a child; -1 where he has gone. */
static int client;
static size_t lent;

static int hook_lend(void *context, uint64_t connection)
{
	(void)context;
	assert_int_equal(connection, 9);
	lent++;
	return client;
}

struct hall {
	struct bench *bench;
	struct stores stores;
};

static int setup(void **state)
{
	struct hall *hall = calloc(1, sizeof(*hall));

	assert_int_equal(flow_setup((void **)&hall->bench), 0);
	hall->stores.identities = hall->bench->scene->judge.identities;
	hall->stores.state = hall->bench->scene->judge.state;
	assert_int_equal(worker_new(hall->bench->epoll, 2, &hall->stores,
				 &hall->bench->scene->clock, &hall->bench->flow.worker),
		RESULT_OK);
	hall->bench->flow.hooks.lend = hook_lend;
	client = -1;
	lent = 0;
	*state = hall;
	return 0;
}

static int teardown(void **state)
{
	struct hall *hall = *state;

	forget_reply();
	worker_free(&hall->bench->flow.worker);
	assert_int_equal(flow_teardown((void **)&hall->bench), 0);
	free(hall);
	return 0;
}

static bool is_open(int file)
{
	return fcntl(file, F_GETFD) >= 0;
}

/* What a request brought is closed, whoever answers it. */
static void test_a_file_that_is_not_asked_for(void **state)
{
	static const char *const requests[] = {"{\"verb\": \"stats\"}", "{\"verb\": \"explain\"}",
		"{\"verb\": \"import\"}", "{\"verb\": \"status\"}"};
	struct bench *bench = ((struct hall *)*state)->bench;
	struct committer *committer = bench->flow.committer;

	for (size_t i = 0; i < COUNT(requests); i++) {
		int bulk = memfd_create("test", MFD_CLOEXEC);
		bench->flow.committer = i == 3 ? committer : NULL; /* a job's own goes with it */
		control_with(bench, requests[i], bulk);
		HOLDS(requests[i], reply != NULL && !is_open(bulk));
	}
	bench->flow.committer = committer;
}

static void test_a_test_text_beside_too_many(void **state)
{
	struct bench *bench = ((struct hall *)*state)->bench;
	struct parcel parcel = {.connection = 0};

	control_with(bench, "{\"verb\": \"send-test\", \"name\": \"demo\"}", -1);
	assert_null(reply); /* it waits for the report */
	assert_int_equal(sender_count(bench->flow.sender), 1);
	while (sender_put(bench->flow.sender, &parcel, 0, DAYS(1)) == RESULT_OK)
		parcel.text.id[0]++;
	control(bench, "{\"verb\": \"send-test\", \"name\": \"demo\"}");
	SAYS("too many texts wait already: try again");
	assert_null(json_object_get(reply, "phone"));
	forget_reply();
	(void)sender_turn(bench->flow.sender, DAYS(2)); /* the first one's report */
	bench->flow.hooks.reply = hook_reply;
}

static void test_a_mode_without_room(void **state)
{
	struct bench *bench = ((struct hall *)*state)->bench;
	const struct override warn = {.choice = CHOICE_WARN};
	char name[16];

	for (int i = 0; i < CONFIG_SERVICES; i++) {
		snprintf(name, sizeof(name), "gone%d", i);
		assert_true(modes_put(&bench->flow.modes, name, &warn));
	}
	control(bench, "{\"verb\": \"mode.set\", \"service\": \"sshd\", \"mode\": \"warn\"}");
	SAYS("too many sections had a mode of their own, some of them are no more; restart");
	assert_int_equal(modes_find(&bench->flow.modes, "sshd").choice, CHOICE_CONFIG);
	control(bench, "{\"verb\": \"mode\", \"service\": \"sshd\"}");
	const json_t *shown = json_array_get(json_object_get(reply, "services"), 0);
	assert_string_equal(json_string_value(json_object_get(shown, "chosen")), "config");
}

/* sudo's section speaks of sudo-i as well. */
static void test_a_mode_holds_at_once(void **state)
{
	struct bench *bench = ((struct hall *)*state)->bench;

	control(bench, "{\"verb\": \"mode.set\", \"service\": \"sudo-i\", \"mode\": \"warn\"}");
	assert_true(is("ok"));
	assert_null(json_object_get(reply, "change"));
	assert_int_equal(modes_find(&bench->flow.modes, "sudo").choice, CHOICE_WARN);
	control(bench, "{\"verb\": \"mode.set\", \"service\": \"sudo\", \"mode\": \"config\"}");
	assert_true(is("ok"));
	assert_int_equal(modes_find(&bench->flow.modes, "sudo").choice, CHOICE_CONFIG);
}

static void take(struct bench *bench, const char *request, bool writes)
{
	worker_take(bench->flow.worker, 9, writes, json_loads(request, 0, NULL), -1);
}

static void test_verbs_beside_those_that_wait(void **state)
{
	struct bench *bench = ((struct hall *)*state)->bench;

	take(bench, "{\"verb\": \"report\"}", false);
	control(bench, "{\"verb\": \"identity.suspend\", \"name\": \"demo\"}");
	assert_true(is("ok") && is("changed"));
	worker_free(&bench->flow.worker);
	control(bench, "{\"verb\": \"report\"}");
	SAYS("the stores are not open");
}

/* All identities are walked for the locks of all, and logins wait for the committer. */
static void test_locks_of_all_are_listed_in_a_child(void **state)
{
	static const char *const all[] = {
		"{\"verb\": \"lock.list\"}", "{\"verb\": \"lock.list\", \"name\": 7}"};
	struct bench *bench = ((struct hall *)*state)->bench;

	for (size_t i = 0; i < COUNT(all); i++) {
		control(bench, all[i]);
		SAYS("cannot start a child for it");
	}
	assert_int_equal(lent, COUNT(all));
	control(bench, "{\"verb\": \"lock.list\", \"name\": \"demo\"}");
	assert_true(is("ok") && json_is_object(json_object_get(reply, "shown")));
	assert_int_equal(lent, COUNT(all));
}

static void test_verbs_beside_an_import(void **state)
{
	struct bench *bench = ((struct hall *)*state)->bench;

	for (int i = 0; i < WORKER_ERRANDS; i++)
		take(bench, "{\"verb\": \"import\"}", true);
	control(bench, "{\"verb\": \"report\"}");
	SAYS("too many imports, exports, lists and reports wait already; repeat when one is done");
	control(bench, "{\"verb\": \"identity.suspend\", \"name\": \"demo\"}");
	SAYS("an import is under way, and identities change one at a time");
	control(bench, "{\"verb\": \"user.status\", \"name\": \"demo\"}");
	assert_true(is("ok") && !is("suspended"));
}

/* What writes identities does not stop what is cleared in parts, nor does it wait for all of them.
 */
static void test_an_import_between_two_parts(void **state)
{
	static const struct record failed = {.ceiling.strange = 1};
	struct bench *bench = ((struct hall *)*state)->bench;
	const size_t users = 3 * STATE_PART;

	save_records(bench->scene->judge.state, &failed, "user", 0, users);
	bench->flow.hooks.reply = hook_reply;
	control_ask(&bench->flow, 9,
		json_loads("{\"verb\": \"lock.clear\", \"all\": true}", 0, NULL), -1, 0);
	control_ask(&bench->flow, 9, json_loads("{\"verb\": \"import\"}", 0, NULL), -1, 0);
	control_finished(&bench->flow, committer_next(bench->flow.committer, bench->wake));
	assert_int_equal(lent, 0);
	control_finished(&bench->flow, committer_next(bench->flow.committer, bench->wake));
	assert_int_equal(lent, 1);
	SAYS("cannot start a child for it");
	forget_reply();
	take(bench, "{\"verb\": \"import\"}", true);
	control_settle(bench);
	assert_int_equal(json_integer_value(json_object_get(reply, "cleared")), users);
}

/* Each of them is told, and none keeps the next one waiting; without memory as well. */
static void test_children_that_do_not_start(void **state)
{
	struct bench *bench = ((struct hall *)*state)->bench;
	json_t *asked[3];

	bench->flow.hooks.reply = hook_reply;
	for (size_t i = 0; i < COUNT(asked); i++) {
		asked[i] = json_loads("{\"verb\": \"report\"}", 0, NULL);
		control_ask(&bench->flow, 9, asked[i], -1, 0);
		assert_int_equal(bench->flow.jobs, 1);
	}
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(lent, i);
		control_finished(&bench->flow, committer_next(bench->flow.committer, bench->wake));
		SAYS("smsotpd cannot start a child for it");
		forget_reply();
		assert_int_equal(bench->flow.jobs, 1);
	}
	assert_true(worker_busy(bench->flow.worker));
	control_settle(bench);
	SAYS("smsotpd cannot start a child for it");
	assert_int_equal(lent, 3);
	assert_false(worker_busy(bench->flow.worker));
}

static void count_reply(void *context, uint64_t connection, const json_t *came)
{
	size_t *count = context;

	assert_int_equal(connection, 9);
	assert_true(json_is_false(json_object_get(came, "ok")));
	++*count;
}

static void test_no_memory_to_wait(void **state)
{
	struct bench *bench = ((struct hall *)*state)->bench;
	size_t replies = 0;

	bench->flow.hooks.reply = count_reply;
	bench->flow.hooks.context = &replies;
	control_ask(&bench->flow, 9, json_loads("{\"verb\": \"report\"}", 0, NULL), -1, 0);
	take(bench, "{\"verb\": \"report\"}", false);
	struct job *job = committer_next(bench->flow.committer, bench->wake);
	struck = true;
	control_finished(&bench->flow, job);
	flow_tell(&bench->flow);
	assert_false(struck);
	assert_int_equal(replies, 2);
	assert_int_equal(bench->flow.jobs, 0);
	assert_false(worker_busy(bench->flow.worker));
	bench->flow.hooks.context = bench;
}

static json_int_t texts_asked_for(void)
{
	json_t *requests = json_object_get(reply, "requests");
	json_int_t asked = 0;
	const char *rule;
	json_t *count;

	json_object_foreach(requests, rule, count) asked += json_integer_value(count);
	return asked;
}

/* His event may be written later. */
static void test_stats_count_whoever_was_answered(void **state)
{
	struct bench *bench = ((struct hall *)*state)->bench;

	control(bench, "{\"verb\": \"stats\"}");
	assert_int_equal(texts_asked_for(), 0);
	ask(bench, 1, "demo", NULL);
	committer_wake(bench->flow.committer);
	flow_finished(&bench->flow, committer_next(bench->flow.committer, bench->wake));
	control(bench, "{\"verb\": \"stats\"}");
	assert_int_equal(texts_asked_for(), 1);
}

#define with_hall(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_hall(test_a_file_that_is_not_asked_for),
		with_hall(test_a_test_text_beside_too_many),
		with_hall(test_a_mode_without_room),
		with_hall(test_a_mode_holds_at_once),
		with_hall(test_verbs_beside_those_that_wait),
		with_hall(test_locks_of_all_are_listed_in_a_child),
		with_hall(test_verbs_beside_an_import),
		with_hall(test_an_import_between_two_parts),
		with_hall(test_children_that_do_not_start),
		with_hall(test_no_memory_to_wait),
		with_hall(test_stats_count_whoever_was_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
