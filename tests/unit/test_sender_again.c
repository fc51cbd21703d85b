/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts that a smsotp-send has not begun with: it stops, or is of another release. */
#include "sender_fixture.h"

static void say_again(int fd, uint8_t version)
{
	uint8_t frame[WIRE_AGAIN_SIZE];

	wire_put_again(frame, version);
	assert_int_equal(send(fd, frame, sizeof(frame), MSG_NOSIGNAL), sizeof(frame));
	close(fd);
}

/* smsotp-send stops, or is of the release before: nothing has left, whoever comes next gets it. */
static void test_a_text_that_was_not_begun_is_handed_over_again(void **state)
{
	struct bench *bench = *state;
	struct text text;

	put(bench, false);
	assert_int_equal(sender_count(bench->sender), 1);
	assert_true(sender_turn(bench->sender, DUE) > 0);
	say_again(handed_over(bench, &text), WIRE_OLDEST);
	loop_turn(bench);
	assert_int_equal(bench->reports, 0);
	assert_int_equal(sender_count(bench->sender), 1);
	assert_int_equal(sender_turn(bench->sender, DUE), 250);
	assert_int_equal(handed_over(bench, &text), -1);
	assert_true(sender_turn(bench->sender, DUE + 250) > 0);
	int fd = handed_over(bench, &text);
	assert_true(fd >= 0);
	assert_int_equal(text.version, WIRE_OLDEST);
	assert_string_equal(text.code.digits, "123456");
	/* The hook was asked when the hold was over, and not again. */
	assert_int_equal(bench->asked, 1);
	report(fd, &(struct report){.id = {5}, .outcome = OUTCOME_ACCEPTED});
	loop_turn(bench);
	assert_int_equal(bench->reports, 1);
	assert_int_equal(sender_count(bench->sender), 0);
	close(fd);
}

/* Not for ever. */
static void test_a_text_that_is_never_begun_ends(void **state)
{
	struct bench *bench = *state;
	struct text text;
	int asked = 0;

	put(bench, false);
	for (int64_t now = DUE; now < DEAD + 1000; now += 250) {
		(void)sender_turn(bench->sender, now);
		int fd = handed_over(bench, &text);
		if (fd >= 0) {
			say_again(fd, 0);
			asked++;
		}
		loop_turn(bench);
	}
	assert_true(asked > 1);
	assert_int_equal(bench->reports, 1);
	assert_int_equal(bench->report.outcome, OUTCOME_UNSENT);
}

/* It came to smsotp-send's socket, and no further: nothing has left, and it is tried again. */
static void test_a_text_that_cannot_be_handed_over(void **state)
{
	struct bench *bench = *state;
	int kept = dup(bench->epoll);
	struct text text;
	char byte;

	put(bench, false);
	close(bench->epoll);
	assert_int_equal(sender_turn(bench->sender, DUE), 250);
	assert_int_equal(dup2(kept, bench->epoll), bench->epoll);
	close(kept);
	int fd = accept4(bench->listener, NULL, NULL, SOCK_CLOEXEC);
	assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), 0);
	close(fd);
	loop_turn(bench);
	assert_int_equal(bench->reports, 0);
	assert_true(sender_turn(bench->sender, DUE + 250) > 0);
	fd = handed_over(bench, &text);
	assert_true(fd >= 0);
	assert_string_equal(text.code.digits, "123456");
	report(fd, &(struct report){.id = {5}, .outcome = OUTCOME_ACCEPTED});
	loop_turn(bench);
	assert_int_equal(bench->reports, 1);
	assert_int_equal(bench->report.outcome, OUTCOME_ACCEPTED);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_a_text_that_was_not_begun_is_handed_over_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_text_that_is_never_begun_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_text_that_cannot_be_handed_over, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
