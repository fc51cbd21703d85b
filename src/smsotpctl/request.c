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

#define REPLY_SECONDS 120 /* an import of the largest file takes some of them */

static enum tool_exit find_socket(
	const struct tool *tool, char ret_path[static sizeof(((struct sockaddr_un *)0)->sun_path)])
{
	size_t size = sizeof(((struct sockaddr_un *)0)->sun_path);
	struct config_paths paths;
	int length;

	if (tool->socket != NULL) {
		length = snprintf(ret_path, size, "%s", tool->socket);
	} else {
		enum tool_exit code = paths_load(tool, &paths);
		if (code != TOOL_OK)
			return code;
		length = snprintf(ret_path, size, "%s/ctl.sock", paths.run);
	}
	if (length < 0 || (size_t)length >= size)
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

static enum tool_exit dial(const struct tool *tool, int *ret_socket)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const struct timeval patience = {.tv_sec = REPLY_SECONDS};

	enum tool_exit code = find_socket(tool, address.sun_path);
	if (code != TOOL_OK)
		return code;
	int dialled = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (dialled < 0)
		return tool_fail(TOOL_REFUSED, "no socket: %s", strerror(errno));
	if (connect(dialled, (const struct sockaddr *)&address, sizeof(address)) != 0) {
		code = unreachable(address.sun_path);
		close(dialled);
		return code;
	}
	setsockopt(dialled, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	*ret_socket = dialled;
	return TOOL_OK;
}

enum tool_exit request_ask(
	const struct tool *tool, const struct tool_request *request, json_t **ret_reply)
{
	int dialled = -1;

	enum tool_exit code = dial(tool, &dialled);
	if (code != TOOL_OK)
		return code;
	enum result result = ctl_send_request(dialled, request->json, request->bulk);
	if (result == RESULT_INVALID) {
		close(dialled);
		return tool_fail(TOOL_REFUSED, "the input is too long for one request");
	}
	if (result == RESULT_OK)
		result = ctl_receive_reply(dialled, ret_reply);
	close(dialled);
	if (result != RESULT_OK)
		return tool_fail(TOOL_AWAY,
			"smsotpd ended the conversation without a reply; see journalctl -u "
			"smsotpd");
	return TOOL_OK;
}
