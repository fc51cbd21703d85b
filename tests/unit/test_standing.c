/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names of every standing over real stores: the same work and the same effects, and a text or a
 * grant only for the one that is good.
 */
#include "smsotpd/code.h"
#include "stores_fixture.h"

static void spoil_nothing(struct scene *scene, struct job *job)
{
	(void)scene;
	(void)job;
}

static void spoil_before(struct scene *scene, struct job *job)
{
	(void)scene;
	job->login.first_factor = false;
}

static void spoil_junk(struct scene *scene, struct job *job)
{
	(void)scene;
	job->junk = true;
	job->comparable = false;
}

static void as_it_is(struct scene *scene)
{
	(void)scene;
}

static void list_others(struct scene *scene)
{
	static const char *const users[] = {"user1", "user2"};

	scene_filter(scene, "sshd", users, COUNT(users), "");
}

static void take_demo_out(struct scene *scene)
{
	static const char *const users[] = {"!demo"};

	scene_filter(scene, "sshd", users, COUNT(users), "");
}

static void ask_for_role(struct scene *scene)
{
	scene_add_trait(scene, "role");
	scene_set(scene, "demo", "role", "user");
	scene_filter(scene, "sshd", NULL, 0, "role=admin");
}

static void change_demo_s_phone(struct scene *scene)
{
	scene_change_phone(scene, "demo");
}

/* sudo, by an account of this name with another uid. */
static void spoil_uid(struct scene *scene, struct job *job)
{
	(void)scene;
	job->login.own_uid = true;
	job->login.uid = 1009;
}

static void spoil_nothing_by_uid(struct scene *scene, struct job *job)
{
	(void)scene;
	job->login.own_uid = true;
}

/* The host's account of that name was made anew. */
static void make_demo_anew(struct scene *scene)
{
	scene_accounts(scene, "demo:x:1009:1009::/:\n");
}

static void make_all_anew(struct scene *scene)
{
	scene_accounts(scene, "root:x:7:0::/:\ndemo:x:7:7::/:\ntoor:x:7:7::/:\n"
			      "nobody-here:x:7:7::/:\ngone:x:7:7::/:\nbare:x:7:7::/:\n");
}

static void lose_accounts(struct scene *scene)
{
	remove(scene->accounts);
}

static void ask_for_no_trait(struct scene *scene)
{
	scene_filter(scene, "sshd", NULL, 0, "role=admin");
}

