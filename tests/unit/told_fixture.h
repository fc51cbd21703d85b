/* SPDX-License-Identifier: BSD-3-Clause */
/* A login as steps, each with the line that tells what came of it; for one program. */
#ifndef SMSOTP_TEST_TOLD_FIXTURE_H
#define SMSOTP_TEST_TOLD_FIXTURE_H

#include <sodium.h>

#include "flow_fixture.h"
#include "smsotpd/ctl.h"
#include "smsotpd/decision.h"

/* No verb is asked here. */
json_t *ctl_run(const struct ctl_context *context, const json_t *request, int bulk)
{
	(void)context;
	(void)request;
	(void)bulk;
	return json_object();
}

#define TOLD_SIZE 1024
#define CODE      "code" /* for what came in the newest text */

/* Stands for audit.c: what would be written. */
struct audit {
	char told[TOLD_SIZE];
};

enum result audit_start(const char *directory, bool journal, struct audit **ret_audit)
{
	(void)directory;
	(void)journal;
	*ret_audit = calloc(1, sizeof(**ret_audit));
	return RESULT_OK;
}

void audit_stop(struct audit **audit)
{
	free(*audit);
	*audit = NULL;
}

static inline void put_field(char *told, const json_t *fields, const char *name)
{
	const json_t *value = json_object_get(fields, name);
	size_t at = strlen(told);

	if (json_is_string(value))
		snprintf(told + at, TOLD_SIZE - at, " %s=%s", name, json_string_value(value));
	else if (json_is_integer(value))
		snprintf(told + at, TOLD_SIZE - at, " %s=%lld", name, json_integer_value(value));
	else if (value != NULL)
		snprintf(told + at, TOLD_SIZE - at, " %s%s", json_is_true(value) ? "" : "not ",
			name);
}

void audit_write(struct audit *audit, const struct moment *now, int priority, const char *event,
	json_t *fields)
{
	static const char *const names[] = {
		"user", "rule", "answer_ms", "left", "accepted", "waived", "would", "why", "code"};

	(void)now;
	(void)priority;
	strcat(audit->told, event);
	for (size_t i = 0; i < COUNT(names); i++)
		put_field(audit->told, fields, names[i]);
	strcat(audit->told, "; ");
	json_decref(fields);
}

void audit_reopen(struct audit *audit)
{
	(void)audit;
}

void audit_drop(const struct audit *audit, const struct moment *now, int priority,
	const char *event, json_t *fields)
{
	(void)audit;
	(void)now;
	(void)priority;
	(void)event;
	json_decref(fields);
}

static inline void put_count(char *told, const char *name, uint64_t count)
{
	size_t at = strlen(told);

	if (count != 0)
		snprintf(told + at, TOLD_SIZE - at, "%s=%llu ", name, (unsigned long long)count);
}

static inline void put_counters(const struct counters *counters, char *told)
{
	char name[64];

	for (size_t i = 0; i < DECISION_COUNT * RULE_COUNT; i++) {
		enum decision decision = (enum decision)(i / RULE_COUNT);
		enum rule rule = (enum rule)(i % RULE_COUNT);
		snprintf(name, sizeof(name), "%s/%s", decision_name(decision), rule_name(rule));
		put_count(told, name, counters->decided[decision][rule]);
	}
	put_count(told, "GRANTED", counters->granted);
	put_count(told, "REFUSED", counters->refused);
	put_count(told, "LOCKS", counters->locks);
	put_count(told, "ANSWERED", counters->answered);
	put_count(told, "WAITED", counters->answer.sum);
	put_count(told, "PROMPTED", counters->prompt.count[0]);
	put_count(told, "UNSENT", counters->texts[OUTCOME_UNSENT]);
}

struct step {
	int64_t at;
	char what;         /* see walk() */
	const char *reply; /* NULL: none */
	const char *told;
};

/* Of a service that no code is typed for: a begin, or a session. */
static inline void plain(struct bench *bench, enum frame_type type, const char *service)
{
	struct ask ask = ask_of(type, service, "demo");

	ask.id[0] = 1;
	ask.connection = bench->source;
	flow_ask(&bench->flow, 7, &ask, bench->now);
}

/* What has come of it must be `expected`. */
static inline void compare(
	struct bench *bench, uint8_t token[static TOKEN_SIZE], const char *expected)
{
	char told[3 * TOLD_SIZE];

	settle(bench);
	assert_int_equal(bench->answer.id[0], 1);
	snprintf(told, sizeof(told), "%d %d%s%s%s, %s", bench->answer.verdict, bench->answer.line,
		bench->user, bench->help[0] == '\0' ? "" : " ", bench->help, bench->audit->told);
	put_counters(&bench->flow.counters, told);
	bench->flow.counters = (struct counters){.granted = 0};
	bench->audit->told[0] = '\0';
	/* A question has a token, and nothing else has: what is typed later answers that one. */
	bool asks =
		bench->answer.verdict == VERDICT_ASK || bench->answer.verdict == VERDICT_ASK_WAIVED;
	assert_true(asks != sodium_is_zero(bench->answer.token, TOKEN_SIZE));
	memcpy(asks ? token : bench->answer.token, asks ? bench->answer.token : token, TOKEN_SIZE);
	bench->answer.verdict = VERDICT_COUNT;
	bench->answer.id[0] = 0;
	assert_string_equal(told, expected);
}

static inline void walk(struct bench *bench, const struct step *steps, size_t count)
{
	struct committer *committer = bench->flow.committer;
	uint8_t token[TOKEN_SIZE] = {0};

	for (size_t i = 0; i < count; i++) {
		const char *reply = steps[i].reply;
		at(bench, steps[i].at);
		reply = reply != NULL && strcmp(reply, CODE) == 0 ? bench->code.digits : reply;
		switch (steps[i].what) {
		case 'o': /* its session opens */
			plain(bench, FRAME_SESSION_OPEN, "sshd");
			break;
		case 'c': /* and closes */
			plain(bench, FRAME_SESSION_CLOSE, "sshd");
			break;
		case 't': /* with a token that nobody made */
			memset(bench->answer.token, 1, TOKEN_SIZE);
			ask(bench, 1, "demo", reply);
			break;
		case 'u': /* at a service that no section speaks of */
			plain(bench, FRAME_BEGIN, "vsftpd");
			break;
		case 'f': /* the store takes nothing */
			calls.most = -1;
			ask(bench, 1, "demo", reply);
			break;
		case 'n': /* the stores are not open */
			bench->flow.committer = NULL;
			ask(bench, 1, "demo", reply);
			break;
		case 's': /* nor are they for the session */
			bench->flow.committer = NULL;
			plain(bench, FRAME_SESSION_OPEN, "sshd");
			break;
		case 'e':
			bench->flow.committer = NULL;
			plain(bench, FRAME_SESSION_CLOSE, "sshd");
			break;
		default:
			ask(bench, 1, "demo", reply);
		}
		compare(bench, token, steps[i].told);
		bench->flow.committer = committer;
		memset(&calls, 0, sizeof(calls));
	}
}

#define WALK(bench, steps) walk(bench, steps, COUNT(steps))

static inline struct config_service *sshd(struct bench *bench)
{
	return (struct config_service *)config_service_find(bench->scene->config, "sshd");
}

#endif
