/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A frame to ctl.sock, from its bytes to what smsotpctl shows of the reply: every verb over both
 * stores. The input is the request's JSON; behind a NUL, the file beside it.
 *
 * - A reply is an object with "ok"; one that is not ok says why in a sentence, or row by row.
 * - It comes over as it was sent, and what is shown of it has no byte that drives a terminal.
 * - A phone of the store stands in no reply but to who asks to see it.
 * - No descriptor stays open.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctl_wire.h"
#include "smsotpctl/tool.h"
#include "smsotpd/ctl.h"
#include "smsotpd/explain_ask.h"
#include "world.h"

static struct world *world;

/* What the frame's sender holds: the request's bytes and, -1 for none, a sealable file. */
static void frame_send(int socket, const uint8_t *bytes, size_t size, int bulk)
{
	struct iovec iov = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = size};
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(2 * sizeof(int))];
	} control = {0};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
	/* Some bring two. */
	int fds[] = {bulk, bulk};
	size_t length = size % 7 == 0 ? sizeof(fds) : sizeof(fds[0]);

	if (bulk >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(length);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(length);
		memcpy(CMSG_DATA(&control.header), fds, length);
	}
	must(sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)size);
}

static int bulk_make(const uint8_t *bytes, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	must(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	return fd;
}

/* `brought`: what the asker has brought is no secret to him. */
static void check_reply(const json_t *request, const json_t *reply, bool brought)
{
	const char *verb = json_string_value(json_object_get(request, "verb"));
	const json_t *ok = json_object_get(reply, "ok");
	const char *error = json_string_value(json_object_get(reply, "error"));

	must(json_is_object(reply) && json_is_boolean(ok));
	must(json_is_true(ok) || (error != NULL && error[0] != '\0') ||
		json_object_get(reply, "errors") != NULL || json_object_get(reply, "exit") != NULL);
	if (json_is_true(json_object_get(request, "reveal")) ||
		(verb != NULL && strcmp(verb, "export") == 0))
		return;
	char *said = json_dumps(reply, JSON_COMPACT);
	must(said != NULL && (brought || strstr(said, "99999000") == NULL));
	free(said);
}

static const struct tool_verb *verb_of(const json_t *request)
{
	const char *verb = json_string_value(json_object_get(request, "verb"));
	char name[64];

	for (size_t i = 0; verb != NULL && i < tool_verbs_count; i++) {
		const struct tool_verb *row = &tool_verbs[i];
		snprintf(name, sizeof(name), "%s%s%s", row->group, row->group[0] == '\0' ? "" : ".",
			row->name);
		if (strcmp(name, verb) == 0)
			return row;
	}
	return NULL;
}

static void show(const struct tool_verb *verb, const json_t *reply)
{
	bool ok = json_is_true(json_object_get(reply, "ok"));
	FILE *terminal = stdout;
	char *text = NULL;
	size_t size = 0;

	stdout = open_memstream(&text, &size);
	must(stdout != NULL);
	if (ok && verb->show != NULL)
		verb->show(reply);
	if (ok && verb->judge != NULL)
		(void)verb->judge(reply);
	fclose(stdout);
	stdout = terminal;
	for (size_t i = 0; i < size; i++)
		must(text[i] == '\n' || ((unsigned char)text[i] >= 0x20 && text[i] != 0x7f));
	free(text);
}

static void explain(const json_t *request)
{
	struct ask_strings strings;
	struct error error = {""};
	struct login login;
	struct ask ask;

	if (explain_ask_read(request, &strings, &ask, &error) != RESULT_OK) {
		must(error.text[0] != '\0');
		return;
	}
	if (login_read(world->config, &world->keys, &ask, &login) == RESULT_OK)
		(void)!explain_ask_check(request, &login, &error);
}

static void answer(int ends[2], const json_t *request, int bulk, bool brought)
{
	struct ctl_part part = {.done = 0};
	const struct ctl_context context = {.config = world->config,
		.clock = &world->clock,
		.identities = world->judge.identities,
		.state = world->judge.state,
		.part = &part};
	const struct tool_verb *verb = verb_of(request);
	json_t *came = NULL;

	json_t *reply = ctl_run(&context, request, bulk);
	check_reply(request, reply, brought);
	must(ctl_send_reply(ends[1], reply) == RESULT_OK);
	must(ctl_receive_reply(ends[0], NULL, NULL, &came) == RESULT_OK);
	must(json_equal(reply, came));
	if (verb != NULL)
		show(verb, came);
	json_decref(came);
	json_decref(reply);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	world = world_make();
	world_freeze();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	int before = descriptors_open(), ends[2], bulk = -1, came = -1;
	const uint8_t *end = memchr(bytes, 0, size);
	json_t *request = NULL;

	world_begin(world);
	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
	size_t length = end == NULL ? size : (size_t)(end - bytes);
	if (end != NULL)
		bulk = bulk_make(end + 1, size - length - 1);
	frame_send(ends[0], bytes, length, bulk);
	if (bulk >= 0)
		close(bulk);
	if (length == 0)
		shutdown(ends[0], SHUT_WR);
	if (ctl_receive_request(ends[1], &request, &came) == RESULT_OK) {
		must(json_is_object(request));
		answer(ends, request, came, memmem(bytes, size, "99", 2) != NULL);
		explain(request);
		json_decref(request);
		if (came >= 0)
			close(came);
	}
	close(ends[0]);
	close(ends[1]);
	must(descriptors_open() == before);
	return 0;
}
