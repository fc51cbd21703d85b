/* SPDX-License-Identifier: BSD-3-Clause */
/* There is no memory for each call in turn while an operator's verb runs. */
#include "memory_fixture.h"
#include "smsotpd/ctl_verb.h"
#include "verbs_fixture.h"

bool memory_struck(void)
{
	return verbs_struck();
}

static bool is_case(const char *name)
{
	char begins[64];

	snprintf(begins, sizeof(begins), "{\"verb\":\"%s\"", name);
	for (size_t i = 0; i < VERB_CASES; i++) {
		if (strncmp(verb_cases[i].request, begins, strlen(begins)) == 0)
			return true;
	}
	return false;
}

static void test_each_verb_is_a_case(void **state)
{
	static const struct ctl_verb *const tables[] = {ctl_export_verbs, ctl_identity_verbs,
		ctl_import_verbs, ctl_lock_verbs, ctl_mode_verbs, ctl_report_verbs,
		ctl_quarantine_verbs, ctl_recovery_verbs, ctl_schema_verbs, ctl_status_verbs,
		ctl_user_verbs};

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const struct ctl_verb *verb = tables[i]; verb->name != NULL; verb++) {
			if (!is_case(verb->name))
				fail_msg("no case runs %s", verb->name);
		}
	}
}

static void test_each_call_for_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < VERB_CASES; i++)
		assert_true(verbs_strike_all(&verb_cases[i]).refused > 0);
	assert_true(verbs_strike_codes().refused > 0);
}

static void expect_identities(struct fixture *fixture, int count)
{
	json_t *reply = run(fixture, "{\"verb\":\"status\"}", -1);

	assert_int_equal(json_integer_value(json_object_get(reply, "identities")), count);
	json_decref(reply);
}

/* More than any table of an import begins with room for. */
static void test_many_that_go(void **state)
{
	static const struct verb_case go = {
		"{\"verb\":\"import\",\"replace\":true,\"max_change\":100}",
		"name\nalice\nbob\ncarol\n", false};
	char text[8192] = "name,uid\n";
	const struct verb_case come = {"{\"verb\":\"import\"}", text, false};
	struct fixture *fixture = verbs_anew(NULL);
	bool hit = true, none = false, done = false;

	(void)state;
	for (int i = 0; i < 200; i++)
		sprintf(text + strlen(text), "u%d,%d\n", i, 100 + i);
	for (unsigned int number = 1; hit; number++) {
		expect_ok(verbs_run(fixture, &come, MANY_STRIKES, &none));
		json_t *reply = verbs_run(fixture, &go, number, &hit);
		done = json_is_true(json_object_get(reply, "ok"));
		bool changed = json_object_get(reply, "news") != NULL;
		json_decref(reply);
		expect_identities(fixture, done || changed ? 3 : 203);
	}
	assert_true(done);
	assert_int_equal(fixture_remove((void **)&fixture), 0);
}

/* What is committed is told, whatever was struck. */
static void test_of_a_part_that_is_not_the_first(void **state)
{
	static const struct verb_case clear = {
		"{\"verb\":\"lock.clear\",\"all\":true}", NULL, false};
	struct fixture *fixture = verbs_anew(NULL);
	bool hit = true;
	int refused = 0;

	(void)state;
	for (unsigned int number = 1; hit; number++) {
		fixture->part = (struct ctl_part){.done = 2, .cleared = 40};
		json_t *reply = verbs_run(fixture, &clear, number, &hit);
		if (json_is_true(json_object_get(reply, "ok"))) {
			json_decref(reply);
			continue;
		}
		refused++;
		expect_error(reply, "; before that 40 were cleared and stay so: repeat it for");
	}
	assert_true(refused > 0);
	assert_int_equal(fixture_remove((void **)&fixture), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_verb_is_a_case),
		cmocka_unit_test(test_each_call_for_memory),
		cmocka_unit_test(test_many_that_go),
		cmocka_unit_test(test_of_a_part_that_is_not_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
