/* SPDX-License-Identifier: BSD-3-Clause */
/* smsotpctl explain as smsotpd hears it: what is asked wrongly, and that nothing is left behind. */
#include "flow_fixture.h"
#include "smsotpd/control.h"
#include "smsotpd/ledger_tables.h"

static json_t *reply;

static void hook_reply(void *context, uint64_t connection, const json_t *came)
{
	(void)context;
	assert_int_equal(connection, 9);
	assert_null(reply);
	reply = json_deep_copy(came);
}

/* The reply is in `reply` when it returns. */
static void control(struct bench *bench, const char *request)
{
	struct pollfd ready = {.fd = bench->wake, .events = POLLIN};
	json_t *asked = json_loads(request, 0, NULL);
	uint64_t count;

	assert_non_null(asked);
	json_decref(reply);
	reply = NULL;
	bench->flow.hooks.reply = hook_reply;
	control_ask(&bench->flow, 9, asked, -1, 0);
	while (bench->flow.jobs > 0) {
		struct job *job = committer_take(bench->flow.committer);
		if (job != NULL) {
			control_finished(&bench->flow, job);
			continue;
		}
		assert_int_equal(poll(&ready, 1, WAIT_MS), 1);
		assert_int_equal(read(bench->wake, &count, sizeof(count)), sizeof(count));
	}
	assert_non_null(reply);
}

static bool is(const char *field)
{
	return json_is_true(json_object_get(reply, field));
}

static void test_wrong_requests(void **state)
{
	static const struct {
		const char *request;
		const char *words;
	} rows[] = {
		{"{\"verb\": \"explain\"}", "name is missing"},
		{"{\"verb\": \"explain\", \"name\": 5}", "name is missing"},
		{"{\"verb\": \"explain\", \"name\": \"demo\", \"service\": 5}",
			"service is missing"},
		{"{\"verb\": \"explain\", \"name\": \"demo\", \"from\": \"x\"}",
			"cannot come from that from"},
		{"{\"verb\": \"explain\", \"name\": \"demo\", \"uid\": \"7\"}",
			"cannot come from that uid"},
		{"{\"verb\": \"explain\", \"name\": \"demo\", \"uid\": -1}", "no number"},
		{"{\"verb\": \"explain\", \"name\": \"demo\", \"uid\": 4294967296}", "no number"},
		{"{\"verb\": \"explain\", \"name\": \"demo\", \"service\": \"su\"}", "--uid"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		control(*state, rows[i].request);
		const char *said = json_string_value(json_object_get(reply, "error"));
		HOLDS(rows[i].request, !is("ok") && said != NULL);
		HOLDS(rows[i].request, strstr(said, rows[i].words) != NULL);
	}
}

static void test_a_name_too_long(void **state)
{
	char request[2048];
	char name[NAME_SIZE_MAX + 2] = "";

	memset(name, 'a', NAME_SIZE_MAX);
	snprintf(request, sizeof(request), "{\"verb\": \"explain\", \"name\": \"%s\"}", name);
	control(*state, request);
	assert_true(is("ok") && is("asked") && !is("text"));
	name[NAME_SIZE_MAX] = 'a';
	snprintf(request, sizeof(request), "{\"verb\": \"explain\", \"name\": \"%s\"}", name);
	control(*state, request);
	assert_false(is("ok"));
}

/* A login right after it is told what it would have been without. */
static void test_nothing_is_left_behind(void **state)
{
	static struct ledger before;
	struct bench *bench = *state;

	at(bench, 0);
	before = *bench->flow.ledger;
	calls.commits = 0;
	for (int i = 0; i < 9; i++) {
		control(bench, "{\"verb\": \"explain\", \"name\": \"demo\", \"from\": "
			       "\"192.0.2.1\"}");
		/* The fixture has no smsotp-send. */
		assert_true(is("ok") && is("asked") && !is("text") && is("lets_in"));
		assert_string_equal(json_string_value(json_object_get(reply, "effect")), "text");
	}
	assert_int_equal(calls.commits, 0);
	assert_memory_equal(&before, bench->flow.ledger, sizeof(before));
	assert_int_equal(bench->flow.jobs, 0);
	assert_int_equal(bench->answers, 0);
	ask(bench, 1, "demo", NULL);
	settle(bench);
	assert_int_equal(bench->answer.line, LINE_SENT);
	assert_int_equal(bench->code.digits[0] != '\0', 1);
	control(bench, "{\"verb\": \"explain\", \"name\": \"demo\", \"from\": \"192.0.2.1\"}");
	assert_true(is("lets_in") && !is("text"));
	ask(bench, 1, "demo", bench->code.digits);
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_GRANTED);
}

static void test_without_stores(void **state)
{
	struct bench *bench = *state;
	struct committer *committer = bench->flow.committer;

	bench->flow.committer = NULL;
	control(bench, "{\"verb\": \"explain\", \"name\": \"demo\"}");
	bench->flow.committer = committer;
	assert_false(is("ok"));
	assert_non_null(strstr(json_string_value(json_object_get(reply, "error")), "not open"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_flow(test_wrong_requests),
		with_flow(test_a_name_too_long),
		with_flow(test_nothing_is_left_behind),
		with_flow(test_without_stores),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	json_decref(reply);
	return failed;
}
