/* SPDX-License-Identifier: BSD-3-Clause */
/* Every job that can come back has a rule, and the rule can decide what was decided. */
#include "smsotpd/job.h"
#include "test.h"

/* What challenge.h says an effect is of. */
static bool can_be(enum job_kind kind, enum effect effect)
{
	bool answer = effect == EFFECT_WRONG || effect == EFFECT_EXPIRED ||
		      effect == EFFECT_SPENT || effect == EFFECT_RIGHT ||
		      effect == EFFECT_RECOVERED;

	if (effect == EFFECT_NONE || kind == JOB_VERB)
		return false;
	if (effect == EFFECT_LOCKED || effect == EFFECT_OVER)
		return true;
	return answer == (kind == JOB_VERIFY);
}

static void check(const struct job *job)
{
	enum rule rule = job_rule(job);
	bool junk_text = job_standing(job) == STANDING_JUNK && job->kind != JOB_VERIFY;

	assert_string_not_equal(rule_name(rule), "");
	if (!junk_text && !rule_decides(rule, job_decision(job)))
		fail_msg(
			"%s does not decide %s", rule_name(rule), decision_name(job_decision(job)));
}

static void test_a_rule_for_every_job(void **state)
{
	(void)state;
	for (int result = RESULT_OK; result <= RESULT_FAILED; result++)
		for (int standing = 0; standing < STANDING_COUNT; standing++)
			for (int effect = 0; effect < EFFECT_COUNT; effect++)
				for (int kind = JOB_BEGIN; kind <= JOB_VERIFY; kind++) {
					bool answer = kind == JOB_VERIFY;
					const struct job job = {.kind = (enum job_kind)kind,
						.result = (enum result)result,
						.standing = (enum standing)standing,
						.user = "demo",
						.over = answer ? "failures_user" : "texts_user",
						.effect = (enum effect)effect};
					if (can_be(job.kind, job.effect))
						check(&job);
				}
}

static void test_the_standing_comes_first(void **state)
{
	const struct job job = {.kind = JOB_BEGIN,
		.standing = STANDING_SUSPENDED,
		.effect = EFFECT_TEXT,
		.result = RESULT_OK};

	(void)state;
	assert_int_equal(job_rule(&job), RULE_SUSPENDED);
	assert_int_equal(job_decision(&job), DECISION_NO_TEXT);
}

static void test_names_differ(void **state)
{
	(void)state;
	for (int one = 0; one < RULE_COUNT; one++)
		for (int other = 0; other < one; other++)
			assert_string_not_equal(
				rule_name((enum rule)one), rule_name((enum rule)other));
}

static void test_a_rule_is_found_by_its_name(void **state)
{
	(void)state;
	assert_int_equal(rule_find("due"), RULE_DUE);
	assert_int_equal(rule_find("duel"), RULE_NONE);
	assert_int_equal(rule_find(""), RULE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_rule_for_every_job),
		cmocka_unit_test(test_the_standing_comes_first),
		cmocka_unit_test(test_names_differ),
		cmocka_unit_test(test_a_rule_is_found_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
