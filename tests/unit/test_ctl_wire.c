/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of ctl.sock: what is sent arrives, whatever its length, and nothing else is taken. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "ctl_wire.h"
#include "test.h"

#define BLOCK 16384 /* as what is written is gathered */

/* The write(2) of that number fails, and those after it do not. What stands before a library's own
 * can only be file-scope. */
static unsigned int strike, writes;

__attribute__((visibility("default"))) ssize_t write(int fd, const void *bytes, size_t size)
{
	return strike != 0 && ++writes == strike ? -1 : syscall(SYS_write, fd, bytes, size);
}

struct ends {
	int daemon;
	int tool;
};

static int setup(void **state)
{
	static struct ends ends;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	ends = (struct ends){pair[0], pair[1]};
	*state = &ends;
	return 0;
}

static int teardown(void **state)
{
	const struct ends *ends = *state;

	close(ends->daemon);
	close(ends->tool);
	return 0;
}

/* A reply of one string of so many letters. */
static json_t *reply_of(size_t length)
{
	char *letters = malloc(length + 1);

	assert_non_null(letters);
	for (size_t i = 0; i < length; i++)
		letters[i] = (char)('a' + i % 26);
	letters[length] = '\0';
	json_t *reply = json_pack("{s:s, s:b}", "letters", letters, "ok", 1);
	free(letters);
	return reply;
}

static void test_replies_of_every_length(void **state)
{
	static const size_t lengths[] = {0, 1, BLOCK - 30, BLOCK - 24, BLOCK - 23, BLOCK - 22,
		BLOCK, BLOCK + 1, 2 * BLOCK - 24, 2 * BLOCK, 1000000};
	const struct ends *ends = *state;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		json_t *sent = reply_of(lengths[i]), *came = NULL;

		assert_int_equal(ctl_send_reply(ends->daemon, sent), RESULT_OK);
		assert_int_equal(ctl_receive_reply(ends->tool, NULL, NULL, &came), RESULT_OK);
		assert_true(json_equal(sent, came));
		json_decref(sent);
		json_decref(came);
	}
}

/* As long as a request may be, and a byte more: that is no request, however it comes. */
static void test_the_longest_request(void **state)
{
	static const size_t most = 65536, around = 24; /* what reply_of() writes but its letters */
	const struct ends *ends = *state;
	char *text = malloc(most + 1);
	int bulk = 7;

	for (size_t more = 0; more < 2; more++) {
		json_t *sent = reply_of(most - around + more), *came = NULL;
		enum result expected = more == 0 ? RESULT_OK : RESULT_INVALID;

		assert_int_equal(ctl_send_request(ends->tool, sent, -1), expected);
		if (more == 0)
			assert_int_equal(
				ctl_receive_request(ends->daemon, &came, &bulk), RESULT_OK);
		assert_true(more == 1 || json_equal(sent, came));
		json_decref(sent);
		json_decref(came);
		memset(text, ' ', most + more);
		memcpy(text, "{}", 2);
		assert_int_equal(send(ends->tool, text, most + more, 0), most + more);
		came = NULL;
		assert_int_equal(ctl_receive_request(ends->daemon, &came, &bulk), expected);
		assert_true((came != NULL) == (more == 0));
		json_decref(came);
	}
	assert_int_equal(bulk, -1);
	free(text);
}

/* jansson does not look whether a name was taken. */
static void test_a_reply_that_finds_no_room(void **state)
{
	const struct ends *ends = *state;
	char name[4 * BLOCK];
	json_t *reply = json_object(), *came = NULL;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	json_object_set_new(reply, name, json_true());
	for (unsigned int number = 1; number <= 5; number++) {
		writes = 0;
		strike = number;
		assert_int_equal(ctl_send_reply(ends->daemon, reply), RESULT_FAILED);
		assert_true(writes >= number);
		strike = 0;
	}
	assert_int_equal(ctl_send_reply(ends->daemon, reply), RESULT_OK);
	assert_int_equal(ctl_receive_reply(ends->tool, NULL, NULL, &came), RESULT_OK);
	assert_true(json_equal(reply, came));
	json_decref(reply);
	json_decref(came);
}

struct heard {
	int times;
	size_t done;
	unsigned int permille;
};

static void hear(void *context, size_t done, unsigned int permille)
{
	struct heard *heard = context;

	heard->times++;
	heard->done = done;
	heard->permille = permille;
}

static void test_progress_comes_before_the_reply(void **state)
{
	const struct ends *ends = *state;
	struct heard heard = {0};
	json_t *sent = reply_of(3), *came = NULL;

	assert_int_equal(ctl_send_progress(ends->daemon, 7, 1), RESULT_OK);
	assert_int_equal(ctl_send_progress(ends->daemon, 0x123456789a, 999), RESULT_OK);
	assert_int_equal(ctl_send_reply(ends->daemon, sent), RESULT_OK);
	assert_int_equal(ctl_receive_reply(ends->tool, hear, &heard, &came), RESULT_OK);
	assert_int_equal(heard.times, 2);
	assert_int_equal(heard.done, 0x123456789a);
	assert_int_equal(heard.permille, 999);
	json_decref(sent);
	json_decref(came);
}

