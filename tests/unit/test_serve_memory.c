/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory is locked where nothing forbids it, and a daemon starts where it cannot be. */
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "serve.h"
#include "test.h"

/* What the host allows, and what was asked for. Few hosts of a test let a limit be raised. */
static rlim_t allowed;
static int locked_with;
static int lock_status;

int getrlimit(__rlimit_resource_t resource, struct rlimit *limits)
{
	(void)resource;
	*limits = (struct rlimit){allowed, allowed};
	return 0;
}

int mlockall(int flags)
{
	locked_with |= flags;
	return lock_status;
}

/* In a child, since rights do not come back: what memory was locked with; 100 where it failed. */
static int flags_under(rlim_t limit, int status)
{
	int ended = 0;
	pid_t child = fork();

	if (child == 0) {
		struct error error;
		allowed = limit;
		lock_status = status;
		_exit(serve_drop("daemon", &error) == RESULT_OK ? locked_with : 100);
	}
	assert_int_equal(waitpid(child, &ended, 0), child);
	assert_true(WIFEXITED(ended));
	return WEXITSTATUS(ended);
}

static void test_memory(void **state)
{
	(void)state;
	/* As it is touched: a map of the store is not read in whole. */
	assert_int_equal(flags_under(RLIM_INFINITY, 0), MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
	/* A finite limit would make a later mmap(2) fail. */
	assert_int_equal(flags_under((rlim_t)1 << 40, 0), 0);
}

static void test_no_memory_to_lock(void **state)
{
	(void)state;
	assert_int_equal(flags_under(RLIM_INFINITY, -1), MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_no_memory_to_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
