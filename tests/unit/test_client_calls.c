/* SPDX-License-Identifier: BSD-3-Clause */
/* client_ask on a kernel of the test's own: each call ends as the row has it, and time passes only
 * where somebody waits. */
#undef _FORTIFY_SOURCE /* its recv is defined inline */
#include <dlfcn.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "memory_fixture.h"
#include "test.h"

#define PATH     "/run/smsotp/smsotpd.sock"
#define CALLS    3
#define ALWAYS   1000000
#define DIR      (S_IFDIR | 0755)
#define TOO_LONG (WIRE_FRAME_SIZE + 1)

/* How a call ends, where it is not by an errno. EAGAIN: all that it may wait has passed. */
enum { DONE = 0, ENDS = -1, AGAIN = -2, OTHER_ID = -3, CUT = -4, LONG = -5 };

/* What stands before libc's can only be file-scope. */
static struct kernel {
	bool on;
	const char *path;
	int fd; /* 0, where the application has closed its standard input */
	int lstat, socket, peer;
	mode_t mode;
	uid_t owner, listener;
	int refusals;  /* connections before one is accepted */
	int64_t wakes; /* until when the first sleep lasts, 0: as long as it should */
	int limits[CALLS], sends[CALLS], receives[CALLS];
	bool no_memory;
	/* What was seen. */
	int64_t now, deadline, limit_ms, answer_ms;
	int opened, closed, strays;
	int connects, limited, sent, received;
	uint8_t frame[WIRE_FRAME_SIZE];
	size_t frame_size;
	const void *buffer; /* it was sent from, until that is freed */
} kernel;

bool memory_struck(void)
{
	return kernel.on && kernel.no_memory;
}

/* What succeeds leaves errno as it is. */
static int ends(int failure)
{
	if (failure == 0)
		return 0;
	errno = failure;
	return -1;
}

int clock_gettime(clockid_t clock, struct timespec *ret_now)
{
	if (clock != CLOCK_MONOTONIC || !kernel.on)
		return (int)syscall(SYS_clock_gettime, clock, ret_now);
	*ret_now = (struct timespec){.tv_sec = (time_t)(kernel.now / 1000),
		.tv_nsec = (long)(kernel.now % 1000) * 1000000L};
	return 0;
}

int nanosleep(const struct timespec *pause, struct timespec *ret_left)
{
	(void)ret_left;
	kernel.now += pause->tv_sec * 1000 + pause->tv_nsec / 1000000;
	if (kernel.now < kernel.wakes)
		kernel.now = kernel.wakes;
	return 0;
}

int close(int fd)
{
	if (!kernel.on)
		return (int)syscall(SYS_close, fd);
	kernel.closed += fd == kernel.fd;
	kernel.strays += fd != kernel.fd;
	return 0;
}

int lstat(const char *restrict path, struct stat *restrict ret_status)
{
	if (strncmp(path, "/run", 4) == 0)
		assert_string_equal(path, "/run/smsotp");
	*ret_status = (struct stat){.st_mode = kernel.mode, .st_uid = kernel.owner};
	return ends(kernel.lstat);
}

int socket(int domain, int type, int protocol)
{
	assert_int_equal(domain, AF_UNIX);
	assert_int_equal(type, SOCK_SEQPACKET | SOCK_CLOEXEC);
	assert_int_equal(protocol, 0);
	kernel.limit_ms = -1;
	kernel.opened += kernel.socket == 0;
	return kernel.socket == 0 ? kernel.fd : ends(kernel.socket);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	const struct timeval *limit = value;
	int64_t ms = limit->tv_sec * 1000 + limit->tv_usec / 1000;

	kernel.strays += fd != kernel.fd;
	assert_int_equal(level, SOL_SOCKET);
	assert_int_equal(size, sizeof(*limit));
	assert_in_range(limit->tv_usec, 0, 999999);
	assert_true(ms > 0); /* 0 would be for ever */
	*(name == SO_SNDTIMEO ? &kernel.limit_ms : &kernel.answer_ms) = ms;
	assert_true(name == SO_SNDTIMEO || name == SO_RCVTIMEO);
	return ends(kernel.limits[kernel.limited++ % CALLS]);
}

