/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of the log: each is whole, one write, and has its end. */
#include <fcntl.h>
#include <unistd.h>

#include "log.h"
#include "test.h"

#define WRITTEN_MAX 8192

static int setup(void **state)
{
	static int kept;

	kept = dup(STDERR_FILENO);
	*state = &kept;
	unsetenv("JOURNAL_STREAM");
	return 0;
}

static int teardown(void **state)
{
	const int *kept = *state;

	unsetenv("JOURNAL_STREAM");
	dup2(*kept, STDERR_FILENO);
	close(*kept);
	return 0;
}

/* What one line writes to standard error, which is a pipe here. */
static void line_of(const char *text, char ret[static WRITTEN_MAX])
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	log_line(LOG_WARNING, "text %s", text);
	ssize_t size = read(ends[0], ret, WRITTEN_MAX - 1);
	assert_true(size > 0);
	ret[size] = '\0';
	close(ends[0]);
	close(ends[1]);
}

static void test_priority_for_the_journal(void **state)
{
	char written[WRITTEN_MAX];

	(void)state;
	line_of("a", written);
	assert_string_equal(written, "text a\n");
	setenv("JOURNAL_STREAM", "8:1", 1);
	line_of("a", written);
	assert_string_equal(written, "<4>text a\n");
}

/* Cut, and ended: the next line is not read as its rest. */
static void test_a_line_too_long(void **state)
{
	char written[WRITTEN_MAX], text[5001] = "", shorter[WRITTEN_MAX];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	line_of(text, written);
	size_t size = strlen(written);
	assert_in_range(size, 2001, sizeof(text) - 1);
	assert_int_equal(strcspn(written, "\n"), size - 1);
	assert_int_equal(strspn(written + 5, "x"), size - 6);
	/* To the byte: the longest that is whole, and one more. */
	text[size - 6] = '\0';
	line_of(text, shorter);
	assert_string_equal(shorter, written);
	text[size - 7] = '\0';
	line_of(text, shorter);
	assert_int_equal(strlen(shorter), size - 1);
	setenv("JOURNAL_STREAM", "8:1", 1);
	memset(text, 'x', sizeof(text) - 1);
	line_of(text, written);
	assert_int_equal(strlen(written), size);
	assert_memory_equal(written, "<4>text x", 9);
	assert_int_equal(written[size - 1], '\n');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_priority_for_the_journal, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_line_too_long, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