static const struct {
	const char *sentence;
	const char *service;
	const char *name;
	void (*spoil)(struct scene *scene, struct job *job);
	void (*prepare)(struct scene *scene);
	enum standing standing;
} rows[] = {
	{"a good name", "sshd", "demo", spoil_nothing, as_it_is, STANDING_GOOD},
	{"an unknown name", "sshd", "nobody-here", spoil_nothing, as_it_is, STANDING_UNKNOWN},
	{"an empty name", "sshd", "", spoil_nothing, as_it_is, STANDING_UNKNOWN},
	{"a name with control bytes", "sshd", "de\nmo\x7f", spoil_nothing, as_it_is,
		STANDING_UNKNOWN},
	{"a suspended name", "sshd", "gone", spoil_nothing, as_it_is, STANDING_SUSPENDED},
	{"a phoneless name", "sshd", "bare", spoil_nothing, as_it_is, STANDING_NO_PHONE},
	{"no phone trait", "sshd", "demo", spoil_nothing, scene_drop_phones, STANDING_NO_TRAIT},
	{"no phone trait and an unknown name", "sshd", "nobody-here", spoil_nothing,
		scene_drop_phones, STANDING_NO_TRAIT},
	{"root at sshd", "sshd", "root", spoil_nothing, as_it_is, STANDING_ROOT},
	{"root at sudo", "sudo", "root", spoil_nothing, as_it_is, STANDING_GOOD},
	{"not in the service's list", "sshd", "demo", spoil_nothing, list_others,
		STANDING_FILTERED},
	{"taken out of the service", "sshd", "demo", spoil_nothing, take_demo_out,
		STANDING_FILTERED},
	{"without the service's trait", "sshd", "demo", spoil_nothing, ask_for_role,
		STANDING_TRAIT},
	{"the service asks for a trait of no schema", "sshd", "demo", spoil_nothing,
		ask_for_no_trait, STANDING_TRAIT},
	{"an unknown name, where there is a list", "sshd", "nobody-here", spoil_nothing,
		list_others, STANDING_UNKNOWN},
	{"a changed phone", "sshd", "demo", spoil_nothing, change_demo_s_phone,
		STANDING_QUARANTINE},
	{"another's phone changed", "sshd", "user1", spoil_nothing, change_demo_s_phone,
		STANDING_GOOD},
	{"a changed phone of an identity without one", "sshd", "nobody-here", spoil_nothing,
		change_demo_s_phone, STANDING_UNKNOWN},
	{"sudo by another uid", "sudo", "demo", spoil_uid, as_it_is, STANDING_UID},
	{"sudo by the identity's uid", "sudo", "demo", spoil_nothing_by_uid, as_it_is,
		STANDING_GOOD},
	{"sudo by an identity without a uid", "sudo", "toor", spoil_uid, as_it_is, STANDING_GOOD},
	{"an account with another uid", "sshd", "demo", spoil_nothing, make_demo_anew,
		STANDING_UID},
	{"the same at the console", "login", "demo", spoil_nothing, make_demo_anew, STANDING_UID},
	{"the same at sudo, by the identity's uid", "sudo", "demo", spoil_nothing_by_uid,
		make_demo_anew, STANDING_UID},
	{"the same without a phone", "sshd", "bare", spoil_nothing, make_all_anew, STANDING_UID},
	{"root with another uid", "sudo", "root", spoil_nothing, make_all_anew, STANDING_UID},
	{"another uid and suspended", "sshd", "gone", spoil_nothing, make_all_anew,
		STANDING_SUSPENDED},
	{"another's account anew", "sshd", "user1", spoil_nothing, make_all_anew, STANDING_GOOD},
	{"any account of an identity without a uid", "sshd", "toor", spoil_nothing, make_all_anew,
		STANDING_GOOD},
	{"an account of no identity", "sshd", "nobody-here", spoil_nothing, make_all_anew,
		STANDING_UNKNOWN},
	{"nothing is known of accounts", "sshd", "demo", spoil_nothing, lose_accounts,
		STANDING_GOOD},
	{"the first factor is not shown", "sshd", "demo", spoil_before, as_it_is, STANDING_BEFORE},
	{"junk", "sshd", "demo", spoil_junk, as_it_is, STANDING_JUNK},
	{"junk for an unknown name", "sshd", "nobody-here", spoil_junk, as_it_is, STANDING_JUNK},
};

static struct job *run(struct scene *scene, size_t row, enum job_kind kind, const struct code *code)
{
	struct job *job = scene_job(scene, kind, rows[row].service, rows[row].name);

	if (kind == JOB_VERIFY) {
		job->code = *code;
		job->comparable = true;
	}
	rows[row].spoil(scene, job);
	memset(&calls, 0, sizeof(calls));
	scene_run(scene, job);
	HOLDS(rows[row].sentence, job->result == RESULT_OK);
	HOLDS(rows[row].sentence, job_standing(job) == rows[row].standing);
	HOLDS(rows[row].sentence, calls.loads == JOB_LOADS);
	HOLDS(rows[row].sentence, calls.saves == (job_grants(job) ? GRANT_SAVES : JOB_SAVES));
	HOLDS(rows[row].sentence, calls.look_ups == JOB_LOOK_UPS);
	HOLDS(rows[row].sentence, calls.stats == JOB_STATS);
	return job;
}

/* Runs a row's dialogue up to a right code; effects and look-ups are told as one line. */
static void dialogue(struct scene *scene, size_t row, char *told, size_t size)
{
	static const enum job_kind kinds[] = {
		JOB_BEGIN, JOB_BEGIN, JOB_RESEND, JOB_RESEND, JOB_VERIFY};
	static const int64_t times[] = {0, 1, 2, 30, 31};
	static const struct code wrong = {"999999"};
	size_t at = 0;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		scene->now = moment_after(SECONDS(times[i]));
		struct job *job = run(scene, row, kinds[i], &wrong);
		bool sends = rows[row].standing == STANDING_GOOD && job->effect == EFFECT_TEXT;
		HOLDS(rows[row].sentence, job_sends(job) == sends);
		HOLDS(rows[row].sentence, !job_grants(job));
		at += (size_t)snprintf(told + at, size - at, "%s after %d; ",
			effect_name(job->effect), calls.look_ups);
		job_free(&job);
	}
}

