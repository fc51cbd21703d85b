/* SPDX-License-Identifier: BSD-3-Clause */
/* Accounts without an identity that signed in where no code is required: who is written down. */
#include "smsotpd/seen.h"

#include "stores_fixture.h"

struct told {
	char text[512];
};

static enum result tell(const struct seen *seen, void *context)
{
	struct told *told = context;
	size_t at = strlen(told->text);

	snprintf(told->text + at, sizeof(told->text) - at, "%s %s; ", seen->service, seen->name);
	return RESULT_OK;
}

static void assert_seen(struct scene *scene, const char *expected)
{
	struct told told = {""};
	MDB_txn *txn = NULL;

	assert_int_equal(state_begin(scene->judge.state, false, &txn), RESULT_OK);
	assert_int_equal(seen_each(scene->judge.state, txn, tell, &told), RESULT_OK);
	store_abort(&txn);
	assert_string_equal(told.text, expected);
}

static void see(struct scene *scene, struct job *job, enum result result)
{
	scene_run(scene, job);
	assert_int_equal(job->result, result);
	job_free(&job);
}

static void test_who_has_none_is_written_down(void **state)
{
	struct scene *scene = *state;

	see(scene, scene_job(scene, JOB_SEEN, "sshd", "demo"), RESULT_OK);
	assert_seen(scene, "");
	see(scene, scene_job(scene, JOB_SEEN, "sshd", "stranger"), RESULT_OK);
	assert_seen(scene, "sshd stranger; ");
}

/* su knows its caller by the uid alone. */
static void test_a_caller_is_written_down_by_his_uid(void **state)
{
	struct scene *scene = *state;
	struct job *job = scene_job(scene, JOB_SEEN, "su", "root");

	assert_true(job->login.by_uid);
	job->login.uid = 4242;
	see(scene, job, RESULT_OK);
	assert_seen(scene, "su uid 4242; ");
}

/* No account of the host has such a name. */
static void test_a_name_that_is_too_long_is_not(void **state)
{
	struct scene *scene = *state;
	char name[sizeof(((struct seen *)0)->name) + 1] = "";

	memset(name, 'n', sizeof(name) - 2);
	see(scene, scene_job(scene, JOB_SEEN, "sshd", name), RESULT_OK);
	name[sizeof(name) - 2] = 'n';
	see(scene, scene_job(scene, JOB_SEEN, "sshd", name), RESULT_OK);
	name[sizeof(name) - 2] = '\0';
	char expected[256];
	snprintf(expected, sizeof(expected), "sshd %s; ", name);
	assert_seen(scene, expected);
}

/* Of a later smsotpd, or damaged. */
static void test_what_is_no_row_is_refused(void **state)
{
	static const size_t damaged[] = {0, 1, 7};
	const struct seen seen = {.realtime = 5, .service = "sshd", .name = "alice"};
	struct seen back = {.name = ""};
	uint8_t bytes[SEEN_ROW_SIZE + 1];
	const size_t size = seen_encode(&seen, bytes);

	(void)state;
	assert_int_equal(seen_decode(bytes, size, &back), RESULT_OK);
	assert_int_equal(back.realtime, 5);
	assert_string_equal(back.service, "sshd");
	assert_string_equal(back.name, "alice");
	for (size_t i = 0; i < COUNT(damaged); i++) {
		bytes[damaged[i]]++;
		assert_int_equal(seen_decode(bytes, size, &back), RESULT_INVALID);
		bytes[damaged[i]]--;
	}
	assert_int_equal(seen_decode(bytes, size - 1, &back), RESULT_INVALID);
	assert_int_equal(seen_decode(bytes, sizeof(bytes), &back), RESULT_INVALID);
}

/* Where nobody can tell whether there is an identity, nobody is said to have none. */
static void test_a_look_up_that_fails_is_no_miss(void **state)
{
	struct scene *scene = *state;

	calls.bad_look_up = 2;
	see(scene, scene_job(scene, JOB_SEEN, "sshd", "demo"), RESULT_FAILED);
	calls.bad_look_up = 0;
	assert_seen(scene, "");
}

/* Nor is anything written where it is not known what stands there. */
static void test_a_store_that_fails(void **state)
{
	struct scene *scene = *state;

	for (int number = 1; number <= 2; number++) {
		memset(&calls, 0, sizeof(calls));
		*(number == 1 ? &calls.bad_load : &calls.bad_save) = 1;
		see(scene, scene_job(scene, JOB_SEEN, "sshd", "stranger"), RESULT_FAILED);
		assert_int_equal(calls.saves, number - 1);
		memset(&calls, 0, sizeof(calls));
		assert_seen(scene, "");
	}
	see(scene, scene_job(scene, JOB_SEEN, "sshd", "stranger"), RESULT_OK);
	assert_seen(scene, "sshd stranger; ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_who_has_none_is_written_down),
		with_scene(test_a_caller_is_written_down_by_his_uid),
		with_scene(test_a_name_that_is_too_long_is_not),
		cmocka_unit_test(test_what_is_no_row_is_refused),
		with_scene(test_a_look_up_that_fails_is_no_miss),
		with_scene(test_a_store_that_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
