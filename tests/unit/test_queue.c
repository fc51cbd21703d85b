/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts on their way, over a real socket and with a clock of the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "serve.h"
#include "smsotp-send/queue.h"

#define LIFE_MAX  60000
#define FILES_MAX 2048 /* both ends of each connection are here; sudo leaves 1024 */

struct fixture {
	struct sockaddr_un address;
	socklen_t size;
	int listener; /* the queue's */
	struct queue *queue;
};

/* An abstract address of the kernel's choice: unix(7), autobind. */
static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct error error;
	int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	fixture->listener = listener;
	fixture->address.sun_family = AF_UNIX;
	fixture->size = sizeof(fixture->address);
	assert_int_equal(
		bind(listener, (struct sockaddr *)&fixture->address, sizeof(sa_family_t)), 0);
	assert_int_equal(
		getsockname(listener, (struct sockaddr *)&fixture->address, &fixture->size), 0);
	assert_int_equal(listen(listener, 4096), 0);
	assert_int_equal(queue_open(listener, 0, LIFE_MAX, &fixture->queue, &error), RESULT_OK);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	queue_free(&fixture->queue);
	free(fixture);
	return 0;
}

static int client_open(const struct fixture *fixture)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)&fixture->address, fixture->size), 0);
	return fd;
}

static int client_send(const struct fixture *fixture, uint8_t id, uint64_t end)
{
	struct text text = {.id = {id}, .end = end, .phone = {"+919999900001"}, .code = {"123456"}};
	uint8_t frame[TEXT_FRAME_SIZE];
	size_t size = text_encode(&text, frame, sizeof(frame));
	int fd = client_open(fixture);

	assert_int_equal(send(fd, frame, size, 0), size);
	return fd;
}

/* Whether the loop would be woken. */
static bool wakes(const struct fixture *fixture)
{
	struct pollfd ready = {.fd = queue_descriptor(fixture->queue), .events = POLLIN};

	return poll(&ready, 1, 0) != 0;
}

/* The daemon closed without a report. */
static void assert_dropped(int fd)
{
	uint8_t byte;

	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	close(fd);
}

static void test_report(void **state)
{
	struct fixture *fixture = *state;
	int fd = client_send(fixture, 7, 5000);
	uint8_t frame[TEXT_FRAME_SIZE];
	struct report report = {.outcome = OUTCOME_ACCEPTED, .http = 200};

	queue_read(fixture->queue, 1000);
	queue_read(fixture->queue, 1010);
	struct held *held = queue_next(fixture->queue, 1010);
	assert_non_null(held);
	assert_string_equal(held->text.phone.e164, "+919999900001");
	queue_report(fixture->queue, held, &report, 1250);
	ssize_t size = recv(fd, frame, sizeof(frame), 0);
	assert_true(size > 0);
	report = (struct report){0};
	assert_int_equal(report_decode(frame, (size_t)size, &report), RESULT_OK);
	assert_int_equal(report.id[0], 7);
	assert_int_equal(report.milliseconds, 250);
	assert_dropped(fd);
	assert_null(queue_next(fixture->queue, 9999));
}

static void test_order_and_life(void **state)
{
	struct fixture *fixture = *state;
	int fds[] = {client_send(fixture, 1, 5000), client_send(fixture, 2, 1300),
		client_send(fixture, 3, 2 * LIFE_MAX)};

	queue_read(fixture->queue, 1000);
	queue_read(fixture->queue, 1000);
	assert_int_equal(queue_count(fixture->queue, HELD_WAITING), 3);
	struct held *first = queue_next(fixture->queue, 1000);
	assert_int_equal(first->text.id[0], 1);
	queue_start(fixture->queue, first, NULL);
	assert_int_equal(queue_next(fixture->queue, 1000)->text.id[0], 2);
	assert_int_equal(queue_timeout(fixture->queue, 1000), 300);
	assert_null(queue_expired(fixture->queue, 1299));
	struct held *second = queue_expired(fixture->queue, 1300);
	assert_int_equal(second->text.id[0], 2);
	queue_start(fixture->queue, second, NULL);
	/* No text lives longer than the configuration says. */
	assert_null(queue_expired(fixture->queue, 1000 + LIFE_MAX - 1));
	assert_int_equal(queue_expired(fixture->queue, 1000 + LIFE_MAX)->text.id[0], 3);
	for (size_t i = 0; i < 3; i++)
		close(fds[i]);
}

