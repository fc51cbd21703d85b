/* SPDX-License-Identifier: BSD-3-Clause */
/* How many descriptors a daemon may open, and that the kernel has the table for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "serve.h"

/* How long the kernel's table of this process is. */
static unsigned int table_size(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	unsigned int size = 0;
	char line[256];

	assert_non_null(status);
	while (fgets(line, sizeof(line), status) != NULL && sscanf(line, "FDSize: %u", &size) != 1)
		continue;
	fclose(status);
	return size;
}

static void test_files(void **state)
{
	struct rlimit limit;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		getrlimit(RLIMIT_NOFILE, &limit);
		limit.rlim_cur = 100;
		bool small = setrlimit(RLIMIT_NOFILE, &limit) == 0 && table_size() <= 256;
		int before = dup(STDIN_FILENO);
		close(before);
		serve_files(1000);
		bool raised = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == 1000;
		/* The table stays as long, and nothing stays open. */
		int next = dup(STDIN_FILENO);
		bool closed = next == before && fcntl(999, F_GETFD) < 0;
		_exit(small && raised && closed && table_size() >= 1000 ? 0 : 1);
	}
	int ended = -1;
	assert_int_equal(waitpid(child, &ended, 0), child);
	assert_int_equal(ended, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
