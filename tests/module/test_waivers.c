/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where no code is required yet: PAM_IGNORE, by smsotpd's word in two places of its answer, and by
 * nothing that happens in the module.
 */
#include "stack.h"

#define QUICK_MS 1500
#define ASKED    "We sent a code to your registered phone. Code (r: resend) (not yet required): "

static const struct fake_turn ask = {
	.verdict = VERDICT_ASK_WAIVED, .line = LINE_SENT, .user = WAIVER};
static const struct fake_turn strict = {.verdict = VERDICT_ASK, .line = LINE_SENT};
static const struct fake_turn waived = {.verdict = VERDICT_WAIVED, .user = WAIVER};

/* The stack's result; PAM_IGNORE where only what follows in it decides. */
static int stack_result(struct scene *scene, const struct fake_turn *turns, size_t count,
	const struct typed *typed, size_t typed_count)
{
	int result[2];

	for (int permit = 0; permit < 2; permit++) {
		scene_again(scene);
		scene_stack(scene, "", permit == 1);
		scene_turns_set(scene, turns, count);
		scene_types_set(scene, typed, typed_count);
		scene_start(scene, "demo");
		result[permit] = scene_authenticate(scene, 0, QUICK_MS);
	}
	if (result[0] != PAM_SUCCESS && result[1] == PAM_SUCCESS)
		return PAM_IGNORE;
	assert_int_equal(result[0], result[1]);
	return result[0];
}

#define result_of(scene, turns, ...)                                                               \
	stack_result(scene, turns, COUNT(turns), (const struct typed[]){__VA_ARGS__},              \
		COUNT(((const struct typed[]){__VA_ARGS__})))

static void test_a_begin_that_is_waived_asks_and_tells_nothing(void **state)
{
	struct scene *scene = *state;
	const struct fake_turn turns[] = {waived};

	assert_int_equal(result_of(scene, turns, {"123456", PAM_SUCCESS}), PAM_IGNORE);
	assert_int_equal(scene->talk.said_count, 0);
	assert_int_equal(scene->fake->count, 1);
	/* Its session is told of. */
	assert_non_null(pam_getenv(scene->pamh, "SMSOTP_LOGIN"));
}

/* The words, not one byte, waive a code: to a begin and to a verify. */
static void test_a_waiver_without_its_words_is_no_answer(void **state)
{
	static const char *const words[] = {"", "demo", "not yet require", "not yet required "};
	struct scene *scene = *state;

	for (size_t i = 0; i < COUNT(words); i++) {
		for (int verdict = VERDICT_WAIVED; verdict <= VERDICT_ASK_WAIVED; verdict++) {
			struct fake_turn begin[] = {{.verdict = verdict, .line = LINE_SENT}};
			struct fake_turn verify[] = {strict, {.verdict = verdict}};
			strcpy(begin[0].user, words[i]);
			strcpy(verify[1].user, words[i]);
			assert_int_equal(result_of(scene, begin, {"123456", PAM_SUCCESS}),
				PAM_AUTHINFO_UNAVAIL);
			assert_int_equal(result_of(scene, verify, {"123456", PAM_SUCCESS}),
				PAM_AUTHINFO_UNAVAIL);
		}
	}
}

/* With the words in every answer, of all bytes two are PAM_IGNORE and one success. */
static void test_of_all_answers_two_are_ignored(void **state)
{
	int ignored = 0, successes = 0;

	for (int verdict = 0; verdict < 256; verdict++) {
		const struct fake_turn turns[] = {ask, {.verdict = verdict, .user = WAIVER}};
		int result = result_of(*state, turns, {"123456", PAM_SUCCESS});
		ignored += result == PAM_IGNORE;
		successes += result == PAM_SUCCESS;
		if (result == PAM_IGNORE)
			assert_true(verdict == VERDICT_WAIVED || verdict == VERDICT_DISABLED);
	}
	assert_int_equal(ignored, 2);
	assert_int_equal(successes, 1);
}

/* Switched off is told with no line: a refusal has one. */
static void test_off_with_a_line_is_no_answer(void **state)
{
	for (int line = 1; line < LINE_COUNT; line++) {
		const struct fake_turn turns[] = {{.verdict = VERDICT_DISABLED, .line = line}};
		assert_int_equal(
			result_of(*state, turns, {"123456", PAM_SUCCESS}), PAM_AUTHINFO_UNAVAIL);
	}
}

