/* SPDX-License-Identifier: BSD-3-Clause */
/* The steps of a login over real stores: what is answered when, and what a text is worth. */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "smsotpd/ctl.h"
#include "smsotpd/flow.h"
#include "stores_fixture.h"

#define WAIT_MS 20000
#define HOLD_MS 1000 /* more than the hold */

struct bench {
	struct scene *scene;
	int wake;
	int epoll;
	struct audit *audit;
	struct flow flow;
	int answers;
	struct answer answer; /* the last */
	struct code code;     /* of the newest text that was committed */
	int64_t now;          /* monotonic ms */
};

/* No verb is asked here. */
json_t *ctl_run(const struct ctl_context *context, const json_t *request, int bulk)
{
	(void)context;
	(void)request;
	(void)bulk;
	return json_object();
}

static void hook_answer(void *context, uint64_t connection, const struct answer *answer)
{
	struct bench *bench = context;

	assert_int_equal(connection, 7);
	bench->answers++;
	bench->answer = *answer;
	bench->answer.user = bench->answer.help = ""; /* they end with the call */
}

static void hook_reported(void *context, const struct parcel *parcel, const struct report *report)
{
	flow_reported(context, parcel, report);
}

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	struct flow *flow = &bench->flow;
	const struct sender_hooks hooks = {flow, flow_leaves, hook_reported};

	assert_int_equal(scene_setup((void **)&bench->scene), 0);
	bench->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	bench->epoll = epoll_create1(EPOLL_CLOEXEC);
	*flow = (struct flow){.config = bench->scene->config,
		.keys = &bench->scene->keys,
		.clock = &bench->scene->clock,
		.hooks = {.context = bench, .answer = hook_answer}};
	assert_int_equal(ledger_new(&flow->ledger), RESULT_OK);
	assert_int_equal(
		committer_start(&bench->scene->judge, bench->wake, &flow->committer), RESULT_OK);
	assert_int_equal(
		sender_new("/nonexistent/send.sock", bench->epoll, 1, &hooks, &flow->sender),
		RESULT_OK);
	assert_int_equal(audit_start(bench->scene->directory, false, &bench->audit), RESULT_OK);
	assert_int_equal(trail_new(bench->audit, &bench->scene->clock, &flow->trail), RESULT_OK);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	committer_stop(&bench->flow.committer);
	sender_free(&bench->flow.sender);
	ledger_free(&bench->flow.ledger);
	trail_free(&bench->flow.trail);
	audit_stop(&bench->audit);
	close(bench->wake);
	close(bench->epoll);
	assert_int_equal(scene_teardown((void **)&bench->scene), 0);
	free(bench);
	return 0;
}

static void at(struct bench *bench, int64_t milliseconds)
{
	bench->scene->now = moment_after(milliseconds);
	bench->now = milliseconds;
}

/* One frame of a login; `reply` NULL is its begin. The token is the last answer's. */
static void ask(struct bench *bench, uint8_t login, const char *name, const char *reply)
{
	struct ask ask = {.type = reply == NULL ? FRAME_BEGIN : FRAME_VERIFY,
		.id = {login},
		.service = "sshd",
		.user = name,
		.tty = "",
		.rhost = "",
		.ruser = "",
		.connection = "192.0.2.1 1 192.0.2.2 22",
		.auth_info = ""};

	memcpy(ask.token, bench->answer.token, TOKEN_SIZE);
	ask.reply.length = (size_t)snprintf(
		ask.reply.bytes, sizeof(ask.reply.bytes), "%s", reply == NULL ? "" : reply);
	flow_ask(&bench->flow, 7, &ask, bench->now);
}

/* What was given comes back, and its text's hold goes by. */
static void settle(struct bench *bench)
{
	struct pollfd ready = {.fd = bench->wake, .events = POLLIN};
	uint64_t count;

	while (bench->flow.jobs > 0) {
		struct job *job = committer_take(bench->flow.committer);
		if (job == NULL) {
			assert_int_equal(poll(&ready, 1, WAIT_MS), 1);
			assert_int_equal(read(bench->wake, &count, sizeof(count)), sizeof(count));
			continue;
		}
		if (job->kind != JOB_VERIFY && job->effect == EFFECT_TEXT)
			bench->code = job->text;
		flow_finished(&bench->flow, job);
	}
	(void)sender_turn(bench->flow.sender, bench->now + HOLD_MS);
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

/* Verdict, line and numbers of a dialogue of wrong codes, one letter each. */
static void dialogue(struct bench *bench, uint8_t login, const char *name, char *told, size_t size)
{
	static const char *const typed[] = {
		NULL, "r", "111111", "\b\n\r\177INCORRECT", "222222", "not a code", "333333"};
	size_t length = 0;

	for (size_t i = 0; i < COUNT(typed); i++) {
		at(bench, SECONDS(10 * (int64_t)i));
		ask(bench, login, name, typed[i]);
		settle(bench);
		length += (size_t)snprintf(told + length, size - length, "%d %d %u %u %u; ",
			bench->answer.verdict, bench->answer.line, bench->answer.tries,
			bench->answer.seconds, bench->answer.resend);
	}
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
	assert_int_equal(bench->flow.counters.texts[OUTCOME_UNSENT], 1);
	/* The code that never left is worth nothing. */
	ask(bench, 1, "demo", bench->code.digits);
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_ASK);
}

static void test_an_unknown_service_is_unavailable(void **state)
{
	struct bench *bench = *state;
	const struct ask foreign = {.type = FRAME_BEGIN,
		.service = "vsftpd",
		.user = "demo",
		.tty = "",
		.rhost = "",
		.ruser = "",
		.connection = "",
		.auth_info = ""};

	flow_ask(&bench->flow, 7, &foreign, 0);
	assert_int_equal(bench->answer.verdict, VERDICT_UNAVAILABLE);
	assert_int_equal(bench->answer.line, LINE_UNAVAILABLE);
	assert_int_equal(bench->flow.jobs, 0);
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		row(test_a_begin_is_answered_before_its_commit),
		row(test_a_verdict_waits_for_its_commit),
		row(test_names_of_every_standing_see_the_same),
		row(test_a_text_that_never_was_is_not_withdrawn),
		row(test_an_answer_at_once_withdraws_the_text),
		row(test_an_unknown_service_is_unavailable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