/* Whatever place it has. */
static void test_who_came_first_goes_first(void **state)
{
	struct fixture *fixture = *state;
	struct report report = {.outcome = OUTCOME_ACCEPTED};
	int fds[] = {client_send(fixture, 1, 5000), client_send(fixture, 2, 5000), -1};

	queue_read(fixture->queue, 1000);
	queue_read(fixture->queue, 1000);
	queue_report(fixture->queue, queue_next(fixture->queue, 1000), &report, 1000);
	fds[2] = client_send(fixture, 3, 5000);
	queue_read(fixture->queue, 1000);
	queue_read(fixture->queue, 1000);
	assert_int_equal(queue_next(fixture->queue, 1000)->text.id[0], 2);
	for (size_t i = 0; i < 3; i++)
		close(fds[i]);
}

/* It lay in the backlog while no smsotp-send was there, and is no younger by that. */
static void test_life_ends_in_the_backlog(void **state)
{
	struct fixture *fixture = *state;
	int fd = client_send(fixture, 1, 5000);

	queue_read(fixture->queue, 5000);
	queue_read(fixture->queue, 5000);
	assert_int_equal(queue_count(fixture->queue, HELD_WAITING), 1);
	assert_int_equal(queue_timeout(fixture->queue, 5000), 0);
	assert_non_null(queue_expired(fixture->queue, 5000));
	close(fd);
}

static void test_again(void **state)
{
	struct fixture *fixture = *state;
	static const uint64_t waits[] = {1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000};
	int fd = client_send(fixture, 1, LIFE_MAX);
	uint64_t now = 1000;

	queue_read(fixture->queue, now);
	queue_read(fixture->queue, now);
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		struct held *held = queue_next(fixture->queue, now);
		assert_non_null(held);
		queue_start(fixture->queue, held, NULL);
		assert_null(queue_next(fixture->queue, now));
		assert_int_equal(queue_again(fixture->queue, held, now), RESULT_OK);
		assert_int_equal(queue_timeout(fixture->queue, now),
			waits[i] < QUEUE_IDLE_MS ? waits[i] : QUEUE_IDLE_MS);
		assert_null(queue_next(fixture->queue, now + waits[i] - 1));
		now += waits[i];
	}
	/* 55 s gone; the next wait ends behind its life. */
	struct held *held = queue_next(fixture->queue, now);
	queue_start(fixture->queue, held, NULL);
	assert_int_equal(queue_again(fixture->queue, held, now), RESULT_TIMEOUT);
	assert_int_equal(held->state, HELD_SENDING);
	close(fd);
}

static void test_late(void **state)
{
	struct fixture *fixture = *state;
	int fd = client_open(fixture);
	uint8_t byte;

	queue_read(fixture->queue, 1000);
	assert_int_equal(queue_timeout(fixture->queue, 1000), 1000);
	queue_read(fixture->queue, 1999);
	assert_int_equal(recv(fd, &byte, 1, 0), -1);
	queue_read(fixture->queue, 2000);
	assert_dropped(fd);
}

static void test_foreign(void **state)
{
	struct fixture *fixture = *state;
	static const char *const frames[] = {"\x01", "\x01\x06short", "\x09"};
	char big[TEXT_FRAME_SIZE + 1] = {1, 6};

	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		int fd = client_open(fixture);
		assert_true(send(fd, frames[i], strlen(frames[i]), 0) > 0);
		queue_read(fixture->queue, 1000);
		queue_read(fixture->queue, 1000);
		assert_dropped(fd);
	}
	int fd = client_open(fixture);
	assert_int_equal(send(fd, big, sizeof(big), 0), sizeof(big));
	queue_read(fixture->queue, 1000);
	queue_read(fixture->queue, 1000);
	assert_dropped(fd);
	assert_int_equal(queue_count(fixture->queue, HELD_FREE), QUEUE_MAX);
}

static void assert_told_to_ask_again(int fd)
{
	uint8_t frame[TEXT_FRAME_SIZE];
	uint8_t version = 0;
	ssize_t size = recv(fd, frame, sizeof(frame), 0);

	assert_true(size > 0 && wire_get_again(frame, (size_t)size, &version));
	assert_int_equal(version, WIRE_VERSION);
	assert_dropped(fd);
}

static void test_another_version(void **state)
{
	struct fixture *fixture = *state;
	static const char *const frames[] = {
		"\xff\x06", "\xfe\x06 what is to come", "GET / HTTP/1.0"};

	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		int fd = client_open(fixture);
		assert_true(send(fd, frames[i], strlen(frames[i]), 0) > 0);
		queue_read(fixture->queue, 1000);
		queue_read(fixture->queue, 1000);
		assert_told_to_ask_again(fd);
	}
	assert_int_equal(queue_count(fixture->queue, HELD_FREE), QUEUE_MAX);
}