int connect(int fd, const struct sockaddr *address, socklen_t size)
{
	assert_int_equal(fd, kernel.fd);
	assert_int_equal(size, sizeof(struct sockaddr_un));
	assert_string_equal(
		((const struct sockaddr_un *)(const void *)address)->sun_path, kernel.path);
	assert_true(kernel.limit_ms > 0);
	return ends(kernel.connects++ < kernel.refusals ? ECONNREFUSED : 0);
}

int getsockopt(int fd, int level, int name, void *restrict ret, socklen_t *restrict size)
{
	assert_int_equal(fd, kernel.fd);
	assert_int_equal(level, SOL_SOCKET);
	assert_int_equal(name, SO_PEERCRED);
	assert_int_equal(*size, sizeof(struct ucred));
	if (kernel.peer == 0)
		*(struct ucred *)ret = (struct ucred){.uid = kernel.listener};
	return ends(kernel.peer);
}

static ssize_t ends_late(int failure, int64_t wait)
{
	kernel.now += failure == EAGAIN ? wait : 0;
	return ends(failure);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
	int failure = kernel.sends[kernel.sent++ % CALLS];

	assert_int_equal(fd, kernel.fd);
	assert_int_equal(flags, MSG_NOSIGNAL);
	memcpy(kernel.frame, bytes, size);
	kernel.frame_size = size;
	kernel.buffer = bytes;
	return failure == 0 ? (ssize_t)size : ends_late(failure, kernel.limit_ms);
}

/* What was typed is not left in it. */
MEMORY_EXPORTED void free(void *memory)
{
	static const uint8_t nothing[WIRE_FRAME_SIZE];

	if (kernel.on && memory != NULL && memory == kernel.buffer) {
		assert_memory_equal(memory, nothing, kernel.frame_size);
		kernel.buffer = NULL;
	}
	__libc_free(memory);
}

/* The answer to what was sent, as a foreign `end` would have it. */
static ssize_t answer_write(int end, uint8_t *ret)
{
	struct ask ask;
	struct answer answer = {.verdict = VERDICT_GRANTED, .user = "demo", .help = ""};

	if (end == AGAIN)
		wire_put_again(ret, 0);
	if (end == AGAIN)
		return WIRE_AGAIN_SIZE;
	kernel.frame[0] = WIRE_VERSION; /* the test's ask may be of a release that is none yet */
	assert_int_equal(ask_decode(kernel.frame, kernel.frame_size, &ask), RESULT_OK);
	memcpy(answer.id, ask.id, WIRE_ID_SIZE);
	answer.id[WIRE_ID_SIZE - 1] ^= end == OTHER_ID ? 1 : 0;
	size_t size = answer_encode(&answer, ret, CLIENT_FRAME_SIZE);
	return end == CUT ? (ssize_t)size - 1 : (ssize_t)size;
}

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
	int end = kernel.receives[kernel.received++ % CALLS];

	assert_int_equal(fd, kernel.fd);
	assert_int_equal(size, CLIENT_FRAME_SIZE);
	assert_int_equal(flags, 0);
	assert_int_equal(kernel.now + kernel.answer_ms, kernel.deadline);
	/* What was typed is not kept while smsotpd thinks. */
	assert_null(kernel.buffer);
	if (end > 0)
		return ends_late(end, kernel.answer_ms);
	if (end == ENDS)
		return 0;
	ssize_t length = answer_write(end, bytes);
	return end == LONG ? CLIENT_FRAME_SIZE : length;
}

struct row {
	const char *sentence;
	enum frame_type type;
	struct kernel kernel;
	uint8_t version;
	size_t reply;
	/* What is to be seen. */
	enum result result;
	int64_t took;
	int connects, sent, received;
	int64_t limit_ms; /* of the last connection, 0: as ever */
};

