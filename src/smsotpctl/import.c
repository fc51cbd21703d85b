/* SPDX-License-Identifier: BSD-3-Clause */
/* import: the file goes to the daemon in a memfd. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "output.h"
#include "tool.h"

static enum tool_exit copy(int from, int to)
{
	char block[16384];
	enum tool_exit code = TOOL_OK;

	for (;;) {
		ssize_t count = read(from, block, sizeof(block));
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			code = tool_fail(TOOL_REFUSED, "the file: %s", strerror(errno));
		if (count <= 0)
			break;
		if (write(to, block, (size_t)count) != count) {
			code = tool_fail(TOOL_REFUSED, "no memory for the file");
			break;
		}
	}
	explicit_bzero(block, sizeof(block));
	return code;
}

enum tool_exit import_build(const struct tool *tool, struct tool_request *request)
{
	bool standard = strcmp(tool->operand, "-") == 0;
	int file = standard ? STDIN_FILENO : open(tool->operand, O_RDONLY | O_CLOEXEC);

	if (file < 0)
		return tool_fail(TOOL_REFUSED, "%s: %s", tool->operand, strerror(errno));
	request->bulk = memfd_create("smsotp-import", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	enum tool_exit code = request->bulk < 0 ? tool_fail(TOOL_REFUSED, "no memory for the file")
						: copy(file, request->bulk);
	if (!standard)
		close(file);
	return code;
}

void import_show(const json_t *reply)
{
	printf("created %lld, changed %lld\n",
		(long long)json_integer_value(json_object_get(reply, "created")),
		(long long)json_integer_value(json_object_get(reply, "changed")));
	output_warnings(reply);
}
