/* SPDX-License-Identifier: BSD-3-Clause */
#include "child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEXT_MAX  (1 << 20)
#define WORDS_MAX 8

extern char **environ;

/* Where what we run lies. */
static const char *const directories[] = {
	"/usr/sbin",
	"/usr/bin",
	"/sbin",
	"/bin",
	"/usr/libexec/smsotp",
	"/usr/local/libexec/smsotp",
};

static bool find_program(const char *name, char *ret_path, size_t size)
{
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		snprintf(ret_path, size, "%s/%s", directories[i], name);
		if (access(ret_path, X_OK) == 0)
			return true;
	}
	return false;
}

/* Of a descriptor from its start, or of a pipe to its end. */
static char *read_all(int fd)
{
	char *text = malloc(TEXT_MAX + 1);
	size_t used = 0;
	ssize_t count;

	if (text == NULL)
		return NULL;
	while (used < TEXT_MAX && (count = read(fd, text + used, TEXT_MAX - used)) > 0)
		used += (size_t)count;
	text[used] = '\0';
	return text;
}

char *file_text(const char *path)
{
	struct stat status;
	/* O_NONBLOCK: the open of a fifo would wait for its writer. */
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char *text = NULL;

	if (file < 0)
		return NULL;
	if (fstat(file, &status) == 0 && S_ISREG(status.st_mode))
		text = read_all(file);
	close(file);
	return text;
}

static char *last_line(char *text)
{
	size_t length = text == NULL ? 0 : strlen(text);

	while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
		text[--length] = '\0';
	char *end = length == 0 ? NULL : strrchr(text, '\n');
	char *line = strdup(end == NULL ? (text == NULL ? "" : text) : end + 1);
	free(text);
	return line;
}

/* Standard output and error go to files without a name: no pipe to fill, nothing to wait for. */
static int spawn(const char *path, const char *const argv[], int out, int error, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, error, STDERR_FILENO);
	/* posix_spawn(3) takes them as not constant, and changes nothing. */
	int failed = posix_spawn(ret_pid, path, &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return failed;
}

/* Waits for the end of `pid`, for so long and no longer. */
static enum result wait_for(pid_t pid, int *ret_status)
{
	enum result result = RESULT_OK;
	int status = 0;

	int handle = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd ended = {.fd = handle, .events = POLLIN};
	if (handle >= 0 && poll(&ended, 1, CHILD_SECONDS * 1000) == 0) {
		kill(pid, SIGKILL);
		result = RESULT_TIMEOUT;
	}
	if (handle >= 0)
		close(handle);
	if (waitpid(pid, &status, 0) != pid)
		return RESULT_FAILED;
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return result;
}

static enum result run_into(const char *const argv[], int out, int error, struct child *ret_child)
{
	const char *words[WORDS_MAX + 1] = {NULL};
	char path[256];
	pid_t pid = 0;
	int status = 0;

	if (!find_program(argv[0], path, sizeof(path)))
		return RESULT_NOT_FOUND;
	/* sshd wants to be called by its path. */
	words[0] = path;
	for (size_t i = 1; i < WORDS_MAX && argv[i] != NULL; i++)
		words[i] = argv[i];
	if (spawn(path, words, out, error, &pid) != 0)
		return RESULT_FAILED;
	enum result result = wait_for(pid, &status);
	if (result != RESULT_OK)
		return result;
	lseek(out, 0, SEEK_SET);
	lseek(error, 0, SEEK_SET);
	struct child child = {
		.text = read_all(out), .error = last_line(read_all(error)), .status = status};
	if (child.text == NULL || child.error == NULL) {
		child_free(&child);
		return RESULT_MEMORY;
	}
	*ret_child = child;
	return RESULT_OK;
}

enum result child_run(const char *const argv[], struct child *ret_child)
{
	int out = memfd_create("out", MFD_CLOEXEC);
	int error = memfd_create("error", MFD_CLOEXEC);
	enum result result = RESULT_FAILED;

	if (out >= 0 && error >= 0)
		result = run_into(argv, out, error, ret_child);
	if (out >= 0)
		close(out);
	if (error >= 0)
		close(error);
	return result;
}

void child_free(struct child *child)
{
	free(child->text);
	free(child->error);
	*child = (struct child){0};
}
