/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is let in, and what is left of a connection. */
#include <fcntl.h>
#include <sys/syscall.h>

#include "connection_fixture.h"
#include "serve.h"

#define SECRET "123456"

/* What stands before libc's can only be file-scope. */
static struct {
	bool no_memory, no_peer, no_epoll, broken;
	uid_t peer, self;
	int closed;
} kernel;

void *calloc(size_t count, size_t size)
{
	void *bytes = kernel.no_memory ? NULL : reallocarray(NULL, count, size);

	if (bytes != NULL)
		memset(bytes, 0, count * size);
	return bytes;
}

int getsockopt(int fd, int level, int name, void *restrict ret, socklen_t *restrict size)
{
	(void)fd;
	assert_int_equal(level, SOL_SOCKET);
	assert_int_equal(name, SO_PEERCRED);
	assert_int_equal(*size, sizeof(struct ucred));
	memcpy(ret, &(struct ucred){.uid = kernel.peer}, sizeof(struct ucred));
	return kernel.no_peer ? -1 : 0;
}

uid_t geteuid(void)
{
	return kernel.self;
}

int epoll_ctl(int epoll, int change, int fd, struct epoll_event *event)
{
	return kernel.no_epoll ? -1 : (int)syscall(SYS_epoll_ctl, epoll, change, fd, event);
}

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
	errno = kernel.broken ? ECONNRESET : errno;
	return kernel.broken ? -1 : syscall(SYS_recvfrom, fd, bytes, size, flags, NULL, NULL);
}

int close(int fd)
{
	kernel.closed++;
	return (int)syscall(SYS_close, fd);
}

static int fresh(void **state)
{
	memset(&kernel, 0, sizeof(kernel));
	return setup(state);
}

/* Whoever is not let in, or cannot be, is closed, and nothing is kept of him. */
static void assert_turned_off(struct bench *bench)
{
	struct incoming incoming;
	int fd = caller(bench);

	kernel.closed = 0;
	uint32_t event = accepted(bench, false, 0);
	assert_int_equal(kernel.closed, 1);
	assert_true(closed(fd));
	assert_int_equal(connections_count(bench->connections), 0);
	assert_false(connections_read(bench->connections, event, &incoming));
	close(fd);
}

static void test_root_and_the_daemon_are_let_in(void **state)
{
	static const struct {
		uid_t peer, self;
		bool allowed;
	} rows[] = {{0, 0, true}, {0, 5, true}, {5, 5, true}, {6, 5, false}, {5, 0, false}};
	struct bench *bench = *state;
	uint64_t id = 0;

	for (size_t i = 0; i < COUNT(rows); i++) {
		kernel.peer = rows[i].peer;
		kernel.self = rows[i].self;
		if (!rows[i].allowed) {
			assert_turned_off(bench);
			continue;
		}
		int fd = client(bench, 0);
		speak(fd, 1000);
		assert_true(heard(bench, 0, &id));
		connections_answer(bench->connections, id, NULL);
		assert_true(closed(fd));
		close(fd);
	}
	kernel.self = 0;
	kernel.no_peer = true; /* and yet nobody is taken for root */
	assert_turned_off(bench);
}

/* Nobody gives way to a stranger. */
static void test_a_stranger_takes_no_place(void **state)
{
	struct bench *bench = *state;
	int fd[CONNECTIONS_MAX];

	for (size_t i = 0; i < COUNT(fd); i++)
		fd[i] = client(bench, 0);
	kernel.peer = 1;
	int stranger = client(bench, 0);
	assert_true(closed(stranger));
	assert_int_equal(connections_count(bench->connections), CONNECTIONS_MAX);
	close(stranger);
	for (size_t i = 0; i < COUNT(fd); i++)
		close(fd[i]);
}

static void test_who_cannot_be_heard_is_closed(void **state)
{
	struct bench *bench = *state;

	kernel.no_epoll = true;
	assert_turned_off(bench);
}

