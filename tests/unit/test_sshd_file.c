/* SPDX-License-Identifier: BSD-3-Clause */
/* sshd_config with what it includes: whose line it is, and that reading ends. */
#include <unistd.h>

#include "remove_tree.h"
#include "smsotpctl/sshd.h"
#include "test.h"

#define FILES_MAX 256 /* read at most */

struct fixture {
	char directory[32];
	char path[64]; /* sshd_config in it */
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->directory, "/tmp/smsotp-sshd-XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->path, sizeof(fixture->path), "%s/sshd_config", fixture->directory);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	remove_tree(fixture->directory);
	free(fixture);
	return 0;
}

static void put(const struct fixture *fixture, const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", fixture->directory, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void assert_line(const struct fixture *fixture, const struct sshd_line *line,
	const char *name, const char *keyword)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", fixture->directory, name);
	assert_string_equal(line->file, path);
	assert_string_equal(line->keyword, keyword);
}

static void test_includes(void **state)
{
	const struct fixture *fixture = *state;
	char text[256];

	snprintf(text, sizeof(text), "Port 1\nInclude \"b\"  \t%s/a none\nUsePAM yes\n",
		fixture->directory);
	put(fixture, "sshd_config", text);
	put(fixture, "a", "Banner a\n");
	put(fixture, "b", "Match all\nBanner b\n");
	struct sshd_file *file = sshd_file_read(fixture->path, fixture->directory);
	assert_non_null(file);
	assert_int_equal(file->count, 5);
	assert_line(fixture, &file->line[0], "sshd_config", "port");
	assert_line(fixture, &file->line[1], "b", "match");
	assert_line(fixture, &file->line[2], "b", "banner");
	assert_line(fixture, &file->line[3], "a", "banner");
	assert_line(fixture, &file->line[4], "sshd_config", "usepam");
	/* A Match ends with its file. */
	assert_int_equal(file->line[2].match, 0);
	assert_int_equal(file->line[3].match, SSHD_MATCH_ALL);
	assert_int_equal(file->line[4].number, 3);
	assert_false(file->drop_ins);
	sshd_file_free(&file);
}

static void test_includes_without_end(void **state)
{
	const struct fixture *fixture = *state;

	put(fixture, "sshd_config", "Port 1\nInclude sshd_config\n");
	struct sshd_file *file = sshd_file_read(fixture->path, fixture->directory);
	assert_int_equal(file->count, 1 + SSHD_DEPTH_MAX);
	sshd_file_free(&file);
	/* By depth alone these would be 2 to the 17th. */
	put(fixture, "sshd_config", "Port 1\nInclude sshd_config sshd_config\n");
	file = sshd_file_read(fixture->path, fixture->directory);
	assert_int_equal(file->count, FILES_MAX);
	sshd_file_free(&file);
}

static void test_too_many_lines(void **state)
{
	const struct fixture *fixture = *state;
	static char text[8 * (SSHD_LINES_MAX + 2)];
	size_t used = 0;

	for (size_t i = 0; i < SSHD_LINES_MAX - 1; i++)
		used += (size_t)sprintf(text + used, "%s", i % 2 == 0 ? "Port 1\n" : "Match a\n");
	strcpy(text + used, "UsePAM y\nBanner b\nMatch a\n");
	put(fixture, "sshd_config", text);
	struct sshd_file *file = sshd_file_read(fixture->path, fixture->directory);
	assert_int_equal(file->count, SSHD_LINES_MAX);
	assert_int_equal(file->matches, SSHD_LINES_MAX / 2 - 1);
	assert_line(fixture, &file->line[SSHD_LINES_MAX - 1], "sshd_config", "usepam");
	sshd_file_free(&file);
}

static void test_nothing_to_read(void **state)
{
	const struct fixture *fixture = *state;

	assert_null(sshd_file_read(fixture->path, fixture->directory));
	put(fixture, "sshd_config", "# UsePAM yes\n\n");
	assert_null(sshd_file_read(fixture->path, fixture->directory));
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		row(test_includes),
		row(test_includes_without_end),
		row(test_too_many_lines),
		row(test_nothing_to_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
