/* SPDX-License-Identifier: BSD-3-Clause */
/* The conversation: what is shown, what is taken from it, and applications that misbehave. */
#include <dlfcn.h>
#include <unistd.h>

#include "stack.h"

#define QUICK_MS 1500
#define SENT     "We sent a code to your registered phone. Code (r: resend): "
#define ASK      .verdict = VERDICT_ASK, .line = LINE_SENT

static void test_lines_are_shown_in_the_prompt(void **state)
{
	struct scene *scene = *state;

	scene_turns(scene, {ASK}, {.verdict = VERDICT_ASK, .line = LINE_WRONG, .number = 3},
		{.verdict = VERDICT_SPENT,
			.line = LINE_LOCKED,
			.number = 240,
			.help = "No code? Call 5555."});
	scene_types(scene, {"111111", PAM_SUCCESS}, {"222222", PAM_SUCCESS});
	scene_start(scene, "demo");
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_MAXTRIES);
	const struct said *said = scene->talk.said;
	assert_int_equal(scene->talk.said_count, 3);
	assert_int_equal(said[0].style, PAM_PROMPT_ECHO_OFF);
	assert_string_equal(said[0].text, SENT);
	assert_int_equal(said[1].style, PAM_PROMPT_ECHO_OFF);
	assert_string_equal(
		said[1].text, "That code is not right, 3 tries left. Code (r: resend in 3 s): ");
	assert_int_equal(said[2].style, PAM_ERROR_MSG);
	assert_string_equal(
		said[2].text, "Too many wrong codes. Try again in 4 minutes. No code? Call 5555.");
	assert_string_equal(scene->fake->heard[1].reply.bytes, "111111");
	assert_string_equal(scene->fake->heard[2].reply.bytes, "222222");
	assert_string_equal(scene->log, "");
}

/* A module before us has left a password. What stands before libpam's can only be file-scope. */
static bool password;

__attribute__((visibility("default"))) int pam_get_item(
	const pam_handle_t *pamh, int type, const void **ret_value)
{
	int (*real)(const pam_handle_t *, int, const void **) =
		(__typeof__(real))(uintptr_t)dlsym(RTLD_NEXT, "pam_get_item");

	if (!password || type != PAM_AUTHTOK)
		return real(pamh, type, ret_value);
	*ret_value = "secret";
	return PAM_SUCCESS;
}

static void test_a_password_before_is_told(void **state)
{
	struct scene *scene = *state;

	scene_turns(scene, {.verdict = VERDICT_REFUSED});
	scene_start(scene, "demo");
	password = true;
	int result = scene_authenticate(scene, 0, QUICK_MS);
	password = false;
	assert_int_equal(result, PAM_AUTH_ERR);
	assert_true(scene->fake->heard[0].first_factor);
}

/* The token of each answer comes back with the next ask, and with none before. */
static void test_tokens_come_back(void **state)
{
	struct scene *scene = *state;
	uint8_t token[TOKEN_SIZE] = {0};

	scene_turns(scene, {ASK}, {ASK}, {.verdict = VERDICT_GRANTED});
	scene_types(scene, {"r", PAM_SUCCESS}, {"222222", PAM_SUCCESS});
	scene_start(scene, "demo");
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_SUCCESS);
	assert_int_equal(scene->fake->count, 3);
	for (int i = 0; i < 3; i++) {
		memset(token, i, TOKEN_SIZE);
		assert_memory_equal(scene->fake->heard[i].token, token, TOKEN_SIZE);
		assert_memory_equal(
			scene->fake->heard[i].id, scene->fake->heard[0].id, WIRE_ID_SIZE);
	}
	assert_int_equal(scene->fake->heard[0].reply.length, 0);
	assert_int_equal(scene->fake->heard[1].reply.length, 1);
}

static void test_echo(void **state)
{
	struct scene *scene = *state;

	scene_stack(scene, "echo", false);
	scene_turns(scene, {ASK}, {.verdict = VERDICT_GRANTED});
	scene_types(scene, {"111111", PAM_SUCCESS});
	scene_start(scene, "demo");
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_SUCCESS);
	assert_int_equal(scene->talk.said[0].style, PAM_PROMPT_ECHO_ON);
}

