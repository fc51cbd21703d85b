/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines that libpam takes, and those that it refuses everybody by: held against libpam itself. */
#include <security/pam_appl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "smsotpctl/stack.h"
#include "test.h"

#define SERVICE "service"

/* What libpam says of each goes nowhere. */
__attribute__((visibility("default"), format(printf, 3, 4))) void __syslog_chk(
	int priority, int flag, const char *format, ...);
void __syslog_chk(int priority, int flag, const char *format, ...)
{
	(void)priority;
	(void)flag;
	(void)format;
}

/* The names of pam.conf(5). */
static const char *const names[] = {"success", "open_err", "symbol_err", "service_err",
	"system_err", "buf_err", "perm_denied", "auth_err", "cred_insufficient", "authinfo_unavail",
	"user_unknown", "maxtries", "new_authtok_reqd", "acct_expired", "session_err",
	"cred_unavail", "cred_expired", "cred_err", "no_module_data", "conv_err", "authtok_err",
	"authtok_recover_err", "authtok_lock_busy", "authtok_disable_aging", "try_again", "ignore",
	"abort", "authtok_expired", "module_unknown", "bad_item", "conv_again", "incomplete",
	"default"};

static int setup(void **state)
{
	char *directory = strdup("/tmp/smsotp-stack-XXXXXX");

	assert_non_null(mkdtemp(directory));
	*state = directory;
	return 0;
}

static int teardown(void **state)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/" SERVICE, (const char *)*state);
	unlink(path);
	assert_int_equal(rmdir(*state), 0);
	free(*state);
	return 0;
}

static int converse(int count, const struct pam_message **messages, struct pam_response **replies,
	void *context)
{
	(void)count;
	(void)messages;
	(void)replies;
	(void)context;
	return PAM_CONV_ERR;
}

/* Whether libpam lets in by the stack, in which all modules grant. */
static bool libpam_takes(const char *directory, const char *text)
{
	const struct pam_conv conv = {.conv = converse};
	pam_handle_t *pamh = NULL;
	char path[64];

	snprintf(path, sizeof(path), "%s/" SERVICE, directory);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	int result = pam_start_confdir(SERVICE, "demo", &conv, directory, &pamh);
	if (result != PAM_SUCCESS)
		return false;
	result = pam_authenticate(pamh, 0);
	assert_int_equal(pam_end(pamh, result), PAM_SUCCESS);
	return result == PAM_SUCCESS;
}

static char *read_text(void *context, const char *name)
{
	return strcmp(name, SERVICE) == 0 ? strdup(context) : NULL;
}

static bool we_take(char *text)
{
	const struct stack_reader reader = {.read = read_text, .context = text};
	struct stack *stack = NULL;
	struct error error;
	enum result result = stack_read(&reader, SERVICE, "auth", &stack, &error);

	free(stack);
	return result == RESULT_OK;
}

static void hold(void **state, const char *line, bool taken)
{
	char text[512];

	snprintf(text, sizeof(text), "auth required pam_permit.so\n%s pam_permit.so\n", line);
	HOLDS(line, libpam_takes(*state, text) == taken);
	HOLDS(line, we_take(text) == taken);
}

static void test_types(void **state)
{
	static const char *const known[] = {
		"auth", "-auth", "Auth", "account", "ACCOUNT", "password", "session", "-session"};
	static const char *const unknown[] = {"atuh", "auth:", "-", "--auth", "sessions",
		"authauthauthauthauth", "include", "@includes"};
	char line[64];

	for (size_t i = 0; i < COUNT(known); i++) {
		snprintf(line, sizeof(line), "%s required", known[i]);
		hold(state, line, true);
	}
	for (size_t i = 0; i < COUNT(unknown); i++) {
		snprintf(line, sizeof(line), "%s required", unknown[i]);
		hold(state, line, false);
	}
}

static void test_names(void **state)
{
	char line[128], name[32];

	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(name, sizeof(name), "%s", names[i]);
		snprintf(line, sizeof(line), "auth [success=ok %s=ok default=die]", name);
		hold(state, line, true);
		snprintf(line, sizeof(line), "auth [success=ok %sx=ok default=die]", name);
		hold(state, line, false);
		name[0] = (char)(name[0] - 'a' + 'A');
		snprintf(line, sizeof(line), "auth [success=ok %s=ok default=die]", name);
		hold(state, line, false);
		snprintf(line, sizeof(line), "auth [success=ok %s=ok default=die]", names[i] + 1);
		hold(state, line, false);
	}
}

static void test_brackets(void **state)
{
	static const struct {
		const char *line;
		bool taken;
	} rows[] = {
		{"auth [ success=ok  default=die ]", true},
		{"auth [success = ok default\t=\tdie]", true},
		{"auth success=ok", true},
		{"auth REQUIRED", true},
		{"auth [success=OK default=die]", false},
		{"auth [success=ok default=okay]", false},
		{"auth [success=ok default=0]", false},
		{"auth [success=ok default=-1]", false},
		{"auth [success=ok default]", false},
		{"auth [success=ok default=]", false},
		{"auth [success=ok =die]", false},
		{"auth [success ok=ok]", false},
		{"auth []", false},
		{"auth sometimes", false},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		hold(state, rows[i].line, rows[i].taken);
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		row(test_types),
		row(test_names),
		row(test_brackets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
