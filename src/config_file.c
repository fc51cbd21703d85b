/* SPDX-License-Identifier: BSD-3-Clause */
#include "config_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_keys.h"

#define SUFFIX ".conf"

/* NULL where nobody but root and this user can change what `status` describes. */
static const char *status_fault(const struct stat *status)
{
	if (status->st_uid != 0 && status->st_uid != geteuid())
		return "belongs to another user; make it root's with chown root";
	if (status->st_mode & (S_IWGRP | S_IWOTH))
		return "can be written by others; take that away with chmod go-w";
	return NULL;
}

/* O_NONBLOCK: the open of a fifo would wait for its writer. */
static enum result file_open(
	int directory, const char *path, const char *name, FILE **ret_file, struct error *error)
{
	struct stat status;
	int file = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (file < 0)
		return error_set(error, errno == ENOENT ? RESULT_NOT_FOUND : RESULT_FAILED,
			"%s: cannot be opened, %s; name a file that can be read", name,
			strerror(errno));
	const char *fault = "is no regular file; put one in its place";
	if (fstat(file, &status) == 0 && S_ISREG(status.st_mode))
		fault = status_fault(&status);
	if (fault) {
		close(file);
		return error_set(error, RESULT_REFUSED, "%s: %s", name, fault);
	}
	*ret_file = fdopen(file, "r");
	if (*ret_file)
		return RESULT_OK;
	close(file);
	return error_set(error, RESULT_MEMORY, "%s: no memory is left to read it", name);
}

static enum result file_read(struct config *config, int directory, const char *path,
	const char *name, struct error *error)
{
	FILE *from = NULL;
	enum result result = file_open(directory, path, name, &from, error);

	if (result != RESULT_OK)
		return result;
	result = config_file_parse(config, from, name, error);
	fclose(from);
	return result;
}

static int is_part(const struct dirent *entry)
{
	size_t size = strlen(entry->d_name);

	return entry->d_name[0] != '.' && size > sizeof(SUFFIX) - 1 &&
	       strcmp(entry->d_name + size - (sizeof(SUFFIX) - 1), SUFFIX) == 0;
}

/* By bytes, not by the locale: the order must be the same in a daemon and at a terminal. */
static int part_order(const struct dirent **left, const struct dirent **right)
{
	return strcmp((*left)->d_name, (*right)->d_name);
}

static enum result part_read(struct config *config, int directory, const char *path,
	const char *part, struct error *error)
{
	char *name = NULL;

	if (asprintf(&name, "%s/%s", path, part) < 0)
		return error_set(error, RESULT_MEMORY, "%s: no memory is left to read it", path);
	enum result result = file_read(config, directory, part, name, error);
	free(name);
	return result;
}

static enum result parts_read(
	struct config *config, int directory, const char *path, struct error *error)
{
	struct dirent **entries = NULL;
	struct stat status;
	enum result result = RESULT_OK;

	const char *fault = "cannot be looked at; see its file system";
	if (fstat(directory, &status) == 0)
		fault = status_fault(&status);
	if (fault)
		return error_set(error, RESULT_REFUSED, "%s: %s", path, fault);
	int count = scandirat(directory, ".", &entries, is_part, part_order);
	if (count < 0)
		return error_set(error, RESULT_FAILED, "%s: cannot be listed, %s; see its mode",
			path, strerror(errno));
	for (int i = 0; i < count; i++) {
		if (result == RESULT_OK)
			result = part_read(config, directory, path, entries[i]->d_name, error);
		free(entries[i]);
	}
	free(entries);
	return result;
}

static enum result directory_read(struct config *config, const char *path, struct error *error)
{
	int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (directory < 0 && errno == ENOENT)
		return RESULT_OK;
	if (directory < 0)
		return error_set(error, RESULT_FAILED, "%s: cannot be opened, %s; see its mode",
			path, strerror(errno));
	enum result result = parts_read(config, directory, path, error);
	close(directory);
	return result;
}

/* `mend` is what chmod(1) gives them. */
static enum result open_check(
	const char *path, mode_t needed, const char *mend, struct error *error)
{
	struct stat status;

	if (stat(path, &status) != 0 || (status.st_mode & needed) == needed)
		return RESULT_OK;
	return error_set(error, RESULT_REFUSED,
		"%s: is closed to both daemons, which are not root; open it with chmod %s", path,
		mend);
}

/* Root, who makes a file under a umask of 077 and checks it here, can read what they cannot. */
static enum result all_open_check(
	const struct config *config, const char *path, const char *directory, struct error *error)
{
	const struct config_origin *origin = config->origin;
	char parent[PATH_MAX];

	snprintf(parent, sizeof(parent), "%.*s", (int)(strrchr(path, '/') - path), path);
	enum result result = open_check(parent, S_IXOTH, "go+x", error);
	if (result == RESULT_OK)
		result = open_check(directory, S_IROTH | S_IXOTH, "go+rx", error);
	/* The first are the defaults. */
	for (uint32_t i = 1; i < origin->files && result == RESULT_OK; i++)
		result = open_check(origin->file[i], S_IROTH, "go+r", error);
	return result;
}

enum result config_files_read(
	struct config *config, const char *path, bool installed, struct error *error)
{
	char *directory = NULL;
	enum result result = file_read(config, AT_FDCWD, path, path, error);

	if (result != RESULT_OK && !(result == RESULT_NOT_FOUND && installed))
		return result;
	if (asprintf(&directory, "%s.d", path) < 0)
		return error_set(error, RESULT_MEMORY, "%s: no memory is left to read it", path);
	result = directory_read(config, directory, error);
	if (result == RESULT_OK && installed && geteuid() == 0)
		result = all_open_check(config, path, directory, error);
	free(directory);
	return result;
}