/* Silence is for messages; a prompt is asked for all the same. */
static void test_silence(void **state)
{
	struct scene *scene = *state;

	scene_turns(scene, {ASK}, {.verdict = VERDICT_SPENT, .line = LINE_LOCKED, .number = 60});
	scene_types(scene, {"111111", PAM_SUCCESS});
	scene_start(scene, "demo");
	assert_int_equal(scene_authenticate(scene, PAM_SILENT, QUICK_MS), PAM_MAXTRIES);
	assert_int_equal(scene->talk.said_count, 1);
	scene_again(scene);
	scene_turns(scene, {.verdict = VERDICT_UNAVAILABLE, .line = LINE_UNAVAILABLE});
	scene_start(scene, "demo");
	assert_int_equal(scene_authenticate(scene, PAM_SILENT, QUICK_MS), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(scene->talk.said_count, 0);
}

static void test_empty_replies_repeat_the_prompt_three_times(void **state)
{
	struct scene *scene = *state;

	scene_turns(scene, {ASK}, {.verdict = VERDICT_GRANTED});
	scene_types(scene, {"", PAM_SUCCESS}, {"", PAM_SUCCESS}, {"", PAM_SUCCESS},
		{"111111", PAM_SUCCESS});
	scene_start(scene, "demo");
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_SUCCESS);
	assert_int_equal(scene->talk.said_count, 4);
	scene_again(scene);
	scene_turns(scene, {ASK}, {.verdict = VERDICT_GRANTED});
	scene_types(scene, {"", PAM_SUCCESS}, {"", PAM_SUCCESS}, {"", PAM_SUCCESS},
		{"", PAM_SUCCESS}, {"111111", PAM_SUCCESS});
	scene_start(scene, "demo");
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_AUTH_ERR);
	assert_int_equal(scene->talk.said_count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(scene->talk.said[i].text, SENT);
	assert_int_equal(scene->fake->count, 1);
}

static void test_no_reply_is_a_refusal(void **state)
{
	static const struct {
		const char *sentence;
		struct typed typed;
	} rows[] = {
		{"a reply that is not there", {NULL, PAM_SUCCESS}},
		{"an error", {"111111", PAM_CONV_ERR}},
		{"another error", {"111111", PAM_BUF_ERR}},
		{"an application that says: again", {"111111", PAM_CONV_AGAIN}},
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		scene_again(scene);
		scene_turns(scene, {ASK}, {.verdict = VERDICT_GRANTED});
		scene_types_set(scene, &rows[i].typed, 1);
		scene_start(scene, "demo");
		int result = scene_authenticate(scene, 0, QUICK_MS);
		HOLDS(rows[i].sentence, result == PAM_AUTH_ERR);
		HOLDS(rows[i].sentence, scene->fake->count == 1);
		HOLDS(rows[i].sentence, scene->talk.said_count == 1);
	}
}

static int silent_success(int count, const struct pam_message **messages,
	struct pam_response **ret_responses, void *context)
{
	(void)count;
	(void)messages;
	(void)ret_responses;
	(void)context;
	return PAM_SUCCESS;
}

static void test_an_application_without_a_conversation(void **state)
{
	static const struct pam_conv none, mute = {silent_success, NULL};
	struct scene *scene = *state;

	for (int round = 0; round < 2; round++) {
		scene_again(scene);
		scene_turns(scene, {ASK}, {.verdict = VERDICT_GRANTED});
		scene_start(scene, "demo");
		assert_int_equal(pam_set_item(scene->pamh, PAM_CONV, round == 0 ? &none : &mute),
			PAM_SUCCESS);
		assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_AUTH_ERR);
		assert_int_equal(scene->fake->count, 1);
	}
}

static void test_replies_of_many_lengths(void **state)
{
	static const size_t lengths[] = {1, 2, 6, 511, 512, 513, 600, 5000};
	struct scene *scene = *state;

	for (size_t i = 0; i < COUNT(lengths); i++) {
		char reply[5001];
		const struct typed typed = {reply, PAM_SUCCESS};
		size_t expected = lengths[i] < REPLY_MAX ? lengths[i] : REPLY_MAX;

		memset(reply, '\x07', sizeof(reply));
		reply[lengths[i]] = '\0';
		scene_again(scene);
		scene_turns(scene, {ASK}, {.verdict = VERDICT_REFUSED});
		scene_types_set(scene, &typed, 1);
		scene_start(scene, "demo");
		assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_AUTH_ERR);
		const struct reply *heard = &scene->fake->heard[1].reply;
		assert_int_equal(heard->length, expected);
		assert_memory_equal(heard->bytes, reply, expected);
	}
}

static void test_names(void **state)
{
	char longest[4097];
	struct scene *scene = *state;
	const char *const names[] = {"demo", "de\nmo\x1b[2J\x7f", "\xff\xfe", "a b", longest};

	memset(longest, 'n', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (size_t i = 0; i < COUNT(names); i++) {
		char expected[NAME_SIZE_MAX + 1];

		snprintf(expected, sizeof(expected), "%s", names[i]);
		scene_again(scene);
		scene_turns(scene, {ASK}, {.verdict = VERDICT_GRANTED});
		scene_types(scene, {"111111", PAM_SUCCESS});
		scene_start(scene, names[i]);
		assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_SUCCESS);
		assert_string_equal(scene->fake->heard[0].user, expected);
		assert_string_equal(scene->fake->heard[1].user, expected);
		assert_string_equal(scene->talk.said[0].text, SENT);
	}
}

