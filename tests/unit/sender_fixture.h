/* SPDX-License-Identifier: BSD-3-Clause */
/* A smsotp-send that the test plays, for texts on their way to it. Time is what sender_turn is
 * told. */
#ifndef SMSOTP_TEST_SENDER_FIXTURE_H
#define SMSOTP_TEST_SENDER_FIXTURE_H

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "smsotpd/sender.h"
#include "test.h"

#define TAG  7
#define DUE  300
#define DEAD 60000
#define BOOT 5000007 /* CLOCK_BOOTTIME, which stands still */

struct bench {
	char directory[32];
	char path[64];
	int listener; /* -1: smsotp-send is away */
	int epoll;
	struct sender *sender;
	bool leaves;          /* what the hook says */
	int asked;            /* times it was asked */
	int reports;          /* that came */
	int dummies;          /* of them, of a dummy */
	struct report report; /* the last */
	char user[SENDER_USER_SIZE];
};

int clock_gettime(clockid_t id, struct timespec *now)
{
	*now = (struct timespec){0};
	if (id == CLOCK_BOOTTIME)
		*now = (struct timespec){.tv_sec = BOOT / 1000, .tv_nsec = BOOT % 1000 * 1000000};
	return 0;
}

static inline bool hook_leaves(void *context, const struct parcel *parcel)
{
	struct bench *bench = context;

	(void)parcel;
	bench->asked++;
	return bench->leaves;
}

static inline void hook_reported(
	void *context, const struct parcel *parcel, const struct report *report)
{
	struct bench *bench = context;
	static const struct text nothing;

	bench->reports++;
	bench->dummies += parcel->dummy ? 1 : 0;
	bench->report = *report;
	memcpy(bench->user, parcel->user, sizeof(bench->user));
	/* Code and phone are gone by now. */
	assert_memory_equal(&parcel->text, &nothing, sizeof(nothing));
}

/* smsotp-send comes. */
static inline void arrive(struct bench *bench)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	strcpy(address.sun_path, bench->path);
	bench->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(bench->listener >= 0);
	assert_int_equal(bind(bench->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(bench->listener, 16), 0);
}

/* smsotp-send goes. */
static inline void depart(struct bench *bench)
{
	close(bench->listener);
	bench->listener = -1;
	assert_int_equal(unlink(bench->path), 0);
}

static inline int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	const struct sender_hooks hooks = {
		.context = bench, .leaves = hook_leaves, .reported = hook_reported};

	strcpy(bench->directory, "/tmp/smsotp-sender-XXXXXX");
	assert_non_null(mkdtemp(bench->directory));
	sprintf(bench->path, "%s/send.sock", bench->directory);
	bench->leaves = true;
	bench->epoll = epoll_create1(EPOLL_CLOEXEC);
	arrive(bench);
	assert_int_equal(
		sender_new(bench->path, bench->epoll, TAG, &hooks, &bench->sender), RESULT_OK);
	*state = bench;
	return 0;
}

static inline int teardown(void **state)
{
	struct bench *bench = *state;

	sender_free(&bench->sender);
	assert_null(bench->sender);
	if (bench->listener >= 0)
		depart(bench);
	close(bench->epoll);
	assert_int_equal(rmdir(bench->directory), 0);
	free(bench);
	return 0;
}

static inline void put(struct bench *bench, bool dummy)
{
	struct parcel parcel = {.text = {.id = {5}, .phone = {"+919999900001"}, .code = {"123456"}},
		.user = "demo",
		.dummy = dummy};

	assert_int_equal(sender_put(bench->sender, &parcel, DUE, DEAD), RESULT_OK);
}

/* The connection of a text that was handed over, or -1. */
static inline int handed_over(struct bench *bench, struct text *ret_text)
{
	uint8_t frame[TEXT_FRAME_SIZE];
	int fd = accept4(bench->listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0) {
		assert_int_equal(errno, EAGAIN);
		return -1;
	}
	ssize_t size = recv(fd, frame, sizeof(frame), MSG_DONTWAIT);
	assert_true(size > 0);
	assert_int_equal(text_decode(frame, (size_t)size, ret_text), RESULT_OK);
	return fd;
}

/* One turn of the loop over the sender's connections. */
static inline void loop_turn(struct bench *bench)
{
	struct epoll_event events[8];
	int count = epoll_wait(bench->epoll, events, 8, 0);

	for (int i = 0; i < count; i++) {
		assert_int_equal(events[i].data.u64 >> 32, TAG);
		sender_ready(bench->sender, (uint32_t)events[i].data.u64);
	}
}

static inline void report(int fd, const struct report *report)
{
	uint8_t frame[TEXT_FRAME_SIZE];
	size_t size = report_encode(report, frame, sizeof(frame));

	assert_int_equal(send(fd, frame, size, MSG_NOSIGNAL), size);
}

#endif
