/* SPDX-License-Identifier: BSD-3-Clause */
#include "password.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Judged on the descriptor, so that what is checked is what is read. */
static enum result file_check(int fd, const char *path, uid_t owner, struct error *error)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return error_set(
			error, RESULT_FAILED, "cannot look at %s: %s", path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return error_set(error, RESULT_REFUSED,
			"the password file %s is no regular file: name one in [gateway] "
			"password_file",
			path);
	if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return error_set(error, RESULT_REFUSED,
			"the password file %s is open to others (mode %04o): chmod 0400 it", path,
			(unsigned)status.st_mode & 07777);
	if (status.st_uid != 0 && status.st_uid != owner && status.st_uid != geteuid())
		return error_set(error, RESULT_REFUSED,
			"the password file %s belongs to uid %u: chown it to smsotp-send", path,
			(unsigned)status.st_uid);
	return RESULT_OK;
}

/* `line` is what was read, at most one byte more than a password may have with its newline. */
static enum result line_cut(
	struct password *line, size_t size, const char *path, struct error *error)
{
	size_t length = 0;

	while (length < size && line->text[length] != '\n')
		length++;
	if (length == 0)
		return error_set(error, RESULT_INVALID,
			"the first line of the password file %s is empty: write the password there",
			path);
	if (length > PASSWORD_MAX)
		return error_set(error, RESULT_INVALID,
			"the first line of the password file %s is over %d bytes: write the "
			"password alone there",
			path, PASSWORD_MAX);
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)line->text[i];
		if (byte < 0x20 || byte == 0x7f)
			return error_set(error, RESULT_INVALID,
				"the password in %s has a control byte at %zu: write it anew (a "
				"line "
				"of DOS ends in one)",
				path, i + 1);
	}
	line->text[length] = '\0';
	return RESULT_OK;
}

enum result password_read(
	const char *path, uid_t owner, struct password *ret_password, struct error *error)
{
	WIPED(password) password = {0};
	/* O_NONBLOCK: opening a FIFO must not wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return error_set(error, errno == ENOENT ? RESULT_NOT_FOUND : RESULT_REFUSED,
			"cannot open the password file %s: %s", path,
			errno == ELOOP ? "it is a symbolic link, name the file itself"
				       : strerror(errno));
	enum result result = file_check(fd, path, owner, error);
	if (result == RESULT_OK) {
		ssize_t size = read(fd, password.text, sizeof(password.text));
		if (size < 0)
			result = error_set(error, RESULT_FAILED,
				"cannot read the password file %s: %s", path, strerror(errno));
		else
			result = line_cut(&password, (size_t)size, path, error);
	}
	close(fd);
	if (result == RESULT_OK)
		*ret_password = password;
	return result;
}
