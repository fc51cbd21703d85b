/* SPDX-License-Identifier: BSD-3-Clause */
/* The steps of a login over real stores: what is answered when, and what a text is worth. */
#include <dlfcn.h>
#include <pthread.h>

#include "flow_fixture.h"
#include "smsotpd/ctl.h"

static int signals; /* how often the committer was woken */

int pthread_cond_signal(pthread_cond_t *condition)
{
	signals++;
	return ((__typeof__(&pthread_cond_signal))(uintptr_t)dlsym(
		RTLD_NEXT, "pthread_cond_signal"))(condition);
}

/* No verb is asked here. */
json_t *ctl_run(const struct ctl_context *context, const json_t *request, int bulk)
{
	(void)context;
	(void)request;
	(void)bulk;
	return json_object();
}

static void test_a_begin_is_answered_before_its_commit(void **state)
{
	struct bench *bench = *state;

	ask(bench, 1, "demo", NULL);
	assert_int_equal(bench->answers, 1);
	assert_int_equal(bench->answer.line, LINE_SENT);
	assert_int_equal(bench->flow.jobs, 1);
	settle(bench);
	assert_int_equal(bench->answers, 1);
}

static void test_a_verdict_waits_for_its_commit(void **state)
{
	struct bench *bench = *state;

	ask(bench, 1, "demo", NULL);
	settle(bench);
	ask(bench, 1, "demo", bench->code.digits);
	assert_int_equal(bench->answers, 1);
	settle(bench);
	assert_int_equal(bench->answers, 2);
	assert_int_equal(bench->answer.verdict, VERDICT_GRANTED);
}

static void test_names_of_every_standing_see_the_same(void **state)
{
	static const char *const names[] = {"demo", "nobody-here", "gone", "bare", "root", ""};
	struct bench *bench = *state;
	char expected[512], told[512];

	dialogue(bench, 1, names[0], expected, sizeof(expected));
	assert_non_null(strstr(expected, "2 5 0 60")); /* locked for a minute at the end */
	for (uint8_t i = 1; i < COUNT(names); i++) {
		dialogue(bench, (uint8_t)(i + 1), names[i], told, sizeof(told));
		assert_string_equal(told, expected);
	}
}

/* sshd hands over junk as long as what was typed: one byte asks for a text whatever it is, and two
 * are a wrong code, though both be blanks. */
static void test_the_length_of_a_reply_decides(void **state)
{
	static const struct {
		const char *reply;
		enum line line;
	} rows[] = {
		{"r", LINE_SENT},
		{"7", LINE_SENT},
		{" ", LINE_SENT},
		{"\b", LINE_SENT},
		{"\xff", LINE_SENT},
		{"  ", LINE_WRONG},
		{" r", LINE_WRONG},
		{"\b\n", LINE_WRONG},
	};
	struct bench *bench = *state;

	ask(bench, 1, "demo", NULL);
	settle(bench);
	for (size_t i = 0; i < COUNT(rows); i++) {
		ask(bench, 1, "demo", rows[i].reply);
		settle(bench);
		HOLDS(rows[i].reply, bench->answer.line == rows[i].line);
	}
}

/*
 * A resend that the challenge had no text left for, asked for by who asked for the newest: there
 * is nothing to withdraw, and the right code of the text before lets in.
 */
static void test_a_text_that_never_was_is_not_withdrawn(void **state)
{
	struct bench *bench = *state;
	struct answer first;

	ask(bench, 1, "demo", NULL);
	settle(bench);
	first = bench->answer;
	ask(bench, 2, "demo", NULL); /* joins */
	settle(bench);
	at(bench, SECONDS(30));
	ask(bench, 2, "demo", "r"); /* the second text */
	settle(bench);
	bench->answer = first;
	at(bench, SECONDS(95));
	ask(bench, 1, "demo", "r"); /* the third and last */
	settle(bench);
	at(bench, SECONDS(160));
	ask(bench, 1, "demo", "r"); /* one too many */
	settle(bench);
	at(bench, SECONDS(170));
	ask(bench, 1, "demo", bench->code.digits);
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_GRANTED);
}

