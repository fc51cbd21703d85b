/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each step of a login: what is answered, what the trail says of it, and what is counted. A step's
 * line is "VERDICT LINE, the events, the counters"; events and counters begin anew with each step.
 */
#include "told_fixture.h"

static void test_a_login(void **state)
{
	static const struct step steps[] = {
		{SECONDS(0), 'a', NULL,
			"1 1, login.begin user=demo rule=due; text/due=1 PROMPTED=1 "},
		{SECONDS(10), 'a', "r", "1 1, login.shown rule=too_early; no text/too_early=1 "},
		{SECONDS(10), 'a', "000000",
			"1 2, login.refused user=demo rule=wrong answer_ms=10000; refused/wrong=1 "
			"REFUSED=1 "},
		{SECONDS(11), 'a', CODE,
			"5 0, login.granted user=demo rule=right answer_ms=11000; granted/right=1 "
			"GRANTED=1 ANSWERED=1 WAITED=11000 "},
		{SECONDS(11), 'c', NULL, "0 0, session.close not accepted; "},
		{SECONDS(11), 'o', NULL, "0 0, session.open user=demo accepted; "},
		{SECONDS(11), 'o', NULL, "0 0, session.open not accepted; "},
		{SECONDS(12), 'c', NULL, "0 0, session.close user=demo accepted; "},
		{SECONDS(12), 'c', NULL, "0 0, session.close not accepted; "},
	};
	struct bench *bench = *state;

	WALK(bench, steps);
}

static void test_a_session_of_a_login_that_was_not(void **state)
{
	static const struct step steps[] = {
		{SECONDS(0), 'a', NULL,
			"1 1, login.begin user=demo rule=due; text/due=1 PROMPTED=1 "},
		{SECONDS(1), 'o', NULL, "0 0, session.open not accepted; "},
		{SECONDS(1), 'c', NULL, "0 0, session.close not accepted; "},
	};
	struct bench *bench = *state;

	WALK(bench, steps);
}

static void test_wrong_codes_lock(void **state)
{
	static const struct step steps[] = {
		{SECONDS(0), 'a', NULL,
			"1 1, login.begin user=demo rule=due; text/due=1 PROMPTED=1 "},
		{SECONDS(1), 'a', "111111",
			"1 2, login.refused user=demo rule=wrong answer_ms=1000; refused/wrong=1 "
			"REFUSED=1 "},
		{SECONDS(2), 'a', "222222", "1 2, refused/wrong=1 REFUSED=1 "},
		{SECONDS(3), 'a', "junk\001",
			"1 2, login.refused user=demo rule=application answer_ms=3000; "
			"refused/application=1 REFUSED=1 "},
		{SECONDS(62), 'a', "333333",
			"1 2, login.refused user=demo rule=wrong answer_ms=62000; text.unsent "
			"user=demo; refused/wrong=1 REFUSED=1 UNSENT=1 "},
		{SECONDS(63), 'a', "444444",
			"2 5 Call the desk., login.locked user=demo rule=wrong answer_ms=63000; "
			"refused/wrong=1 REFUSED=1 LOCKS=1 "},
		{SECONDS(64), 'a', "555555",
			"2 5 Call the desk., login.shown rule=lockout; refused/lockout=1 "
			"REFUSED=1 "},
		{SECONDS(64), 'a', "r", "2 5 Call the desk., no text/lockout=1 "},
		{SECONDS(64), 'a', NULL, "2 5 Call the desk., no text/lockout=1 PROMPTED=1 "},
	};
	struct bench *bench = *state;

	strcpy(bench->scene->config->message.help, "Call the desk.");
	WALK(bench, steps);
}

static void test_texts_end(void **state)
{
	static const struct step steps[] = {
		{SECONDS(0), 'a', NULL,
			"1 1, login.begin user=demo rule=due; text/due=1 PROMPTED=1 "},
		{SECONDS(30), 'a', "r", "1 1, login.resend user=demo rule=due; text/due=1 "},
		{SECONDS(31), 'a', "r", "1 1, login.shown rule=too_early; no text/too_early=1 "},
		{SECONDS(90), 'a', "r",
			"1 1, limit.near user=demo; login.resend user=demo rule=due; text.unsent "
			"user=demo; text.unsent user=demo; text/due=1 UNSENT=2 "},
		{SECONDS(150), 'a', "r",
			"1 4, login.shown rule=no_texts; text.unsent user=demo; no text/no_texts=1 "
			"UNSENT=1 "},
		{SECONDS(151), 'a', "000000",
			"1 2, login.refused user=demo rule=wrong answer_ms=61000; refused/wrong=1 "
			"REFUSED=1 "},
	};
	struct bench *bench = *state;

	WALK(bench, steps);
}

