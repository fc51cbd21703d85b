/* SPDX-License-Identifier: BSD-3-Clause */
/* Events are made when all who came back together are answered, and in the order of what happened.
 */
#include "told_fixture.h"

static void expect_before(const char *told, const char *first, const char *second)
{
	const char *one = strstr(told, first);
	const char *other = strstr(told, second);

	assert_non_null(one);
	assert_non_null(other);
	assert_true(one < other);
}

static void test_no_answer_waits_for_an_event(void **state)
{
	struct bench *bench = *state;
	const char *told = bench->audit->told;

	at(bench, 0);
	ask(bench, 1, "demo", NULL);
	assert_int_equal(bench->answer.line, LINE_SENT);
	ask(bench, 1, "demo", "000000");
	for (int i = 0; i < 2; i++)
		flow_finished(&bench->flow, committer_next(bench->flow.committer, bench->wake));
	assert_int_equal(bench->answer.line, LINE_WRONG);
	assert_string_equal(told, "");
	assert_int_equal(bench->flow.jobs, 2);
	flow_tell(&bench->flow);
	expect_before(told, "login.begin user=demo", "login.refused user=demo");
	assert_int_equal(bench->flow.jobs, 0);
	const char *begin = strstr(told, "login.begin user=demo");
	flow_tell(&bench->flow);
	assert_ptr_equal(strstr(told, "login.begin"), begin);
	assert_null(strstr(begin + 1, "login.begin"));
}

/* What becomes of a text is told when smsotp-send says so, and never before the text was asked for.
 */
static void test_another_event_stands_behind_those(void **state)
{
	const struct report report = {.outcome = OUTCOME_ACCEPTED, .code = "0", .reqid = "r"};
	const struct parcel parcel = {.user = "demo"};
	struct bench *bench = *state;
	const char *told = bench->audit->told;

	at(bench, 0);
	ask(bench, 1, "demo", NULL);
	committer_wake(bench->flow.committer);
	flow_finished(&bench->flow, committer_next(bench->flow.committer, bench->wake));
	assert_string_equal(told, "");
	flow_reported(&bench->flow, &parcel, &report);
	expect_before(told, "login.begin user=demo", "text.accepted");
	assert_int_equal(bench->flow.jobs, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_flow(test_no_answer_waits_for_an_event),
		with_flow(test_another_event_stands_behind_those),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