static void test_what_is_no_reply(void **state)
{
	static const char *const texts[] = {"", "[]", "{", "{} {}", "nothing"};
	static const char *const frames[] = {"+", ".1234", "?12345678abcd", ".12345678abcde"};
	const struct ends *ends = *state;
	json_t *came = NULL;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int fd = memfd_create("test", MFD_CLOEXEC);
		assert_int_equal(pwrite(fd, texts[i], strlen(texts[i]), 0), strlen(texts[i]));
		assert_int_equal(ctl_pass_reply(ends->daemon, fd), RESULT_OK);
		close(fd);
		assert_int_equal(ctl_receive_reply(ends->tool, NULL, NULL, &came), RESULT_INVALID);
	}
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		size_t size = strlen(frames[i]);
		assert_int_equal(send(ends->daemon, frames[i], size, 0), size);
		assert_int_equal(ctl_receive_reply(ends->tool, NULL, NULL, &came), RESULT_INVALID);
	}
	assert_null(came);
}

static void test_a_reply_without_end(void **state)
{
	const struct ends *ends = *state;
	json_t *came = NULL;
	int fd = memfd_create("test", MFD_CLOEXEC);

	/* Good at its start; not a byte of it is read where it is longer than a gigabyte. */
	assert_int_equal(pwrite(fd, "{}", 2, 0), 2);
	for (off_t more = 1; more >= 0; more--) {
		assert_int_equal(ftruncate(fd, ((off_t)1 << 30) + more), 0);
		assert_int_equal(ctl_pass_reply(ends->daemon, fd), RESULT_OK);
		assert_int_equal(ctl_receive_reply(ends->tool, NULL, NULL, &came), RESULT_INVALID);
		assert_int_equal(lseek(fd, 0, SEEK_CUR) == 0, more == 1);
	}
	assert_null(came);
	close(fd);
}

/* How many descriptors this process has. */
static int descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 64; fd++)
		count += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
	return count;
}

/* One frame with standard input beside it, so many times. */
static void send_with(int socket, const char *text, size_t count)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(3 * sizeof(int))];
	} control = {0};
	struct iovec iov = {.iov_base = (void *)text, .iov_len = strlen(text)};
	struct msghdr message = {.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = CMSG_SPACE(count * sizeof(int))};

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
	assert_int_equal(sendmsg(socket, &message, 0), strlen(text));
}

/* Who asks cannot fill the daemon's table: what it does not want does not stay open. */
static void test_descriptors_that_nobody_wants(void **state)
{
	const struct ends *ends = *state;
	json_t *request = NULL;
	int before = descriptors(), bulk = -1;

	send_with(ends->tool, "[]", 1);
	assert_int_equal(ctl_receive_request(ends->daemon, &request, &bulk), RESULT_INVALID);
	assert_int_equal(descriptors(), before);
	send_with(ends->tool, "{}", 3);
	assert_int_equal(ctl_receive_request(ends->daemon, &request, &bulk), RESULT_INVALID);
	assert_int_equal(descriptors(), before);
	assert_null(request);
	assert_int_equal(bulk, -1);
	/* As many as one leaves room for: the first is taken. */
	send_with(ends->tool, "{}", 2);
	assert_int_equal(ctl_receive_request(ends->daemon, &request, &bulk), RESULT_OK);
	assert_int_equal(descriptors(), before + 1);
	assert_true(bulk >= 0);
	close(bulk);
	json_decref(request);
}

/* A peer that reads nothing is told less, and its reply still finds room. */
static void test_progress_that_nobody_reads(void **state)
{
	const struct ends *ends = *state;
	const struct timeval patience = {.tv_sec = 5};
	struct heard heard = {0};
	json_t *sent = reply_of(3), *came = NULL;

	setsockopt(ends->daemon, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	for (size_t i = 1; i <= 10000; i++)
		assert_int_equal(ctl_send_progress(ends->daemon, i, 1), RESULT_OK);
	assert_int_equal(ctl_send_reply(ends->daemon, sent), RESULT_OK);
	assert_int_equal(ctl_receive_reply(ends->tool, hear, &heard, &came), RESULT_OK);
	assert_true(json_equal(sent, came));
	assert_in_range(heard.times, 1, 9999);
	assert_int_equal(heard.done, heard.times);
	for (size_t i = 1; i <= 10000; i++)
		assert_int_equal(ctl_send_progress(ends->daemon, i, 1), RESULT_OK);
	shutdown(ends->tool, SHUT_RDWR);
	assert_int_equal(ctl_send_progress(ends->daemon, 1, 1), RESULT_UNREACHABLE);
	json_decref(sent);
	json_decref(came);
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		row(test_replies_of_every_length),
		row(test_the_longest_request),
		row(test_a_reply_that_finds_no_room),
		row(test_progress_comes_before_the_reply),
		row(test_what_is_no_reply),
		row(test_a_reply_without_end),
		row(test_descriptors_that_nobody_wants),
		row(test_progress_that_nobody_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
