/* SPDX-License-Identifier: BSD-3-Clause */
/* What a right code is worth: texts, expiry, success. */
#include "challenge_fixture.h"

static void test_a_right_code_is_right_once(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_verify(scene, 1), EFFECT_EXPIRED);
	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	assert_int_equal(scene_verify(scene, 2), EFFECT_WRONG);
	assert_int_equal(scene_verify(scene, 1), EFFECT_RIGHT);
	assert_int_equal(scene_verify(scene, 1), EFFECT_EXPIRED);
}

static void test_a_live_challenge_is_joined(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	scene_asker(scene, 2);
	scene_at(scene, MINUTES(14));
	assert_int_equal(scene_begin(scene, 2), EFFECT_JOINED);
	assert_int_equal(scene_verify(scene, 2), EFFECT_WRONG);
	assert_int_equal(scene_verify(scene, 1), EFFECT_RIGHT);
}

static void test_a_success_voids_every_code_of_it(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	scene_at(scene, SECONDS(30));
	assert_int_equal(scene_resend(scene, 2), EFFECT_TEXT);
	assert_int_equal(scene_verify(scene, 1), EFFECT_RIGHT);
	assert_int_equal(scene_verify(scene, 2), EFFECT_EXPIRED);
	assert_int_equal(scene_begin(scene, 3), EFFECT_TEXT);
}

static void test_resends_after_30_then_60_seconds_three_texts_in_all(void **state)
{
	static const struct {
		const char *sentence;
		int64_t at;
		enum effect effect;
	} rows[] = {
		{"at once", 0, EFFECT_TOO_EARLY},
		{"almost after 30 s", SECONDS(30) - 1, EFFECT_TOO_EARLY},
		{"after 30 s", SECONDS(30), EFFECT_TEXT},
		{"after 30 s once more", SECONDS(60), EFFECT_TOO_EARLY},
		{"almost after 60 s more", SECONDS(90) - 1, EFFECT_TOO_EARLY},
		{"after 60 s more", SECONDS(90), EFFECT_TEXT},
		{"the fourth text at once", SECONDS(90), EFFECT_NO_TEXTS},
		{"the fourth text later", SECONDS(500), EFFECT_NO_TEXTS},
		{"once the last code has expired it is a new challenge", SECONDS(990), EFFECT_TEXT},
		{"and its texts count anew", SECONDS(1020), EFFECT_TEXT},
	};
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 100), EFFECT_TEXT);
	for (uint32_t i = 0; i < COUNT(rows); i++) {
		scene_at(scene, rows[i].at);
		HOLDS(rows[i].sentence, scene_resend(scene, i) == rows[i].effect);
	}
}

static void test_the_two_newest_codes_are_live(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	scene_at(scene, SECONDS(30));
	assert_int_equal(scene_resend(scene, 2), EFFECT_TEXT);
	scene_at(scene, SECONDS(90));
	assert_int_equal(scene_resend(scene, 3), EFFECT_TEXT);
	assert_int_equal(scene_verify(scene, 1), EFFECT_WRONG);
	assert_int_equal(scene_verify(scene, 2), EFFECT_RIGHT);
}

static void test_the_newest_is_live_as_well(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	scene_at(scene, SECONDS(30));
	assert_int_equal(scene_resend(scene, 2), EFFECT_TEXT);
	assert_int_equal(scene_verify(scene, 2), EFFECT_RIGHT);
}

static void test_a_code_ends_by_either_clock(void **state)
{
	static const struct {
		const char *sentence;
		int64_t boottime;
		int64_t realtime;
		enum effect effect;
	} rows[] = {
		{"just in time", SECONDS(900) - 1, SECONDS(900) - 1, EFFECT_RIGHT},
		{"too late by both", SECONDS(900), SECONDS(900), EFFECT_EXPIRED},
		{"too late by the boot's clock", SECONDS(900), 0, EFFECT_EXPIRED},
		{"too late by the wall clock", 0, SECONDS(900), EFFECT_EXPIRED},
		{"a wall clock set back gives no time", SECONDS(900), -DAYS(1), EFFECT_EXPIRED},
		{"a wall clock set back costs none", SECONDS(899), -DAYS(1), EFFECT_RIGHT},
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		memset(&scene->record, 0, sizeof(scene->record));
		scene_at(scene, 0);
		assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
		scene->attempt.now.boottime = BOOTTIME + rows[i].boottime;
		scene->attempt.now.realtime = REALTIME + rows[i].realtime;
		HOLDS(rows[i].sentence, scene_verify(scene, 1) == rows[i].effect);
	}
}

static void test_each_code_has_its_own_end(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	scene_at(scene, SECONDS(600));
	assert_int_equal(scene_resend(scene, 2), EFFECT_TEXT);
	scene_at(scene, SECONDS(900));
	assert_int_equal(scene_verify(scene, 1), EFFECT_EXPIRED);
	assert_int_equal(scene_verify(scene, 2), EFFECT_RIGHT);
}

static void test_an_expired_challenge_is_not_joined(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	scene_at(scene, SECONDS(900));
	assert_int_equal(scene_begin(scene, 2), EFFECT_TEXT);
	assert_int_equal(scene_verify(scene, 1), EFFECT_WRONG);
	assert_int_equal(scene_verify(scene, 2), EFFECT_RIGHT);
}

static void test_a_code_of_another_binding_is_worth_nothing(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	scene_source(scene, 2);
	assert_int_equal(scene_verify(scene, 1), EFFECT_EXPIRED);
	assert_int_equal(scene_begin(scene, 2), EFFECT_TEXT);
	assert_int_equal(scene_verify(scene, 1), EFFECT_WRONG);
	scene_source(scene, 1);
	/* The same source, but another service. */
	hash_fill(scene->attempt.binding, 3000);
	assert_int_equal(scene_verify(scene, 1), EFFECT_EXPIRED);
	scene_source(scene, 1);
	assert_int_equal(scene_verify(scene, 1), EFFECT_RIGHT);
}