static void test_every_standing_is_the_same_work_and_the_same_effects(void **state)
{
	char expected[256] = "";

	for (size_t row = 0; row < COUNT(rows); row++) {
		struct scene *scene = NULL;
		char told[256];

		assert_int_equal(scene_setup((void **)&scene), 0);
		rows[row].prepare(scene);
		dialogue(scene, row, told, sizeof(told));
		if (row == 0)
			strcpy(expected, told);
		else if (strcmp(told, expected) != 0)
			fail_msg("%s: %s but a good name: %s", rows[row].sentence, told, expected);
		assert_int_equal(scene_teardown((void **)&scene), 0);
	}
	assert_true(strncmp(expected, "text after ", 11) == 0);
	assert_non_null(strstr(expected, "joined after "));
	assert_non_null(strstr(expected, "too early after "));
	assert_non_null(strstr(expected, "wrong after "));
	(void)state;
}

/* Even with the code that nobody's record holds: it was drawn for a name of no standing. */
static void test_a_right_code_grants_only_to_a_good_name(void **state)
{
	(void)state;
	for (size_t row = 0; row < COUNT(rows); row++) {
		struct scene *scene = NULL;

		assert_int_equal(scene_setup((void **)&scene), 0);
		rows[row].prepare(scene);
		struct job *begin = run(scene, row, JOB_BEGIN, NULL);
		struct job *verify = run(scene, row, JOB_VERIFY, &begin->text);
		bool good = rows[row].standing == STANDING_GOOD;
		HOLDS(rows[row].sentence, job_grants(verify) == good);
		job_free(&begin);
		job_free(&verify);
		assert_int_equal(scene_teardown((void **)&scene), 0);
	}
}

static void test_a_code_is_of_one_user(void **state)
{
	struct scene *scene = *state;
	struct job *begin = scene_job(scene, JOB_BEGIN, "sshd", "demo");
	struct job *other = scene_job(scene, JOB_BEGIN, "sshd", "user1");

	scene_run(scene, begin);
	scene_run(scene, other);
	assert_string_equal(begin->phone.e164, "+919999900001");
	assert_string_equal(other->phone.e164, "+919999900011");
	struct job *wrong = scene_guess(scene, "sshd", "user1", &begin->text);
	scene_run(scene, wrong);
	assert_int_equal(wrong->effect, EFFECT_WRONG);
	struct job *right = scene_guess(scene, "sshd", "demo", &begin->text);
	scene_run(scene, right);
	assert_true(job_grants(right));
	assert_string_equal(right->user, "demo");
	struct job *again = scene_guess(scene, "sshd", "demo", &begin->text);
	scene_run(scene, again);
	assert_int_equal(again->effect, EFFECT_EXPIRED);
	job_free(&begin);
	job_free(&other);
	job_free(&wrong);
	job_free(&right);
	job_free(&again);
}

static void test_a_code_ends_with_the_boot(void **state)
{
	struct scene *scene = *state;
	struct job *begin = scene_job(scene, JOB_BEGIN, "sshd", "demo");

	scene_run(scene, begin);
	scene->clock.boot[0]++;
	struct job *verify = scene_guess(scene, "sshd", "demo", &begin->text);
	scene_run(scene, verify);
	assert_int_equal(verify->effect, EFFECT_EXPIRED);
	assert_false(job_grants(verify));
	job_free(&begin);
	job_free(&verify);
}

