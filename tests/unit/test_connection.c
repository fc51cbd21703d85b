/* SPDX-License-Identifier: BSD-3-Clause */
/* The module's connections over a real socket, with a clock of the test's. */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "serve.h"
#include "smsotpd/connection.h"
#include "test.h"

#define TAG   3
#define ALICE 1000
#define BOB   1001

struct door {
	struct sockaddr_un address;
	socklen_t size;
	int listener;
	int epoll;
	struct connections *connections;
	int client[CONNECTIONS_MAX + 1];
	size_t clients;
};

/* An abstract address of the kernel's choice: unix(7), autobind. */
static int setup(void **state)
{
	struct door *door = calloc(1, sizeof(*door));

	door->address.sun_family = AF_UNIX;
	door->size = sizeof(door->address);
	door->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr *address = (struct sockaddr *)&door->address;
	assert_int_equal(bind(door->listener, address, sizeof(sa_family_t)), 0);
	assert_int_equal(getsockname(door->listener, address, &door->size), 0);
	assert_int_equal(listen(door->listener, 16), 0);
	door->epoll = epoll_create1(EPOLL_CLOEXEC);
	assert_int_equal(connections_new(door->epoll, TAG, &door->connections), RESULT_OK);
	*state = door;
	return 0;
}

static int teardown(void **state)
{
	struct door *door = *state;

	connections_free(&door->connections);
	for (size_t i = 0; i < door->clients; i++)
		close(door->client[i]);
	close(door->listener);
	close(door->epoll);
	free(door);
	return 0;
}

/* The next client connects, which is entry number `clients` while none was closed. */
static int arrive(struct door *door, int64_t now)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&door->address, door->size), 0);
	connections_accept(door->connections, door->listener, false, now);
	door->client[door->clients++] = fd;
	return fd;
}

static void begin(int fd, uint32_t uid)
{
	const struct ask ask = {.type = FRAME_BEGIN, .uid = uid, .service = "sudo", .user = "x"};
	uint8_t frame[WIRE_FRAME_SIZE];
	size_t size = ask_encode(&ask, frame, sizeof(frame));

	assert_int_equal(send(fd, frame, size, 0), size);
}

/* A client that asked, as entry `number`; whether it was heard. */
static bool heard(struct door *door, uint32_t number, uint32_t uid, uint64_t *ret_connection)
{
	struct incoming incoming;

	begin(arrive(door, 0), uid);
	if (!connections_read(door->connections, number, &incoming))
		return false;
	assert_null(incoming.request);
	assert_int_equal(incoming.ask.uid, uid);
	*ret_connection = incoming.connection;
	connections_forget(door->connections);
	return true;
}

static bool closed(int fd)
{
	char byte;
	ssize_t size = recv(fd, &byte, 1, 0);

	return size == 0 || (size < 0 && errno == ECONNRESET);
}

static void test_answer_goes_to_who_asked(void **state)
{
	struct door *door = *state;
	const struct answer answer = {.verdict = VERDICT_ASK, .user = "", .help = ""};
	struct answer back;
	uint8_t frame[WIRE_FRAME_SIZE];
	uint64_t connection = 0;

	assert_true(heard(door, 0, ALICE, &connection));
	connections_answer(door->connections, connection, &answer);
	ssize_t size = recv(door->client[0], frame, sizeof(frame), 0);
	assert_int_equal(answer_decode(frame, (size_t)size, &back), RESULT_OK);
	assert_true(closed(door->client[0]));
	/* The entry is another's by now: what comes late finds nobody. */
	uint64_t other = 0;
	assert_true(heard(door, 0, ALICE, &other));
	connections_answer(door->connections, connection, &answer);
	assert_int_equal(recv(door->client[1], frame, sizeof(frame), 0), -1);
	assert_int_equal(errno, EAGAIN);
}

static void test_one_uid_has_its_share(void **state)
{
	struct door *door = *state;
	const struct answer answer = {.verdict = VERDICT_ASK, .user = "", .help = ""};
	uint64_t first = 0, connection = 0;

	assert_true(heard(door, 0, ALICE, &first));
	for (uint32_t i = 1; i < CONNECTIONS_UID; i++)
		assert_true(heard(door, i, ALICE, &connection));
	assert_false(heard(door, CONNECTIONS_UID, ALICE, &connection));
	assert_true(closed(door->client[CONNECTIONS_UID]));
	assert_true(heard(door, CONNECTIONS_UID, BOB, &connection));
	connections_answer(door->connections, first, &answer);
	assert_true(heard(door, 0, ALICE, &connection));
}

static void test_root_has_no_share(void **state)
{
	struct door *door = *state;
	uint64_t connection = 0;

	for (uint32_t i = 0; i <= CONNECTIONS_UID; i++)
		assert_true(heard(door, i, 0, &connection));
}

static void test_silent_ones_give_way(void **state)
{
	struct door *door = *state;
	uint64_t connection = 0;

	assert_true(heard(door, 0, ALICE, &connection));
	for (size_t i = 1; i < CONNECTIONS_MAX; i++)
		arrive(door, (int64_t)i);
	arrive(door, CONNECTIONS_MAX);
	assert_true(closed(door->client[1]));
	assert_false(closed(door->client[0]));
	assert_false(closed(door->client[2]));
}

static void test_silent_ones_end_in_time(void **state)
{
	struct door *door = *state;
	uint64_t connection = 0;

	assert_true(heard(door, 0, ALICE, &connection));
	arrive(door, 0);
	connections_expire(door->connections, FRAME_MS - 1);
	assert_false(closed(door->client[1]));
	connections_expire(door->connections, FRAME_MS);
	assert_true(closed(door->client[1]));
	assert_false(closed(door->client[0]));
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_answer_goes_to_who_asked),
		TEST(test_one_uid_has_its_share),
		TEST(test_root_has_no_share),
		TEST(test_silent_ones_give_way),
		TEST(test_silent_ones_end_in_time),
	};

	/* Both ends of each. */
	serve_files(4 * CONNECTIONS_MAX);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