static void test_nothing_typed_is_told_and_asked_once(void **state)
{
	struct scene *scene = *state;
	const struct fake_turn turns[] = {ask, waived};

	assert_int_equal(result_of(scene, turns, {"", PAM_SUCCESS}), PAM_IGNORE);
	assert_int_equal(scene->talk.said_count, 1);
	assert_string_equal(scene->talk.said[0].text, ASKED);
	assert_int_equal(scene->fake->count, 2);
	assert_int_equal(scene->fake->heard[1].type, FRAME_VERIFY);
	assert_int_equal(scene->fake->heard[1].reply.length, 0);
}

static void test_a_conversation_that_fails_is_told(void **state)
{
	const struct fake_turn turns[] = {ask, waived};

	assert_int_equal(result_of(*state, turns, {NULL, PAM_SUCCESS}), PAM_IGNORE);
	assert_int_equal(result_of(*state, turns, {"", PAM_CONV_ERR}), PAM_IGNORE);
}

/* Whatever smsotpd says to nothing typed, it is no success, and PAM_IGNORE by the waiver alone. */
static void test_nothing_typed_is_never_success(void **state)
{
	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
		const struct fake_turn turns[] = {ask, {.verdict = verdict, .user = WAIVER}};
		int expected = PAM_AUTH_ERR;
		if (verdict == VERDICT_WAIVED)
			expected = PAM_IGNORE;
		if (verdict == VERDICT_UNAVAILABLE)
			expected = PAM_AUTHINFO_UNAVAIL;
		assert_int_equal(result_of(*state, turns, {"", PAM_SUCCESS}), expected);
	}
}

static void test_a_daemon_that_goes_away_waives_nothing(void **state)
{
	const struct fake_turn turns[] = {ask, {.act = FAKE_CLOSE}};

	assert_int_equal(result_of(*state, turns, {"", PAM_SUCCESS}), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(result_of(*state, turns, {"123456", PAM_SUCCESS}), PAM_AUTHINFO_UNAVAIL);
}

/* Where a code is required nothing is told, and no answer of smsotpd's is waited for. */
static void test_nothing_typed_where_it_is_required(void **state)
{
	struct scene *scene = *state;
	const struct fake_turn turns[] = {strict, waived};

	assert_int_equal(result_of(scene, turns, {"", PAM_SUCCESS}, {"", PAM_SUCCESS},
				 {"", PAM_SUCCESS}, {"", PAM_SUCCESS}),
		PAM_AUTH_ERR);
	assert_int_equal(scene->fake->count, 1);
	assert_int_equal(scene->talk.said_count, 4);
}

/* login tries another name by the same handle: the session is not the first one's. */
static void test_an_earlier_try_is_forgotten(void **state)
{
	struct scene *scene = *state;

	scene_turns(scene, waived, {.verdict = VERDICT_SPENT});
	scene_start(scene, "demo");
	(void)scene_authenticate(scene, 0, QUICK_MS);
	assert_non_null(pam_getenv(scene->pamh, "SMSOTP_LOGIN"));
	(void)scene_authenticate(scene, 0, QUICK_MS);
	assert_null(pam_getenv(scene->pamh, "SMSOTP_LOGIN"));
	size_t heard = scene->fake->count;
	(void)pam_open_session(scene->pamh, 0);
	assert_int_equal(scene->fake->count, heard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_a_begin_that_is_waived_asks_and_tells_nothing),
		with_scene(test_a_waiver_without_its_words_is_no_answer),
		with_scene(test_of_all_answers_two_are_ignored),
		with_scene(test_off_with_a_line_is_no_answer),
		with_scene(test_nothing_typed_is_told_and_asked_once),
		with_scene(test_a_conversation_that_fails_is_told),
		with_scene(test_nothing_typed_is_never_success),
		with_scene(test_a_daemon_that_goes_away_waives_nothing),
		with_scene(test_nothing_typed_where_it_is_required),
		with_scene(test_an_earlier_try_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
