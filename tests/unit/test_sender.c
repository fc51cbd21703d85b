/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts on their way to a smsotp-send that the test plays. Time is what sender_turn is told. */
#include "sender_fixture.h"

static void test_a_text_waits_for_its_hold_then_leaves(void **state)
{
	struct bench *bench = *state;
	struct text text;

	assert_int_equal(sender_turn(bench->sender, 0), -1);
	put(bench, false);
	assert_int_equal(sender_turn(bench->sender, 100), 200);
	assert_int_equal(bench->asked, 0);
	assert_int_equal(handed_over(bench, &text), -1);
	assert_true(sender_turn(bench->sender, DUE) > 0);
	int fd = handed_over(bench, &text);
	assert_true(fd >= 0);
	assert_int_equal(bench->asked, 1);
	assert_int_equal(text.id[0], 5);
	assert_string_equal(text.phone.e164, "+919999900001");
	assert_string_equal(text.code.digits, "123456");
	assert_int_equal(text.end, BOOT + DEAD - DUE);
	loop_turn(bench);
	assert_int_equal(bench->reports, 0);
	report(fd, &(struct report){
			   .id = {5}, .outcome = OUTCOME_ACCEPTED, .http = 200, .reqid = "77"});
	loop_turn(bench);
	assert_int_equal(bench->reports, 1);
	assert_int_equal(bench->report.outcome, OUTCOME_ACCEPTED);
	assert_string_equal(bench->report.reqid, "77");
	assert_string_equal(bench->user, "demo");
	assert_int_equal(sender_turn(bench->sender, DUE), -1);
	close(fd);
	loop_turn(bench);
	assert_int_equal(bench->reports, 1);
}

static void test_a_withdrawn_text_never_leaves_and_is_told_once(void **state)
{
	struct bench *bench = *state;
	struct text text;

	bench->leaves = false;
	put(bench, false);
	put(bench, true);
	assert_int_equal(sender_turn(bench->sender, DUE), -1);
	assert_int_equal(bench->asked, 2);
	assert_int_equal(handed_over(bench, &text), -1);
	assert_int_equal(sender_turn(bench->sender, DEAD), -1);
	assert_int_equal(bench->reports, 2);
	assert_int_equal(bench->dummies, 1);
	assert_int_equal(bench->report.outcome, OUTCOME_WITHDRAWN);
	assert_non_null(strstr(bench->report.detail, "withdrawn"));
}

static void test_a_dummy_waits_alike_and_never_leaves(void **state)
{
	struct bench *bench = *state;
	struct text text;

	put(bench, true);
	assert_int_equal(sender_turn(bench->sender, 100), 200);
	assert_int_equal(sender_turn(bench->sender, DUE), -1);
	assert_int_equal(bench->asked, 1);
	assert_int_equal(handed_over(bench, &text), -1);
	assert_int_equal(bench->reports, 0);
}

