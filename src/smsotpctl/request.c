/* SPDX-License-Identifier: BSD-3-Clause */
#include "request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl_wire.h"
#include "paths.h"
#include "progress.h"

#define REPLY_SECONDS 120 /* for a reply, or news of how far it is */

#define PATH_SIZE sizeof(((struct sockaddr_un *)0)->sun_path)

static enum tool_exit find_socket(const struct tool *tool, char ret_path[static PATH_SIZE])
{
	struct config_paths paths;
	int length;

	if (tool->socket != NULL) {
		length = snprintf(ret_path, PATH_SIZE, "%s", tool->socket);
	} else {
		enum tool_exit code = paths_load(tool, &paths);
		if (code != TOOL_OK)
			return code;
		length = snprintf(ret_path, PATH_SIZE, "%s/ctl.sock", paths.run);
	}
	if (length < 0 || (size_t)length >= PATH_SIZE)
		return tool_fail(TOOL_USAGE, "the path of the socket is too long");
	return TOOL_OK;
}

static enum tool_exit unreachable(const char *path)
{
	if (errno == EACCES || errno == EPERM)
		return tool_fail(TOOL_REFUSED, "only root may ask smsotpd at %s; use sudo", path);
	return tool_fail(TOOL_AWAY,
		"smsotpd does not answer at %s (%s); start it with: systemctl start "
		"smsotpd-ctl.socket, or in the foreground: smsotpd",
		path, strerror(errno));
}

static int dial(const char *path, int seconds)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const struct timeval patience = {.tv_sec = seconds};

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	int dialled = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (dialled < 0)
		return -1;
	setsockopt(dialled, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(dialled, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return dialled;
	int why = errno;
	close(dialled);
	errno = why;
	return -1;
}

/* `progress` NULL: nobody looks. */
static enum result exchange(const char *path, const struct tool_request *request, int seconds,
	struct progress *progress, json_t **ret_reply)
{
	int dialled = dial(path, seconds);

	if (dialled < 0)
		return RESULT_UNREACHABLE;
	enum result result = ctl_send_request(dialled, request->json, request->bulk);
	if (result == RESULT_OK) {
		result = ctl_receive_reply(
			dialled, progress == NULL ? NULL : progress_show, progress, ret_reply);
		/* What came was wrong, not what we asked. */
		if (result == RESULT_INVALID)
			result = RESULT_FAILED;
	}
	close(dialled);
	return result;
}

enum result request_try(
	const char *path, const struct tool_request *request, int seconds, json_t **ret_reply)
{
	return exchange(path, request, seconds, NULL, ret_reply);
}

enum tool_exit request_ask(
	const struct tool *tool, const struct tool_request *request, json_t **ret_reply)
{
	struct progress progress;
	char path[PATH_SIZE];

	enum tool_exit code = find_socket(tool, path);
	if (code != TOOL_OK)
		return code;
	progress_start(&progress, tool);
	enum result result = exchange(path, request, REPLY_SECONDS, &progress, ret_reply);
	progress_end(&progress);
	switch (result) {
	case RESULT_OK:
		return TOOL_OK;
	case RESULT_UNREACHABLE:
		return unreachable(path);
	case RESULT_INVALID:
		return tool_fail(TOOL_REFUSED, "the input is too long for one request");
	default:
		return tool_fail(TOOL_AWAY,
			"smsotpd ended the conversation without a reply; see journalctl -u "
			"smsotpd");
	}
}
