/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts on their way to a smsotp-send that the test plays. Time is what sender_turn is told. */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "smsotpd/sender.h"
#include "test.h"

#define TAG  7
#define DUE  300
#define DEAD 60000

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

static bool hook_leaves(void *context, const struct parcel *parcel)
{
	struct bench *bench = context;

	(void)parcel;
	bench->asked++;
	return bench->leaves;
}

static void hook_reported(void *context, const struct parcel *parcel, const struct report *report)
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
static void arrive(struct bench *bench)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	strcpy(address.sun_path, bench->path);
	bench->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(bench->listener >= 0);
	assert_int_equal(bind(bench->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(bench->listener, 16), 0);
}

/* smsotp-send goes. */
static void depart(struct bench *bench)
{
	close(bench->listener);
	bench->listener = -1;
	assert_int_equal(unlink(bench->path), 0);
}

static int setup(void **state)
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

static int teardown(void **state)
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

static void put(struct bench *bench, bool dummy)
{
	struct parcel parcel = {.text = {.id = {5}, .phone = {"+919999900001"}, .code = {"123456"}},
		.user = "demo",
		.dummy = dummy};

	assert_int_equal(sender_put(bench->sender, &parcel, DUE, DEAD), RESULT_OK);
}

/* The connection of a text that was handed over, or -1. */
static int handed_over(struct bench *bench, struct text *ret_text)
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
static void loop_turn(struct bench *bench)
{
	struct epoll_event events[8];
	int count = epoll_wait(bench->epoll, events, 8, 0);

	for (int i = 0; i < count; i++) {
		assert_int_equal(events[i].data.u64 >> 32, TAG);
		sender_ready(bench->sender, (uint32_t)events[i].data.u64);
	}
}

static void report(int fd, const struct report *report)
{
	uint8_t frame[TEXT_FRAME_SIZE];
	size_t size = report_encode(report, frame, sizeof(frame));

	assert_int_equal(send(fd, frame, size, MSG_NOSIGNAL), size);
}

static void test_a_text_waits_for_its_hold_then_leaves(void **state)
{
	struct bench *bench = *state;
	struct text text;

	assert_int_equal(sender_turn(bench->sender, 0), -1);
	put(bench, false);
	assert_int_equal(sender_turn(bench->sender, 100), 200);
	assert_int_equal(bench->asked, 0);
	assert_int_equal(handed_over(bench, &text), -1);
	assert_true(sender_turn(bench->sender, DUE) > 0);
	int fd = handed_over(bench, &text);
	assert_true(fd >= 0);
	assert_int_equal(bench->asked, 1);
	assert_int_equal(text.id[0], 5);
	assert_string_equal(text.phone.e164, "+919999900001");
	assert_string_equal(text.code.digits, "123456");
	assert_int_equal(text.life, DEAD - DUE);
	loop_turn(bench);
	assert_int_equal(bench->reports, 0);
	report(fd, &(struct report){
			   .id = {5}, .outcome = OUTCOME_ACCEPTED, .http = 200, .reqid = "77"});
	loop_turn(bench);
	assert_int_equal(bench->reports, 1);
	assert_int_equal(bench->report.outcome, OUTCOME_ACCEPTED);
	assert_string_equal(bench->report.reqid, "77");
	assert_string_equal(bench->user, "demo");
	assert_int_equal(sender_turn(bench->sender, DUE), -1);
	close(fd);
	loop_turn(bench);
	assert_int_equal(bench->reports, 1);
}

static void test_a_withdrawn_text_never_leaves_and_is_told_once(void **state)
{
	struct bench *bench = *state;
	struct text text;

	bench->leaves = false;
	put(bench, false);
	put(bench, true);
	assert_int_equal(sender_turn(bench->sender, DUE), -1);
	assert_int_equal(bench->asked, 2);
	assert_int_equal(handed_over(bench, &text), -1);
	assert_int_equal(sender_turn(bench->sender, DEAD), -1);
	assert_int_equal(bench->reports, 2);
	assert_int_equal(bench->dummies, 1);
	assert_int_equal(bench->report.outcome, OUTCOME_UNSENT);
	assert_non_null(strstr(bench->report.detail, "withdrawn"));
}

static void test_a_dummy_waits_alike_and_never_leaves(void **state)
{
	struct bench *bench = *state;
	struct text text;

	put(bench, true);
	assert_int_equal(sender_turn(bench->sender, 100), 200);
	assert_int_equal(sender_turn(bench->sender, DUE), -1);
	assert_int_equal(bench->asked, 1);
	assert_int_equal(handed_over(bench, &text), -1);
	assert_int_equal(bench->reports, 0);
}

