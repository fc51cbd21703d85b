/* SPDX-License-Identifier: BSD-3-Clause */
/* A smsotpd of another release, and one that is about to stop: the module asks again. */
#include "client.h"
#include "stack.h"

#define QUICK_MS 1500
#define ASK      .verdict = VERDICT_ASK, .line = LINE_SENT
#define GRANT    .verdict = VERDICT_GRANTED

/* Where there was no release before this one, both speak the one version there is. */
static void test_a_daemon_of_the_release_before(void **state)
{
	struct scene *scene = *state;

	scene->fake->before = true;
	scene_turns(scene, {ASK}, {GRANT}, {.verdict = VERDICT_REFUSED});
	scene_types(scene, {"123456", PAM_SUCCESS});
	scene_start(scene, "demo");
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_SUCCESS);
	assert_int_equal(pam_open_session(scene->pamh, 0), PAM_SUCCESS);
	assert_int_equal(scene->fake->count, 3);
	for (size_t i = 0; i < scene->fake->count; i++)
		assert_int_equal(scene->fake->heard[i].version, WIRE_OLDEST);
	assert_string_equal(scene->fake->heard[1].reply.bytes, "123456");
}

/* It was rolled back while the person typed. */
static void test_a_daemon_that_was_rolled_back_at_the_prompt(void **state)
{
	struct scene *scene = *state;

	scene_turns(
		scene, {.act = FAKE_RESTART, .verdict = VERDICT_ASK, .line = LINE_SENT}, {GRANT});
	scene->fake->before = true;
	scene_types(scene, {"123456", PAM_SUCCESS});
	scene_start(scene, "demo");
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_SUCCESS);
	assert_int_equal(scene->fake->heard[1].version, WIRE_OLDEST);
}

static void test_an_answer_in_another_version_than_the_asks(void **state)
{
	struct scene *scene = *state;

	scene->fake->before = true;
	scene_turns(scene, {ASK}, {.act = FAKE_VERSION, .verdict = VERDICT_GRANTED}, {GRANT});
	scene_types(scene, {"123456", PAM_SUCCESS});
	scene_start(scene, "demo");
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(scene->fake->count, 2);
}

/* Of a verify, too, which is sent again for no other reason. */
static void test_a_daemon_that_is_about_to_stop(void **state)
{
	struct scene *scene = *state;

	scene_turns(scene, {.act = FAKE_AGAIN}, {.act = FAKE_AGAIN}, {ASK}, {.act = FAKE_AGAIN},
		{GRANT});
	scene_types(scene, {"123456", PAM_SUCCESS});
	scene_start(scene, "demo");
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_SUCCESS);
	assert_int_equal(scene->talk.said_count, 1);
	assert_int_equal(scene->fake->count, 5);
	const struct fake_heard *heard = scene->fake->heard;
	assert_memory_equal(heard[0].id, heard[2].id, WIRE_ID_SIZE);
	assert_memory_equal(&heard[3].reply, &heard[4].reply, sizeof(heard[3].reply));
}

/* Within the deadline, and with fewer asks than would be a flood. */
static void test_a_daemon_that_never_comes_back(void **state)
{
	struct scene *scene = *state;

	scene_turns(scene, {.act = FAKE_AGAIN}, {.act = FAKE_AGAIN}, {.act = FAKE_AGAIN});
	scene_start(scene, "demo");
	int result = scene_authenticate(scene, 0, CLIENT_BEGIN_MS);
	assert_int_equal(result, PAM_AUTHINFO_UNAVAIL);
	assert_true(scene->fake->count >= 4 && scene->fake->count <= CLIENT_BEGIN_MS / 20 + 1);
}

static void test_a_daemon_two_releases_ahead(void **state)
{
	struct scene *scene = *state;

	scene_turns(scene, {.act = FAKE_NEWER}, {ASK}, {GRANT});
	scene_types(scene, {"123456", PAM_SUCCESS});
	scene_start(scene, "demo");
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(scene->fake->count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_a_daemon_of_the_release_before),
		with_scene(test_a_daemon_that_was_rolled_back_at_the_prompt),
		with_scene(test_an_answer_in_another_version_than_the_asks),
		with_scene(test_a_daemon_that_is_about_to_stop),
		with_scene(test_a_daemon_that_never_comes_back),
		with_scene(test_a_daemon_two_releases_ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
