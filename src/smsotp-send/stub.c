/* SPDX-License-Identifier: BSD-3-Clause */
#include "stub.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAMP_SIZE sizeof("2026-01-31T12:00:00Z")

/* A line of the stub's file: it holds a phone and a code. */
struct line {
	char text[STAMP_SIZE + sizeof(struct phone) + MESSAGE_SIZE + 1];
};

static void line_wipe(struct line *line)
{
	explicit_bzero(line, sizeof(*line));
}

static enum result file_check(int fd, const char *path, uid_t owner, struct error *error)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return error_set(
			error, RESULT_FAILED, "cannot look at %s: %s", path, strerror(errno));
	if (!S_ISREG(status.st_mode) || status.st_nlink != 1)
		return error_set(error, RESULT_REFUSED,
			"%s is no regular file with one name: move it away", path);
	if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return error_set(error, RESULT_REFUSED,
			"%s holds codes and is open to others (mode %04o): chmod 0600 it", path,
			(unsigned)status.st_mode & 07777);
	if (geteuid() == 0 && status.st_uid == 0 && fchown(fd, owner, (gid_t)-1) != 0)
		return error_set(error, RESULT_FAILED, "cannot give %s to uid %u: %s", path,
			(unsigned)owner, strerror(errno));
	return RESULT_OK;
}

enum result stub_open(const char *run, uid_t owner, int *ret_fd, struct error *error)
{
	char path[CONFIG_PATH + sizeof("/stub.log")];

	snprintf(path, sizeof(path), "%s/stub.log", run);
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
		S_IRUSR | S_IWUSR);
	if (fd < 0)
		return error_set(error, RESULT_REFUSED,
			"cannot open %s: %s; make it a file of smsotp-send's, mode 0600 "
			"(systemd-tmpfiles), or set the gateway's keys",
			path, strerror(errno));
	enum result result = file_check(fd, path, owner, error);
	if (result != RESULT_OK) {
		close(fd);
		return result;
	}
	*ret_fd = fd;
	return RESULT_OK;
}

enum result stub_write(int fd, time_t now, const struct phone *phone, const struct message *message)
{
	WIPED(line) line = {0};
	char stamp[STAMP_SIZE];
	struct tm utc;

	if (gmtime_r(&now, &utc) == NULL ||
		strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		return RESULT_FAILED;
	int length = snprintf(
		line.text, sizeof(line.text), "%s %s %s", stamp, phone->e164, message->text);
	if (length < 0 || (size_t)length + 1 > sizeof(line.text))
		return RESULT_FAILED;
	for (int i = 0; i < length; i++) {
		if ((unsigned char)line.text[i] < 0x20)
			line.text[i] = ' ';
	}
	line.text[length] = '\n';
	/* One write: a line is there whole, or the text was not kept. */
	return write(fd, line.text, (size_t)length + 1) == length + 1 ? RESULT_OK : RESULT_FAILED;
}
