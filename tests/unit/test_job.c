/* SPDX-License-Identifier: BSD-3-Clause */
/* Of all that a job may have come to, what sends and what lets in. */
#include "smsotpd/job.h"
#include "test.h"

static void test_one_row_grants_and_two_send(void **state)
{
	int grants = 0, sends = 0;

	(void)state;
	for (int result = RESULT_OK; result <= RESULT_FAILED; result++)
		for (int standing = 0; standing < STANDING_COUNT; standing++)
			for (int effect = 0; effect < EFFECT_COUNT; effect++)
				for (int kind = JOB_BEGIN; kind <= JOB_SEEN; kind++) {
					const struct job job = {.kind = (enum job_kind)kind,
						.result = (enum result)result,
						.standing = (enum standing)standing,
						.effect = (enum effect)effect};
					grants += job_grants(&job);
					sends += job_sends(&job) && kind != JOB_EXPLAIN;
				}
	assert_int_equal(grants, 1);
	assert_int_equal(sends, 2);
	const struct job right = {.kind = JOB_VERIFY, .effect = EFFECT_RIGHT};
	assert_true(job_grants(&right));
}

static void test_a_new_job_is_a_refusal(void **state)
{
	(void)state;
	for (int kind = JOB_BEGIN; kind <= JOB_SEEN; kind++) {
		struct job *job = NULL;

		assert_int_equal(job_new((enum job_kind)kind, &job), RESULT_OK);
		job->effect = EFFECT_RIGHT;
		assert_false(job_grants(job));
		job->effect = EFFECT_TEXT;
		assert_false(job_sends(job));
		job->result = RESULT_OK;
		assert_false(job_sends(job));
		job_free(&job);
		assert_null(job);
		job_free(&job);
	}
}

static void test_names(void **state)
{
	(void)state;
	for (int standing = 0; standing < STANDING_COUNT; standing++)
		assert_non_null(standing_name((enum standing)standing));
	for (int effect = 0; effect < EFFECT_COUNT; effect++)
		assert_non_null(effect_name((enum effect)effect));
}

static void test_jobs_leave_a_list_in_their_order(void **state)
{
	struct job_list list = {0};
	struct job one = {0}, two = {0};

	(void)state;
	assert_null(job_pop(&list));
	for (int again = 0; again < 2; again++) {
		job_push(&list, &one);
		job_push(&list, &two);
		assert_ptr_equal(list.first, &one);
		assert_ptr_equal(one.next, &two);
		assert_null(two.next);
		assert_ptr_equal(job_pop(&list), &one);
		assert_null(one.next);
		assert_ptr_equal(job_pop(&list), &two);
		assert_null(job_pop(&list));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_row_grants_and_two_send),
		cmocka_unit_test(test_a_new_job_is_a_refusal),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_jobs_leave_a_list_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
