/* SPDX-License-Identifier: BSD-3-Clause */
/* An operator's connections: a request, and its reply or a child's. */
#include <fcntl.h>
#include <sys/syscall.h>

#include "connection_fixture.h"
#include "ctl_wire.h"

/* What stands before libc's can only be file-scope. */
static bool no_epoll;

int epoll_ctl(int epoll, int change, int fd, struct epoll_event *event)
{
	return no_epoll ? -1 : (int)syscall(SYS_epoll_ctl, epoll, change, fd, event);
}

static json_t *word(const char *text)
{
	return json_pack("{s:s}", "verb", text);
}

/* An operator's end, whose request was read: its connection in *ret_id. */
static int operator(struct bench *bench, uint64_t *ret_id)
{
	json_t *request = word("status");
	struct incoming incoming;
	int fd = caller(bench);
	uint32_t event = accepted(bench, true, 0);

	assert_int_equal(ctl_send_request(fd, request, -1), RESULT_OK);
	assert_true(connections_read(bench->connections, event, &incoming));
	assert_true(json_equal(incoming.request, request));
	assert_int_equal(incoming.bulk, -1);
	*ret_id = incoming.connection;
	json_decref(incoming.request);
	json_decref(request);
	return fd;
}

static void assert_replied(int fd)
{
	json_t *reply = NULL;

	assert_int_equal(ctl_receive_reply(fd, NULL, NULL, &reply), RESULT_OK);
	assert_string_equal(json_string_value(json_object_get(reply, "verb")), "reply");
	json_decref(reply);
	assert_true(closed(fd));
	close(fd);
}

static void test_a_request_is_replied_to_once(void **state)
{
	struct bench *bench = *state;
	uint64_t id = 0;
	json_t *reply = word("reply");
	int fd = operator(bench, &id);

	connections_reply(bench->connections, id, reply);
	assert_int_equal(connections_count(bench->connections), 0);
	assert_replied(fd);
	connections_reply(bench->connections, id, reply);
	/* And not to who came after. */
	uint64_t next = 0;
	fd = operator(bench, &next);
	connections_reply(bench->connections, id, reply);
	assert_int_equal(connections_count(bench->connections), 1);
	connections_reply(bench->connections, next, reply);
	assert_replied(fd);
	json_decref(reply);
}

static void test_what_is_no_request_is_closed(void **state)
{
	struct bench *bench = *state;
	struct incoming incoming;
	int fd = caller(bench);
	uint32_t event = accepted(bench, true, 0);

	speak(fd, 0);
	assert_false(connections_read(bench->connections, event, &incoming));
	assert_true(closed(fd));
	assert_int_equal(connections_count(bench->connections), 0);
	close(fd);
}

/* He has ended smsotpctl while no smsotpd was there. */
static void test_who_gave_up_has_no_verb_done(void **state)
{
	struct bench *bench = *state;
	json_t *request = word("status");
	struct incoming incoming;
	int fd = caller(bench);

	assert_int_equal(ctl_send_request(fd, request, -1), RESULT_OK);
	close(fd);
	uint32_t event = accepted(bench, true, 0);
	assert_false(connections_read(bench->connections, event, &incoming));
	assert_int_equal(connections_count(bench->connections), 0);
	json_decref(request);
}

/* A descriptor with the reply in it, as a child makes one. */
static int made(void)
{
	json_t *reply = word("reply");
	int ends[2], fd = -1;
	size_t length;
	char byte;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(ctl_send_reply(ends[0], reply), RESULT_OK);
	assert_int_equal(ctl_take_frame(ends[1], &byte, 1, &length, &fd), RESULT_OK);
	close(ends[0]);
	close(ends[1]);
	json_decref(reply);
	return fd;
}

/* The descriptor is the child's too: only who listens to it no more hears no end of it. */
static void test_a_child_replies(void **state)
{
	struct bench *bench = *state;
	struct epoll_event event;
	uint64_t id = 0;
	int fd = operator(bench, &id);
	int reply = made();

	no_epoll = true;
	assert_int_equal(connections_lend(bench->connections, id), -1);
	no_epoll = false;
	int lent = connections_lend(bench->connections, id);
	assert_int_equal(fcntl(lent, F_GETFD), FD_CLOEXEC);
	int child = dup(lent);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	assert_int_equal(epoll_wait(bench->epoll, &event, 1, 0), 0);
	connections_pass(bench->connections, id, reply);
	assert_int_equal(connections_count(bench->connections), 0);
	close(child);
	assert_replied(fd);
	connections_pass(bench->connections, id, reply);
	assert_int_equal(connections_lend(bench->connections, id), -1);
	close(reply);
}

/* An entry's last owner has a share, and an operator who has the entry now takes none of it. */
static void test_an_operator_is_nobody_s_share(void **state)
{
	struct bench *bench = *state;
	int fd[CONNECTIONS_SHARE];
	uint64_t id = 0;

	int last = client(bench, 0);
	speak(last, 1000);
	assert_true(heard(bench, 0, &id));
	connections_answer(bench->connections, id, NULL);
	int control = operator(bench, &id);
	assert_int_equal(id % CONNECTIONS_MAX, 0);
	for (uint32_t i = 0; i < CONNECTIONS_SHARE; i++) {
		fd[i] = client(bench, 0);
		speak(fd[i], 1000);
		assert_true(heard(bench, i + 1, &id));
	}
	for (size_t i = 0; i < COUNT(fd); i++)
		close(fd[i]);
	close(last);
	close(control);
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		row(test_a_request_is_replied_to_once),
		row(test_what_is_no_request_is_closed),
		row(test_who_gave_up_has_no_verb_done),
		row(test_a_child_replies),
		row(test_an_operator_is_nobody_s_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
