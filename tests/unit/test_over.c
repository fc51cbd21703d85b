/* SPDX-License-Identifier: BSD-3-Clause */
/* Each limit, used up on its own, is the rule that the trail names. */
#include "config.h"
#include "stores_fixture.h"

/* Demo at sshd. A wrong code where `code` is NULL; the job's rule, and its code where it sends. */
static enum rule step(struct scene *scene, enum job_kind kind, struct code *code)
{
	static const struct code wrong = {"000000"};
	struct job *job = kind == JOB_VERIFY
				  ? scene_guess(scene, "sshd", "demo", code == NULL ? &wrong : code)
				  : scene_job(scene, kind, "sshd", "demo");

	scene_run(scene, job);
	enum rule rule = job_rule(job);
	if (kind == JOB_BEGIN && code != NULL)
		*code = job->text;
	job_free(&job);
	return rule;
}

static void later(struct scene *scene, int64_t seconds)
{
	scene->now.boottime += seconds * 1000;
	scene->now.realtime += seconds * 1000;
}

struct row {
	size_t limit; /* offset in config_limits */
	enum rule rule;
};

#define LIMIT(name, why) offsetof(struct config_limits, name), why

/* One is all there is of the row's limit, and plenty of all others. */
static void only(struct scene *scene, const struct row *row)
{
	struct config_limits *limits = &scene->config->limits;
	const uint32_t one = 1;

	limits->texts_user = limits->texts_day = limits->texts_source = limits->texts_host = 100;
	limits->texts_user_kept = limits->texts_day_kept = limits->texts_host_each = 0;
	limits->failures_user = limits->failures_day = limits->failures_source = 100;
	limits->failures_host = limits->ceiling_strange = limits->ceiling_known = 100;
	limits->prefix_texts = 100;
	memcpy((char *)limits + row->limit, &one, sizeof(one));
}

static void test_texts(void **state)
{
	static const struct row rows[] = {
		{LIMIT(texts_user, RULE_TEXTS_USER)},
		{LIMIT(texts_day, RULE_TEXTS_DAY)},
		{LIMIT(texts_source, RULE_TEXTS_SOURCE)},
		{LIMIT(texts_host, RULE_TEXTS_HOST)},
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		later(scene, 3 * 86400);
		only(scene, &rows[i]);
		assert_int_equal(step(scene, JOB_BEGIN, NULL), RULE_DUE);
		later(scene, scene->config->resend.first);
		assert_int_equal(step(scene, JOB_RESEND, NULL), rows[i].rule);
	}
}

static void test_a_prefix(void **state)
{
	static const struct row row = {LIMIT(prefix_texts, RULE_PREFIX_STOP)};
	struct scene *scene = *state;

	only(scene, &row);
	scene->config->limits.prefix_answered = 100;
	scene->config->limits.prefix_stop = true;
	assert_int_equal(step(scene, JOB_BEGIN, NULL), RULE_DUE);
	later(scene, scene->config->resend.first);
	assert_int_equal(step(scene, JOB_RESEND, NULL), RULE_PREFIX_STOP);
}

static void test_wrong_codes(void **state)
{
	static const struct row rows[] = {
		/* First: it counts until a success, whatever time goes by. */
		{LIMIT(ceiling_strange, RULE_CEILING_STRANGE)},
		{LIMIT(failures_user, RULE_FAILURES_USER)},
		{LIMIT(failures_day, RULE_FAILURES_DAY)},
		{LIMIT(failures_source, RULE_FAILURES_SOURCE)},
		{LIMIT(failures_host, RULE_FAILURES_HOST)},
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		later(scene, 3 * 86400);
		only(scene, &rows[i]);
		assert_int_equal(step(scene, JOB_BEGIN, NULL), RULE_DUE);
		assert_int_equal(step(scene, JOB_VERIFY, NULL), RULE_WRONG);
		assert_int_equal(step(scene, JOB_VERIFY, NULL), rows[i].rule);
	}
}

static void test_a_known_source(void **state)
{
	static const struct row row = {LIMIT(ceiling_known, RULE_CEILING_KNOWN)};
	struct scene *scene = *state;
	struct code code = {""};

	only(scene, &row);
	assert_int_equal(step(scene, JOB_BEGIN, &code), RULE_DUE);
	assert_int_equal(step(scene, JOB_VERIFY, &code), RULE_RIGHT);
	assert_int_equal(step(scene, JOB_BEGIN, NULL), RULE_DUE);
	assert_int_equal(step(scene, JOB_BEGIN, NULL), RULE_JOINED);
	assert_int_equal(step(scene, JOB_VERIFY, NULL), RULE_WRONG);
	assert_int_equal(step(scene, JOB_VERIFY, NULL), RULE_CEILING_KNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_texts),
		with_scene(test_a_prefix),
		with_scene(test_wrong_codes),
		with_scene(test_a_known_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