/* su's caller is who has the real uid, whatever name was asked for. */
static void test_su_asks_the_caller_s_phone(void **state)
{
	struct scene *scene = *state;
	struct job *job = scene_job(scene, JOB_BEGIN, "su", "root");

	scene_run(scene, job);
	assert_int_equal(job->standing, STANDING_GOOD);
	assert_string_equal(job->user, "demo");
	assert_string_equal(job->phone.e164, "+919999900001");
	job_free(&job);
	/* Neither root's account counts nor that of the name he has here: the uid is his. */
	make_all_anew(scene);
	job = scene_job(scene, JOB_BEGIN, "su", "root");
	scene_run(scene, job);
	assert_int_equal(job->standing, STANDING_GOOD);
	assert_int_equal(calls.stats, 2 * JOB_STATS);
	job_free(&job);
}

/* Junk is charged where it is seen, never to the user. */
static void test_junk_leaves_the_user_s_record_alone(void **state)
{
	struct scene *scene = *state;
	struct job *begin = scene_job(scene, JOB_BEGIN, "sshd", "demo");

	scene_run(scene, begin);
	for (int i = 0; i < 9; i++) {
		struct job *junk = scene_job(scene, JOB_VERIFY, "sshd", "demo");
		junk->junk = true;
		scene_run(scene, junk);
		assert_false(job_grants(junk));
		job_free(&junk);
	}
	struct job *verify = scene_guess(scene, "sshd", "demo", &begin->text);
	scene_run(scene, verify);
	assert_true(job_grants(verify));
	job_free(&begin);
	job_free(&verify);
}

/* Whoever it is typed for, and whether or not there is a challenge. */
static void test_junk_is_wrong_in_the_trail(void **state)
{
	static const char *const names[] = {"demo", "nobody-here", "gone", "user1"};
	struct scene *scene = *state;

	for (size_t i = 0; i < 2 * COUNT(names); i++) {
		const char *name = names[i % COUNT(names)];
		struct job *begin = scene_job(scene, JOB_BEGIN, "sshd", name);
		struct job *junk = scene_job(scene, JOB_VERIFY, "sshd", name);
		junk->junk = true;
		scene->now = moment_after(MINUTES(20 * (int64_t)i));
		if (i < COUNT(names))
			scene_run(scene, begin);
		scene_run(scene, junk);
		HOLDS(name, junk->effect == EFFECT_WRONG);
		job_free(&begin);
		job_free(&junk);
	}
}

/* Its phone had gone by the time that a commit which failed was made again. */
static void test_a_job_that_is_judged_again_forgets_the_phone(void **state)
{
	struct scene *scene = *state;
	struct job *first = scene_job(scene, JOB_BEGIN, "sshd", "nobody-here");
	struct job *next = scene_job(scene, JOB_BEGIN, "sshd", "nobody-here");

	strcpy(first->phone.e164, "+919999900099");
	scene_run(scene, first);
	assert_string_equal(first->phone.e164, "");
	scene_run(scene, next);
	assert_int_equal(next->effect, EFFECT_JOINED);
	job_free(&first);
	job_free(&next);
}

static void test_early_junk_takes_its_text_back(void **state)
{
	struct scene *scene = *state;
	struct job *begin = scene_job(scene, JOB_BEGIN, "sshd", "demo");
	struct job *junk = scene_job(scene, JOB_VERIFY, "sshd", "demo");
	struct job *again = scene_job(scene, JOB_BEGIN, "sshd", "demo");

	scene_run(scene, begin);
	junk->login.visitor = begin->login.visitor;
	junk->junk = true;
	junk->view.early = true;
	scene_run(scene, junk);
	assert_int_equal(junk->effect, EFFECT_WRONG);
	assert_false(job_grants(junk));
	scene_run(scene, again);
	assert_int_equal(again->effect, EFFECT_TEXT);
	job_free(&begin);
	job_free(&junk);
	job_free(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_standing_is_the_same_work_and_the_same_effects),
		cmocka_unit_test(test_a_right_code_grants_only_to_a_good_name),
		with_scene(test_a_code_is_of_one_user),
		with_scene(test_a_code_ends_with_the_boot),
		with_scene(test_su_asks_the_caller_s_phone),
		with_scene(test_junk_leaves_the_user_s_record_alone),
		with_scene(test_junk_is_wrong_in_the_trail),
		with_scene(test_a_job_that_is_judged_again_forgets_the_phone),
		with_scene(test_early_junk_takes_its_text_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