static void test_a_code_expires(void **state)
{
	static const struct step steps[] = {
		{SECONDS(0), 'a', NULL,
			"1 1, login.begin user=demo rule=due; text/due=1 PROMPTED=1 "},
		{SECONDS(900), 'a', CODE,
			"1 3, login.shown rule=expired; text.unsent user=demo; refused/expired=1 "
			"REFUSED=1 UNSENT=1 "},
		{SECONDS(901), 'a', "r", "1 1, login.resend user=demo rule=due; text/due=1 "},
		{SECONDS(902), 'a', CODE,
			"5 0, login.granted user=demo rule=right answer_ms=1000; granted/right=1 "
			"GRANTED=1 ANSWERED=1 WAITED=1000 "},
	};
	struct bench *bench = *state;

	WALK(bench, steps);
}

static void test_a_token_that_is_not_ours(void **state)
{
	static const struct step steps[] = {
		{SECONDS(0), 'a', NULL,
			"1 1, login.begin user=demo rule=due; text/due=1 PROMPTED=1 "},
		{SECONDS(1), 't', CODE,
			"1 3, login.shown rule=expired; refused/expired=1 REFUSED=1 "},
		{SECONDS(2), 'a', "111111",
			"1 2, login.refused user=demo rule=wrong answer_ms=900000; refused/wrong=1 "
			"REFUSED=1 "},
		{SECONDS(3), 't', "r", "1 1, PROMPTED=1 "},
		{SECONDS(4), 'a', CODE,
			"5 0, login.granted user=demo rule=right answer_ms=4000; granted/right=1 "
			"GRANTED=1 ANSWERED=1 WAITED=4000 "},
	};
	struct bench *bench = *state;

	WALK(bench, steps);
}

/* It answers no text. */
static void test_a_recovery_code(void **state)
{
	struct recovery_code codes[RECOVERY_CODES];
	char text[RECOVERY_TEXT_SIZE];
	const struct step steps[] = {
		{SECONDS(0), 'a', NULL,
			"1 1, login.begin user=demo rule=due; text/due=1 PROMPTED=1 "},
		{SECONDS(1), 'a', text,
			"5 0, recovery.used user=demo rule=recovery_code left=9; login.granted "
			"user=demo rule=recovery_code answer_ms=1000; granted/recovery_code=1 "
			"GRANTED=1 "},
	};
	struct bench *bench = *state;

	scene_issue(bench->scene, "demo", codes);
	recovery_write(&codes[0], text);
	WALK(bench, steps);
}

/* Whatever was typed; and a lock that it could not count is none. */
static void test_a_store_that_takes_nothing(void **state)
{
	static const struct step steps[] = {
		{SECONDS(0), 'a', NULL,
			"1 1, login.begin user=demo rule=due; text/due=1 PROMPTED=1 "},
		{SECONDS(1), 'f', CODE,
			"3 6, login.unavailable user=demo rule=store answer_ms=1000; "
			"unavailable/store=1 REFUSED=1 "},
		{SECONDS(2), 'f', "111111", "3 6, unavailable/store=1 REFUSED=1 "},
		{SECONDS(3), 'f', "111111", "3 6, unavailable/store=1 REFUSED=1 "},
		{SECONDS(4), 'f', "111111", "3 6, unavailable/store=1 REFUSED=1 "},
		{SECONDS(5), 'f', "111111", "3 6, unavailable/store=1 REFUSED=1 "},
	};
	struct bench *bench = *state;

	WALK(bench, steps);
}

static void test_a_begin_that_the_store_does_not_take(void **state)
{
	static const struct step steps[] = {
		{SECONDS(0), 'f', NULL,
			"1 1, login.unavailable user=demo rule=store; unavailable/store=1 "
			"PROMPTED=1 "},
		{SECONDS(1), 'a', CODE,
			"1 2, login.refused user=demo rule=expired answer_ms=1000; "
			"refused/expired=1 REFUSED=1 "},
	};
	struct bench *bench = *state;

	WALK(bench, steps);
}

