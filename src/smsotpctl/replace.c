/* SPDX-License-Identifier: BSD-3-Clause */
#include "replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static FILE *open_beside(const char *path, char ret_name[static PATH_MAX])
{
	int length = snprintf(ret_name, PATH_MAX, "%s.XXXXXX", path);

	if (length < 0 || length >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	int file = mkostemp(ret_name, O_CLOEXEC);
	FILE *stream = file < 0 ? NULL : fdopen(file, "w");
	if (stream == NULL && file >= 0) {
		close(file);
		unlink(ret_name);
	}
	return stream;
}

/* Closes it in any case. */
static bool close_whole(FILE *file)
{
	bool whole = fflush(file) == 0 && !ferror(file) && fchmod(fileno(file), 0644) == 0;

	return fclose(file) == 0 && whole;
}

enum result replace_file(
	const char *path, void (*write)(FILE *to, const void *context), const void *context)
{
	char name[PATH_MAX];
	FILE *file = open_beside(path, name);

	if (file == NULL)
		return RESULT_FAILED;
	write(file, context);
	if (close_whole(file) && rename(name, path) == 0)
		return RESULT_OK;
	int reason = errno;
	unlink(name);
	errno = reason;
	return RESULT_FAILED;
}
