/* SPDX-License-Identifier: BSD-3-Clause */
/* export: the daemon writes into our memfd; the phones in it go where others do not read them. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool.h"

/* A file made by the shell's > may be read by everybody. */
static enum tool_exit check_standard_output(void)
{
	struct stat status;

	if (fstat(STDOUT_FILENO, &status) != 0 || !S_ISREG(status.st_mode) ||
		(status.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		return TOOL_OK;
	return tool_fail(TOOL_REFUSED,
		"standard output is a file that others may open (mode %04o), and phones would be "
		"in it; use --output FILE, or umask 077",
		status.st_mode & 07777);
}

/* What stands there is replaced: never a device, and never what a link points to. */
static enum tool_exit check_output(const char *path)
{
	struct stat status;

	if (lstat(path, &status) != 0 || S_ISREG(status.st_mode))
		return TOOL_OK;
	return tool_fail(TOOL_REFUSED,
		"%s is no regular file; name another one, or use --reveal for standard output",
		path);
}

enum tool_exit export_build(const struct tool *tool, struct tool_request *request)
{
	bool reveal = (tool->options & OPTION_REVEAL) != 0;

	if (reveal == (tool->output != NULL))
		return tool_fail(TOOL_USAGE,
			"an export holds phones whole: say --output FILE, which is made readable "
			"by you alone, or --reveal for standard output");
	if (reveal && tool->json)
		return tool_fail(TOOL_USAGE, "--json speaks of the export; use --output FILE");
	enum tool_exit code = reveal ? check_standard_output() : check_output(tool->output);
	if (code != TOOL_OK)
		return code;
	json_object_set_new(request->json, "progress", json_true());
	if (tool->format != NULL)
		json_object_set_new(request->json, "format", json_string(tool->format));
	request->bulk = memfd_create("smsotp-export", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return request->bulk >= 0
		       ? TOOL_OK
		       : tool_fail(TOOL_REFUSED, "no memory for the export: %s", strerror(errno));
}

/* False with errno. */
static bool copy(int from, int to)
{
	char block[65536];
	ssize_t count;
	off_t at = 0;
	bool good = true;

	while (good && (count = pread(from, block, sizeof(block), at)) != 0) {
		ssize_t done = 0;
		good = count > 0;
		while (good && done < count) {
			ssize_t part = write(to, block + done, (size_t)(count - done));
			if (part < 0 && errno == EINTR)
				continue;
			good = part > 0;
			done += part;
		}
		at += count;
	}
	explicit_bzero(block, sizeof(block));
	return good;
}

/* Whole or not at all: beside its place first, mode 0600, then in it. */
static enum tool_exit write_output(const char *path, int from)
{
	char beside[PATH_MAX];
	int length = snprintf(beside, sizeof(beside), "%s.XXXXXX", path);

	if (length < 0 || (size_t)length >= sizeof(beside))
		return tool_fail(TOOL_USAGE, "the name of the file is too long");
	int to = mkostemp(beside, O_CLOEXEC);
	if (to < 0)
		return tool_fail(TOOL_REFUSED, "%s: %s", path, strerror(errno));
	bool good = copy(from, to) && fsync(to) == 0;
	good = close(to) == 0 && good;
	if (good && rename(beside, path) == 0)
		return TOOL_OK;
	enum tool_exit code = tool_fail(TOOL_REFUSED, "%s: %s", path, strerror(errno));
	unlink(beside);
	return code;
}

enum tool_exit export_finish(const struct tool *tool, const struct tool_request *request)
{
	if (tool->output != NULL)
		return write_output(tool->output, request->bulk);
	return copy(request->bulk, STDOUT_FILENO)
		       ? TOOL_OK
		       : tool_fail(TOOL_REFUSED, "standard output: %s", strerror(errno));
}
