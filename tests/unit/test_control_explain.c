/* SPDX-License-Identifier: BSD-3-Clause */
/* smsotpctl explain as smsotpd hears it: what is asked wrongly, and that nothing is left behind. */
#include "control_fixture.h"
#include "smsotpd/ledger_tables.h"

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
		{"{\"verb\": \"explain\", \"name\": \"demo\", \"uid\": 4294967295}", "no number"},
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

/* The very line that the login shows, with the operator's help. */
static void test_a_service_without_a_section(void **state)
{
	struct bench *bench = *state;
	struct config *config = bench->scene->config;

	strcpy(config->message.help, "Call 5555.");
	control(bench, "{\"verb\": \"explain\", \"name\": \"demo\", \"service\": \"none\"}");
	assert_true(is("ok") && !is("asked") && !is("lets_in"));
	assert_string_equal(json_string_value(json_object_get(reply, "line")),
		"Sign-in by text is not available now. Call 5555.");
}

/* Whatever call fails: no answer is made up. */
static void test_a_store_that_fails(void **state)
{
	static const char request[] = "{\"verb\": \"explain\", \"name\": \"demo\"}";
	struct bench *bench = *state;
	int *const fails[] = {&calls.bad_look_up, &calls.bad_load, &calls.bad_save};
	const int *const counts[] = {&calls.look_ups, &calls.loads, &calls.saves};

	for (size_t i = 0; i < COUNT(fails); i++) {
		int number = 1;
		for (;; number++) {
			memset(&calls, 0, sizeof(calls));
			*fails[i] = number;
			control(bench, request);
			if (*counts[i] < number)
				break;
			SAYS("the store failed (");
		}
		assert_true(is("ok") && is("lets_in"));
		assert_true(number > 5);
	}
	memset(&calls, 0, sizeof(calls));
}

static const char *fact(const char *what)
{
	json_t *fact;
	size_t i;

	json_array_foreach(json_object_get(reply, "facts"), i, fact)
	{
		if (strcmp(json_string_value(json_object_get(fact, "what")), what) == 0)
			return json_string_value(json_object_get(fact, "now"));
	}
	return "";
}

/* A place is known for 60 days. */
static void test_a_place_of_long_ago(void **state)
{
	static const char request[] =
		"{\"verb\": \"explain\", \"name\": \"demo\", \"from\": \"192.0.2.1\"}";
	struct bench *bench = *state;

	at(bench, 0);
	control(bench, request);
	assert_non_null(strstr(fact("source"), "192.0.2.1, a new place"));
	ask(bench, 1, "demo", NULL);
	settle(bench);
	ask(bench, 1, "demo", bench->code.digits);
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_GRANTED);
	at(bench, DAYS(60) - 1);
	control(bench, request);
	assert_true(is("known"));
	assert_non_null(strstr(fact("source"), ": signed in 2027-01-15"));
	at(bench, DAYS(60));
	control(bench, request);
	assert_false(is("known"));
	assert_non_null(strstr(fact("source"), "192.0.2.1, signed in 2027-01-15T08:00:00Z"));
	assert_non_null(strstr(fact("source"), ", not within 60 days: a new place"));
}

/* One that was stored before it was refused. */
static void test_a_phone_of_ten_digits(void **state)
{
	struct bench *bench = *state;

	scene_set(bench->scene, "demo", "phone", "+9199999000");
	control(bench, "{\"verb\": \"explain\", \"name\": \"demo\", \"from\": \"192.0.2.1\"}");
	assert_true(is("ok") && is("asked") && !is("text"));
	const json_t *reason = json_object_get(reply, "reason");
	assert_non_null(strstr(json_string_value(json_object_get(reason, "sentence")),
		"sends nothing to ten digits"));
	assert_non_null(strstr(fact("phone"), "for an Indian number; correct the phone"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_flow(test_wrong_requests),
		with_flow(test_a_name_too_long),
		with_flow(test_nothing_is_left_behind),
		with_flow(test_without_stores),
		with_flow(test_a_service_without_a_section),
		with_flow(test_a_store_that_fails),
		with_flow(test_a_place_of_long_ago),
		with_flow(test_a_phone_of_ten_digits),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	forget_reply();
	return failed;
}