static void test_stores_that_are_not_open(void **state)
{
	static const struct step steps[] = {
		{SECONDS(0), 'n', NULL,
			"3 6 Call the desk., login.shown rule=store; unavailable/store=1 "},
		{SECONDS(1), 'a', NULL,
			"1 1, login.begin user=demo rule=due; text/due=1 PROMPTED=1 "},
		{SECONDS(2), 'n', CODE, "3 6 Call the desk., unavailable/store=1 "},
		{SECONDS(62), 's', NULL,
			"3 6 Call the desk., login.shown rule=store; text.unsent user=demo; "
			"unavailable/store=1 UNSENT=1 "},
		{SECONDS(63), 'e', NULL, "3 6 Call the desk., unavailable/store=1 "},
	};
	struct bench *bench = *state;

	strcpy(bench->scene->config->message.help, "Call the desk.");
	WALK(bench, steps);
}

static void test_what_is_observed(void **state)
{
	static const struct step steps[] = {
		{SECONDS(0), 'a', NULL,
			"6 0not yet required, login.observed user=demo would=get a text; "},
		{SECONDS(1), 'o', NULL, "0 0, session.open user=demo accepted waived; "},
		{SECONDS(2), 'c', NULL, "0 0, session.close user=demo accepted waived; "},
		{SECONDS(3), 'n', NULL, "6 0not yet required, "},
		{SECONDS(4), 's', NULL, "3 6, login.shown rule=store; unavailable/store=1 "},
		{SECONDS(5), 'e', NULL, "3 6, unavailable/store=1 "},
	};
	struct bench *bench = *state;

	sshd(bench)->mode = MODE_OBSERVE;
	WALK(bench, steps);
}

static void test_what_is_observed_of_a_store_that_fails(void **state)
{
	static const struct step step = {SECONDS(0), 'f', NULL,
		"6 0not yet required, login.observed user=demo would=be refused why=full; "};

	sshd(*state)->mode = MODE_OBSERVE;
	walk(*state, &step, 1);
}

static void test_what_is_not_yet_required(void **state)
{
	static const struct step steps[] = {
		{SECONDS(0), 'a', NULL,
			"7 1not yet required, login.begin user=demo rule=due; text/due=1 "
			"PROMPTED=1 "},
		{SECONDS(1), 'a', "", "6 0not yet required, login.waived why=nothing was typed; "},
		{SECONDS(601), 'o', NULL,
			"0 0, session.open user=demo accepted waived; text.unsent user=demo; "
			"UNSENT=1 "},
		{SECONDS(602), 'c', NULL, "0 0, session.close user=demo accepted waived; "},
	};
	struct bench *bench = *state;

	sshd(bench)->mode = MODE_WARN;
	WALK(bench, steps);
}

static void test_a_lock_where_it_is_not_yet_required(void **state)
{
	static const struct step steps[] = {
		{SECONDS(0), 'a', NULL,
			"7 1not yet required, login.begin user=demo rule=due; text/due=1 "
			"PROMPTED=1 "},
		{SECONDS(1), 'a', "111111",
			"7 2not yet required, login.refused user=demo rule=wrong answer_ms=1000; "
			"refused/wrong=1 REFUSED=1 "},
		{SECONDS(2), 'a', "111111", "7 2not yet required, refused/wrong=1 REFUSED=1 "},
		{SECONDS(3), 'a', "111111", "7 2not yet required, refused/wrong=1 REFUSED=1 "},
		{SECONDS(4), 'a', "111111", "7 2not yet required, refused/wrong=1 REFUSED=1 "},
		{SECONDS(5), 'a', "111111",
			"6 5not yet required Call the desk., login.waived why=locked, or no try "
			"left; login.locked user=demo rule=wrong answer_ms=5000; refused/wrong=1 "
			"REFUSED=1 LOCKS=1 "},
		{SECONDS(6), 'o', NULL,
			"0 0 Call the desk., session.open user=demo accepted waived; "},
	};
	struct bench *bench = *state;

	strcpy(bench->scene->config->message.help, "Call the desk.");
	sshd(bench)->mode = MODE_WARN;
	WALK(bench, steps);
}

