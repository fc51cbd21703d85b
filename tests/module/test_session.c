/* SPDX-License-Identifier: BSD-3-Clause */
/* The other phases: sessions follow their login, and nothing of them decides anything. */
#include "client.h"
#include "stack.h"

#define QUICK_MS 1500
#define VARIABLE "SMSOTP_LOGIN"
#define HEX      "000102030405060708090a0b0c0d0e0f"

static const uint8_t id_of_hex[WIRE_ID_SIZE] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static void sign_in(struct scene *scene)
{
	scene->fake->endless = true;
	fake_start(scene->fake, 0);
	scene_types(scene, {"000001", PAM_SUCCESS});
	scene_start(scene, "user1");
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_SUCCESS);
	assert_int_equal(scene->fake->count, 2);
}

/* As sudo and login do: all phases in one process; sudo makes PAM_USER another in between. */
static void test_a_session_in_the_same_process(void **state)
{
	struct scene *scene = *state;
	char hex[2 * WIRE_ID_SIZE + 1];

	sign_in(scene);
	const struct fake_heard *heard = scene->fake->heard;
	for (size_t i = 0; i < WIRE_ID_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", heard[0].id[i]);
	assert_string_equal(pam_getenv(scene->pamh, VARIABLE), hex);
	assert_int_equal(pam_setcred(scene->pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
	assert_int_equal(pam_set_item(scene->pamh, PAM_USER, "root"), PAM_SUCCESS);
	assert_int_equal(pam_open_session(scene->pamh, 0), PAM_SUCCESS);
	assert_null(pam_getenv(scene->pamh, VARIABLE));
	assert_int_equal(pam_close_session(scene->pamh, 0), PAM_SUCCESS);
	assert_int_equal(scene->fake->count, 4);
	for (size_t i = 2; i < 4; i++) {
		assert_int_equal(heard[i].type, i == 2 ? FRAME_SESSION_OPEN : FRAME_SESSION_CLOSE);
		assert_memory_equal(heard[i].id, heard[0].id, WIRE_ID_SIZE);
		assert_string_equal(heard[i].user, "user1");
		assert_int_equal(heard[i].reply.length, 0);
	}
	assert_string_equal(scene->log, "");
}

/* As sshd does: the login was in another process and left its variable. */
static void test_a_session_in_another_process(void **state)
{
	struct scene *scene = *state;

	scene->fake->endless = true;
	fake_start(scene->fake, 0);
	scene_start(scene, "demo");
	assert_int_equal(pam_putenv(scene->pamh, VARIABLE "=" HEX), PAM_SUCCESS);
	assert_int_equal(pam_open_session(scene->pamh, 0), PAM_SUCCESS);
	assert_null(pam_getenv(scene->pamh, VARIABLE));
	/* ~/.pam_environment comes between open and close. */
	assert_int_equal(pam_putenv(scene->pamh, VARIABLE "=ff" HEX), PAM_SUCCESS);
	assert_int_equal(pam_close_session(scene->pamh, 0), PAM_SUCCESS);
	assert_int_equal(scene->fake->count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_memory_equal(scene->fake->heard[i].id, id_of_hex, WIRE_ID_SIZE);
		assert_string_equal(scene->fake->heard[i].user, "demo");
	}
}

/* The process's own login counts, whatever the variable says by then. */
static void test_a_replaced_variable_is_not_believed(void **state)
{
	struct scene *scene = *state;

	sign_in(scene);
	assert_int_equal(pam_putenv(scene->pamh, VARIABLE "=" HEX), PAM_SUCCESS);
	assert_int_equal(pam_open_session(scene->pamh, 0), PAM_SUCCESS);
	assert_null(pam_getenv(scene->pamh, VARIABLE));
	assert_memory_equal(scene->fake->heard[2].id, scene->fake->heard[0].id, WIRE_ID_SIZE);
}

static void test_garbage_in_the_variable_is_taken_away_and_not_sent(void **state)
{
	static const char *const rows[] = {"", "0", "00", HEX "0",
		"000102030405060708090A0B0C0D0E0F", "0x0102030405060708090a0b0c0d0e0f",
		" 00102030405060708090a0b0c0d0e0f", "+00102030405060708090a0b0c0d0e0f",
		"zz0102030405060708090a0b0c0d0e0f", HEX HEX};
	struct scene *scene = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		char variable[128];

		scene_again(scene);
		scene->fake->endless = true;
		fake_start(scene->fake, 0);
		scene_start(scene, "demo");
		snprintf(variable, sizeof(variable), VARIABLE "=%s", rows[i]);
		assert_int_equal(pam_putenv(scene->pamh, variable), PAM_SUCCESS);
		HOLDS(rows[i], pam_open_session(scene->pamh, 0) == PAM_SUCCESS);
		HOLDS(rows[i], pam_getenv(scene->pamh, VARIABLE) == NULL);
		HOLDS(rows[i], pam_close_session(scene->pamh, 0) == PAM_SUCCESS);
		HOLDS(rows[i], scene->fake->count == 0);
	}
}

/* Cron, or a login by key alone: nothing is asked, and nothing stands in the log. */
static void test_a_session_without_a_login_of_ours(void **state)
{
	struct scene *scene = *state;

	scene->fake->endless = true;
	fake_start(scene->fake, 0);
	scene_start(scene, "demo");
	assert_int_equal(pam_open_session(scene->pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(scene->pamh, 0), PAM_SUCCESS);
	assert_int_equal(scene->fake->count, 0);
	assert_string_equal(scene->log, "");
}

static void test_a_refusal_leaves_no_variable(void **state)
{
	struct scene *scene = *state;

	scene->fake->endless = true;
	fake_start(scene->fake, 0);
	scene_types(scene, {"999999", PAM_SUCCESS});
	scene_start(scene, "user1");
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_AUTH_ERR);
	assert_null(pam_getenv(scene->pamh, VARIABLE));
	assert_int_equal(pam_open_session(scene->pamh, 0), PAM_SUCCESS);
	assert_int_equal(scene->fake->count, 2);
}

/* Whatever is said of a session, or not said, it goes on. */
static void test_sessions_always_succeed(void **state)
{
	static const struct fake_turn rows[] = {
		{.verdict = VERDICT_REFUSED},
		{.verdict = VERDICT_UNAVAILABLE},
		{.verdict = 200},
		{.act = FAKE_CLOSE},
		{.act = FAKE_HANG},
		{.act = FAKE_OTHER_ID},
		{.act = FAKE_SHORT},
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		scene_again(scene);
		scene_turns(scene, rows[i], rows[i]);
		scene_start(scene, "demo");
		assert_int_equal(pam_putenv(scene->pamh, VARIABLE "=" HEX), PAM_SUCCESS);
		assert_int_equal(pam_open_session(scene->pamh, 0), PAM_SUCCESS);
		assert_int_equal(pam_close_session(scene->pamh, 0), PAM_SUCCESS);
		assert_int_equal(scene->fake->count, 2);
		assert_int_equal(scene->talk.said_count, 0);
	}
	scene_again(scene);
	scene_stack(scene, "unknown", false);
	scene_start(scene, "demo");
	assert_int_equal(pam_putenv(scene->pamh, VARIABLE "=" HEX), PAM_SUCCESS);
	assert_int_equal(pam_open_session(scene->pamh, 0), PAM_SUCCESS);
	assert_null(pam_getenv(scene->pamh, VARIABLE));
	assert_int_equal(pam_close_session(scene->pamh, 0), PAM_SUCCESS);
}

static void test_account_and_password_are_left_to_others(void **state)
{
	struct scene *scene = *state;

	for (int permit = 0; permit < 2; permit++) {
		scene_again(scene);
		scene_stack(scene, "", permit == 1);
		scene_start(scene, "demo");
		int account = pam_acct_mgmt(scene->pamh, 0);
		int password = pam_chauthtok(scene->pamh, 0);
		assert_int_equal(account == PAM_SUCCESS, permit == 1);
		assert_int_equal(password == PAM_SUCCESS, permit == 1);
		/* Not: there is no such function. */
		assert_int_not_equal(account, PAM_MODULE_UNKNOWN);
		assert_null(strstr(scene->log, "unable to resolve"));
		assert_int_equal(pam_setcred(scene->pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
		assert_int_equal(pam_setcred(scene->pamh, PAM_DELETE_CRED), PAM_SUCCESS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_a_session_in_the_same_process),
		with_scene(test_a_session_in_another_process),
		with_scene(test_a_replaced_variable_is_not_believed),
		with_scene(test_garbage_in_the_variable_is_taken_away_and_not_sent),
		with_scene(test_a_session_without_a_login_of_ours),
		with_scene(test_a_refusal_leaves_no_variable),
		with_scene(test_sessions_always_succeed),
		with_scene(test_account_and_password_are_left_to_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