static void test_what_is_no_code_is_wrong_whatever_its_hash(void **state)
{
	struct scene *scene = *state;
	uint8_t hash[HASH_SIZE];

	hash_fill(hash, 1);
	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	assert_int_equal(
		challenge_verify(&scene->record, &scene->attempt, hash, false), EFFECT_WRONG);
	assert_int_equal(scene_verify(scene, 1), EFFECT_RIGHT);
}

/* An empty slot's zeros are no code. */
static void test_a_hash_of_zeros_is_wrong(void **state)
{
	static const uint8_t zeros[HASH_SIZE];
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	assert_int_equal(
		challenge_verify(&scene->record, &scene->attempt, zeros, true), EFFECT_WRONG);
	memset(scene->attempt.binding, 0, HASH_SIZE);
	assert_int_equal(
		challenge_verify(&scene->record, &scene->attempt, zeros, true), EFFECT_EXPIRED);
}

static void test_a_source_is_known_for_60_days_after_success(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	assert_false(scene_known(scene));
	assert_int_equal(scene_verify(scene, 1), EFFECT_RIGHT);
	assert_true(scene_known(scene));
	scene_at(scene, DAYS(60) - 1);
	assert_true(scene_known(scene));
	scene_at(scene, DAYS(60));
	assert_false(scene_known(scene));
	scene_at(scene, 0);
	scene_source(scene, 2);
	assert_false(scene_known(scene));
}

/* What a clock that ran years ahead has left is known nowhere, and gives way before all else. */
static void test_a_place_of_the_future_is_not_known(void **state)
{
	struct scene *scene = *state;

	for (uint32_t i = 1; i <= RECORD_KNOWN + 2; i++) {
		scene_at(scene, i <= RECORD_KNOWN ? DAYS(3650) : MINUTES(i));
		scene_source(scene, i);
		assert_int_equal(scene_begin(scene, i), EFFECT_TEXT);
		assert_int_equal(scene_verify(scene, i), EFFECT_RIGHT);
		assert_true(scene_known(scene));
	}
	for (uint32_t i = 1; i <= RECORD_KNOWN + 2; i++) {
		scene_source(scene, i);
		assert_int_equal(scene_known(scene), i > RECORD_KNOWN);
	}
	scene_source(scene, RECORD_KNOWN + 2);
	scene_at(scene, MINUTES(RECORD_KNOWN + 2) - DAYS(60) + 1);
	assert_true(scene_known(scene));
	scene_at(scene, MINUTES(RECORD_KNOWN + 2) - DAYS(60));
	assert_false(scene_known(scene));
}

static void test_the_last_eight_sources_are_known(void **state)
{
	struct scene *scene = *state;

	for (uint32_t i = 1; i <= RECORD_KNOWN + 1; i++) {
		scene_at(scene, MINUTES(i));
		scene_source(scene, i);
		assert_int_equal(scene_begin(scene, i), EFFECT_TEXT);
		assert_int_equal(scene_verify(scene, i), EFFECT_RIGHT);
	}
	for (uint32_t i = 1; i <= RECORD_KNOWN + 1; i++) {
		scene_source(scene, i);
		assert_int_equal(scene_known(scene), i > 1);
	}
}

/* One place used often takes one entry, and is the newest again. */
static void test_a_place_is_known_once(void **state)
{
	static const uint32_t places[] = {1, 2, 3, 4, 5, 6, 7, 8, 1, 4, 4, 9};
	struct scene *scene = *state;

	for (uint32_t i = 0; i < COUNT(places); i++) {
		scene_at(scene, MINUTES(i));
		scene_source(scene, places[i]);
		assert_int_equal(scene_begin(scene, i), EFFECT_TEXT);
		assert_int_equal(scene_verify(scene, i), EFFECT_RIGHT);
	}
	for (uint32_t place = 1; place <= 9; place++) {
		scene_source(scene, place);
		assert_int_equal(scene_known(scene), place != 2);
	}
}

static void test_the_newest_code_is_told(void **state)
{
	struct scene *scene = *state;
	uint8_t one[HASH_SIZE], two[HASH_SIZE];

	hash_fill(one, 1);
	hash_fill(two, 2);
	assert_false(challenge_has(&scene->record, &scene->attempt, one));
	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	assert_true(challenge_has(&scene->record, &scene->attempt, one));
	assert_false(challenge_has(&scene->record, &scene->attempt, two));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_a_right_code_is_right_once),
		with_scene(test_a_live_challenge_is_joined),
		with_scene(test_a_success_voids_every_code_of_it),
		with_scene(test_resends_after_30_then_60_seconds_three_texts_in_all),
		with_scene(test_the_two_newest_codes_are_live),
		with_scene(test_the_newest_is_live_as_well),
		with_scene(test_a_code_ends_by_either_clock),
		with_scene(test_each_code_has_its_own_end),
		with_scene(test_an_expired_challenge_is_not_joined),
		with_scene(test_a_code_of_another_binding_is_worth_nothing),
		with_scene(test_what_is_no_code_is_wrong_whatever_its_hash),
		with_scene(test_a_hash_of_zeros_is_wrong),
		with_scene(test_a_source_is_known_for_60_days_after_success),
		with_scene(test_a_place_of_the_future_is_not_known),
		with_scene(test_the_last_eight_sources_are_known),
		with_scene(test_a_place_is_known_once),
		with_scene(test_the_newest_code_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