static void test_without_a_name_nobody_is_asked(void **state)
{
	struct scene *scene = *state;

	scene_turns(scene, {ASK});
	scene_start(scene, "");
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_AUTH_ERR);
	assert_int_equal(scene->fake->count, 0);
	assert_int_equal(scene->talk.said_count, 0);
	/* libpam asks for a name that is not there; the person has gone. */
	scene_again(scene);
	scene_turns(scene, {ASK});
	scene_start(scene, NULL);
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_AUTH_ERR);
	assert_int_equal(scene->fake->count, 0);
}

static void test_a_name_that_is_asked_for(void **state)
{
	struct scene *scene = *state;

	scene_turns(scene, {ASK}, {.verdict = VERDICT_GRANTED});
	scene_types(scene, {"demo", PAM_SUCCESS}, {"111111", PAM_SUCCESS});
	scene_start(scene, NULL);
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_SUCCESS);
	assert_string_equal(scene->fake->heard[0].user, "demo");
	assert_string_equal(scene->talk.said[1].text, SENT);
}

static void test_what_smsotpd_is_told(void **state)
{
	struct scene *scene = *state;

	scene_turns(scene, {.verdict = VERDICT_REFUSED});
	scene_start(scene, "demo");
	assert_int_equal(pam_set_item(scene->pamh, PAM_TTY, "ssh"), PAM_SUCCESS);
	assert_int_equal(pam_set_item(scene->pamh, PAM_RHOST, "host.example"), PAM_SUCCESS);
	assert_int_equal(pam_set_item(scene->pamh, PAM_RUSER, "me"), PAM_SUCCESS);
	assert_int_equal(
		pam_putenv(scene->pamh, "SSH_CONNECTION=192.0.2.1 1 192.0.2.2 22"), PAM_SUCCESS);
	assert_int_equal(pam_putenv(scene->pamh, "SSH_AUTH_INFO_0=publickey k"), PAM_SUCCESS);
	/* The application's own environment is a caller's: it says nothing. */
	assert_int_equal(setenv("SSH_CONNECTION", "198.51.100.1 1 2 3", 1), 0);
	/* As sudo: the real uid is the caller's. */
	assert_int_equal(setresuid(1000, 0, 0), 0);
	int result = scene_authenticate(scene, 0, QUICK_MS);
	assert_int_equal(setresuid(0, 0, 0), 0);
	assert_int_equal(result, PAM_AUTH_ERR);
	assert_int_equal(unsetenv("SSH_CONNECTION"), 0);
	const struct fake_heard *heard = &scene->fake->heard[0];
	assert_string_equal(heard->service, STACK_SERVICE);
	assert_string_equal(heard->tty, "ssh");
	assert_string_equal(heard->rhost, "host.example");
	assert_string_equal(heard->connection, "192.0.2.1 1 192.0.2.2 22");
	assert_string_equal(heard->ruser, "me");
	assert_string_equal(heard->auth_info, "publickey k");
	assert_int_equal(heard->uid, 1000);
	assert_false(heard->first_factor);
}

static void test_arguments(void **state)
{
	static const char *const rows[] = {
		"debug", "echo=yes", "socket=relative/path", "socket=", "ech", "fail=open"};
	struct scene *scene = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		scene_again(scene);
		scene_stack(scene, rows[i], false);
		scene_turns(scene, {ASK}, {.verdict = VERDICT_GRANTED});
		scene_types(scene, {"111111", PAM_SUCCESS});
		scene_start(scene, "demo");
		int result = scene_authenticate(scene, 0, QUICK_MS);
		HOLDS(rows[i], result == PAM_AUTHINFO_UNAVAIL);
		HOLDS(rows[i], scene->fake->count == 0);
		HOLDS(rows[i], strstr(scene->log, "argument number 2") != NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_lines_are_shown_in_the_prompt),
		with_scene(test_tokens_come_back),
		with_scene(test_echo),
		with_scene(test_silence),
		with_scene(test_empty_replies_repeat_the_prompt_three_times),
		with_scene(test_no_reply_is_a_refusal),
		with_scene(test_an_application_without_a_conversation),
		with_scene(test_replies_of_many_lengths),
		with_scene(test_names),
		with_scene(test_without_a_name_nobody_is_asked),
		with_scene(test_a_name_that_is_asked_for),
		with_scene(test_what_smsotpd_is_told),
		with_scene(test_a_password_before_is_told),
		with_scene(test_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
