/* SPDX-License-Identifier: BSD-3-Clause */
/* What smsotpd answers and what PAM hears: one answer to one question lets somebody in. */
#include "stack.h"

#define QUICK_MS 1500

/* By verdict, to a verify. Whatever else stands in that byte is no answer; nor is a waiver in it
 * alone.
 */
static const int codes[] = {
	[VERDICT_REFUSED] = PAM_AUTH_ERR,
	[VERDICT_ASK] = PAM_AUTH_ERR, /* the person has gone by then */
	[VERDICT_SPENT] = PAM_MAXTRIES,
	[VERDICT_UNAVAILABLE] = PAM_AUTHINFO_UNAVAIL,
	[VERDICT_DISABLED] = PAM_IGNORE,
	[VERDICT_GRANTED] = PAM_SUCCESS,
	[VERDICT_WAIVED] = PAM_AUTHINFO_UNAVAIL,
	[VERDICT_ASK_WAIVED] = PAM_AUTHINFO_UNAVAIL,
};

_Static_assert(COUNT(codes) == VERDICT_COUNT, "each verdict has its code");

/* The stack's result; PAM_IGNORE where only what follows in it decides. */
static int stack_result(struct scene *scene, int verdict, bool begin)
{
	const struct fake_turn last = {.verdict = verdict};
	const struct fake_turn ask = {.verdict = VERDICT_ASK, .line = LINE_SENT};
	const struct fake_turn turns[] = {begin ? last : ask, last};
	int result[2];

	for (int permit = 0; permit < 2; permit++) {
		scene_again(scene);
		scene_stack(scene, "", permit == 1);
		scene_turns_set(scene, turns, begin ? 1 : 2);
		scene_types(scene, {"123456", PAM_SUCCESS});
		scene_start(scene, "demo");
		result[permit] = scene_authenticate(scene, 0, QUICK_MS);
		assert_int_equal(scene->fake->count, begin ? 1 : 2);
	}
	if (result[0] != PAM_SUCCESS && result[1] == PAM_SUCCESS)
		return PAM_IGNORE;
	assert_int_equal(result[0], result[1]);
	return result[0];
}

static void test_of_all_answers_to_a_code_one_is_success(void **state)
{
	int successes = 0;

	for (int verdict = 0; verdict < 256; verdict++) {
		int expected = verdict < VERDICT_COUNT ? codes[verdict] : PAM_AUTHINFO_UNAVAIL;
		int result = stack_result(*state, verdict, false);
		if (result != expected)
			fail_msg("verdict %d: %d, not %d", verdict, result, expected);
		successes += result == PAM_SUCCESS;
	}
	assert_int_equal(successes, 1);
}

static void test_no_answer_to_a_begin_is_success(void **state)
{
	for (int verdict = 0; verdict < 256; verdict++) {
		bool foreign = verdict >= VERDICT_COUNT;
		int expected = foreign ? PAM_AUTHINFO_UNAVAIL : codes[verdict];
		if (verdict == VERDICT_GRANTED)
			expected = PAM_AUTH_ERR;
		if (verdict == VERDICT_ASK)
			continue;
		int result = stack_result(*state, verdict, true);
		if (result != expected)
			fail_msg("verdict %d: %d, not %d", verdict, result, expected);
	}
}

static void test_lines_out_of_range_are_no_answer(void **state)
{
	struct scene *scene = *state;

	for (int line = 0; line < 256; line++) {
		scene_again(scene);
		scene_turns(scene, {.verdict = VERDICT_ASK, .line = LINE_SENT},
			{.verdict = VERDICT_GRANTED, .line = line});
		scene_types(scene, {"123456", PAM_SUCCESS});
		scene_start(scene, "demo");
		int result = scene_authenticate(scene, 0, QUICK_MS);
		assert_int_equal(result, line < LINE_COUNT ? PAM_SUCCESS : PAM_AUTHINFO_UNAVAIL);
	}
}

