/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections to a listener, accepted and read when the test says so. */
#include "connection_fixture.h"
#include "serve.h"

static void test_a_frame_is_read_once_and_answered(void **state)
{
	struct bench *bench = *state;
	const struct answer answer = {.user = "", .help = ""};
	uint8_t frame[WIRE_FRAME_SIZE];
	uint64_t id = 0;
	int fd = client(bench, 0);

	speak(fd, 1000);
	assert_true(heard(bench, 0, &id));
	connections_answer(bench->connections, id, &answer);
	assert_true(recv(fd, frame, sizeof(frame), MSG_DONTWAIT) > 0);
	assert_true(closed(fd));
	assert_false(heard(bench, 0, &id));
	close(fd);
}

/* The module of the release before is answered in its version, whatever the answer says. */
static void test_an_answer_is_of_the_asks_version(void **state)
{
	struct bench *bench = *state;
	const struct answer answer = {.version = WIRE_VERSION + 1, .user = "", .help = ""};
	uint8_t frame[WIRE_FRAME_SIZE];

	for (unsigned int version = WIRE_OLDEST; version <= WIRE_VERSION; version++) {
		uint64_t id = 0;
		int fd = client(bench, 0);

		speak_in(fd, 1000, (uint8_t)version);
		assert_true(heard(bench, 0, &id));
		connections_answer(bench->connections, id, &answer);
		assert_true(recv(fd, frame, sizeof(frame), MSG_DONTWAIT) > 2);
		assert_int_equal(frame[0], version);
		close(fd);
	}
}

static void assert_told_to_ask_again(int fd)
{
	uint8_t frame[WIRE_FRAME_SIZE];
	uint8_t version = 0;
	ssize_t size = recv(fd, frame, sizeof(frame), MSG_DONTWAIT);

	assert_true(size > 0 && wire_get_again(frame, (size_t)size, &version));
	assert_int_equal(version, WIRE_VERSION);
	assert_true(closed(fd));
	close(fd);
}

static void test_a_frame_of_the_release_after_is_to_be_asked_again(void **state)
{
	struct bench *bench = *state;
	uint64_t id = 0;
	int fd = client(bench, 0);

	speak_in(fd, 1000, WIRE_VERSION + 1);
	assert_false(heard(bench, 0, &id));
	assert_told_to_ask_again(fd);
}

static void test_who_is_there_is_counted(void **state)
{
	struct bench *bench = *state;
	const struct answer answer = {.user = "", .help = ""};
	uint64_t id = 0;
	int read = client(bench, 0);
	int silent = client(bench, 0);

	speak(read, 1000);
	assert_true(heard(bench, 0, &id));
	assert_int_equal(connections_count(bench->connections), 2);
	connections_answer(bench->connections, id, &answer);
	assert_int_equal(connections_count(bench->connections), 1);
	connections_expire(bench->connections, FRAME_MS);
	assert_int_equal(connections_count(bench->connections), 0);
	close(read);
	close(silent);
}

/* An entry's last owner can leave an event behind: that is not the end of who waits there now. */
static void test_an_event_of_the_last_owner_is_nobodys(void **state)
{
	struct bench *bench = *state;
	const struct answer answer = {.user = "", .help = ""};
	uint8_t frame[WIRE_FRAME_SIZE];
	struct incoming incoming;
	uint64_t id = 0;
	int last = client(bench, 0);
	uint32_t event = bench->event[0];

	speak(last, 1000);
	assert_true(heard(bench, 0, &id));
	connections_answer(bench->connections, id, &answer);
	int next = client(bench, 0);
	assert_int_not_equal(bench->event[0], event);
	speak(next, 1000);
	assert_true(heard(bench, 0, &id));
	assert_false(connections_read(bench->connections, event, &incoming));
	connections_answer(bench->connections, id, &answer);
	assert_true(recv(next, frame, sizeof(frame), MSG_DONTWAIT) > 0);
	close(last);
	close(next);
}

static void test_an_event_without_a_frame_closes_nothing(void **state)
{
	struct bench *bench = *state;
	uint64_t id = 0;
	int fd = client(bench, 0);

	assert_false(heard(bench, 0, &id));
	speak(fd, 1000);
	assert_true(heard(bench, 0, &id));
	close(fd);
}

static void test_a_late_frame_is_not_waited_for(void **state)
{
	struct bench *bench = *state;
	int fd = client(bench, 0);

	connections_expire(bench->connections, 999);
	assert_false(closed(fd));
	connections_expire(bench->connections, 1000);
	assert_true(closed(fd));
	close(fd);
}

static void test_the_oldest_silent_one_gives_way(void **state)
{
	struct bench *bench = *state;
	int fd[CONNECTIONS_MAX + 1];
	uint64_t id = 0;

	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		fd[i] = client(bench, (int64_t)i);
	speak(fd[0], 0);
	assert_true(heard(bench, 0, &id));
	fd[CONNECTIONS_MAX] = client(bench, CONNECTIONS_MAX);
	assert_false(closed(fd[0]));
	assert_true(closed(fd[1]));
	speak(fd[CONNECTIONS_MAX], 0);
	assert_true(heard(bench, 1, &id));
	for (size_t i = 0; i < COUNT(fd); i++)
		close(fd[i]);
}

/* Who floods with sudo waits for his own; root, which is sshd, and others are heard. */
static void test_one_uid_has_a_share(void **state)
{
	struct bench *bench = *state;
	const struct answer answer = {.user = "", .help = ""};
	int fd[CONNECTIONS_SHARE + 4];
	uint64_t id = 0;
	uint64_t first = 0;

	for (uint32_t i = 0; i < CONNECTIONS_SHARE; i++) {
		fd[i] = client(bench, 0);
		speak(fd[i], 1000);
		assert_true(heard(bench, i, i == 0 ? &first : &id));
	}
	static const uint32_t others[] = {0, 1001};
	for (uint32_t i = 0; i < COUNT(others); i++) {
		fd[CONNECTIONS_SHARE + i] = client(bench, 0);
		speak(fd[CONNECTIONS_SHARE + i], others[i]);
		assert_true(heard(bench, CONNECTIONS_SHARE + i, &id));
	}
	fd[CONNECTIONS_SHARE + 2] = client(bench, 0);
	speak(fd[CONNECTIONS_SHARE + 2], 1000);
	assert_false(heard(bench, CONNECTIONS_SHARE + 2, &id));
	assert_true(closed(fd[CONNECTIONS_SHARE + 2]));
	connections_answer(bench->connections, first, &answer);
	fd[CONNECTIONS_SHARE + 3] = client(bench, 0);
	speak(fd[CONNECTIONS_SHARE + 3], 1000);
	assert_true(heard(bench, 0, &id));
	for (size_t i = 0; i < COUNT(fd); i++)
		close(fd[i]);
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		row(test_a_frame_is_read_once_and_answered),
		row(test_an_answer_is_of_the_asks_version),
		row(test_a_frame_of_the_release_after_is_to_be_asked_again),
		row(test_who_is_there_is_counted),
		row(test_an_event_of_the_last_owner_is_nobodys),
		row(test_an_event_without_a_frame_closes_nothing),
		row(test_a_late_frame_is_not_waited_for),
		row(test_the_oldest_silent_one_gives_way),
		row(test_one_uid_has_a_share),
	};

	serve_files(FILES_MAX);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
