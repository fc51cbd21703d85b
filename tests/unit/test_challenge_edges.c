/* SPDX-License-Identifier: BSD-3-Clause */
/* A record's tables where they are empty, full or at their end, and what an answer leaves in them.
 */
#include "challenge_fixture.h"

static bool is_zero(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	while (size > 0 && at[size - 1] == 0)
		size--;
	return size == 0;
}

/* Puts an entry where the table would go on if it had one more. */
#define PUT_BEHIND(scene, table, entry)                                                            \
	memcpy((uint8_t *)&(scene)->record + offsetof(struct record, table) +                      \
			sizeof((scene)->record.table),                                             \
		&(entry), sizeof(entry))

static void test_what_is_empty_is_not_alive(void **state)
{
	struct scene *scene = *state;
	const struct challenge empty = {.sent = 0};
	const struct challenge withdrawn = {.sent = 1, .live = 0};

	/* A machine without a clock, just booted: all times are near zero. */
	scene->attempt.now = (struct moment){SECONDS(1), SECONDS(1)};
	assert_false(challenge_alive(&empty, &scene->attempt));
	assert_false(challenge_alive(&withdrawn, &scene->attempt));
}

static void test_no_binding_is_a_free_entry_s(void **state)
{
	struct scene *scene = *state;

	memset(scene->attempt.binding, 0, HASH_SIZE);
	assert_int_equal(scene_verify(scene, 1), EFFECT_EXPIRED);
	assert_true(is_zero(scene->record.challenge, sizeof(scene->record.challenge)));
}

/* A machine without a clock, just booted: an entry of the time zero would be fresh. */
static void test_no_source_is_a_free_entry_s(void **state)
{
	struct scene *scene = *state;

	scene->attempt.now = (struct moment){SECONDS(1), SECONDS(1)};
	memset(scene->attempt.source, 0, HASH_SIZE);
	assert_false(scene_known(scene));
}

static void test_the_challenges_end(void **state)
{
	struct scene *scene = *state;
	struct challenge behind = {.sent = 1, .live = 1};

	hash_fill(behind.code[0].hash, 1);
	behind.code[0].made = scene->attempt.now;
	memcpy(behind.binding, scene->attempt.binding, HASH_SIZE);
	PUT_BEHIND(scene, challenge, behind);
	assert_int_equal(scene_verify(scene, 1), EFFECT_EXPIRED);
}

static void test_the_known_sources_end(void **state)
{
	struct scene *scene = *state;
	struct known behind = {.realtime = scene->attempt.now.realtime};

	memcpy(behind.hash, scene->attempt.source, HASH_SIZE);
	PUT_BEHIND(scene, known, behind);
	assert_false(scene_known(scene));
}

/* Sixteen sources failed thrice: one more takes the oldest row, and nothing of what was in it. */
static void test_a_full_table_of_sources(void **state)
{
	struct scene *scene = *state;
	struct record *record = &scene->record;

	for (uint32_t i = 0; i < 3 * RECORD_SOURCES; i++) {
		scene_at(scene, SECONDS(i));
		scene_source(scene, 1 + i / 3);
		assert_int_equal(scene_verify(scene, 9), EFFECT_EXPIRED);
	}
	scene_source(scene, RECORD_SOURCES + 1);
	assert_int_equal(scene_verify(scene, 9), EFFECT_EXPIRED);
	assert_memory_equal(record->source[0].hash, scene->attempt.source, HASH_SIZE);
	assert_int_equal(record->source[0].lockout.failures, 1);
	assert_int_equal(record->source[0].last_realtime, scene->attempt.now.realtime);
	assert_int_equal(record->source[1].lockout.failures, 3);
	assert_true(is_zero(record->known, sizeof(record->known)));
}

/* Just after boot an older row may end before an empty one seems to. */
static void test_a_free_row_comes_before_one_that_ends(void **state)
{
	struct scene *scene = *state;
	struct record_source *old = &scene->record.source[1];

	scene->attempt.now.boottime = SECONDS(10);
	*old = (struct record_source){
		.lockout = {.failures = 1, .first = -MINUTES(10), .last = -MINUTES(10)}};
	hash_fill(old->hash, 7);
	assert_int_equal(scene_verify(scene, 9), EFFECT_EXPIRED);
	assert_int_equal(old->lockout.last, -MINUTES(10));
	assert_memory_equal(scene->record.source[0].hash, scene->attempt.source, HASH_SIZE);
}

