/* SPDX-License-Identifier: BSD-3-Clause */
/* One user's record and attempts on it. Codes are numbers: hash_fill stands for their hash. */
#ifndef SMSOTP_TEST_CHALLENGE_FIXTURE_H
#define SMSOTP_TEST_CHALLENGE_FIXTURE_H

#include "core_fixture.h"
#include "smsotpd/challenge.h"

struct scene {
	struct config *config;
	struct record record;
	struct attempt attempt; /* the next one; tests change it as they go */
};

static inline void scene_source(struct scene *scene, uint32_t source)
{
	hash_fill(scene->attempt.source, 1000 + source);
	hash_fill(scene->attempt.binding, 2000 + source);
	snprintf(scene->attempt.label, LABEL_SIZE, "192.0.2.%u", source);
}

static inline void scene_asker(struct scene *scene, uint8_t asker)
{
	memset(scene->attempt.asker, asker, ASKER_SIZE);
}

static inline void scene_at(struct scene *scene, int64_t milliseconds)
{
	scene->attempt.now = moment_after(milliseconds);
}

static inline int scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_non_null(scene);
	scene->config = defaults();
	scene->attempt.config = scene->config;
	scene_source(scene, 1);
	scene_asker(scene, 1);
	scene_at(scene, 0);
	*state = scene;
	return 0;
}

static inline int scene_teardown(void **state)
{
	struct scene *scene = *state;

	config_free(&scene->config);
	free(scene);
	return 0;
}

static inline enum effect scene_begin(struct scene *scene, uint32_t code)
{
	uint8_t hash[HASH_SIZE];

	hash_fill(hash, code);
	scene->attempt.begun = scene->attempt.now.boottime;
	return challenge_begin(&scene->record, &scene->attempt, hash);
}

static inline enum effect scene_resend(struct scene *scene, uint32_t code)
{
	uint8_t hash[HASH_SIZE];

	hash_fill(hash, code);
	scene->attempt.begun = scene->attempt.now.boottime;
	return challenge_resend(&scene->record, &scene->attempt, hash);
}

/* As judge.c has it. */
static inline enum effect scene_verify(struct scene *scene, uint32_t code)
{
	uint8_t hash[HASH_SIZE];

	hash_fill(hash, code);
	challenge_withdraw(&scene->record, &scene->attempt);
	return challenge_verify(&scene->record, &scene->attempt, hash, true);
}

static inline bool scene_known(const struct scene *scene)
{
	return challenge_known(&scene->record, &scene->attempt);
}

#define with_scene(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

#endif