static void test_stores_that_are_not_open_nor_required(void **state)
{
	static const struct step steps[] = {
		{SECONDS(0), 'n', NULL,
			"6 6not yet required, login.shown rule=store; login.waived why=the stores "
			"are at fault; unavailable/store=1 "},
		{SECONDS(1), 's', NULL, "3 6, unavailable/store=1 "},
	};
	struct bench *bench = *state;

	sshd(bench)->mode = MODE_WARN;
	WALK(bench, steps);
}

static void test_a_service_that_is_off(void **state)
{
	static const struct step steps[] = {
		{SECONDS(0), 'a', NULL, "4 0, "},
		{SECONDS(1), 'o', NULL, "4 0, "},
	};
	struct bench *bench = *state;

	sshd(bench)->enabled = false;
	WALK(bench, steps);
}

static void test_a_service_that_is_unknown(void **state)
{
	static const struct step steps[] = {
		{SECONDS(0), 'u', NULL,
			"3 6, service.unknown rule=no_service; unavailable/no_service=1 "},
		{SECONDS(61), 'u', NULL,
			"3 6, service.unknown rule=no_service; unavailable/no_service=1 "},
	};
	struct bench *bench = *state;

	WALK(bench, steps);
}

/* The name to sign in by is the identity's, where the service takes phones for names. */
static void test_who_is_renamed(void **state)
{
	struct bench *bench = *state;

	scene_phones_identify(bench->scene);
	for (int i = 0; i < 2; i++) {
		sshd(bench)->identify = i == 0 ? IDENTIFY_NAME : IDENTIFY_PHONE;
		ask(bench, 1, "demo", NULL);
		settle(bench);
		ask(bench, 1, "demo", bench->code.digits);
		settle(bench);
		assert_int_equal(bench->answer.verdict, VERDICT_GRANTED);
		assert_string_equal(bench->user, i == 0 ? "" : "demo");
	}
}

/* Where no name was typed there is none to replace: su asks whoever has the uid. */
static void test_a_caller_is_not_renamed(void **state)
{
	struct bench *bench = *state;

	sshd(bench)->identify = IDENTIFY_PHONE;
	sshd(bench)->ask = ASK_CALLER;
	bench->uid = 1000;
	ask(bench, 1, "root", NULL);
	settle(bench);
	ask(bench, 1, "root", bench->code.digits);
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_GRANTED);
	assert_string_equal(bench->user, "");
}

/* After a restart the ledger learns it from the store: of five texts two are kept for them. */
static void test_a_known_source_has_more_texts(void **state)
{
	struct bench *bench = *state;

	bench->scene->config->resend.texts = 10;
	bench->scene->config->resend.first = bench->scene->config->resend.next = 1;
	ask(bench, 1, "demo", NULL);
	settle(bench);
	ask(bench, 1, "demo", bench->code.digits);
	settle(bench);
	ledger_free(&bench->flow.ledger);
	assert_int_equal(ledger_new(&bench->flow.ledger), RESULT_OK);
	for (int known = 0; known < 2; known++) {
		bench->source = known ? "192.0.2.1 1 192.0.2.2 22" : "192.0.2.9 1 192.0.2.2 22";
		for (int i = 0; i <= (known ? 5 : 3); i++) {
			at(bench, MINUTES(30 * (1 + known)) + SECONDS(i));
			ask(bench, 2, "demo", i == 0 ? NULL : "r");
			settle(bench);
			assert_int_equal(bench->answer.line,
				i < (known ? 5 : 3) ? LINE_SENT : LINE_NO_TEXTS);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_flow(test_a_login),
		with_flow(test_a_session_of_a_login_that_was_not),
		with_flow(test_wrong_codes_lock),
		with_flow(test_texts_end),
		with_flow(test_a_code_expires),
		with_flow(test_a_token_that_is_not_ours),
		with_flow(test_a_recovery_code),
		with_flow(test_a_store_that_takes_nothing),
		with_flow(test_a_begin_that_the_store_does_not_take),
		with_flow(test_stores_that_are_not_open),
		with_flow(test_what_is_observed),
		with_flow(test_what_is_observed_of_a_store_that_fails),
		with_flow(test_what_is_not_yet_required),
		with_flow(test_a_lock_where_it_is_not_yet_required),
		with_flow(test_stores_that_are_not_open_nor_required),
		with_flow(test_a_service_that_is_off),
		with_flow(test_a_service_that_is_unknown),
		with_flow(test_who_is_renamed),
		with_flow(test_a_caller_is_not_renamed),
		with_flow(test_a_known_source_has_more_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
