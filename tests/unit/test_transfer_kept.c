/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections that are kept: for which requests, and for how long. */
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "transfer_fixture.h"

static int64_t passed; /* milliseconds that the test has let pass */

/* libcurl's clock, too. */
__attribute__((visibility("default"))) int clock_gettime(clockid_t id, struct timespec *now)
{
	long failure = syscall(SYS_clock_gettime, id, now);

	now->tv_sec += passed / 1000;
	now->tv_nsec += passed % 1000 * 1000000;
	if (now->tv_nsec >= 1000000000) {
		now->tv_nsec -= 1000000000;
		now->tv_sec++;
	}
	return (int)failure;
}

#define SIDE_BY_SIDE 2

/* Answers no request of a round before all have come. Exit 0 where each came by a first one's way.
 */
static int serve_kept(int listener, int rounds)
{
	int peer[SIDE_BY_SIDE];

	for (int i = 0; i < SIDE_BY_SIDE; i++)
		peer[i] = accept(listener, NULL, NULL);
	close(listener);
	for (; rounds > 0; rounds--) {
		for (int i = 0; i < SIDE_BY_SIDE; i++) {
			if (!read_until(peer[i], FORM))
				return 1;
		}
		for (int i = 0; i < SIDE_BY_SIDE; i++)
			(void)put(peer[i], ANSWER, strlen(ANSWER));
	}
	return 0;
}

static void test_connections_are_kept(void **state)
{
	const int rounds = 2;
	struct config_gateway gateway = {.connect_timeout = 10, .timeout = 20};
	struct report report[SIDE_BY_SIDE] = {0};
	struct transfers *transfers = NULL;
	int status = -1, listener = listen_at(gateway.url, sizeof(gateway.url));

	(void)state;
	assert_int_equal(transfers_open(&transfers), RESULT_OK);
	pid_t child = fork();
	if (child == 0)
		_exit(serve_kept(listener, rounds));
	close(listener);
	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < SIDE_BY_SIDE; i++)
			start(transfers, &gateway, &report[i]);
		for (int i = 0; i < SIDE_BY_SIDE; i++)
			end(transfers);
		for (int i = 0; i < SIDE_BY_SIDE; i++)
			assert_int_equal(report[i].outcome, OUTCOME_ACCEPTED);
		memset(report, 0, sizeof(report));
	}
	transfers_free(&transfers);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* Answers requests one after another; exit: over how many connections they came. */
static int serve_in_turn(int listener, int requests)
{
	int peer = -1, connections = 0;

	for (; requests > 0; requests--) {
		if (peer < 0 || !read_until(peer, FORM)) {
			close(peer);
			peer = accept(listener, NULL, NULL);
			connections++;
			if (!read_until(peer, FORM))
				return 0;
		}
		(void)put(peer, ANSWER, strlen(ANSWER));
	}
	return connections;
}

/* By 5 s of idleness Apache has closed it, and a request that meets that is lost. */
static void test_connections_are_given_up_in_time(void **state)
{
	static const struct {
		const char *sentence;
		int requests;
		int pause; /* milliseconds between them */
		int connections;
	} rows[] = {
		{"idle for a moment", 2, 2500, 1},
		{"idle for nearly as long as a server waits", 2, 4900, 2},
		{"in use, for nearly as long as it is believed", 140, 2000, 1},
		{"in use, for longer", 160, 2000, 2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config_gateway gateway = {.connect_timeout = 10, .timeout = 20};
		struct transfers *transfers = NULL;
		int status = -1, listener = listen_at(gateway.url, sizeof(gateway.url));

		assert_int_equal(transfers_open(&transfers), RESULT_OK);
		pid_t child = fork();
		if (child == 0)
			_exit(serve_in_turn(listener, rows[i].requests));
		close(listener);
		for (int request = 0; request < rows[i].requests; request++) {
			struct report report = {0};
			start(transfers, &gateway, &report);
			end(transfers);
			HOLDS(rows[i].sentence, report.outcome == OUTCOME_ACCEPTED);
			passed += rows[i].pause;
		}
		transfers_free(&transfers);
		HOLDS(rows[i].sentence, waitpid(child, &status, 0) == child);
		HOLDS(rows[i].sentence, WEXITSTATUS(status) == rows[i].connections);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connections_are_kept),
		cmocka_unit_test(test_connections_are_given_up_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