static void test_who_is_locked_gets_no_other_code(void **state)
{
	struct scene *scene = *state;

	scene->config->lockout.failures = 2;
	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	assert_int_equal(scene_verify(scene, 9), EFFECT_WRONG);
	assert_int_equal(scene_verify(scene, 9), EFFECT_WRONG);
	scene_at(scene, SECONDS(59));
	assert_int_equal(scene_resend(scene, 2), EFFECT_LOCKED);
	scene_at(scene, SECONDS(60));
	assert_int_equal(scene_resend(scene, 2), EFFECT_TEXT);
}

static void test_a_withdrawn_code_is_gone_from_the_record(void **state)
{
	struct scene *scene = *state;
	struct challenge *challenge = &scene->record.challenge[0];

	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	scene_at(scene, SECONDS(30));
	assert_int_equal(scene_resend(scene, 2), EFFECT_TEXT);
	scene->attempt.early = true;
	challenge_withdraw(&scene->record, &scene->attempt);
	assert_int_equal(challenge->live, 1);
	assert_true(is_zero(&challenge->code[1], sizeof(challenge->code[1])));
	scene->attempt.early = false;
	assert_int_equal(scene_verify(scene, 1), EFFECT_RIGHT);
}

static void test_where_there_is_no_text_none_is_withdrawn(void **state)
{
	struct scene *scene = *state;

	scene->attempt.early = true;
	challenge_withdraw(&scene->record, &scene->attempt);
	assert_true(is_zero(&scene->record, sizeof(scene->record)));
}

/* It is a try like another: none where the tries are spent, and a success like another. */
static void test_a_recovery_code(void **state)
{
	struct scene *scene = *state;

	scene->config->code.tries = 1;
	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	assert_int_equal(scene_verify(scene, 9), EFFECT_WRONG);
	scene->attempt.recovered = true;
	assert_int_equal(scene_verify(scene, 9), EFFECT_SPENT);
	scene_source(scene, 2);
	assert_int_equal(scene_begin(scene, 2), EFFECT_TEXT);
	assert_int_equal(scene_verify(scene, 9), EFFECT_RECOVERED);
	assert_true(scene_known(scene));
	scene->attempt.recovered = false;
	assert_int_equal(scene_verify(scene, 2), EFFECT_EXPIRED);
}

static void test_a_success_from_nowhere_makes_no_place_known(void **state)
{
	struct scene *scene = *state;

	scene->attempt.unnamed = true;
	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	assert_int_equal(scene_verify(scene, 1), EFFECT_RIGHT);
	assert_true(is_zero(scene->record.known, sizeof(scene->record.known)));
}

static void test_a_code_that_is_not_live_is_not_had(void **state)
{
	struct scene *scene = *state;
	uint8_t hash[HASH_SIZE];

	hash_fill(hash, 1);
	assert_int_equal(scene_begin(scene, 1), EFFECT_TEXT);
	scene->record.challenge[0].live = 0;
	assert_false(challenge_has(&scene->record, &scene->attempt, hash));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_what_is_empty_is_not_alive),
		with_scene(test_no_binding_is_a_free_entry_s),
		with_scene(test_no_source_is_a_free_entry_s),
		with_scene(test_the_challenges_end),
		with_scene(test_the_known_sources_end),
		with_scene(test_a_full_table_of_sources),
		with_scene(test_a_free_row_comes_before_one_that_ends),
		with_scene(test_who_is_locked_gets_no_other_code),
		with_scene(test_a_withdrawn_code_is_gone_from_the_record),
		with_scene(test_where_there_is_no_text_none_is_withdrawn),
		with_scene(test_a_recovery_code),
		with_scene(test_a_success_from_nowhere_makes_no_place_known),
		with_scene(test_a_code_that_is_not_live_is_not_had),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