static void test_nobody_waits(void **state)
{
	struct bench *bench = *state;
	uint32_t event;

	assert_false(connections_accept(bench->connections, bench->listener, false, 0, &event));
}

/* Where standard input was closed. */
static void test_a_descriptor_that_is_0(void **state)
{
	struct bench *bench = *state;
	uint64_t id = 0;
	int saved = dup(STDIN_FILENO);
	int fd = caller(bench);

	close(STDIN_FILENO);
	accepted(bench, false, 0);
	speak(fd, 1000);
	bool read = heard(bench, 0, &id);
	connections_answer(bench->connections, id, NULL);
	bool gone = closed(fd) && fcntl(STDIN_FILENO, F_GETFD) == -1;
	dup2(saved, STDIN_FILENO);
	close(saved);
	assert_true(read);
	assert_true(gone);
	close(fd);
}

static void test_without_memory_there_is_no_table(void **state)
{
	struct bench *bench = *state;
	struct connections *connections = NULL;

	kernel.no_memory = true;
	enum result result = connections_new(bench->epoll, TAG, &connections);
	kernel.no_memory = false;
	assert_int_equal(result, RESULT_MEMORY);
	assert_null(connections);
	connections_free(&connections);
}

/* Those that are there, and nothing else. */
static void test_the_end_closes_all(void **state)
{
	struct bench *bench = *state;
	uint64_t id = 0;
	int silent = client(bench, 0);
	int waits = client(bench, 0);

	speak(waits, 1000);
	assert_true(heard(bench, 1, &id));
	kernel.closed = 0;
	connections_free(&bench->connections);
	assert_int_equal(kernel.closed, 2);
	assert_true(closed(silent));
	assert_true(closed(waits));
	close(silent);
	close(waits);
}

static void test_epoll_says_the_event(void **state)
{
	struct bench *bench = *state;
	struct epoll_event event;
	int fd = client(bench, 0);

	assert_int_equal(epoll_wait(bench->epoll, &event, 1, 0), 0);
	speak(fd, 1000);
	assert_int_equal(epoll_wait(bench->epoll, &event, 1, 0), 1);
	assert_int_equal(event.data.u64, (uint64_t)TAG << 32 | bench->event[0]);
	close(fd);
}

/* An end is no frame, whatever was the last failure. */
static void test_who_has_gone_is_not_heard(void **state)
{
	struct bench *bench = *state;
	struct incoming incoming;
	uint64_t id = 0;

	for (int failure = 0; failure <= EAGAIN; failure += EAGAIN) {
		close(client(bench, 0));
		errno = failure;
		assert_false(connections_read(bench->connections, bench->event[0], &incoming));
		assert_int_equal(connections_count(bench->connections), 0);
	}
	int fd = client(bench, 0);
	kernel.broken = true;
	assert_false(connections_read(bench->connections, bench->event[0], &incoming));
	kernel.broken = false;
	assert_true(closed(fd));
	close(fd);
	/* Nor does his end close another. */
	fd = client(bench, 0);
	speak(fd, 1000);
	assert_true(heard(bench, 0, &id));
	close(fd);
	assert_false(heard(bench, 0, &id));
	assert_int_equal(connections_count(bench->connections), 0);
	kernel.closed = 0;
	assert_false(heard(bench, 0, &id));
	assert_int_equal(kernel.closed, 0);
}

/* The frame has waited for a smsotpd to come, and its module has not. */
static void test_who_gave_up_gets_nothing_done(void **state)
{
	static const struct {
		enum frame_type type;
		bool heard; /* what was told of a session has happened all the same */
	} rows[] = {
		{FRAME_BEGIN, false},
		{FRAME_VERIFY, false},
		{FRAME_SESSION_OPEN, true},
		{FRAME_SESSION_CLOSE, true},
	};
	struct bench *bench = *state;
	uint64_t id = 0;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct ask ask = {.type = rows[i].type, .user = "demo"};
		int fd = caller(bench);
		say(fd, &ask);
		close(fd);
		accepted(bench, false, 0);
		assert_int_equal(heard(bench, 0, &id), rows[i].heard);
		connections_answer(bench->connections, id, NULL);
		assert_int_equal(connections_count(bench->connections), 0);
	}
}

