/* SPDX-License-Identifier: BSD-3-Clause */
/* A token is good for the very login it was made for. */
#include "core_fixture.h"
#include "smsotpd/token.h"

struct scene {
	struct keys keys;
	uint8_t id[WIRE_ID_SIZE];
	uint8_t subject[HASH_SIZE];
	uint8_t token[TOKEN_SIZE];
};

static void scene_make(struct scene *scene, const struct moment *begun)
{
	keys_fill(&scene->keys, 1);
	memset(scene->id, 0x1d, WIRE_ID_SIZE);
	hash_fill(scene->subject, 1);
	token_make(&scene->keys, scene->id, scene->subject, begun, scene->token);
}

static enum result scene_read(const struct scene *scene, struct moment *ret_begun)
{
	return token_read(&scene->keys, scene->id, scene->subject, scene->token, ret_begun);
}

static void test_there_and_back(void **state)
{
	static const struct moment moments[] = {{0, 0}, {1, REALTIME}, {BOOTTIME, REALTIME},
		{-5, -6}, {INT64_MIN / 2, INT64_MIN / 2}, {INT64_MAX, INT64_MIN}};

	(void)state;
	for (size_t i = 0; i < COUNT(moments); i++) {
		struct scene scene;
		struct moment begun = {77, 78};

		scene_make(&scene, &moments[i]);
		assert_int_equal(scene_read(&scene, &begun), RESULT_OK);
		assert_true(begun.boottime == moments[i].boottime);
		assert_true(begun.realtime == moments[i].realtime);
	}
}

/* Times and MAC; what is behind them is not looked at. */
static void test_every_bit_counts(void **state)
{
	const struct moment now = moment_after(0);
	struct scene scene;

	(void)state;
	for (size_t bit = 0; bit < (size_t)8 * (16 + HASH_SIZE); bit++) {
		struct moment begun = {77, 78};

		scene_make(&scene, &now);
		scene.token[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(scene_read(&scene, &begun), RESULT_INVALID);
		assert_true(begun.boottime == 77 && begun.realtime == 78);
	}
}

/* It goes to other programs: what stood in its place before does not. */
static void test_the_rest_is_zeros(void **state)
{
	const struct moment now = moment_after(0);
	struct scene scene;

	(void)state;
	memset(scene.token, 0xff, TOKEN_SIZE);
	scene_make(&scene, &now);
	for (size_t i = 16 + HASH_SIZE; i < TOKEN_SIZE; i++)
		assert_int_equal(scene.token[i], 0);
}

static void test_another_login_host_or_boot_is_refused(void **state)
{
	const struct moment now = moment_after(0);
	struct moment begun;
	struct scene scene;

	(void)state;
	scene_make(&scene, &now);
	scene.id[15] ^= 1;
	assert_int_equal(scene_read(&scene, &begun), RESULT_INVALID);
	scene_make(&scene, &now);
	hash_fill(scene.subject, 2);
	assert_int_equal(scene_read(&scene, &begun), RESULT_INVALID);
	/* The boot id goes into this key. */
	scene_make(&scene, &now);
	scene.keys.token[0] ^= 1;
	assert_int_equal(scene_read(&scene, &begun), RESULT_INVALID);
	scene_make(&scene, &now);
	memset(scene.token, 0, TOKEN_SIZE);
	assert_int_equal(scene_read(&scene, &begun), RESULT_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_every_bit_counts),
		cmocka_unit_test(test_the_rest_is_zeros),
		cmocka_unit_test(test_another_login_host_or_boot_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
