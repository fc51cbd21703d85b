/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctl_wire.h"

#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json_whole.h"
#include "wire.h"

#define BLOCK_SIZE      16384
#define PROGRESS        '.'
#define PROGRESS_SIZE   13 /* that, u64 done, u32 permille */
#define PROGRESS_QUEUED 16384

/* Room for one descriptor, aligned as cmsg(3) wants it. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

/* One frame, with `fd` beside it unless it is -1. */
static enum result frame_send(int socket, const void *bytes, size_t size, int fd)
{
	union control control = {0};
	struct iovec iov = {.iov_base = (void *)bytes, .iov_len = size};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};

	if (fd >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	}
	return sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)size ? RESULT_OK : RESULT_FAILED;
}

/* The descriptor that came with a frame; any further one is closed. -1 for none. */
static int descriptor_take(struct msghdr *message)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	int fds[sizeof(union control) / sizeof(int)];

	if (header == NULL || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
		return -1;
	size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(fds, CMSG_DATA(header), count * sizeof(int));
	for (size_t i = 1; i < count; i++)
		close(fds[i]);
	return count == 0 ? -1 : fds[0];
}

/* With a time limit recvmsg(2) fails where the process was stopped meanwhile, signal(7); then the
 * limit begins anew. */
enum result ctl_take_frame(int socket, char *bytes, size_t size, size_t *ret_length, int *ret_fd)
{
	union control control = {0};
	struct iovec iov = {.iov_base = bytes, .iov_len = size};
	struct msghdr message = {.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes)};
	ssize_t length;

	do {
		length = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	} while (length < 0 && errno == EINTR);
	if (length < 0)
		return RESULT_FAILED;
	int fd = descriptor_take(&message);
	if (length == 0 || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
		if (fd >= 0)
			close(fd);
		return RESULT_INVALID;
	}
	*ret_length = (size_t)length;
	*ret_fd = fd;
	return RESULT_OK;
}

enum result ctl_send_request(int socket, const json_t *request, int bulk)
{
	char *text = json_write(request, JSON_COMPACT);

	if (text == NULL)
		return RESULT_MEMORY;
	size_t size = strlen(text);
	enum result result = RESULT_INVALID;
	if (size <= CTL_REQUEST_SIZE)
		result = frame_send(socket, text, size, bulk);
	explicit_bzero(text, size);
	free(text);
	return result;
}

enum result ctl_receive_request(int socket, json_t **ret_request, int *ret_bulk)
{
	char *text = malloc(CTL_REQUEST_SIZE);
	size_t size = 0;
	int bulk = -1;

	if (text == NULL)
		return RESULT_MEMORY;
	enum result result = ctl_take_frame(socket, text, CTL_REQUEST_SIZE, &size, &bulk);
	json_t *request = result == RESULT_OK ? json_read(text, size, 0) : NULL;
	explicit_bzero(text, size);
	free(text);
	if (!json_is_object(request)) {
		json_decref(request);
		if (bulk >= 0)
			close(bulk);
		return RESULT_INVALID;
	}
	*ret_request = request;
	*ret_bulk = bulk;
	return RESULT_OK;
}

json_t *ctl_refusal(const char *sentence)
{
	return json_pack("{s:b, s:s, s:i}", "ok", 0, "error", sentence, "exit", 1);
}

/*
 * What is written is gathered: jansson hands over a word at a time, and does not look whether each
 * was taken. Phones and codes pass here.
 */
struct block {
	int fd;
	bool failed;
	size_t used;
	char bytes[BLOCK_SIZE];
};

static bool block_flush(struct block *block)
{
	ssize_t size = (ssize_t)block->used;

	block->failed = block->failed || write(block->fd, block->bytes, block->used) != size;
	explicit_bzero(block->bytes, block->used);
	block->used = 0;
	return !block->failed;
}