static void test_an_answer_at_once_withdraws_the_text(void **state)
{
	struct bench *bench = *state;

	ask(bench, 1, "demo", NULL);
	ask(bench, 1, "demo", "password");
	settle(bench);
	assert_int_equal(bench->answer.line, LINE_WRONG);
	assert_int_equal(bench->flow.counters.texts[OUTCOME_WITHDRAWN], 1);
	assert_int_equal(bench->flow.counters.texts[OUTCOME_UNSENT], 0);
	/* The code that never left is worth nothing. */
	ask(bench, 1, "demo", bench->code.digits);
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_ASK);
}

/* One of his, as he types it. */
static void recovery_of(const struct bench *bench, char ret[static RECOVERY_TEXT_SIZE])
{
	struct recovery_code codes[RECOVERY_CODES];

	scene_issue(bench->scene, "demo", codes);
	recovery_write(&codes[0], ret);
}

/* A phone that lies elsewhere does not ring for who is in by a recovery code. */
static void test_a_recovery_code_at_once_withdraws_the_text(void **state)
{
	struct bench *bench = *state;
	char text[RECOVERY_TEXT_SIZE];

	recovery_of(bench, text);
	ask(bench, 1, "demo", NULL);
	ask(bench, 1, "demo", text);
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_GRANTED);
	assert_int_equal(bench->flow.counters.texts[OUTCOME_WITHDRAWN], 1);
}

/* The share of texts that were answered is of texts. */
static void test_a_recovery_code_answers_no_text(void **state)
{
	struct bench *bench = *state;
	char text[RECOVERY_TEXT_SIZE];

	recovery_of(bench, text);
	ask(bench, 1, "demo", NULL);
	settle(bench);
	ask(bench, 1, "demo", text);
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_GRANTED);
	assert_int_equal(bench->flow.counters.answered, 0);
	ask(bench, 2, "demo", NULL);
	settle(bench);
	ask(bench, 2, "demo", bench->code.digits);
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_GRANTED);
	assert_int_equal(bench->flow.counters.answered, 1);
}

/* Every piece of an event is a block of memory. */
static size_t blocks;

static void *block(size_t size)
{
	blocks++;
	return malloc(size);
}

/* Events are made of an early answer whoever gives it, and written where there was a text. */
static void test_an_answer_at_once_is_the_same_work(void **state)
{
	static const char *const names[] = {"user1", "nobody-here", "user2", "gone", "nor-here"};
	struct bench *bench = *state;
	size_t first = 0;

	json_set_alloc_funcs(block, free);
	for (uint8_t i = 0; i < COUNT(names); i++) {
		ask(bench, i, names[i], NULL);
		ask(bench, i, names[i], "password");
		while (bench->flow.jobs > 0)
			finish_one(bench);
		blocks = 0;
		(void)sender_turn(bench->flow.sender, bench->now + HOLD_MS);
		HOLDS(names[i], blocks > 0);
		first = i == 0 ? blocks : first;
		HOLDS(names[i], blocks == first);
	}
	json_set_alloc_funcs(malloc, free);
	assert_int_equal(bench->flow.counters.texts[OUTCOME_WITHDRAWN], 2);
}

static void test_an_unknown_service_is_unavailable(void **state)
{
	struct bench *bench = *state;
	const struct ask foreign = ask_of(FRAME_BEGIN, "vsftpd", "demo");

	flow_ask(&bench->flow, 7, &foreign, 0);
	assert_int_equal(bench->answer.verdict, VERDICT_UNAVAILABLE);
	assert_int_equal(bench->answer.line, LINE_UNAVAILABLE);
	assert_int_equal(bench->flow.jobs, 0);
}