static void test_an_end_without_a_report_is_unknown_and_never_repeated(void **state)
{
	struct bench *bench = *state;
	struct text text;

	put(bench, false);
	(void)sender_turn(bench->sender, DUE);
	int fd = handed_over(bench, &text);
	assert_true(fd >= 0);
	close(fd);
	loop_turn(bench);
	assert_int_equal(bench->reports, 1);
	assert_int_equal(bench->report.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(bench->report.id[0], 5);
	for (int64_t now = DUE; now <= DEAD; now += 1000)
		assert_int_equal(sender_turn(bench->sender, now), -1);
	assert_int_equal(handed_over(bench, &text), -1);
	assert_int_equal(bench->reports, 1);
}

/* The frame lies in a socket that nobody reads from: it was handed over all the same. */
static void test_a_frame_that_nobody_read_is_not_repeated(void **state)
{
	struct bench *bench = *state;
	struct text text;

	put(bench, false);
	(void)sender_turn(bench->sender, DUE);
	depart(bench);
	loop_turn(bench);
	assert_int_equal(bench->reports, 1);
	assert_int_equal(bench->report.outcome, OUTCOME_UNKNOWN);
	arrive(bench);
	assert_int_equal(sender_turn(bench->sender, DUE + 1000), -1);
	assert_int_equal(handed_over(bench, &text), -1);
}

static void test_what_is_no_report_of_this_text_is_unknown(void **state)
{
	static const struct report other = {.id = {6}, .outcome = OUTCOME_ACCEPTED};
	struct bench *bench = *state;
	struct text text;

	for (int round = 0; round < 2; round++) {
		put(bench, false);
		(void)sender_turn(bench->sender, DUE);
		int fd = handed_over(bench, &text);
		assert_true(fd >= 0);
		if (round == 0)
			report(fd, &other);
		else
			assert_int_equal(send(fd, "junk", 4, MSG_NOSIGNAL), 4);
		loop_turn(bench);
		assert_int_equal(bench->reports, round + 1);
		assert_int_equal(bench->report.outcome, OUTCOME_UNKNOWN);
		close(fd);
	}
}

static void test_away_and_back_within_its_life(void **state)
{
	struct bench *bench = *state;
	struct text text;

	depart(bench);
	put(bench, false);
	int64_t now = DUE;
	for (int i = 0; i < 20; i++) {
		int wait = sender_turn(bench->sender, now);
		assert_in_range(wait, 1, 1000);
		now += wait;
	}
	assert_int_equal(bench->asked, 1);
	assert_int_equal(bench->reports, 0);
	arrive(bench);
	(void)sender_turn(bench->sender, now);
	int fd = handed_over(bench, &text);
	assert_true(fd >= 0);
	assert_int_equal(text.end, BOOT + DEAD - now);
	close(fd);
}

static void test_too_old_is_dropped_and_told_once(void **state)
{
	struct bench *bench = *state;
	struct text text;

	depart(bench);
	put(bench, false);
	(void)sender_turn(bench->sender, DUE);
	(void)sender_turn(bench->sender, DEAD - 1);
	assert_int_equal(bench->reports, 0);
	arrive(bench);
	/* Back, but too late: its time has come to be tried again after it was too old. */
	assert_int_equal(sender_turn(bench->sender, DEAD + 1000), -1);
	assert_int_equal(bench->reports, 1);
	assert_int_equal(bench->report.outcome, OUTCOME_UNSENT);
	assert_non_null(strstr(bench->report.detail, "smsotp-send"));
	assert_int_equal(handed_over(bench, &text), -1);
}

static void test_a_report_that_never_comes_is_unknown(void **state)
{
	struct bench *bench = *state;
	struct text text;

	put(bench, false);
	int wait = sender_turn(bench->sender, DUE);
	int fd = handed_over(bench, &text);
	HOLDS("the longest request that began before its end", wait > DEAD - DUE + 60000);
	(void)sender_turn(bench->sender, DUE + wait - 1);
	assert_int_equal(bench->reports, 0);
	assert_int_equal(sender_turn(bench->sender, DUE + wait), -1);
	assert_int_equal(bench->reports, 1);
	assert_int_equal(bench->report.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(recv(fd, &text, 1, MSG_DONTWAIT), 0);
	close(fd);
}

static void test_a_full_table_takes_no_more_and_loses_none(void **state)
{
	struct bench *bench = *state;
	const struct parcel parcel = {.text = {.id = {5}}, .dummy = true};
	int taken = 0;

	while (sender_put(bench->sender, &parcel, DUE, DEAD) == RESULT_OK)
		taken++;
	assert_true(taken >= 64);
	assert_int_equal(sender_turn(bench->sender, DUE), -1);
	assert_int_equal(bench->asked, taken);
	assert_int_equal(sender_put(bench->sender, &parcel, DUE, DEAD), RESULT_OK);
}

static void test_a_text_takes_the_place_of_a_dummy(void **state)
{
	struct bench *bench = *state;
	const struct parcel dummy = {.dummy = true};
	struct text text;

	while (sender_put(bench->sender, &dummy, DUE, DEAD) == RESULT_OK)
		;
	put(bench, false);
	sender_turn(bench->sender, DUE);
	int fd = handed_over(bench, &text);
	assert_true(fd >= 0);
	close(fd);
}

static void test_a_text_takes_no_other_text_s_place(void **state)
{
	struct bench *bench = *state;
	const struct parcel parcel = {.text = {.id = {5}}};
	int taken = 0;

	while (taken < 5000 && sender_put(bench->sender, &parcel, DUE, DEAD) == RESULT_OK)
		taken++;
	assert_int_equal(sender_count(bench->sender), taken);
	sender_end(bench->sender);
	assert_int_equal(bench->reports, taken);
}

/* Of each that was to leave there is one last word, whenever smsotpd ends. */
static void test_the_end_is_told_of_each(void **state)
{
	struct bench *bench = *state;
	struct text text;

	put(bench, false);
	(void)sender_turn(bench->sender, DUE);
	int fd = handed_over(bench, &text);
	sender_end(bench->sender);
	assert_int_equal(bench->reports, 1);
	assert_int_equal(bench->report.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(bench->report.id[0], 5);
	put(bench, true);
	put(bench, false);
	sender_end(bench->sender);
	assert_int_equal(bench->reports, 2);
	assert_int_equal(bench->dummies, 0);
	assert_int_equal(bench->report.outcome, OUTCOME_UNSENT);
	sender_end(bench->sender);
	assert_int_equal(bench->reports, 2);
	close(fd);
}

static void test_foreign_slots_are_nothing(void **state)
{
	struct bench *bench = *state;

	put(bench, false);
	sender_ready(bench->sender, 0);
	sender_ready(bench->sender, UINT32_MAX);
	assert_int_equal(bench->reports, 0);
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		row(test_a_text_waits_for_its_hold_then_leaves),
		row(test_a_withdrawn_text_never_leaves_and_is_told_once),
		row(test_a_dummy_waits_alike_and_never_leaves),
		row(test_an_end_without_a_report_is_unknown_and_never_repeated),
		row(test_a_frame_that_nobody_read_is_not_repeated),
		row(test_what_is_no_report_of_this_text_is_unknown),
		row(test_away_and_back_within_its_life),
		row(test_too_old_is_dropped_and_told_once),
		row(test_a_report_that_never_comes_is_unknown),
		row(test_a_full_table_takes_no_more_and_loses_none),
		row(test_a_text_takes_the_place_of_a_dummy),
		row(test_a_text_takes_no_other_text_s_place),
		row(test_the_end_is_told_of_each),
		row(test_foreign_slots_are_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
