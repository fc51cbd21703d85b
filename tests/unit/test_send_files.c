/* SPDX-License-Identifier: BSD-3-Clause */
/* The two files of smsotp-send: the password it reads, the stub's log it writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "smsotp-send/password.h"
#include "smsotp-send/stub.h"

struct fixture {
	char directory[64];
	char path[80];
	char other[80];
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->directory, "/tmp/smsotp-test-XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->path, sizeof(fixture->path), "%s/stub.log", fixture->directory);
	snprintf(fixture->other, sizeof(fixture->other), "%s/other", fixture->directory);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	unlink(fixture->path);
	unlink(fixture->other);
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

static void file_write(const char *path, const char *bytes, size_t size, mode_t mode)
{
	unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void assert_password(const char *path, enum result result, const char *expected)
{
	struct password password = {"before"};
	struct error error = {""};

	assert_int_equal(password_read(path, geteuid(), &password, &error), result);
	assert_string_equal(password.text, result == RESULT_OK ? expected : "before");
	if (result != RESULT_OK &&
		(strstr(error.text, path) == NULL || strstr(error.text, "s3cret")))
		fail_msg("%s", error.text);
}

static void test_password(void **state)
{
	const struct fixture *fixture = *state;
	const char *path = fixture->path;
	char line[PASSWORD_MAX + 2];

	assert_password(path, RESULT_NOT_FOUND, NULL);
	file_write(path, "s3cret\nmore\n", 12, 0400);
	assert_password(path, RESULT_OK, "s3cret");
	file_write(path, " s3 cret ", 9, 0600);
	assert_password(path, RESULT_OK, " s3 cret ");
	file_write(path, "s3cret\n", 7, 0440);
	assert_password(path, RESULT_REFUSED, NULL);
	file_write(path, "s3cret\n", 7, 0404);
	assert_password(path, RESULT_REFUSED, NULL);
	file_write(path, "\ns3cret\n", 8, 0400);
	assert_password(path, RESULT_INVALID, NULL);
	file_write(path, "", 0, 0400);
	assert_password(path, RESULT_INVALID, NULL);
	file_write(path, "s3cret\r\n", 8, 0400);
	assert_password(path, RESULT_INVALID, NULL);
	file_write(path, "s3c\0ret\n", 8, 0400);
	assert_password(path, RESULT_INVALID, NULL);
	memset(line, 'p', sizeof(line));
	file_write(path, line, sizeof(line), 0400);
	assert_password(path, RESULT_INVALID, NULL);
	line[PASSWORD_MAX] = '\0';
	file_write(path, line, PASSWORD_MAX, 0400);
	assert_password(path, RESULT_OK, line);
}

/* Closed to others it is a secret of its owner, and of nobody else's gateway. */
static void test_password_of_somebody_else(void **state)
{
	const struct fixture *fixture = *state;
	const char *path = fixture->path;
	struct password password = {"before"};
	struct error error = {""};
	char sentence[160];

	if (geteuid() != 0)
		skip();
	file_write(path, "s3cret\n", 7, 0400);
	assert_int_equal(chown(path, 1234, (gid_t)-1), 0);
	assert_int_equal(password_read(path, 1235, &password, &error), RESULT_REFUSED);
	snprintf(sentence, sizeof(sentence),
		"the password file %s belongs to uid 1234: chown it to smsotp-send", path);
	assert_string_equal(error.text, sentence);
	assert_string_equal(password.text, "before");
	assert_int_equal(password_read(path, 1234, &password, &error), RESULT_OK);
	assert_string_equal(password.text, "s3cret");
}

static void test_password_not_a_file(void **state)
{
	const struct fixture *fixture = *state;

	assert_password(fixture->directory, RESULT_REFUSED, NULL);
	file_write(fixture->other, "s3cret\n", 7, 0400);
	assert_int_equal(symlink(fixture->other, fixture->path), 0);
	assert_password(fixture->path, RESULT_REFUSED, NULL);
	unlink(fixture->path);
	assert_int_equal(mkfifo(fixture->path, 0600), 0);
	assert_password(fixture->path, RESULT_REFUSED, NULL);
}

static void test_stub(void **state)
{
	const struct fixture *fixture = *state;
	const struct phone phone = {"+919999900001"};
	const struct message message = {"Code 123456.\nBye\x1b"};
	static const char line[] = "2026-01-31T12:00:00Z +919999900001 Code 123456. Bye \n";
	char read_back[256] = "";
	struct stat status;
	struct error error;
	int fd = -1;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(stub_open(fixture->directory, geteuid(), &fd, &error), RESULT_OK);
		assert_int_equal(stub_write(fd, 1769860800, &phone, &message), RESULT_OK);
		close(fd);
	}
	assert_int_equal(stat(fixture->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	fd = open(fixture->path, O_RDONLY);
	assert_int_equal(read(fd, read_back, sizeof(read_back)), 2 * strlen(line));
	close(fd);
	assert_memory_equal(read_back, line, strlen(line));
	assert_memory_equal(read_back + strlen(line), line, strlen(line));
}

static void test_stub_refused(void **state)
{
	const struct fixture *fixture = *state;
	struct error error;
	int fd = -1;

	file_write(fixture->path, "", 0, 0640);
	assert_int_equal(stub_open(fixture->directory, geteuid(), &fd, &error), RESULT_REFUSED);
	unlink(fixture->path);
	file_write(fixture->other, "", 0, 0600);
	assert_int_equal(symlink(fixture->other, fixture->path), 0);
	assert_int_equal(stub_open(fixture->directory, geteuid(), &fd, &error), RESULT_REFUSED);
	unlink(fixture->path);
	assert_int_equal(link(fixture->other, fixture->path), 0);
	assert_int_equal(stub_open(fixture->directory, geteuid(), &fd, &error), RESULT_REFUSED);
	assert_int_equal(fd, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_password, setup, teardown),
		cmocka_unit_test_setup_teardown(test_password_of_somebody_else, setup, teardown),
		cmocka_unit_test_setup_teardown(test_password_not_a_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stub, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stub_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
