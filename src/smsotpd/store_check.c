/* SPDX-License-Identifier: BSD-3-Clause */
#include "store_check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The directory above is the daemon's user's, who could put a link there: root's command follows
 * none. chown -R does not; chmod would, so it is that user who runs it.
 */
#define MEND_OWNER "repair it with: chown -R %u %s"
#define MEND_MODE  "repair it with: setpriv --reuid=%u --clear-groups chmod "

static enum result check_directory(int directory, const char *path, struct error *error)
{
	struct stat status;

	if (fstat(directory, &status) != 0)
		return error_set(error, RESULT_FAILED, "the store directory %s cannot be read: %s",
			path, strerror(errno));
	if (status.st_uid != geteuid())
		return error_set(error, RESULT_REFUSED,
			"the store directory %s is owned by uid %u, not by uid %u; " MEND_OWNER,
			path, status.st_uid, geteuid(), geteuid(), path);
	if ((status.st_mode & 07777) != 0700)
		return error_set(error, RESULT_REFUSED,
			"the store directory %s has mode %04o, not 0700; " MEND_MODE "0700 %s",
			path, status.st_mode & 07777, geteuid(), path);
	if (flock(directory, LOCK_EX | LOCK_NB) != 0)
		return error_set(error, RESULT_EXISTS,
			"the store %s is open already; stop the other smsotpd first", path);
	return RESULT_OK;
}

enum result store_directory(const char *path, bool create, int *ret_directory, struct error *error)
{
	if (create && mkdir(path, 0700) != 0 && errno != EEXIST)
		return error_set(error, errno == ENOSPC ? RESULT_FULL : RESULT_FAILED,
			"the store directory %s cannot be made: %s", path, strerror(errno));
	int directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (directory < 0 && errno == ENOENT)
		return error_set(error, RESULT_NOT_FOUND,
			"the store directory %s does not exist; restore it from a backup", path);
	if (directory < 0 && (errno == ELOOP || errno == ENOTDIR))
		return error_set(error, RESULT_REFUSED,
			"the store directory %s is a link or no directory; put the directory "
			"itself there",
			path);
	if (directory < 0 && errno == EACCES)
		return error_set(error, RESULT_REFUSED,
			"the store directory %s is not open to uid %u; " MEND_OWNER, path,
			geteuid(), geteuid(), path);
	if (directory < 0)
		return error_set(error, RESULT_FAILED, "the store directory %s does not open: %s",
			path, strerror(errno));
	enum result result = check_directory(directory, path, error);
	if (result != RESULT_OK) {
		close(directory);
		return result;
	}
	*ret_directory = directory;
	return RESULT_OK;
}

enum result store_file(
	int directory, const char *path, const char *name, size_t *ret_size, struct error *error)
{
	struct stat status;

	if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return error_set(error, errno == ENOENT ? RESULT_NOT_FOUND : RESULT_FAILED,
			"%s/%s: %s; restore it from a backup", path, name, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return error_set(error, RESULT_REFUSED,
			"%s/%s is a link or no regular file; put the file itself there", path,
			name);
	if (status.st_uid != geteuid())
		return error_set(error, RESULT_REFUSED,
			"%s/%s is owned by uid %u, not by uid %u; " MEND_OWNER, path, name,
			status.st_uid, geteuid(), geteuid(), path);
	if ((status.st_mode & 07777) != 0600)
		return error_set(error, RESULT_REFUSED,
			"%s/%s has mode %04o, not 0600; " MEND_MODE "0600 %s/%s", path, name,
			status.st_mode & 07777, geteuid(), path, name);
	if (status.st_size == 0)
		return error_set(error, RESULT_NOT_FOUND,
			"%s/%s is empty; restore it from a backup", path, name);
	*ret_size = (size_t)status.st_size;
	return RESULT_OK;
}

enum result store_allocate(
	int file, size_t size, const char *path, const char *name, struct error *error)
{
	int failure = posix_fallocate(file, 0, (off_t)size);

	if (failure == ENOSPC || failure == EDQUOT || failure == EFBIG)
		return error_set(error, RESULT_FULL,
			"no room for the %zu bytes of %s/%s: %s; make room on that file system",
			size, path, name, strerror(failure));
	if (failure != 0)
		return error_set(error, RESULT_FAILED, "%s/%s cannot be allocated: %s", path, name,
			strerror(failure));
	return RESULT_OK;
}

enum result store_lock_file(int directory, const char *path, size_t size, struct error *error)
{
	size_t found = 0;
	enum result result = store_file(directory, path, "lock.mdb", &found, error);

	if (result != RESULT_OK && result != RESULT_NOT_FOUND)
		return result;
	int file = openat(directory, "lock.mdb",
		O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (file < 0)
		return error_set(error, errno == ENOSPC ? RESULT_FULL : RESULT_FAILED,
			"%s/lock.mdb cannot be made: %s; remount that file system for writing, or "
			"make room on it",
			path, strerror(errno));
	result = store_allocate(file, size, path, "lock.mdb", error);
	close(file);
	return result;
}

enum result store_close_on_exec(int file, struct error *error)
{
	struct stat wanted, status;
	const struct dirent *entry;

	if (fstat(file, &wanted) != 0)
		return error_set(
			error, RESULT_FAILED, "the store's descriptor: %s", strerror(errno));
	DIR *open_files = opendir("/proc/self/fd");
	if (open_files == NULL)
		return error_set(
			error, RESULT_FAILED, "/proc/self/fd: %s; mount /proc", strerror(errno));
	while ((entry = readdir(open_files)) != NULL) {
		int other = atoi(entry->d_name); /* "." and ".." are 0, which is not the store */
		if (fstat(other, &status) == 0 && status.st_ino == wanted.st_ino &&
			status.st_dev == wanted.st_dev)
			fcntl(other, F_SETFD, FD_CLOEXEC);
	}
	closedir(open_files);
	return RESULT_OK;
}
