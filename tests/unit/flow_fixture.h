/* SPDX-License-Identifier: BSD-3-Clause */
/* A flow over real stores: what is asked is answered, committed and written to a trail. */
#ifndef SMSOTP_FLOW_FIXTURE_H
#define SMSOTP_FLOW_FIXTURE_H

#include <sys/epoll.h>

#include "committer_fixture.h"
#include "smsotpd/flow.h"

#define HOLD_MS 1000 /* more than the hold */

struct bench {
	struct scene *scene;
	int wake;
	int epoll;
	struct audit *audit;
	struct flow flow;
	int answers;
	int dropped;          /* closed without an answer */
	uint32_t uid;         /* of the application */
	struct answer answer; /* the last, but for its strings: */
	char user[NAME_SIZE_MAX + 1];
	char help[HELP_SIZE_MAX + 1];
	struct code code;   /* of the newest text that was committed */
	int64_t now;        /* monotonic ms */
	const char *source; /* of what is asked, as SSH_CONNECTION has it */
};

static inline void hook_answer(void *context, uint64_t connection, const struct answer *answer)
{
	struct bench *bench = context;

	assert_int_equal(connection, 7);
	if (answer == NULL) {
		bench->dropped++;
		return;
	}
	bench->answers++;
	bench->answer = *answer;
	snprintf(bench->user, sizeof(bench->user), "%s", answer->user);
	snprintf(bench->help, sizeof(bench->help), "%s", answer->help);
	bench->answer.user = bench->answer.help = ""; /* they end with the call */
}

static inline int64_t hook_now(void)
{
	return 0;
}

static inline void hook_reported(
	void *context, const struct parcel *parcel, const struct report *report)
{
	flow_reported(context, parcel, report);
}

static inline int flow_setup(void **state)
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
		.hooks = {.context = bench, .answer = hook_answer, .now = hook_now}};
	assert_int_equal(ledger_new(&flow->ledger), RESULT_OK);
	assert_int_equal(
		committer_start(&bench->scene->judge, bench->wake, &flow->committer), RESULT_OK);
	assert_int_equal(
		sender_new("/nonexistent/send.sock", bench->epoll, 1, &hooks, &flow->sender),
		RESULT_OK);
	assert_int_equal(audit_start(bench->scene->directory, false, &bench->audit), RESULT_OK);
	assert_int_equal(trail_new(bench->audit, &bench->scene->clock, &flow->trail), RESULT_OK);
	bench->source = "192.0.2.1 1 192.0.2.2 22";
	*state = bench;
	return 0;
}

static inline int flow_teardown(void **state)
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

static inline void at(struct bench *bench, int64_t milliseconds)
{
	bench->scene->now = moment_after(milliseconds);
	bench->now = milliseconds;
}

/* What a module asks that has nothing else to say. */
static inline struct ask ask_of(enum frame_type type, const char *service, const char *user)
{
	return (struct ask){.type = type,
		.service = service,
		.user = user,
		.tty = "",
		.rhost = "",
		.ruser = "",
		.connection = "",
		.auth_info = ""};
}

/* One frame of a login; `reply` NULL is its begin. The token is the last answer's. */
static inline void ask(struct bench *bench, uint8_t login, const char *name, const char *reply)
{
	struct ask ask = ask_of(reply == NULL ? FRAME_BEGIN : FRAME_VERIFY, "sshd", name);

	ask.id[0] = login;
	ask.uid = bench->uid;
	ask.connection = bench->source;
	memcpy(ask.token, bench->answer.token, TOKEN_SIZE);
	ask.reply.length = (size_t)snprintf(
		ask.reply.bytes, sizeof(ask.reply.bytes), "%s", reply == NULL ? "" : reply);
	flow_ask(&bench->flow, 7, &ask, bench->now);
}

/* The next job comes back. */
static inline void finish_one(struct bench *bench)
{
	committer_wake(bench->flow.committer);
	struct job *job = committer_next(bench->flow.committer, bench->wake);

	if (job_sends(job))
		bench->code = job->text;
	flow_finished(&bench->flow, job);
	flow_tell(&bench->flow);
}

/* What was given comes back, and its text's hold goes by. */
static inline void settle(struct bench *bench)
{
	while (bench->flow.jobs > 0)
		finish_one(bench);
	(void)sender_turn(bench->flow.sender, bench->now + HOLD_MS);
}

/* Verdict, line and numbers of a dialogue of wrong codes, one letter each. */
static inline void dialogue(
	struct bench *bench, uint8_t login, const char *name, char *told, size_t size)
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

#define with_flow(test) cmocka_unit_test_setup_teardown(test, flow_setup, flow_teardown)

#endif
