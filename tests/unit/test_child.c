/* SPDX-License-Identifier: BSD-3-Clause */
/* Programs that doctor runs: what they said, and that one without end is not waited for. */
#include <errno.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "smsotpctl/child.h"
#include "test.h"

struct pollfd;

/* Whether time passes at once: the patience is over before the program is. */
static bool late;
static int waited;

int poll(struct pollfd *fds, unsigned long count, int timeout);

int poll(struct pollfd *fds, unsigned long count, int timeout)
{
	waited = timeout;
	return late ? 0 : (int)syscall(SYS_poll, fds, count, timeout);
}

static void test_what_it_said(void **state)
{
	static const char *const argv[] = {
		"sh", "-c", "echo out; echo first >&2; echo last >&2; exit 3", NULL};
	struct child child = {0};

	(void)state;
	assert_int_equal(child_run(argv, &child), RESULT_OK);
	assert_string_equal(child.text, "out\n");
	assert_string_equal(child.error, "last");
	assert_int_equal(child.status, 3);
	child_free(&child);
}

static void test_what_does_not_end_is_killed(void **state)
{
	static const char *const argv[] = {"sleep", "1000", NULL};
	struct child child = {0};

	(void)state;
	late = true;
	assert_int_equal(child_run(argv, &child), RESULT_TIMEOUT);
	late = false;
	assert_int_equal(waited, CHILD_SECONDS * 1000);
	assert_null(child.text);
	/* It has gone, and nothing is left of it. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void test_what_is_not_installed(void **state)
{
	static const char *const argv[] = {"smsotp-no-such-program", NULL};
	struct child child = {0};

	(void)state;
	assert_int_equal(child_run(argv, &child), RESULT_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_it_said),
		cmocka_unit_test(test_what_does_not_end_is_killed),
		cmocka_unit_test(test_what_is_not_installed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