/* The answer is given where it succeeds, and then alone. */
static void ask_on(const struct row *row, int fd, const char *path)
{
	static const int64_t deadlines[] = {[FRAME_BEGIN] = 2000,
		[FRAME_VERIFY] = 5000,
		[FRAME_SESSION_OPEN] = 200,
		[FRAME_SESSION_CLOSE] = 200};
	uint8_t frame[CLIENT_FRAME_SIZE];
	struct ask ask = {.type = row->type, .version = row->version, .user = "demo"};
	struct answer answer = {.verdict = VERDICT_COUNT};
	bool succeeds = row->result == RESULT_OK;

	ask.reply.length = row->reply;
	kernel = row->kernel;
	kernel.fd = fd;
	kernel.path = path;
	kernel.deadline = deadlines[row->type];
	kernel.mode = kernel.mode == 0 ? DIR : kernel.mode;
	kernel.on = true;
	enum result result = client_ask(path, &ask, frame, &answer);
	kernel.on = false;
	HOLDS(row->sentence, result == row->result);
	HOLDS(row->sentence, answer.verdict == (succeeds ? VERDICT_GRANTED : VERDICT_COUNT));
	HOLDS(row->sentence, !succeeds || ask.version == WIRE_VERSION);
	HOLDS(row->sentence, kernel.now == row->took);
	HOLDS(row->sentence, kernel.opened == kernel.closed);
	HOLDS(row->sentence, kernel.strays == 0);
	HOLDS(row->sentence, kernel.connects == row->connects);
	HOLDS(row->sentence, kernel.sent == row->sent);
	HOLDS(row->sentence, kernel.received == row->received);
	HOLDS(row->sentence, row->limit_ms == 0 || kernel.limit_ms == row->limit_ms);
}

static void rows_hold(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		ask_on(&rows[i], 0, PATH);
		ask_on(&rows[i], 9, PATH);
	}
}

#define REFUSED .result = RESULT_REFUSED
#define FAILED  .result = RESULT_FAILED
#define AWAY    .result = RESULT_UNREACHABLE
#define LATE    .result = RESULT_TIMEOUT
#define INVALID .result = RESULT_INVALID

static void test_who_is_not_to_be_trusted_hears_nothing(void **state)
{
	static const struct row rows[] = {
		{"it cannot be looked at", FRAME_VERIFY, {.lstat = EACCES}, FAILED},
		{"a link", FRAME_VERIFY, {.mode = S_IFLNK | 0755}, REFUSED},
		{"another's", FRAME_VERIFY, {.owner = 1}, REFUSED},
		{"its group writes", FRAME_VERIFY, {.mode = S_IFDIR | 0775}, REFUSED},
		{"others write", FRAME_VERIFY, {.mode = S_IFDIR | 0757}, REFUSED},
		{"another listens", FRAME_VERIFY, {.listener = 1}, REFUSED, .connects = 1},
		{"nobody says who", FRAME_VERIFY, {.peer = EINVAL}, FAILED, .connects = 1},
		{"no descriptor", FRAME_VERIFY, {.socket = EMFILE}, FAILED},
		{"no limit", FRAME_VERIFY, {.limits = {EDOM}}, FAILED},
		{"no memory", FRAME_VERIFY, {.no_memory = true}, .result = RESULT_MEMORY,
			.connects = 1},
		{"no frame holds it", FRAME_VERIFY, {0}, INVALID, .reply = TOO_LONG, .connects = 1},
	};

	(void)state;
	rows_hold(rows, COUNT(rows));
}

static void test_a_socket_is_tried_again_until_the_deadline(void **state)
{
	static const struct row rows[] = {
		{"no directory", FRAME_SESSION_OPEN, {.lstat = ENOENT}, AWAY, .took = 180},
		{"a begin", FRAME_BEGIN, {.refusals = ALWAYS}, AWAY, .took = 1980, .connects = 100},
		{"a verify", FRAME_VERIFY, {.refusals = ALWAYS}, AWAY, .took = 4980,
			.connects = 250, .limit_ms = 20},
		{"a session", FRAME_SESSION_CLOSE, {.refusals = ALWAYS}, AWAY, .took = 180,
			.connects = 10, .limit_ms = 20},
		{"no longer at once than needed", FRAME_VERIFY, {.refusals = 1}, .took = 20,
			.connects = 2, .sent = 1, .received = 1, .limit_ms = 100},
		{"slept till shortly before", FRAME_VERIFY, {.refusals = 1, .wakes = 4940},
			.took = 4940, .connects = 2, .sent = 1, .received = 1, .limit_ms = 60},
		{"slept till the deadline", FRAME_VERIFY, {.refusals = 1, .wakes = 5000}, LATE,
			.took = 5000, .connects = 1},
		{"slept beyond it", FRAME_VERIFY, {.refusals = 1, .wakes = 6000}, LATE,
			.took = 6000, .connects = 1},
	};

	(void)state;
	rows_hold(rows, COUNT(rows));
}

#define ONCE  .connects = 1, .sent = 1
#define TWICE .connects = 2, .sent = 2, .received = 2

