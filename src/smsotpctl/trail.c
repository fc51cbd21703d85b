/* SPDX-License-Identifier: BSD-3-Clause */
#include "trail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

FILE *trail_open(const char *path)
{
	struct stat status;
	int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (file < 0)
		return NULL;
	if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
		close(file);
		errno = EINVAL;
		return NULL;
	}
	FILE *stream = fdopen(file, "r");
	if (stream == NULL)
		close(file);
	return stream;
}

static off_t find_tail(int file, long lines)
{
	struct stat status;
	char block[4096];

	if (fstat(file, &status) != 0)
		return 0;
	off_t end = status.st_size;
	long wanted = lines + 1; /* the newline that ends the last line begins none */
	while (end > 0) {
		off_t start = end > (off_t)sizeof(block) ? end - (off_t)sizeof(block) : 0;
		ssize_t count = pread(file, block, (size_t)(end - start), start);
		if (count <= 0)
			return 0;
		for (ssize_t i = count - 1; i >= 0; i--) {
			if (block[i] == '\n' && --wanted == 0)
				return start + i + 1;
		}
		end = start;
	}
	return 0;
}

void trail_seek_tail(FILE *file, long lines)
{
	fseeko(file, find_tail(fileno(file), lines), SEEK_SET);
}

void trail_read(
	FILE *file, void (*take)(const char *line, size_t length, void *context), void *context)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	off_t at = ftello(file);

	clearerr(file);
	while ((length = getline(&line, &size, file)) > 0 && line[length - 1] == '\n') {
		line[length - 1] = '\0';
		take(line, (size_t)length - 1, context);
		at = ftello(file);
	}
	free(line);
	fseeko(file, at, SEEK_SET);
}

bool trail_replaced(FILE *file, const char *path)
{
	struct stat now, open_one;

	if (lstat(path, &now) != 0 || fstat(fileno(file), &open_one) != 0)
		return false;
	return now.st_ino != open_one.st_ino || now.st_dev != open_one.st_dev ||
	       now.st_size < ftello(file);
}
