/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How many pages of the state store one login's commit writes, with 5000 records: a page costs a
 * disk more than a login costs the processor, and whoever gave the right code waits for it.
 */
#include "records_fixture.h"
#include "smsotpd/state.h"
#include "stores_fixture.h"

#define PAGE    4096
#define ROOM    (32 << 20)
#define RECORDS 5000
#define METAS   2 /* the first pages: LMDB's own, of which each commit writes one */

static uint8_t before[ROOM], after[ROOM];

static void read_store(const struct scene *scene, uint8_t *ret)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/pages/data.mdb", scene->directory);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	assert_int_equal(fread(ret, 1, ROOM, file), ROOM);
	fclose(file);
}

static size_t pages_of(struct scene *scene, struct job *job)
{
	size_t pages = 0;

	read_store(scene, before);
	scene_run(scene, job);
	assert_int_equal(job->result, RESULT_OK);
	read_store(scene, after);
	for (size_t at = METAS * PAGE; at < ROOM; at += PAGE)
		pages += memcmp(before + at, after + at, PAGE) != 0;
	return pages;
}

/* A state store that has room for them, in the place of the scene's. */
static void replace_state(struct scene *scene)
{
	struct error error = {""};
	char path[64];

	state_close(&scene->judge.state);
	snprintf(path, sizeof(path), "%s/pages", scene->directory);
	assert_int_equal(
		state_open(path, ROOM, &scene->keys, &scene->judge.state, &error), RESULT_OK);
	save_empty(scene->judge.state, "other", 0, RECORDS);
}

static void test_a_right_code_waits_for_few_pages(void **state)
{
	struct scene *scene = *state;
	static const struct code wrong = {"999999"};

	replace_state(scene);
	struct job *begin = scene_job(scene, JOB_BEGIN, "sshd", "demo");
	/* The record, two of keys; a tally's leaf, branch and root; the sums; tables; free pages.
	 */
	assert_in_range(pages_of(scene, begin), 1, 9);
	struct job *refused = scene_guess(scene, "sshd", "demo", &wrong);
	assert_in_range(pages_of(scene, refused), 1, 9);
	struct job *granted = scene_guess(scene, "sshd", "demo", &begin->text);
	assert_in_range(pages_of(scene, granted), 1, 6);
	assert_true(job_grants(granted));
	assert_false(job_grants(refused));
	job_free(&begin);
	job_free(&refused);
	job_free(&granted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_a_right_code_waits_for_few_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
