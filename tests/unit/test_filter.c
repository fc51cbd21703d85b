/* SPDX-License-Identifier: BSD-3-Clause */
/* A service's `users` and `trait`: whom they let get a text. */
#include "stores_fixture.h"

static const struct {
	const char *sentence;
	const char *users[3];
	const char *trait;
	const char *name;
	enum standing standing;
} rows[] = {
	{"no list, and no trait", {""}, "", "demo", STANDING_GOOD},
	{"a list with the name", {"user1", "demo"}, "", "demo", STANDING_GOOD},
	{"a list without the name", {"user1", "user2"}, "", "demo", STANDING_FILTERED},
	{"a list with a longer name", {"demo1"}, "", "demo", STANDING_FILTERED},
	{"a list with a shorter name", {"dem"}, "", "demo", STANDING_FILTERED},
	{"a list with the name in capitals", {"DEMO"}, "", "demo", STANDING_FILTERED},
	{"another name is taken out", {"!user1"}, "", "demo", STANDING_GOOD},
	{"the name is taken out", {"!user1", "!demo"}, "", "demo", STANDING_FILTERED},
	{"one is taken out, others are listed", {"!user1", "user2"}, "", "user3",
		STANDING_FILTERED},
	{"one is taken out, the name is listed", {"!user1", "demo"}, "", "demo", STANDING_GOOD},
	{"the name is listed and taken out", {"demo", "!demo"}, "", "demo", STANDING_FILTERED},
	{"the name is taken out and listed", {"!demo", "demo"}, "", "demo", STANDING_FILTERED},
	{"the name is taken out, others are listed", {"!demo", "user1"}, "", "demo",
		STANDING_FILTERED},
	{"a list does not say whose name exists", {"nobody-here"}, "", "nobody-here",
		STANDING_UNKNOWN},
	{"suspended comes before the list", {"demo"}, "", "gone", STANDING_SUSPENDED},
	{"the list comes before the phone", {"demo"}, "", "bare", STANDING_FILTERED},
	{"root is listed, and may not sign in here", {"root"}, "", "root", STANDING_ROOT},
	{"the trait has the value", {""}, "role=admin", "demo", STANDING_GOOD},
	{"the trait has another value", {""}, "role=admin", "user1", STANDING_TRAIT},
	{"the trait has a longer value", {""}, "role=adm", "demo", STANDING_TRAIT},
	{"the trait has no value", {""}, "role=admin", "user2", STANDING_TRAIT},
	{"a value with an equals sign", {""}, "role=a=b", "user3", STANDING_GOOD},
	{"the schema has no such trait", {""}, "group=admin", "demo", STANDING_TRAIT},
	{"the schema has a longer trait", {""}, "rol=admin", "demo", STANDING_TRAIT},
	{"the schema has a shorter trait", {""}, "roles=admin", "demo", STANDING_TRAIT},
	{"another trait has the value", {""}, "phone=admin", "demo", STANDING_TRAIT},
	{"in the list, and without the trait", {"user1"}, "role=admin", "user1", STANDING_TRAIT},
	{"not in the list, and with the trait", {"user1"}, "role=admin", "demo", STANDING_FILTERED},
	{"in the list, and with the trait", {"demo"}, "role=admin", "demo", STANDING_GOOD},
};

static void roles(struct scene *scene)
{
	scene_add_trait(scene, "role");
	scene_set(scene, "demo", "role", "admin");
	scene_set(scene, "user1", "role", "user");
	scene_set(scene, "user3", "role", "a=b");
}

static void test_who_gets_a_text(void **state)
{
	struct scene *scene = *state;

	roles(scene);
	for (size_t row = 0; row < COUNT(rows); row++) {
		scene_filter(
			scene, "sshd", rows[row].users, COUNT(rows[row].users), rows[row].trait);
		scene->now = moment_after(HOURS(row)); /* beyond what a row asked for before */
		struct job *job = scene_job(scene, JOB_BEGIN, "sshd", rows[row].name);
		scene_run(scene, job);
		bool good = rows[row].standing == STANDING_GOOD;
		HOLDS(rows[row].sentence, job->result == RESULT_OK);
		HOLDS(rows[row].sentence, job_standing(job) == rows[row].standing);
		HOLDS(rows[row].sentence, job->effect == EFFECT_TEXT);
		HOLDS(rows[row].sentence, job_sends(job) == good);
		job_free(&job);
	}
}

static void test_a_filter_is_of_its_service(void **state)
{
	static const char *const users[] = {"!demo"};
	struct scene *scene = *state;

	scene_filter(scene, "sshd", users, COUNT(users), "");
	struct job *at_sshd = scene_job(scene, JOB_BEGIN, "sshd", "demo");
	struct job *at_sudo = scene_job(scene, JOB_BEGIN, "sudo", "demo");
	scene_run(scene, at_sshd);
	scene_run(scene, at_sudo);
	assert_int_equal(job_standing(at_sshd), STANDING_FILTERED);
	assert_int_equal(job_standing(at_sudo), STANDING_GOOD);
	job_free(&at_sshd);
	job_free(&at_sudo);
}

/* A code that came before the filter changed is worth nothing after it. */
static void test_a_filter_holds_for_codes_that_are_out(void **state)
{
	static const char *const users[] = {"!demo"};
	struct scene *scene = *state;
	struct job *begin = scene_job(scene, JOB_BEGIN, "sshd", "demo");

	scene_run(scene, begin);
	assert_true(job_sends(begin));
	scene_filter(scene, "sshd", users, COUNT(users), "");
	struct job *verify = scene_guess(scene, "sshd", "demo", &begin->text);
	scene_run(scene, verify);
	assert_false(job_grants(verify));
	job_free(&verify);
	scene_filter(scene, "sshd", users, 0, "");
	verify = scene_guess(scene, "sshd", "demo", &begin->text);
	scene_run(scene, verify);
	assert_true(job_grants(verify));
	job_free(&verify);
	job_free(&begin);
}

/* su asks its caller: his name is filtered, not the one that was typed. */
static void test_su_filters_the_caller(void **state)
{
	static const char *const users[] = {"!demo"};
	struct scene *scene = *state;

	scene_filter(scene, "su", users, COUNT(users), "");
	struct job *job = scene_job(scene, JOB_BEGIN, "su", "user1");
	scene_run(scene, job);
	assert_int_equal(job_standing(job), STANDING_FILTERED);
	job_free(&job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_who_gets_a_text),
		with_scene(test_a_filter_is_of_its_service),
		with_scene(test_a_filter_holds_for_codes_that_are_out),
		with_scene(test_su_filters_the_caller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
