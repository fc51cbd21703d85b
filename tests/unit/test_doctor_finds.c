/* SPDX-License-Identifier: BSD-3-Clause */
/* What doctor finds in what others say of themselves. */
#include "control_fixture.h"
#include "smsotpctl/doctor.h"
#include "smsotpctl/tool.h"

/* Stands in main.c, which has the program's main. */
enum tool_exit tool_fail(enum tool_exit code, const char *format, ...)
{
	(void)format;
	return code;
}

/* Whether there is a finding of that id; the findings end here. */
static bool found(struct doctor *doctor, const char *wanted)
{
	json_t *all = findings_json(doctor->findings);
	bool there = false;
	json_t *finding;
	size_t i;

	json_array_foreach(all, i, finding)
	{
		const char *id = json_string_value(json_object_get(finding, "id"));
		there = there || strcmp(id, wanted) == 0;
	}
	json_decref(all);
	findings_free(&doctor->findings);
	return there;
}

static bool reply_means(const char *wanted)
{
	struct doctor doctor = {.findings = findings_new()};

	daemon_judge(&doctor, reply);
	return found(&doctor, wanted);
}

/* In smsotpd's own words; the fixture has no smsotp-send. */
static void test_sender_away(void **state)
{
	control(*state, "{\"verb\": \"status\"}");
	assert_true(reply_means("daemon.sender"));
	json_object_set_new(reply, "sender", json_string("reachable"));
	assert_false(reply_means("daemon.sender"));
	forget_reply();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sender_away, flow_setup, flow_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