/* Before the end: what is on its way goes on, the rest goes back. */
static void test_stop(void **state)
{
	struct fixture *fixture = *state;
	struct report report = {.outcome = OUTCOME_ACCEPTED};
	int leaves = client_send(fixture, 1, 5000);
	int waits = client_send(fixture, 2, 5000);
	uint8_t byte;

	queue_read(fixture->queue, 1000);
	queue_read(fixture->queue, 1000);
	struct held *held = queue_next(fixture->queue, 1000);
	queue_start(fixture->queue, held, NULL);
	queue_close(fixture->queue);
	assert_int_equal(recv(waits, &byte, 1, 0), -1);
	queue_return(fixture->queue, queue_any(fixture->queue, HELD_WAITING));
	assert_told_to_ask_again(waits);
	assert_int_equal(recv(leaves, &byte, 1, 0), -1);
	queue_report(fixture->queue, held, &report, 1000);
	assert_int_equal(recv(leaves, &byte, 1, 0), 1);
	close(leaves);
	assert_int_equal(queue_count(fixture->queue, HELD_FREE), QUEUE_MAX);
}

/* systemd keeps the socket open: what waits there is the next one's, and wakes nobody here. */
static void test_stop_under_systemd(void **state)
{
	struct fixture *fixture = *state;
	struct pollfd wakes = {.fd = queue_descriptor(fixture->queue), .events = POLLIN};
	int kept = dup(fixture->listener);

	queue_close(fixture->queue);
	int fd = client_open(fixture);
	assert_int_equal(poll(&wakes, 1, 0), 0);
	close(fd);
	close(kept);
}

/* Any user can reach an abstract address; the peer's uid turns him away. */
static void test_peer(void **state)
{
	struct fixture *fixture = *state;
	int status = 0;
	char byte;
	int told[2];

	if (geteuid() != 0)
		skip();
	assert_int_equal(pipe2(told, O_CLOEXEC), 0);
	pid_t child = fork();
	if (child == 0) {
		bool dropped = setresuid(65534, 65534, 65534) == 0;
		int fd = client_send(fixture, 1, 5000);
		dropped = dropped && write(told[1], "x", 1) == 1 && fcntl(fd, F_SETFL, 0) == 0 &&
			  recv(fd, &byte, 1, 0) <= 0;
		_exit(dropped ? 0 : 1);
	}
	assert_int_equal(read(told[0], &byte, 1), 1);
	queue_read(fixture->queue, 1000);
	assert_int_equal(queue_count(fixture->queue, HELD_FREE), QUEUE_MAX);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(told[0]);
	close(told[1]);
}

/* One that hangs up is sent all the same: the person waits for it. */
static void test_hang_up(void **state)
{
	struct fixture *fixture = *state;
	struct report report = {.outcome = OUTCOME_ACCEPTED};

	close(client_send(fixture, 1, 5000));
	queue_read(fixture->queue, 1000);
	queue_read(fixture->queue, 1000);
	struct held *held = queue_next(fixture->queue, 1000);
	assert_non_null(held);
	assert_false(wakes(fixture));
	queue_report(fixture->queue, held, &report, 1000);
}

/* One more than there is room for waits in the backlog and is taken when a place is free. */
static void test_full(void **state)
{
	struct fixture *fixture = *state;
	struct report report = {.outcome = OUTCOME_ACCEPTED};
	int fds[QUEUE_MAX + 1];

	for (size_t i = 0; i < QUEUE_MAX + 1; i++)
		fds[i] = client_send(fixture, 1, 5000);
	for (size_t i = 0; i < 2 + QUEUE_MAX / 32; i++)
		queue_read(fixture->queue, 1000);
	assert_int_equal(queue_count(fixture->queue, HELD_WAITING), QUEUE_MAX);
	assert_int_equal(queue_count(fixture->queue, HELD_FREE), 0);
	assert_false(wakes(fixture));
	queue_report(fixture->queue, queue_next(fixture->queue, 1000), &report, 1000);
	queue_read(fixture->queue, 1000);
	queue_read(fixture->queue, 1000);
	assert_int_equal(queue_count(fixture->queue, HELD_WAITING), QUEUE_MAX);
	for (size_t i = 0; i < QUEUE_MAX + 1; i++)
		close(fds[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_report, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order_and_life, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_came_first_goes_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_life_ends_in_the_backlog, setup, teardown),
		cmocka_unit_test_setup_teardown(test_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_late, setup, teardown),
		cmocka_unit_test_setup_teardown(test_foreign, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_version, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop_under_systemd, setup, teardown),
		cmocka_unit_test_setup_teardown(test_peer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hang_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full, setup, teardown),
	};

	serve_files(FILES_MAX);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