static int block_put(const char *text, size_t size, void *context)
{
	struct block *block = context;

	for (size_t done = 0, part; done < size; done += part) {
		if (block->used == BLOCK_SIZE && !block_flush(block))
			return -1;
		part = size - done < BLOCK_SIZE - block->used ? size - done
							      : BLOCK_SIZE - block->used;
		memcpy(block->bytes + block->used, text + done, part);
		block->used += part;
	}
	return 0;
}

enum result ctl_send_reply(int socket, const json_t *reply)
{
	struct block block = {.fd = memfd_create("smsotp-reply", MFD_CLOEXEC)};
	const int fd = block.fd;
	enum result result = RESULT_FAILED;

	if (fd < 0)
		return RESULT_FAILED;
	bool dumped = json_dump_callback(reply, block_put, &block, JSON_COMPACT) == 0;
	/* In any case: it wipes. */
	bool written = block_flush(&block) && dumped && lseek(fd, 0, SEEK_SET) == 0;
	if (written)
		result = frame_send(socket, "+", 1, fd);
	close(fd);
	return result;
}

enum result ctl_pass_reply(int socket, int reply)
{
	return frame_send(socket, "+", 1, reply);
}

static size_t block_get(void *bytes, size_t size, void *context)
{
	ssize_t length = read(*(int *)context, bytes, size);

	return length < 0 ? (size_t)-1 : (size_t)length;
}

enum result ctl_load_reply(int reply, json_t **ret_reply)
{
	struct stat status;

	if (fstat(reply, &status) != 0 || status.st_size > CTL_REPLY_MAX)
		return RESULT_INVALID;
	json_t *object = json_read_from(block_get, &reply);
	if (!json_is_object(object)) {
		json_decref(object);
		return RESULT_INVALID;
	}
	*ret_reply = object;
	return RESULT_OK;
}

bool ctl_peer_waits(int socket)
{
	struct pollfd end = {.fd = socket, .events = POLLRDHUP};

	return poll(&end, 1, 0) == 0;
}

enum result ctl_send_progress(int socket, size_t done, unsigned int permille)
{
	uint8_t frame[PROGRESS_SIZE];
	struct wire wire = {.bytes = frame, .size = sizeof(frame)};
	int queued = 0;

	/* A peer that does not read keeps room for its reply. */
	if (ioctl(socket, SIOCOUTQ, &queued) == 0 && queued > PROGRESS_QUEUED)
		return ctl_peer_waits(socket) ? RESULT_OK : RESULT_UNREACHABLE;
	wire_put_u8(&wire, PROGRESS);
	wire_put_u64(&wire, done);
	wire_put_u32(&wire, permille);
	if (send(socket, frame, sizeof(frame), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
		return RESULT_OK;
	return errno == EAGAIN ? RESULT_OK : RESULT_UNREACHABLE;
}

/* What comes before the descriptor is progress. */
static enum result reply_receive(int socket,
	void (*progress)(void *context, size_t done, unsigned int permille), void *context,
	int *ret_fd)
{
	uint8_t frame[PROGRESS_SIZE];
	size_t size = 0;
	int fd = -1;

	for (;;) {
		enum result result =
			ctl_take_frame(socket, (char *)frame, sizeof(frame), &size, &fd);
		if (result != RESULT_OK)
			return result;
		if (fd >= 0)
			break;
		struct wire wire = {.bytes = frame, .size = size};
		uint8_t type = wire_get_u8(&wire);
		uint64_t done = wire_get_u64(&wire);
		uint32_t permille = wire_get_u32(&wire);
		if (wire_done(&wire) != RESULT_OK || type != PROGRESS)
			return RESULT_INVALID;
		if (progress != NULL)
			progress(context, (size_t)done, permille);
	}
	*ret_fd = fd;
	return RESULT_OK;
}

enum result ctl_receive_reply(int socket,
	void (*progress)(void *context, size_t done, unsigned int permille), void *context,
	json_t **ret_reply)
{
	int fd = -1;

	enum result result = reply_receive(socket, progress, context, &fd);
	if (result != RESULT_OK)
		return result;
	result = ctl_load_reply(fd, ret_reply);
	close(fd);
	return result;
}
