/* SPDX-License-Identifier: BSD-3-Clause */
/* What the kernel or libpam refuses lets nobody in. */
#include <dlfcn.h>
#include <sys/random.h>

#include "stack.h"

#define QUICK_MS 1500

/* What the module calls instead of libc's can only be file-scope: what the next call returns. */
static ssize_t drawn;

__attribute__((visibility("default"))) ssize_t getrandom(
	void *ret_bytes, size_t size, unsigned int flags)
{
	(void)flags;
	if (drawn > 0)
		memset(ret_bytes, 0x5a, (size_t)drawn < size ? (size_t)drawn : size);
	return drawn < (ssize_t)size ? drawn : (ssize_t)size;
}

static bool no_user; /* PAM_USER is not to be set */

__attribute__((visibility("default"))) int pam_set_item(
	pam_handle_t *pamh, int type, const void *value)
{
	int (*real)(pam_handle_t *, int, const void *) =
		(__typeof__(real))(uintptr_t)dlsym(RTLD_NEXT, "pam_set_item");

	return no_user && type == PAM_USER ? PAM_SYSTEM_ERR : real(pamh, type, value);
}

/* Without randomness no login has an id of its own: nobody is asked. */
static void test_without_an_id_nobody_gets_in(void **state)
{
	static const ssize_t rows[] = {-1, 0, WIRE_ID_SIZE - 1, WIRE_ID_SIZE};
	struct scene *scene = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		bool whole = rows[i] == WIRE_ID_SIZE;
		scene_again(scene);
		scene_turns(scene, {.verdict = VERDICT_ASK, .line = LINE_SENT},
			{.verdict = VERDICT_GRANTED});
		scene_types(scene, {"123456", PAM_SUCCESS});
		scene_start(scene, "demo");
		drawn = rows[i];
		assert_int_equal(scene_authenticate(scene, 0, QUICK_MS),
			whole ? PAM_SUCCESS : PAM_AUTHINFO_UNAVAIL);
		assert_int_equal(scene->fake->count, whole ? 2 : 0);
	}
}

/* Who signed in as somebody whom the application does not learn of has signed in as nobody. */
static void test_a_name_that_is_not_set_lets_nobody_in(void **state)
{
	struct scene *scene = *state;

	drawn = WIRE_ID_SIZE;
	for (int i = 0; i < 2; i++) {
		scene_again(scene);
		scene_turns(scene, {.verdict = VERDICT_ASK, .line = LINE_SENT},
			{.verdict = VERDICT_GRANTED, .user = "alice"});
		scene_types(scene, {"123456", PAM_SUCCESS});
		scene_start(scene, "+919999900001");
		no_user = i == 0;
		int result = scene_authenticate(scene, 0, QUICK_MS);
		no_user = false;
		assert_int_equal(result, i == 0 ? PAM_AUTHINFO_UNAVAIL : PAM_SUCCESS);
	}
}

/* Nothing was typed where smsotpd waives a code, and it does not: its line answers no reply. */
static void test_a_waiver_that_is_refused_shows_nothing(void **state)
{
	struct scene *scene = *state;

	drawn = WIRE_ID_SIZE;
	scene_again(scene);
	scene_turns(scene, {.verdict = VERDICT_ASK_WAIVED, .line = LINE_SENT, .user = WAIVER},
		{.verdict = VERDICT_SPENT, .line = LINE_LOCKED, .number = 60});
	scene_types(scene, {"", PAM_SUCCESS});
	scene_start(scene, "demo");
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_AUTH_ERR);
	assert_int_equal(scene->fake->count, 2);
	assert_int_equal(scene->talk.said_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_without_an_id_nobody_gets_in, scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(
			test_a_name_that_is_not_set_lets_nobody_in, scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(
			test_a_waiver_that_is_refused_shows_nothing, scene_setup, scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