static void test_an_end_without_a_report_is_unknown_and_never_repeated(void **state)
{
	struct bench *bench = *state;
	struct text text;

	put(bench, false);
	(void)sender_turn(bench->sender, DUE);
	int fd = handed_over(bench, &text);
	assert_true(fd >= 0);
	close(fd);
	loop_turn(bench);
	assert_int_equal(bench->reports, 1);
	assert_int_equal(bench->report.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(bench->report.id[0], 5);
	for (int64_t now = DUE; now <= DEAD; now += 1000)
		assert_int_equal(sender_turn(bench->sender, now), -1);
	assert_int_equal(handed_over(bench, &text), -1);
	assert_int_equal(bench->reports, 1);
}

/* The frame lies in a socket that nobody reads from: it was handed over all the same. */
static void test_a_frame_that_nobody_read_is_not_repeated(void **state)
{
	struct bench *bench = *state;
	struct text text;

	put(bench, false);
	(void)sender_turn(bench->sender, DUE);
	depart(bench);
	loop_turn(bench);
	assert_int_equal(bench->reports, 1);
	assert_int_equal(bench->report.outcome, OUTCOME_UNKNOWN);
	arrive(bench);
	assert_int_equal(sender_turn(bench->sender, DUE + 1000), -1);
	assert_int_equal(handed_over(bench, &text), -1);
}

static void test_what_is_no_report_of_this_text_is_unknown(void **state)
{
	static const struct report other = {.id = {6}, .outcome = OUTCOME_ACCEPTED};
	struct bench *bench = *state;
	struct text text;

	for (int round = 0; round < 2; round++) {
		put(bench, false);
		(void)sender_turn(bench->sender, DUE);
		int fd = handed_over(bench, &text);
		assert_true(fd >= 0);
		if (round == 0)
			report(fd, &other);
		else
			assert_int_equal(send(fd, "junk", 4, MSG_NOSIGNAL), 4);
		loop_turn(bench);
		assert_int_equal(bench->reports, round + 1);
		assert_int_equal(bench->report.outcome, OUTCOME_UNKNOWN);
		close(fd);
	}
}

static void test_away_and_back_within_its_life(void **state)
{
	struct bench *bench = *state;
	struct text text;

	depart(bench);
	put(bench, false);
	int64_t now = DUE;
	for (int i = 0; i < 20; i++) {
		int wait = sender_turn(bench->sender, now);
		assert_in_range(wait, 1, 1000);
		now += wait;
	}
	assert_int_equal(bench->asked, 1);
	assert_int_equal(bench->reports, 0);
	arrive(bench);
	(void)sender_turn(bench->sender, now);
	int fd = handed_over(bench, &text);
	assert_true(fd >= 0);
	assert_int_equal(text.life, DEAD - now);
	close(fd);
}

static void test_too_old_is_dropped_and_told_once(void **state)
{
	struct bench *bench = *state;
	struct text text;

	depart(bench);
	put(bench, false);
	(void)sender_turn(bench->sender, DUE);
	(void)sender_turn(bench->sender, DEAD - 1);
	assert_int_equal(bench->reports, 0);
	arrive(bench);
	/* Back, but too late: its time has come to be tried again after it was too old. */
	assert_int_equal(sender_turn(bench->sender, DEAD + 1000), -1);
	assert_int_equal(bench->reports, 1);
	assert_int_equal(bench->report.outcome, OUTCOME_UNSENT);
	assert_non_null(strstr(bench->report.detail, "smsotp-send"));
	assert_int_equal(handed_over(bench, &text), -1);
}

static void test_a_report_that_never_comes_is_unknown(void **state)
{
	struct bench *bench = *state;
	struct text text;

	put(bench, false);
	int wait = sender_turn(bench->sender, DUE);
	int fd = handed_over(bench, &text);
	assert_true(wait > DEAD - DUE);
	(void)sender_turn(bench->sender, DUE + wait - 1);
	assert_int_equal(bench->reports, 0);
	assert_int_equal(sender_turn(bench->sender, DUE + wait), -1);
	assert_int_equal(bench->reports, 1);
	assert_int_equal(bench->report.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(recv(fd, &text, 1, MSG_DONTWAIT), 0);
	close(fd);
}

static void test_a_full_table_takes_no_more_and_loses_none(void **state)
{
	struct bench *bench = *state;
	const struct parcel parcel = {.text = {.id = {5}}, .dummy = true};
	int taken = 0;

	while (sender_put(bench->sender, &parcel, DUE, DEAD) == RESULT_OK)
		taken++;
	assert_true(taken >= 64);
	assert_int_equal(sender_turn(bench->sender, DUE), -1);
	assert_int_equal(bench->asked, taken);
	assert_int_equal(sender_put(bench->sender, &parcel, DUE, DEAD), RESULT_OK);
}

static void test_a_text_takes_the_place_of_a_dummy(void **state)
{
	struct bench *bench = *state;
	const struct parcel dummy = {.dummy = true};
	struct text text;

	while (sender_put(bench->sender, &dummy, DUE, DEAD) == RESULT_OK)
		;
	put(bench, false);
	sender_turn(bench->sender, DUE);
	int fd = handed_over(bench, &text);
	assert_true(fd >= 0);
	close(fd);
}

static void test_foreign_slots_are_nothing(void **state)
{
	struct bench *bench = *state;

	put(bench, false);
	sender_ready(bench->sender, 0);
	sender_ready(bench->sender, UINT32_MAX);
	assert_int_equal(bench->reports, 0);
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		row(test_a_text_waits_for_its_hold_then_leaves),
		row(test_a_withdrawn_text_never_leaves_and_is_told_once),
		row(test_a_dummy_waits_alike_and_never_leaves),
		row(test_an_end_without_a_report_is_unknown_and_never_repeated),
		row(test_a_frame_that_nobody_read_is_not_repeated),
		row(test_what_is_no_report_of_this_text_is_unknown),
		row(test_away_and_back_within_its_life),
		row(test_too_old_is_dropped_and_told_once),
		row(test_a_report_that_never_comes_is_unknown),
		row(test_a_full_table_takes_no_more_and_loses_none),
		row(test_a_text_takes_the_place_of_a_dummy),
		row(test_foreign_slots_are_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
