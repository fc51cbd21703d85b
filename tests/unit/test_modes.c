/* SPDX-License-Identifier: BSD-3-Clause */
/* Logins over real stores where no code is required: what is answered, written and remembered. */
#include "flow_fixture.h"
#include "smsotpd/ctl.h"
#include "smsotpd/seen.h"

static const char *const names[] = {"demo", "nobody-here", "gone", "bare", "root", ""};

/* No verb is asked here. */
json_t *ctl_run(const struct ctl_context *context, const json_t *request, int bulk)
{
	(void)context;
	(void)request;
	(void)bulk;
	return json_object();
}

static struct config_service *sshd(struct bench *bench)
{
	return (struct config_service *)config_service_find(bench->scene->config, "sshd");
}

static void session(struct bench *bench, uint8_t login, const char *name)
{
	struct ask ask = ask_of(FRAME_SESSION_OPEN, "sshd", name);

	ask.id[0] = login;
	ask.connection = bench->source;
	flow_ask(&bench->flow, 7, &ask, bench->now);
	settle(bench);
}

static void assert_waived(const struct bench *bench, enum line line)
{
	assert_int_equal(bench->answer.verdict, VERDICT_WAIVED);
	assert_int_equal(bench->answer.line, line);
}

static void test_observe_answers_at_once_and_writes_nothing(void **state)
{
	struct bench *bench = *state;

	sshd(bench)->mode = MODE_OBSERVE;
	for (uint8_t i = 0; i < COUNT(names); i++) {
		memset(&calls, 0, sizeof(calls));
		ask(bench, (uint8_t)(i + 1), names[i], NULL);
		assert_int_equal(bench->answers, i + 1);
		assert_waived(bench, LINE_NONE);
		assert_int_equal(bench->flow.jobs, 1);
		settle(bench);
		assert_int_equal(calls.saves, 0);
		assert_int_equal(calls.loads, JOB_LOADS);
		assert_int_equal(calls.look_ups, JOB_LOOK_UPS);
	}
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		assert_int_equal(bench->flow.counters.texts[i], 0);
}

/* Not a text, not a failure and not a dialogue is left of it. */
static void test_what_is_observed_costs_nothing_later(void **state)
{
	struct bench *bench = *state;

	sshd(bench)->mode = MODE_OBSERVE;
	for (uint8_t i = 0; i < 30; i++) {
		ask(bench, (uint8_t)(i + 10), "demo", NULL);
		settle(bench);
	}
	sshd(bench)->mode = MODE_ENFORCE;
	ask(bench, 1, "demo", NULL);
	assert_int_equal(bench->answer.line, LINE_SENT);
	settle(bench);
	ask(bench, 1, "demo", bench->code.digits);
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_GRANTED);
}

/* A begin that comes again is the same login. */
static void test_observed_twice_is_looked_up_once(void **state)
{
	struct bench *bench = *state;

	sshd(bench)->mode = MODE_OBSERVE;
	ask(bench, 1, "demo", NULL);
	ask(bench, 1, "demo", NULL);
	assert_int_equal(bench->answers, 2);
	assert_int_equal(bench->flow.jobs, 1);
	settle(bench);
}

static void test_warn_is_the_same_for_all_names(void **state)
{
	struct bench *bench = *state;
	char expected[512], told[512];

	sshd(bench)->mode = MODE_WARN;
	dialogue(bench, 1, names[0], expected, sizeof(expected));
	assert_non_null(strstr(expected, "7 1 0 0 30; ")); /* asked, and said to be waived */
	assert_non_null(strstr(expected, "6 5 0 60"));     /* the lock is waived at the end */
	for (uint8_t i = 1; i < COUNT(names); i++) {
		dialogue(bench, (uint8_t)(i + 1), names[i], told, sizeof(told));
		assert_string_equal(told, expected);
	}
	ask(bench, 99, names[0], NULL);
	assert_waived(bench, LINE_LOCKED);
}

static void test_warn_lets_a_right_code_in(void **state)
{
	struct bench *bench = *state;

	sshd(bench)->mode = MODE_WARN;
	ask(bench, 1, "demo", NULL);
	settle(bench);
	ask(bench, 1, "demo", bench->code.digits);
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_GRANTED);
}