static void test_who_waits_says_no_more(void **state)
{
	struct bench *bench = *state;
	uint64_t id = 0;
	int fd = client(bench, 0);

	speak(fd, 1000);
	assert_true(heard(bench, 0, &id));
	speak(fd, 1000);
	assert_false(heard(bench, 0, &id));
	assert_int_equal(connections_count(bench->connections), 0);
	close(fd);
}

static void test_root_has_no_share(void **state)
{
	struct bench *bench = *state;
	int fd[CONNECTIONS_SHARE + 1];
	uint64_t id = 0;

	for (uint32_t i = 0; i < COUNT(fd); i++) {
		fd[i] = client(bench, 0);
		speak(fd[i], 0);
		assert_true(heard(bench, i, &id));
	}
	for (size_t i = 0; i < COUNT(fd); i++)
		close(fd[i]);
}

static void test_a_late_answer_finds_nobody(void **state)
{
	struct bench *bench = *state;
	const struct answer answer = {.user = "", .help = ""};
	uint64_t late = 0, id = 0;
	char byte;
	int first = client(bench, 0);

	speak(first, 1000);
	assert_true(heard(bench, 0, &late));
	close(first);
	assert_false(heard(bench, 0, &id));
	kernel.closed = 0;
	connections_answer(bench->connections, late, &answer);
	int next = client(bench, 0);
	connections_answer(bench->connections, late, &answer);
	speak(next, 1000);
	assert_true(heard(bench, 0, &id));
	connections_answer(bench->connections, late, &answer);
	connections_pass(bench->connections, late, next);
	assert_int_equal(connections_lend(bench->connections, late), -1);
	assert_int_equal(kernel.closed, 0);
	assert_int_equal(recv(next, &byte, 1, MSG_DONTWAIT), -1);
	/* Nor is anybody killed by an answer to who has just gone. */
	close(next);
	connections_answer(bench->connections, id, &answer);
	assert_int_equal(connections_count(bench->connections), 0);
}

/* What was read is wiped, where it is no frame as well. */
static void test_no_frame_stays(void **state)
{
	struct bench *bench = *state;
	struct incoming incoming;
	int fd[2] = {client(bench, 0), client(bench, 0)};
	char bad[WIRE_FRAME_SIZE];

	speak(fd[0], 1000);
	assert_true(connections_read(bench->connections, bench->event[0], &incoming));
	const char *user = incoming.ask.user;
	assert_string_equal(user, "demo");
	connections_forget(bench->connections);
	assert_string_equal(user, "");
	for (size_t at = 0; at < sizeof(bad); at++)
		bad[at] = SECRET[at % strlen(SECRET)];
	bad[0] = WIRE_VERSION;
	incoming.connection = 0;
	assert_int_equal(send(fd[1], bad, sizeof(bad), MSG_NOSIGNAL), sizeof(bad));
	assert_false(connections_read(bench->connections, bench->event[1], &incoming));
	assert_string_equal(user, "");
	assert_int_equal(user[-1], 0);
	assert_int_equal(incoming.connection, 0);
	assert_true(closed(fd[1]));
	close(fd[0]);
	close(fd[1]);
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, fresh, teardown)
	const struct CMUnitTest tests[] = {
		row(test_root_and_the_daemon_are_let_in),
		row(test_a_stranger_takes_no_place),
		row(test_who_cannot_be_heard_is_closed),
		row(test_nobody_waits),
		row(test_a_descriptor_that_is_0),
		row(test_without_memory_there_is_no_table),
		row(test_the_end_closes_all),
		row(test_epoll_says_the_event),
		row(test_who_has_gone_is_not_heard),
		row(test_who_gave_up_gets_nothing_done),
		row(test_who_waits_says_no_more),
		row(test_root_has_no_share),
		row(test_a_late_answer_finds_nobody),
		row(test_no_frame_stays),
	};

	serve_files(FILES_MAX);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
