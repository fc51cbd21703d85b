/* SPDX-License-Identifier: BSD-3-Clause */
/* What doctor finds in what others say of themselves. */
#include "control_fixture.h"
#include "smsotpctl/child.h"
#include "smsotpctl/doctor.h"
#include "smsotpctl/sshd.h"
#include "smsotpctl/tool.h"

/* What sshd_config holds, and what a program that is run prints, NULL where there is none. */
static const char *sshd_config, *printed;

/* child.c is no part of this program: no other one runs, and no file of the host's is read. */
enum result child_run(const char *const argv[], struct child *ret_child)
{
	(void)argv;
	if (printed == NULL)
		return RESULT_NOT_FOUND;
	ret_child->text = strdup(printed);
	return RESULT_OK;
}

void child_free(struct child *child)
{
	free(child->text);
}

char *file_text(const char *path)
{
	return strcmp(path, SSHD_FILE) == 0 ? strdup(sshd_config) : NULL;
}

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

static bool block_means(const char *text, const char *methods, const char *asks, const char *wanted)
{
	struct doctor doctor = {
		.findings = findings_new(), .services = json_pack("{s:{}}", asks), .now = 1};

	assert_int_equal(config_defaults(&doctor.config), RESULT_OK);
	snprintf(doctor.methods, sizeof(doctor.methods), "%s", methods);
	sshd_config = text;
	doctor_sshd(&doctor);
	doctor_exempt(&doctor);
	sshd_file_free(&doctor.sshd);
	json_decref(doctor.services);
	config_free(&doctor.config);
	return found(&doctor, wanted);
}

static void test_blocks_past_us(void **state)
{
	static const struct {
		const char *block, *methods;
		bool past;
	} rows[] = {
		{"\tAuthenticationMethods publickey\n", "any", true},
		{"\tAuthenticationMethods publickey,keyboard-interactive:pam # key and code\n",
			"any", false},
		{"\tAuthenticationMethods \"publickey,keyboard-interactive:pam\"\n", "any", false},
		{"\tPubkeyAuthentication Yes\n", "any", true},
		{"\tPubkeyAuthentication Yes\n", "publickey,keyboard-interactive", false},
		{"\tKbdInteractiveAuthentication NO # not here\n", "any", true},
		{"\tKbdInteractiveAuthentication yes\n", "any", false},
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		snprintf(text, sizeof(text), "Match User deploy\n%s", rows[i].block);
		HOLDS(rows[i].block, block_means(text, rows[i].methods, "sshd", "exempt.unowned") ==
					     rows[i].past);
		HOLDS("nobody asks", !block_means(text, rows[i].methods, "sudo", "exempt.unowned"));
	}
	assert_true(block_means("PAMServiceName other\nMatch User deploy\n"
				"AuthenticationMethods publickey\n",
		"any", "other", "exempt.unowned"));
}

/* The cause of the finding of that id by what "sshd -T" and sshd_config say; "" for none. */
static char *cause_of(const char *id, const char *settings, const char *file, bool root)
{
	struct doctor doctor = {.findings = findings_new(),
		.services = json_pack("{s:{}}", "sshd"),
		.methods = "any"};
	char *cause = strdup("");
	json_t *finding;
	size_t i;

	assert_int_equal(config_defaults(&doctor.config), RESULT_OK);
	assert_string_equal(doctor.config->service[0].name, "sshd");
	doctor.config->service[0].root = root;
	sshd_config = file;
	printed = settings;
	doctor_sshd(&doctor);
	printed = NULL;
	json_t *all = findings_json(doctor.findings);
	json_array_foreach(all, i, finding)
	{
		if (strcmp(json_string_value(json_object_get(finding, "id")), id) != 0)
			continue;
		free(cause);
		cause = strdup(json_string_value(json_object_get(finding, "cause")));
	}
	json_decref(all);
	findings_free(&doctor.findings);
	sshd_file_free(&doctor.sshd);
	json_decref(doctor.services);
	config_free(&doctor.config);
	return cause;
}

