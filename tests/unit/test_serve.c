/* SPDX-License-Identifier: BSD-3-Clause */
/* Listening sockets, made here and inherited, and what a daemon gives up before it serves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "serve.h"

#define OWNER "daemon" /* Debian has this user everywhere */

struct fixture {
	char directory[64];
	char path[80];
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->directory, "/tmp/smsotp-test-XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->path, sizeof(fixture->path), "%s/x.sock", fixture->directory);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	unlink(fixture->path);
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

static void test_bind(void **state)
{
	const struct fixture *fixture = *state;
	struct error error = {""};
	struct stat status;
	int fd = -1;
	int second = -1;

	umask(0);
	assert_int_equal(serve_listen("x", fixture->path, OWNER, &fd, &error), RESULT_OK);
	assert_int_equal(stat(fixture->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_true(geteuid() != 0 || status.st_uid != 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	/* A live one is left alone, a stale one replaced. */
	assert_int_equal(serve_listen("x", fixture->path, OWNER, &second, &error), RESULT_EXISTS);
	assert_int_equal(second, -1);
	close(fd);
	assert_int_equal(serve_listen("x", fixture->path, OWNER, &fd, &error), RESULT_OK);
	close(fd);
}

/* One of another type cannot be connected to either, and still it lives. */
static void test_bind_other_type(void **state)
{
	const struct fixture *fixture = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct error error = {""};
	int stream = socket(AF_UNIX, SOCK_STREAM, 0);
	int fd = -1;

	strcpy(address.sun_path, fixture->path);
	assert_int_equal(bind(stream, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(stream, 1), 0);
	assert_int_equal(serve_listen("x", fixture->path, OWNER, &fd, &error), RESULT_EXISTS);
	close(stream);
}

static void test_bind_refused(void **state)
{
	const struct fixture *fixture = *state;
	struct error error = {""};
	char longer[200];
	int fd = -1;

	close(open(fixture->path, O_WRONLY | O_CREAT, 0600));
	assert_int_equal(serve_listen("x", fixture->path, OWNER, &fd, &error), RESULT_REFUSED);
	assert_non_null(strstr(error.text, fixture->path));
	assert_int_equal(access(fixture->path, F_OK), 0);
	/* A file is no directory. */
	snprintf(longer, sizeof(longer), "%s/y", fixture->path);
	assert_int_equal(serve_listen("x", longer, OWNER, &fd, &error), RESULT_FAILED);
	assert_non_null(strstr(error.text, "cannot look at"));
	/* One byte more than there is room for. */
	memset(longer, 'a', sizeof(longer));
	longer[sizeof(((struct sockaddr_un *)0)->sun_path)] = '\0';
	assert_int_equal(serve_listen("x", longer, OWNER, &fd, &error), RESULT_INVALID);
	assert_int_equal(fd, -1);
}

static void test_bind_for_nobody(void **state)
{
	const struct fixture *fixture = *state;
	struct error error = {""};
	int fd = -1;

	if (geteuid() != 0)
		skip();
	assert_int_equal(serve_listen("x", fixture->path, "no-such-user-here", &fd, &error),
		RESULT_NOT_FOUND);
	assert_string_equal(error.text,
		"there is no system user no-such-user-here: create it (systemd-sysusers)");
	assert_int_equal(fd, -1);
	/* What it left nobody listens on: once there is a user, it is replaced. */
	assert_int_equal(serve_listen("x", fixture->path, OWNER, &fd, &error), RESULT_OK);
	close(fd);
}

/* Nobody but root can give it away; it stays whose it is, closed to others. Exit 0: it did. */
static int bind_as(uid_t uid, const char *path)
{
	struct error error;
	struct stat status;
	int fd = -1;

	if (geteuid() == 0 && setresuid(uid, uid, uid) != 0)
		return 1;
	if (serve_listen("x", path, "no-such-user-here", &fd, &error) != RESULT_OK)
		return 2;
	if (stat(path, &status) != 0 || (status.st_mode & 07777) != 0600)
		return 3;
	return status.st_uid == geteuid() ? 0 : 4;
}

static void test_bind_without_root(void **state)
{
	const struct fixture *fixture = *state;
	uid_t uid = geteuid() == 0 ? 65534 : geteuid();
	int status = 0;

	assert_int_equal(chown(fixture->directory, uid, (gid_t)-1), 0);
	pid_t child = fork();
	if (child == 0)
		_exit(bind_as(uid, fixture->path));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* From 3 on, one for each of the `names`, which have colons between them. */
static int inherit(int type, bool listening, const char *names)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type, 0);
	char pid[16], count[16];
	int last = 3;

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(sa_family_t)) != 0)
		return -1;
	if (listening && listen(fd, 1) != 0)
		return -1;
	for (const char *name = names; name != NULL; last++) {
		if (dup2(fd, last) != last)
			return -1;
		name = strchr(name, ':') == NULL ? NULL : strchr(name, ':') + 1;
	}
	snprintf(count, sizeof(count), "%d", last - 3);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", count, 1);
	setenv("LISTEN_FDNAMES", names, 1);
	return 0;
}

/* In a child: the descriptors from 3 on belong to cmocka here. The child's exit is the result. */
static enum result listen_inherited(
	const char *path, const char *names, int type, bool listening, int *ret_fd)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		struct error error;
		int fd = -1;
		if (inherit(type, listening, names) != 0)
			_exit(100);
		enum result result = serve_listen("x", path, OWNER, &fd, &error);
		bool flags = result == RESULT_OK && (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0 &&
			     (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
		_exit(flags ? fd + 50 : (int)result);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	*ret_fd = WEXITSTATUS(status) >= 50 ? WEXITSTATUS(status) - 50 : -1;
	return *ret_fd >= 0 ? RESULT_OK : (enum result)WEXITSTATUS(status);
}

static void test_inherited(void **state)
{
	const struct fixture *fixture = *state;
	int fd = -1;

	assert_int_equal(
		listen_inherited(fixture->path, "x", SOCK_SEQPACKET, true, &fd), RESULT_OK);
	assert_int_equal(fd, 3);
	assert_int_equal(
		listen_inherited(fixture->path, "y:x:z", SOCK_SEQPACKET, true, &fd), RESULT_OK);
	assert_int_equal(fd, 4);
	assert_int_equal(access(fixture->path, F_OK), -1);
	assert_int_equal(
		listen_inherited(fixture->path, "x", SOCK_SEQPACKET, false, &fd), RESULT_REFUSED);
	assert_int_equal(
		listen_inherited(fixture->path, "x", SOCK_STREAM, true, &fd), RESULT_REFUSED);
	/* Handed over to others of the same daemon: this one makes its own. */
	assert_int_equal(
		listen_inherited(fixture->path, "y:z", SOCK_SEQPACKET, true, &fd), RESULT_OK);
	assert_int_equal(access(fixture->path, F_OK), 0);
}

/* In a child, since rights do not come back. Exit 0: all is as it should be. */
static int drop_and_look(void)
{
	struct error error;
	struct rlimit core;
	bool root = geteuid() == 0;

	if (serve_drop(OWNER, &error) != RESULT_OK)
		return 1;
	if (root && (geteuid() == 0 || getegid() == 0 || setuid(0) == 0))
		return 2;
	if (root && (getgroups(0, NULL) != 1))
		return 3;
	if (prctl(PR_GET_DUMPABLE) != 0 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 4;
	return getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0 ? 0 : 5;
}

/* The kernel closes who gives root's rights away; who has none is closed by us. */
static bool become_nobody(void)
{
	bool nobody = geteuid() != 0 || setresuid(65534, 65534, 65534) == 0;

	return nobody && prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

static void test_drop(void **state)
{
	(void)state;
	for (int nobody = 0; nobody < 2; nobody++) {
		int status = 0;
		pid_t child = fork();
		if (child == 0)
			_exit(nobody == 1 && !become_nobody() ? 6 : drop_and_look());
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

static void test_drop_refused(void **state)
{
	struct error error = {""};

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(serve_drop("no-such-user-here", &error), RESULT_NOT_FOUND);
	assert_int_equal(serve_drop("root", &error), RESULT_REFUSED);
	assert_int_equal(geteuid(), 0);
}

static void test_directory(void **state)
{
	const struct fixture *fixture = *state;
	struct error error = {""};
	struct stat status;

	if (geteuid() != 0)
		skip();
	umask(077);
	assert_int_equal(serve_directory(fixture->path, &error), RESULT_OK);
	assert_int_equal(stat(fixture->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0711);
	assert_int_equal(chmod(fixture->path, 0755), 0);
	assert_int_equal(serve_directory(fixture->path, &error), RESULT_OK);
	assert_int_equal(stat(fixture->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0755);
	assert_int_equal(chmod(fixture->path, 0775), 0);
	assert_int_equal(serve_directory(fixture->path, &error), RESULT_REFUSED);
	assert_non_null(strstr(error.text, "chmod go-w"));
	assert_int_equal(chmod(fixture->path, 0755), 0);
	assert_int_equal(chown(fixture->path, 1000, 0), 0);
	assert_int_equal(serve_directory(fixture->path, &error), RESULT_REFUSED);
	assert_non_null(strstr(error.text, "chown root"));
	assert_int_equal(rmdir(fixture->path), 0);
	assert_int_equal(symlink("/tmp", fixture->path), 0);
	assert_int_equal(serve_directory(fixture->path, &error), RESULT_REFUSED);
	assert_non_null(strstr(error.text, "is no directory"));
}

/* What systemd would have been told since. */
static int told(int fd)
{
	char word[64];
	int count = 0;

	for (ssize_t size; (size = recv(fd, word, sizeof(word), MSG_DONTWAIT)) > 0; count++)
		assert_memory_equal(word, "WATCHDOG=1", (size_t)size);
	return count;
}

static void test_alive(void **state)
{
	const struct fixture *fixture = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, fixture->path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(setenv("NOTIFY_SOCKET", fixture->path, 1), 0);
	serve_alive(5000);
	assert_int_equal(told(fd), 1);
	serve_alive(5000);
	serve_alive(5999);
	assert_int_equal(told(fd), 0);
	serve_alive(6000);
	assert_int_equal(told(fd), 1);
	unsetenv("NOTIFY_SOCKET");
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bind, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bind_other_type, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bind_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bind_for_nobody, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bind_without_root, setup, teardown),
		cmocka_unit_test_setup_teardown(test_inherited, setup, teardown),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_drop_refused),
		cmocka_unit_test_setup_teardown(test_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alive, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