/* A grant in a frame that is not exactly right is none. */
static void test_broken_answers_are_refusals(void **state)
{
	static const struct {
		const char *sentence;
		enum fake_act act;
	} rows[] = {
		{"closed without an answer", FAKE_CLOSE},
		{"another login's answer", FAKE_OTHER_ID},
		{"a byte short", FAKE_SHORT},
		{"a byte long", FAKE_LONG},
		{"longer than a frame", FAKE_HUGE},
		{"another type", FAKE_FOREIGN},
		{"another version", FAKE_VERSION},
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		scene_again(scene);
		scene_turns(scene, {.verdict = VERDICT_ASK, .line = LINE_SENT},
			{.act = rows[i].act, .verdict = VERDICT_GRANTED},
			{.verdict = VERDICT_GRANTED});
		scene_types(scene, {"123456", PAM_SUCCESS}, {"123456", PAM_SUCCESS});
		scene_start(scene, "demo");
		int result = scene_authenticate(scene, 0, QUICK_MS);
		HOLDS(rows[i].sentence, result == PAM_AUTHINFO_UNAVAIL);
		/* The verify was heard once: it could be charged twice. */
		HOLDS(rows[i].sentence, scene->fake->count == 2);
		HOLDS(rows[i].sentence, scene->talk.said_count == 2);
		HOLDS(rows[i].sentence, strcmp(scene->talk.said[1].text,
						"Sign-in by text is not available now.") == 0);
		HOLDS(rows[i].sentence, strstr(scene->log, "smsotpd") != NULL);
		HOLDS(rows[i].sentence, strstr(scene->log, "123456") == NULL);
		HOLDS(rows[i].sentence, pam_getenv(scene->pamh, "SMSOTP_LOGIN") == NULL);
	}
}

static void test_a_begin_is_repeated_with_the_same_id(void **state)
{
	struct scene *scene = *state;

	scene_turns(scene, {.act = FAKE_CLOSE}, {.act = FAKE_CLOSE},
		{.verdict = VERDICT_ASK, .line = LINE_SENT}, {.verdict = VERDICT_GRANTED});
	scene_types(scene, {"123456", PAM_SUCCESS});
	scene_start(scene, "demo");
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_SUCCESS);
	assert_int_equal(scene->fake->count, 4);
	for (size_t i = 0; i < 4; i++) {
		const struct fake_heard *heard = &scene->fake->heard[i];
		assert_int_equal(heard->type, i < 3 ? FRAME_BEGIN : FRAME_VERIFY);
		assert_memory_equal(heard->id, scene->fake->heard[0].id, WIRE_ID_SIZE);
	}
	assert_int_equal(scene->talk.said_count, 1);
}

static void test_ids_are_drawn_anew(void **state)
{
	struct scene *scene = *state;
	uint8_t first[WIRE_ID_SIZE];

	for (int round = 0; round < 2; round++) {
		scene_again(scene);
		scene_turns(scene, {.verdict = VERDICT_REFUSED});
		scene_start(scene, "demo");
		assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_AUTH_ERR);
		if (round == 0)
			memcpy(first, scene->fake->heard[0].id, WIRE_ID_SIZE);
	}
	assert_memory_not_equal(first, scene->fake->heard[0].id, WIRE_ID_SIZE);
}

/* smsotpd restarts between prompt and answer: no byte has left, so it is asked again. */
static void test_a_restart_in_between_costs_nothing(void **state)
{
	struct scene *scene = *state;

	scene_turns(scene, {.act = FAKE_RESTART, .verdict = VERDICT_ASK, .line = LINE_SENT},
		{.verdict = VERDICT_GRANTED});
	scene_types(scene, {"123456", PAM_SUCCESS});
	scene_start(scene, "demo");
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_SUCCESS);
	assert_int_equal(scene->fake->count, 2);
}

static void test_the_resolved_name_is_set_after_success_only(void **state)
{
	static const struct {
		int verdict;
		const char *user; /* of the answer */
		const char *after;
	} rows[] = {
		{VERDICT_GRANTED, "alice", "alice"},
		{VERDICT_GRANTED, "", "+919999900001"},
		{VERDICT_REFUSED, "alice", "+919999900001"},
		{VERDICT_SPENT, "alice", "+919999900001"},
		{VERDICT_UNAVAILABLE, "alice", "+919999900001"},
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fake_turn turns[] = {
			{.verdict = VERDICT_ASK, .line = LINE_SENT, .user = "alice"},
			{.verdict = rows[i].verdict}};
		const void *user = NULL;

		strcpy(turns[1].user, rows[i].user);
		scene_again(scene);
		scene_turns_set(scene, turns, 2);
		scene_types(scene, {"123456", PAM_SUCCESS});
		scene_start(scene, "+919999900001");
		(void)scene_authenticate(scene, 0, QUICK_MS);
		assert_int_equal(pam_get_item(scene->pamh, PAM_USER, &user), PAM_SUCCESS);
		assert_string_equal(user, rows[i].after);
		for (size_t n = 0; n < scene->talk.said_count; n++)
			assert_null(strstr(scene->talk.said[n].text, "alice"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_of_all_answers_to_a_code_one_is_success),
		with_scene(test_no_answer_to_a_begin_is_success),
		with_scene(test_lines_out_of_range_are_no_answer),
		with_scene(test_broken_answers_are_refusals),
		with_scene(test_a_begin_is_repeated_with_the_same_id),
		with_scene(test_ids_are_drawn_anew),
		with_scene(test_a_restart_in_between_costs_nothing),
		with_scene(test_the_resolved_name_is_set_after_success_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
