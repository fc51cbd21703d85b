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

/* What the name has used up where it asks from is told apart from what this login has. */
static void test_why_no_text_is_shown(void **state)
{
	static const struct {
		uint32_t user, day, each;
		const char *told;
	} rows[] = {
		{1, 9, 9, "login.shown rule=texts_user; "},
		{9, 1, 9, "login.shown rule=texts_day; "},
		{9, 9, 1, "login.shown rule=no_texts; "},
	};
	struct bench *bench = *state;
	struct config *config = bench->scene->config;

	config->limits.texts_user_kept = config->limits.texts_day_kept = 0;
	for (uint8_t i = 0; i < COUNT(rows); i++) {
		config->limits.texts_user = rows[i].user;
		config->limits.texts_day = rows[i].day;
		config->resend.texts = rows[i].each;
		at(bench, HOURS(48 * i));
		ask(bench, i, "nobody", NULL);
		settle(bench);
		bench->audit->told[0] = '\0';
		at(bench, HOURS(48 * i) + SECONDS(30));
		ask(bench, i, "nobody", "r");
		assert_int_equal(bench->answer.line, LINE_NO_TEXTS);
		assert_string_equal(bench->audit->told, rows[i].told);
	}
	assert_int_equal(bench->flow.counters.decided[DECISION_NO_TEXT][RULE_TEXTS_USER], 1);
	assert_int_equal(bench->flow.counters.decided[DECISION_NO_TEXT][RULE_TEXTS_DAY], 1);
	assert_int_equal(bench->flow.counters.decided[DECISION_NO_TEXT][RULE_NO_TEXTS], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_flow(test_no_answer_waits_for_an_event),
		with_flow(test_another_event_stands_behind_those),
		with_flow(test_why_no_text_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