/* sshd does not ask PAM for a ticket or a host either. */
static void test_what_signs_in_past_us(void **state)
{
#define ALONE " alone signs in: whoever has one is not asked for a code"
#define KEY   "pubkeyauthentication yes\n"
#define GSS   "gssapiauthentication yes\n"
#define HOST  "hostbasedauthentication yes\n"
#define LISTS "authenticationmethods "
	static const struct {
		const char *settings;
		const char *cause;
	} rows[] = {
		{KEY, "a key" ALONE},
		{"pubkeyauthentication no\n" GSS, "a Kerberos ticket" ALONE},
		{HOST, "a trusted host" ALONE},
		{KEY GSS HOST, "a key or a Kerberos ticket or a trusted host" ALONE},
		{KEY GSS LISTS "publickey keyboard-interactive\n", "a key" ALONE},
		{KEY GSS LISTS "gssapi-with-mic publickey,keyboard-interactive\n",
			"a Kerberos ticket" ALONE},
		{KEY GSS HOST LISTS "publickey,keyboard-interactive:pam\n", ""},
		{"pubkeyauthentication no\n", ""},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *cause = cause_of("sshd.key", rows[i].settings, "", false);
		HOLDS(rows[i].settings, strcmp(cause, rows[i].cause) == 0);
		free(cause);
	}
}

/* Root is asked for a code, and no code is right. */
static void test_root_by_a_code(void **state)
{
	static const struct {
		const char *settings, *file;
		bool root, found;
	} rows[] = {
		{"permitrootlogin without-password\n", "", true, true},
		{"permitrootlogin no\n", "Match User x\nPermitRootLogin no\n", true, true},
		{"permitrootlogin without-password\n", "", false, false},
		{"permitrootlogin yes\n", "", true, false},
		{"permitrootlogin no\n", "Match Address ::1\nPermitRootLogin Yes\n", true, false},
		{"", "", true, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *cause = cause_of("sshd.root", rows[i].settings, rows[i].file, rows[i].root);
		HOLDS(rows[i].settings, (cause[0] != '\0') == rows[i].found);
		free(cause);
	}
}

#define ASKS_NOBODY(who)                                                                           \
	"{\"User_List\": [{\"username\": \"" who "\"}], \"Cmnd_Specs\": [{\"Options\": "           \
	"[{\"authenticate\": false}], \"Commands\": [{\"command\": \"ALL\"}]}]}"

static size_t rules_named(const char *sudoers)
{
	struct doctor doctor = {
		.findings = findings_new(), .services = json_pack("{s:{}}", "sudo")};

	printed = sudoers;
	doctor_sudo(&doctor);
	printed = NULL;
	size_t count = findings_count(doctor.findings, SEVERITY_WARNING);
	findings_free(&doctor.findings);
	json_decref(doctor.services);
	return count;
}

static void test_each_rule_of_sudo_is_named(void **state)
{
	(void)state;
	assert_int_equal(
		rules_named("{\"User_Specs\": [" ASKS_NOBODY("alice") ", " ASKS_NOBODY("bob") "]}"),
		2);
	assert_int_equal(rules_named("{\"Defaults\": [{\"Options\": [{\"authenticate\": false}, "
				     "{\"exempt_group\": \"ops\"}]}]}"),
		2);
	assert_int_equal(rules_named("{\"Defaults\": [{\"Options\": [{\"authenticate\": true}, "
				     "{\"exempt_group\": false}]}]}"),
		0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_rule_of_sudo_is_named),
		cmocka_unit_test(test_what_signs_in_past_us),
		cmocka_unit_test(test_root_by_a_code),
		cmocka_unit_test_setup_teardown(test_sender_away, flow_setup, flow_teardown),
		cmocka_unit_test(test_blocks_past_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
