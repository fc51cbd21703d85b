/* SPDX-License-Identifier: BSD-3-Clause */
/* Verbs as smsotpd's main thread hears them, over a flow of each test's own. For one program. */
#ifndef SMSOTP_TEST_CONTROL_FIXTURE_H
#define SMSOTP_TEST_CONTROL_FIXTURE_H

#include "flow_fixture.h"
#include "smsotpd/control.h"

/* The last, owned; the hooks bring the flow's context alone. */
static json_t *reply;

static inline void hook_reply(void *context, uint64_t connection, const json_t *came)
{
	(void)context;
	assert_int_equal(connection, 9);
	assert_null(reply);
	reply = json_deep_copy(came);
}

static inline void forget_reply(void)
{
	json_decref(reply);
	reply = NULL;
}

/* All jobs come back. */
static inline void control_settle(struct bench *bench)
{
	while (bench->flow.jobs > 0) {
		control_finished(&bench->flow, committer_next(bench->flow.committer, bench->wake));
		flow_tell(&bench->flow);
	}
}

/* `bulk` is the verb's. The reply is in `reply` when it returns, where it is not to come later. */
static inline void control_with(struct bench *bench, const char *request, int bulk)
{
	json_t *asked = json_loads(request, 0, NULL);

	assert_non_null(asked);
	forget_reply();
	bench->flow.hooks.reply = hook_reply;
	control_ask(&bench->flow, 9, asked, bulk, 0);
	control_settle(bench);
}

static inline void control(struct bench *bench, const char *request)
{
	control_with(bench, request, -1);
	assert_non_null(reply);
}

static inline bool is(const char *field)
{
	return json_is_true(json_object_get(reply, field));
}

/* The sentence of a refusal; "" where it is none. */
static inline const char *refusal(void)
{
	const char *said = json_string_value(json_object_get(reply, "error"));

	return is("ok") || said == NULL ? "" : said;
}

#define SAYS(words)                                                                                \
	do {                                                                                       \
		if (strstr(refusal(), words) == NULL)                                              \
			fail_msg("\"%s\" does not say \"%s\"", refusal(), words);                  \
	} while (0)

#endif
