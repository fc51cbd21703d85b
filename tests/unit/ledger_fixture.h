/* SPDX-License-Identifier: BSD-3-Clause */
/* A ledger, and a visitor before it. */
#ifndef SMSOTP_TEST_LEDGER_FIXTURE_H
#define SMSOTP_TEST_LEDGER_FIXTURE_H

#include "core_fixture.h"
#include "smsotpd/ledger.h"

struct scene {
	struct config *config;
	struct ledger *ledger;
	struct visitor visitor;
	struct moment now;
	struct view view; /* the last one */
};

static inline void scene_at(struct scene *scene, int64_t milliseconds)
{
	scene->now = moment_after(milliseconds);
}

/* Another login of the same name from the same source. */
static inline void scene_login(struct scene *scene, uint32_t login)
{
	memset(scene->visitor.id, 0x11, WIRE_ID_SIZE);
	memcpy(scene->visitor.id, &login, sizeof(login));
}

static inline void scene_place(struct scene *scene, uint32_t name, uint32_t source)
{
	hash_fill(scene->visitor.name, name);
	hash_fill(scene->visitor.source, 100 + source);
	hash_fill(scene->visitor.subject, name * 1000 + source);
}

static inline int scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_non_null(scene);
	scene->config = defaults();
	assert_int_equal(ledger_new(&scene->ledger), RESULT_OK);
	scene_login(scene, 1);
	scene_place(scene, 1, 1);
	scene_at(scene, 0);
	*state = scene;
	return 0;
}

static inline int scene_teardown(void **state)
{
	struct scene *scene = *state;

	config_free(&scene->config);
	ledger_free(&scene->ledger);
	assert_null(scene->ledger);
	free(scene);
	return 0;
}

static inline enum line scene_begin(struct scene *scene)
{
	ledger_begin(scene->ledger, scene->config, &scene->visitor, &scene->now, &scene->view);
	return scene->view.line;
}

static inline enum line scene_resend(struct scene *scene)
{
	ledger_resend(scene->ledger, scene->config, &scene->visitor, &scene->now, &scene->view);
	return scene->view.line;
}

static inline enum line scene_guess(struct scene *scene)
{
	ledger_guess(scene->ledger, scene->config, &scene->visitor, &scene->now, &scene->view);
	return scene->view.line;
}

#define with_scene(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

#endif
