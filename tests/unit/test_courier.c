/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a text to its report: which end each has, and what becomes of those that have none yet when
 * smsotp-send is told to stop, or to read its configuration again.
 */
#include "courier_fixture.h"

/* The first failure is news, the next ones are none. */
static void test_tries_again(void **state)
{
	static const struct step steps[] = {{0, NOTHING}, {0, NOTHING}, {0, FAILS}, {1000, NOTHING},
		{0, FAILS}, {1999, NOTHING}, {1, NOTHING}, {0, SUCCEEDS}, {0, STOPS}};
	struct fixture *fixture = *state;
	int fd = client_send(fixture, LIFE);

	run(fixture, steps, COUNT(steps));
	assert_report(fd, OUTCOME_ACCEPTED, 3000, "");
	assert_int_equal(play.started, 3);
	assert_int_equal(times_logged(fixture, "not sent yet, tries again: the gateway cannot"), 1);
}

/* It is away for half a minute, and well before the text's life ends. */
static void test_a_gateway_that_is_well_again(void **state)
{
	static const struct step steps[] = {{0, NOTHING}, {0, NOTHING}, {0, FAILS}, {1000, NOTHING},
		{0, FAILS}, {2000, NOTHING}, {0, FAILS}, {4000, NOTHING}, {0, FAILS},
		{8000, NOTHING}, {0, FAILS}, {8000, NOTHING}, {0, FAILS}, {8000, NOTHING},
		{0, FAILS}, {8000, NOTHING}, {0, SUCCEEDS}, {0, STOPS}};
	struct fixture *fixture = *state;
	int fd = client_send(fixture, LIFE);

	run(fixture, steps, COUNT(steps));
	assert_report(fd, OUTCOME_ACCEPTED, 39000, "");
}

/* The gateway knows code and phone, and the log is read by others. */
static void test_an_answer_that_tells(void **state)
{
	static const struct step steps[] = {{0, NOTHING}, {0, NOTHING}, {0, SUCCEEDS}, {0, STOPS}};
	struct fixture *fixture = *state;
	int fd = client_send(fixture, LIFE);

	play.body = "<RESULT REQID='123456'><MID TID='912025550100'></MID></RESULT>";
	run(fixture, steps, COUNT(steps));
	assert_report(fd, OUTCOME_ACCEPTED, 0, "");
	assert_int_equal(times_logged(fixture, "reqid \"xxxxxx\", tid \"xxxxxxxxxxxx\""), 1);
}

static void test_a_life_that_ends_before_its_turn(void **state)
{
	static const struct step steps[] = {{0, NOTHING}, {0, NOTHING}, {499, NOTHING},
		{1, NOTHING}, {0, SUCCEEDS}, {0, STOPS}};
	struct fixture *fixture = *state;
	int first = client_send(fixture, LIFE), second = client_send(fixture, 500);

	run(fixture, steps, COUNT(steps));
	assert_report(first, OUTCOME_ACCEPTED, 500, "");
	assert_report(second, OUTCOME_UNSENT, 500,
		"it waited longer than its life: look for what held it up");
	assert_int_equal(play.started, 1);
}

/* One that waits and one of which no byte could leave are for the smsotp-send to come. */
static void test_told_to_stop(void **state)
{
	static const struct step steps[] = {
		{0, NOTHING}, {0, NOTHING}, {0, STOPS}, {0, NOTHING}, {0, FAILS}};
	struct fixture *fixture = *state;
	/* Here it would end before another attempt. */
	int moves = client_send(fixture, 900), waits = client_send(fixture, LIFE);

	run(fixture, steps, COUNT(steps));
	assert_told_to_ask_again(waits);
	assert_told_to_ask_again(moves);
	assert_int_equal(play.started, 1);
}

/* Told twice it waits no longer: nobody knows what became of what was leaving. */
static void test_told_to_stop_twice(void **state)
{
	static const struct step steps[] = {{0, NOTHING}, {0, NOTHING}, {0, STOPS}, {0, STOPS}};
	struct fixture *fixture = *state;
	int fd = client_send(fixture, LIFE);

	run(fixture, steps, COUNT(steps));
	assert_report(fd, OUTCOME_UNKNOWN, 0, "smsotp-send was stopped while it left");
}