/* What comes back makes room: the share is of what is under way. */
static void test_a_flood_of_one_uid_waits_by_itself(void **state)
{
	struct bench *bench = *state;
	const uint32_t others[] = {1001, 0};

	bench->uid = 1000;
	for (size_t i = 0; i < SHARE_JOBS; i++)
		ask(bench, (uint8_t)i, "demo", NULL);
	assert_int_equal(bench->answers, SHARE_JOBS);
	ask(bench, SHARE_JOBS, "demo", NULL);
	assert_int_equal(bench->dropped, 1);
	for (size_t i = 0; i < COUNT(others); i++) {
		bench->uid = others[i];
		ask(bench, (uint8_t)(SHARE_JOBS + 1 + i), "demo", NULL);
		assert_int_equal(bench->answers, SHARE_JOBS + 1 + i);
	}
	settle(bench);
	bench->uid = 1000;
	ask(bench, SHARE_JOBS, "demo", NULL);
	assert_int_equal(bench->dropped, 1);
	assert_int_equal(bench->answers, SHARE_JOBS + 3);
	settle(bench);
}

/* Who was answered comes first; who waits for a verdict waits for nobody's sake. */
static void test_only_what_nobody_waits_for_is_laid(void **state)
{
	struct bench *bench = *state;

	signals = 0;
	ask(bench, 1, "demo", NULL);
	assert_true(bench->flow.laid);
	assert_int_equal(signals, 0);
	settle(bench);
	signals = 0;
	ask(bench, 1, "demo", "000000");
	assert_false(bench->flow.laid);
	assert_int_equal(signals, 1);
	settle(bench);
}

static void test_root_has_no_share(void **state)
{
	struct bench *bench = *state;

	for (size_t i = 0; i < SHARE_JOBS + 10; i++)
		ask(bench, (uint8_t)i, "demo", NULL);
	assert_int_equal(bench->answers, SHARE_JOBS + 10);
	settle(bench);
}

/* Where no code is required nobody is refused; and nobody is let in by it. */
static void test_what_a_mode_makes_of_a_verdict(void **state)
{
	static const enum verdict waived[VERDICT_COUNT] = {
		[VERDICT_REFUSED] = VERDICT_WAIVED,
		[VERDICT_ASK] = VERDICT_ASK_WAIVED,
		[VERDICT_SPENT] = VERDICT_WAIVED,
		[VERDICT_UNAVAILABLE] = VERDICT_WAIVED,
		[VERDICT_DISABLED] = VERDICT_DISABLED,
		[VERDICT_GRANTED] = VERDICT_GRANTED,
		[VERDICT_WAIVED] = VERDICT_WAIVED,
		[VERDICT_ASK_WAIVED] = VERDICT_ASK_WAIVED,
	};

	(void)state;
	for (size_t i = 0; i < VERDICT_COUNT; i++) {
		enum verdict verdict = (enum verdict)i;
		assert_int_equal(flow_verdict(MODE_ENFORCE, verdict), verdict);
		assert_int_equal(flow_verdict(MODE_WARN, verdict), waived[i]);
		assert_int_equal(flow_verdict(MODE_OBSERVE, verdict), waived[i]);
	}
}

/* The ledger is lost between prompt and answer: the token makes the dialogue anew. */
static void test_a_restart_costs_no_login(void **state)
{
	struct bench *bench = *state;

	ask(bench, 1, "demo", NULL);
	settle(bench);
	ledger_free(&bench->flow.ledger);
	assert_int_equal(ledger_new(&bench->flow.ledger), RESULT_OK);
	ask(bench, 1, "demo", bench->code.digits);
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_GRANTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_flow(test_a_begin_is_answered_before_its_commit),
		with_flow(test_a_verdict_waits_for_its_commit),
		with_flow(test_names_of_every_standing_see_the_same),
		with_flow(test_the_length_of_a_reply_decides),
		with_flow(test_a_text_that_never_was_is_not_withdrawn),
		with_flow(test_an_answer_at_once_withdraws_the_text),
		with_flow(test_a_recovery_code_at_once_withdraws_the_text),
		with_flow(test_a_recovery_code_answers_no_text),
		with_flow(test_an_answer_at_once_is_the_same_work),
		with_flow(test_an_unknown_service_is_unavailable),
		with_flow(test_a_flood_of_one_uid_waits_by_itself),
		with_flow(test_root_has_no_share),
		with_flow(test_only_what_nobody_waits_for_is_laid),
		cmocka_unit_test(test_what_a_mode_makes_of_a_verdict),
		with_flow(test_a_restart_costs_no_login),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