static void test_nothing_typed_is_charged_nothing(void **state)
{
	struct bench *bench = *state;

	sshd(bench)->mode = MODE_WARN;
	ask(bench, 1, "demo", NULL);
	settle(bench);
	const struct answer first = bench->answer;
	for (int i = 0; i < 9; i++) {
		ask(bench, 1, "demo", "");
		assert_int_equal(bench->flow.jobs, 0);
		assert_waived(bench, LINE_NONE);
	}
	bench->answer = first;
	ask(bench, 1, "demo", bench->code.digits);
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_GRANTED);
}

/* Where a code is required nothing typed waives nothing. */
static void test_nothing_typed_where_it_is_required(void **state)
{
	struct bench *bench = *state;

	ask(bench, 1, "demo", NULL);
	settle(bench);
	ask(bench, 1, "demo", "");
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_ASK);
	assert_int_equal(bench->answer.line, LINE_WRONG);
}

static void test_each_name_has_one_mode(void **state)
{
	struct bench *bench = *state;
	int strict = 0;

	sshd(bench)->percent = 50;
	sshd(bench)->otherwise = MODE_OBSERVE;
	for (uint8_t i = 0; i < 40; i++) {
		char name[32], shouted[32];
		snprintf(name, sizeof(name), "someone-az%d", i);
		snprintf(shouted, sizeof(shouted), "SomeOne-AZ%d", i);
		ask(bench, i, name, NULL);
		enum verdict verdict = bench->answer.verdict;
		settle(bench);
		ask(bench, (uint8_t)(i + 100), shouted, NULL);
		settle(bench);
		assert_int_equal(bench->answer.verdict, verdict);
		assert_true(verdict == VERDICT_ASK || verdict == VERDICT_WAIVED);
		strict += verdict == VERDICT_ASK;
	}
	assert_in_range(strict, 8, 32);
}

/* The stores are not open, so nobody can tell who is in the percent. */
static void test_without_stores(void **state)
{
	static const struct {
		enum service_mode mode;
		uint32_t percent;
		enum verdict verdict;
	} rows[] = {
		{MODE_ENFORCE, 100, VERDICT_UNAVAILABLE},
		{MODE_ENFORCE, 0, VERDICT_UNAVAILABLE},
		{MODE_WARN, 100, VERDICT_WAIVED},
		{MODE_OBSERVE, 100, VERDICT_WAIVED},
	};
	struct bench *bench = *state;
	struct committer *committer = bench->flow.committer;

	for (size_t i = 0; i < COUNT(rows); i++) {
		bench->flow.committer = NULL;
		sshd(bench)->mode = rows[i].mode;
		sshd(bench)->percent = rows[i].percent;
		ask(bench, (uint8_t)i, "demo", NULL);
		enum verdict verdict = bench->answer.verdict;
		session(bench, (uint8_t)i, "demo");
		bench->flow.committer = committer;
		assert_int_equal(verdict, rows[i].verdict);
	}
}

static void choose(struct bench *bench, enum choice choice)
{
	const struct override override = {.choice = choice,
		.before = CHOICE_CONFIG,
		.confirm = 600,
		.boot = {1},
		.since = bench->scene->now};

	assert_true(modes_put(&bench->flow.modes, "sshd", &override));
}

static void sign_in(struct bench *bench, uint8_t login)
{
	ask(bench, login, "demo", bench->code.digits);
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_GRANTED);
}

static void test_only_a_new_login_proves_a_mode(void **state)
{
	struct bench *bench = *state;

	ask(bench, 1, "demo", NULL);
	settle(bench);
	at(bench, SECONDS(5));
	choose(bench, CHOICE_ENFORCE);
	at(bench, SECONDS(10));
	sign_in(bench, 1);
	assert_false(modes_proven(&bench->flow.modes, "sshd"));
	ask(bench, 2, "demo", NULL);
	settle(bench);
	assert_false(modes_proven(&bench->flow.modes, "sshd"));
	sign_in(bench, 2);
	assert_true(modes_proven(&bench->flow.modes, "sshd"));
	/* What is chosen anew has to be proved anew. */
	choose(bench, CHOICE_WARN);
	assert_false(modes_proven(&bench->flow.modes, "sshd"));
}

/* Whoever begins in another boot begins after it, whatever that boot's clock shows. */
static void test_a_login_after_a_reboot_proves_a_mode(void **state)
{
	struct bench *bench = *state;

	choose(bench, CHOICE_ENFORCE);
	bench->scene->clock.boot[0]++;
	at(bench, SECONDS(10));
	bench->scene->now.boottime = SECONDS(30);
	ask(bench, 1, "demo", NULL);
	settle(bench);
	sign_in(bench, 1);
	assert_true(modes_proven(&bench->flow.modes, "sshd"));
}

