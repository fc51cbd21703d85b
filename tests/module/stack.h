/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An application with a stack of the built module, a person who types what the test says, and a log
 * that is read.
 */
#ifndef SMSOTP_TEST_STACK_H
#define SMSOTP_TEST_STACK_H

#include <security/pam_appl.h>

#include "../unit/test.h"
#include "fake.h"

#define STACK_SERVICE "smsotp-test"
#define SAID_MAX      32

/* What the application's conversation does at its next calls; after the last it fails. */
struct typed {
	const char *reply; /* NULL: no reply */
	int result;        /* of the conversation */
};

struct said {
	int style;
	char text[256];
};

struct talk {
	const struct typed *typed;
	size_t typed_count;
	size_t at;
	struct said said[SAID_MAX];
	size_t said_count;
	struct pam_response refusal; /* what comes with an error, and is not looked at */
	char refused[64];
};

struct scene {
	char directory[32]; /* of the socket; root's, 0700 */
	char stacks[64];
	char socket[64];
	char module[512];
	struct fake *fake;
	struct talk talk;
	struct pam_conv conv;
	pam_handle_t *pamh;
	int64_t took_ms; /* by the last scene_authenticate, all that it waited */
	char log[4096];  /* of this thread's module, all lines */
};

int scene_setup(void **state);
int scene_teardown(void **state);

/* Writes the stack: `arguments` after socket=PATH; `permit`: pam_permit.so follows. */
void scene_stack(struct scene *scene, const char *arguments, bool permit);

/* Starts the fake with these turns, the person with these replies, and PAM for `user`. */
#define scene_turns(scene, ...)                                                                    \
	scene_turns_set(scene, (const struct fake_turn[]){__VA_ARGS__},                            \
		COUNT(((const struct fake_turn[]){__VA_ARGS__})))
#define scene_types(scene, ...)                                                                    \
	scene_types_set(scene, (const struct typed[]){__VA_ARGS__},                                \
		COUNT(((const struct typed[]){__VA_ARGS__})))
void scene_turns_set(struct scene *scene, const struct fake_turn *turns, size_t count);
void scene_types_set(struct scene *scene, const struct typed *typed, size_t count);
void scene_start(struct scene *scene, const char *user);

/* Ends PAM, the fake and what was said, for another round. */
void scene_again(struct scene *scene);

/* pam_authenticate; a failed test where it waits longer than `limit_ms`, by the clock of clock.c.
 */
int scene_authenticate(struct scene *scene, int flags, int64_t limit_ms);

int scene_converse(int count, const struct pam_message **messages,
	struct pam_response **ret_responses, void *context);

#define with_scene(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

#endif
