/* SPDX-License-Identifier: BSD-3-Clause */
/* Both stores of each test's own, and verbs that run on them. */
#ifndef SMSOTP_CTL_FIXTURE_H
#define SMSOTP_CTL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config.h"
#include "smsotpd/ctl.h"
#include "smsotpd/state.h"

static const struct keys keys = {.identity = "identity", .name = "name"};

struct fixture {
	char root[64];
	struct ctl_context context;
	struct ctl_part part;
	struct config *config;
	struct clock clock;
};

static inline int fixture_make(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct error error = {""};
	char path[96];

	strcpy(fixture->root, "/tmp/smsotp-import.XXXXXX");
	if (mkdtemp(fixture->root) == NULL || config_defaults(&fixture->config) != RESULT_OK ||
		clock_system(&fixture->clock) != RESULT_OK)
		return -1;
	strcpy(fixture->config->identity.country, "91");
	fixture->context.config = fixture->config;
	fixture->context.clock = &fixture->clock;
	fixture->context.part = &fixture->part;
	snprintf(path, sizeof(path), "%s/identity", fixture->root);
	if (identities_open(path, IDENTITY_STORE_SIZE, true, keys.identity,
		    &fixture->context.identities, &error) != RESULT_OK)
		return -1;
	snprintf(path, sizeof(path), "%s/state", fixture->root);
	*state = fixture;
	return state_open(path, (size_t)16 << 20, &keys, &fixture->context.state, &error);
}

static inline int fixture_remove(void **state)
{
	static const char *const files[] = {"identity/data.mdb", "identity/lock.mdb",
		"state/data.mdb", "state/lock.mdb", "identity", "state", ""};
	struct fixture *fixture = *state;
	char path[128];
	int failure = 0;

	identities_close(&fixture->context.identities);
	state_close(&fixture->context.state);
	config_free(&fixture->config);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", fixture->root, files[i]);
		failure |= remove(path);
	}
	free(fixture);
	return failure;
}

/* Runs a verb, of one in parts the first; the reply is the caller's. */
static inline json_t *run(struct fixture *fixture, const char *request, int bulk)
{
	json_t *asked = json_loads(request, 0, NULL);

	assert_non_null(asked);
	fixture->part = (struct ctl_part){.done = 0};
	json_t *reply = ctl_run(&fixture->context, asked, bulk);
	assert_non_null(reply);
	json_decref(asked);
	return reply;
}

static inline void expect_ok(json_t *reply)
{
	if (!json_is_true(json_object_get(reply, "ok")))
		fail_msg("%s", json_string_value(json_object_get(reply, "error")));
	json_decref(reply);
}

static inline void expect_error(json_t *reply, const char *words)
{
	const char *sentence = json_string_value(json_object_get(reply, "error"));

	assert_true(json_is_false(json_object_get(reply, "ok")));
	if (sentence == NULL || strstr(sentence, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", sentence, words);
	json_decref(reply);
}

#define WITH_STORES(test) cmocka_unit_test_setup_teardown(test, fixture_make, fixture_remove)

#endif