/* Of the names that the percent leaves out none proves it. */
static void test_another_mode_proves_nothing(void **state)
{
	struct bench *bench = *state;

	sshd(bench)->percent = 0;
	sshd(bench)->otherwise = MODE_WARN;
	choose(bench, CHOICE_ENFORCE);
	ask(bench, 1, "demo", NULL);
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_ASK_WAIVED);
	sign_in(bench, 1);
	assert_false(modes_proven(&bench->flow.modes, "sshd"));
}

static void test_a_session_proves_what_is_observed(void **state)
{
	struct bench *bench = *state;

	choose(bench, CHOICE_OBSERVE);
	ask(bench, 1, "demo", NULL);
	settle(bench);
	assert_false(modes_proven(&bench->flow.modes, "sshd"));
	session(bench, 1, "demo");
	assert_true(modes_proven(&bench->flow.modes, "sshd"));
}

/* Where a code is asked for only a code proves that it can be had. */
static void test_a_session_proves_no_other_mode(void **state)
{
	struct bench *bench = *state;

	choose(bench, CHOICE_WARN);
	ask(bench, 1, "demo", NULL);
	settle(bench);
	ask(bench, 1, "demo", "");
	assert_waived(bench, LINE_NONE);
	session(bench, 1, "demo");
	assert_false(modes_proven(&bench->flow.modes, "sshd"));
}

static void test_a_mode_falls_at_its_time(void **state)
{
	struct bench *bench = *state;
	char service[CONFIG_WORD];
	struct override was;

	choose(bench, CHOICE_OBSERVE);
	at(bench, MINUTES(10) - 1);
	ask(bench, 1, "demo", NULL);
	settle(bench);
	assert_waived(bench, LINE_NONE);
	assert_false(modes_fall(
		&bench->flow.modes, &bench->scene->clock, &bench->scene->now, service, &was));
	at(bench, MINUTES(10));
	/* Before the loop's turn has come, too. */
	ask(bench, 2, "demo", NULL);
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_ASK);
	assert_true(modes_fall(
		&bench->flow.modes, &bench->scene->clock, &bench->scene->now, service, &was));
	assert_string_equal(service, "sshd");
	assert_int_equal(was.choice, CHOICE_OBSERVE);
	assert_false(modes_wait(&bench->flow.modes));
}

static enum result count_seen(const struct seen *seen, void *context)
{
	char *told = context;

	snprintf(told + strlen(told), 256 - strlen(told), "%s %s; ", seen->service, seen->name);
	return RESULT_OK;
}

static void test_only_accounts_without_identity_are_noted(void **state)
{
	struct bench *bench = *state;
	MDB_txn *txn = NULL;
	char told[256] = "";

	sshd(bench)->mode = MODE_OBSERVE;
	ask(bench, 1, "demo", NULL);
	ask(bench, 2, "stranger", NULL);
	ask(bench, 3, "guessed", NULL); /* and never got in */
	settle(bench);
	session(bench, 1, "demo");
	session(bench, 2, "stranger");
	session(bench, 2, "stranger"); /* once */
	session(bench, 9, "nobody");   /* never begun */
	session(bench, 3, "other");    /* another name */
	assert_int_equal(state_begin(bench->scene->judge.state, false, &txn), RESULT_OK);
	assert_int_equal(seen_each(bench->scene->judge.state, txn, count_seen, told), RESULT_OK);
	store_abort(&txn);
	assert_string_equal(told, "sshd stranger; ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_flow(test_observe_answers_at_once_and_writes_nothing),
		with_flow(test_what_is_observed_costs_nothing_later),
		with_flow(test_observed_twice_is_looked_up_once),
		with_flow(test_warn_is_the_same_for_all_names),
		with_flow(test_warn_lets_a_right_code_in),
		with_flow(test_nothing_typed_is_charged_nothing),
		with_flow(test_nothing_typed_where_it_is_required),
		with_flow(test_each_name_has_one_mode),
		with_flow(test_without_stores),
		with_flow(test_only_a_new_login_proves_a_mode),
		with_flow(test_a_login_after_a_reboot_proves_a_mode),
		with_flow(test_another_mode_proves_nothing),
		with_flow(test_a_session_proves_what_is_observed),
		with_flow(test_a_session_proves_no_other_mode),
		with_flow(test_a_mode_falls_at_its_time),
		with_flow(test_only_accounts_without_identity_are_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