static void test_what_was_heard_is_not_said_again(void **state)
{
	static const struct row rows[] = {
		{"answered", FRAME_VERIFY, {0}, ONCE, .received = 1, .limit_ms = 100},
		{"a full queue", FRAME_VERIFY, {.sends = {EAGAIN}}, .took = 100, .connects = 1,
			.sent = 2, .received = 1},
		{"a signal", FRAME_VERIFY, {.sends = {EINTR}}, .connects = 1, .sent = 2,
			.received = 1},
		{"a queue that stays full", FRAME_VERIFY, {.sends = {EAGAIN, EAGAIN, EAGAIN}}, LATE,
			.took = 5000, .connects = 1, .sent = 50},
		{"no waiting to send", FRAME_VERIFY, {.sends = {EAGAIN}, .limits = {0, ENOMEM}},
			FAILED, .took = 100, ONCE},
		{"gone before", FRAME_VERIFY, {.sends = {EPIPE}}, .took = 20, .connects = 2,
			.sent = 2, .received = 1},
		{"no answer", FRAME_VERIFY, {.receives = {EAGAIN}}, LATE, .took = 5000, ONCE,
			.received = 1},
		{"no waiting for it", FRAME_VERIFY, {.limits = {0, ENOMEM}}, FAILED, ONCE},
		{"a signal meanwhile", FRAME_VERIFY, {.receives = {EINTR}}, ONCE, .received = 2},
		{"gone", FRAME_VERIFY, {.receives = {ENDS}}, AWAY, ONCE, .received = 1},
		{"gone after a signal", FRAME_VERIFY, {.receives = {EINTR, ENDS}}, AWAY, ONCE,
			.received = 2},
		{"gone after a full queue", FRAME_VERIFY, {.sends = {EAGAIN}, .receives = {ENDS}},
			AWAY, .took = 100, .connects = 1, .sent = 2, .received = 1},
		{"reset", FRAME_VERIFY, {.receives = {ECONNRESET}}, AWAY, ONCE, .received = 1},
		{"gone from a begin", FRAME_BEGIN, {.receives = {ENDS}}, .took = 20, TWICE},
	};

	(void)state;
	rows_hold(rows, COUNT(rows));
}

static void test_the_answer_is_to_this_ask(void **state)
{
	static const struct row rows[] = {
		{"another's", FRAME_BEGIN, {.receives = {OTHER_ID}}, INVALID, ONCE, .received = 1},
		{"cut", FRAME_BEGIN, {.receives = {CUT}}, INVALID, ONCE, .received = 1},
		{"as long as none", FRAME_BEGIN, {.receives = {LONG}}, INVALID, ONCE,
			.received = 1},
		{"in another version", FRAME_BEGIN, {0}, INVALID, ONCE, .received = 1,
			.version = WIRE_VERSION + 1},
		{"to be asked again", FRAME_VERIFY, {.receives = {AGAIN}}, .took = 20, TWICE},
		{"again in the version before", FRAME_VERIFY, {.receives = {AGAIN}}, TWICE,
			.version = WIRE_VERSION + 1},
		{"again and again", FRAME_SESSION_OPEN, {.receives = {AGAIN, AGAIN, AGAIN}}, AWAY,
			.took = 180, .connects = 10, .sent = 10, .received = 10},
	};

	(void)state;
	rows_hold(rows, COUNT(rows));
}

/* A path that fits into no address, or whose directory fits into no buffer, is nobody's. */
static void test_paths_of_every_length(void **state)
{
	const struct row good = {"a path", FRAME_VERIFY, {0}, ONCE, .received = 1};
	const struct row refused = {"no path", FRAME_VERIFY, {0}, REFUSED};
	const size_t room = sizeof(((struct sockaddr_un *)0)->sun_path);
	char path[160];

	(void)state;
	for (size_t length = room - 4; length < room + 8; length++) {
		memset(path, 'a', sizeof(path));
		path[0] = path[length - 2] = '/';
		path[length] = '\0';
		ask_on(length < room ? &good : &refused, 9, path);
		path[length - 2] = 'a';
		path[2] = '/';
		ask_on(length < room ? &good : &refused, 9, path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_is_not_to_be_trusted_hears_nothing),
		cmocka_unit_test(test_a_socket_is_tried_again_until_the_deadline),
		cmocka_unit_test(test_what_was_heard_is_not_said_again),
		cmocka_unit_test(test_the_answer_is_to_this_ask),
		cmocka_unit_test(test_paths_of_every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