/* Its socket would close on one that it has not taken, and smsotpd could not tell what became of
 * it. */
static void test_told_to_stop_as_one_comes(void **state)
{
	static const struct step steps[] = {{0, STOPS}, {0, NOTHING}};
	struct fixture *fixture = *state;
	int fd = client_send(fixture, LIFE);

	run(fixture, steps, COUNT(steps));
	assert_told_to_ask_again(fd);
	assert_int_equal(play.started, 0);
}

/* As soon as none moves, and once. */
static void test_connections_are_renewed(void **state)
{
	static const struct step steps[] = {{0, NOTHING}, {0, NOTHING}, {0, RELOADS}, {0, NOTHING},
		{0, SUCCEEDS}, {0, SUCCEEDS}, {0, STOPS}};
	static const char config[] = "[gateway]\nurl = https://127.0.0.1/\nauth = address\n"
				     "feed_id = 1\nsender_id = SENDER\nparallel = 1\n";
	struct fixture *fixture = *state;
	char path[] = "/tmp/smsotp-courier-XXXXXX";
	int file = mkstemp(path);
	int first = client_send(fixture, LIFE), second = client_send(fixture, LIFE);

	assert_int_equal(write(file, config, strlen(config)), strlen(config));
	assert_int_equal(close(file), 0);
	fixture->courier.config = path;
	run(fixture, steps, COUNT(steps));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(times_logged(fixture, "in force"), 1);
	assert_report(first, OUTCOME_ACCEPTED, 0, "");
	assert_report(second, OUTCOME_ACCEPTED, 0, "");
	assert_int_equal(play.renewed, 1);
}

static void test_a_full_disk_under_the_stub(void **state)
{
	static const struct step steps[] = {{0, NOTHING}, {0, NOTHING}, {0, STOPS}};
	struct fixture *fixture = *state;
	int fd = client_send(fixture, LIFE);

	fixture->courier.settings->config->gateway.stub = true;
	fixture->courier.settings->stub = open("/dev/full", O_WRONLY | O_CLOEXEC);
	run(fixture, steps, COUNT(steps));
	assert_report(fd, OUTCOME_UNSENT, 0, "stub.log cannot be written: look at its disk");
}

static void test_no_memory_for_a_request(void **state)
{
	static const struct step steps[] = {
		{0, NOTHING}, {0, NOTHING}, {1000, RELENTS}, {0, SUCCEEDS}, {0, STOPS}};
	struct fixture *fixture = *state;
	int fd = client_send(fixture, LIFE);

	play.refuses = true;
	run(fixture, steps, COUNT(steps));
	assert_report(fd, OUTCOME_ACCEPTED, 1000, "");
	assert_int_equal(times_logged(fixture, "not sent yet, tries again: no memory"), 1);
}

static void test_no_memory_for_a_request_in_its_life(void **state)
{
	static const struct step steps[] = {{0, NOTHING}, {0, NOTHING}, {0, STOPS}};
	struct fixture *fixture = *state;
	int fd = client_send(fixture, 900);

	play.refuses = true;
	run(fixture, steps, COUNT(steps));
	assert_report(fd, OUTCOME_UNSENT, 0, "no memory for the request");
}

/* No config is taken that says so; if one were, nobody would get a text without its code. */
static void test_a_text_without_a_place_for_the_code(void **state)
{
	static const struct step steps[] = {{0, NOTHING}, {0, NOTHING}, {0, STOPS}};
	struct fixture *fixture = *state;
	int fd = client_send(fixture, LIFE);

	strcpy(fixture->courier.settings->config->message.text, "Your code is on its way.");
	run(fixture, steps, COUNT(steps));
	assert_report(fd, OUTCOME_UNSENT, 0, "[message] text has no place for the code");
	assert_int_equal(play.started, 0);
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		row(test_tries_again),
		row(test_a_gateway_that_is_well_again),
		row(test_an_answer_that_tells),
		row(test_a_life_that_ends_before_its_turn),
		row(test_told_to_stop),
		row(test_told_to_stop_twice),
		row(test_told_to_stop_as_one_comes),
		row(test_connections_are_renewed),
		row(test_a_full_disk_under_the_stub),
		row(test_no_memory_for_a_request),
		row(test_no_memory_for_a_request_in_its_life),
		row(test_a_text_without_a_place_for_the_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
