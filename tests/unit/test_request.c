/* SPDX-License-Identifier: BSD-3-Clause */
/* smsotpctl before a daemon that cannot be asked, or says no. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl_wire.h"
#include "smsotpctl/request.h"
#include "test.h"

struct fixture {
	char directory[32];
	char path[64];
	char output[64];
	int listener;
};

/* What standard error would have. */
static char said[512];

/* Stands in main.c, which has the program's main. */
enum tool_exit tool_fail(enum tool_exit code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(said, sizeof(said), format, args);
	va_end(args);
	return code;
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	strcpy(fixture->directory, "/tmp/smsotp-ask-XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->path, sizeof(fixture->path), "%s/ctl.sock", fixture->directory);
	snprintf(fixture->output, sizeof(fixture->output), "%s/stats.prom", fixture->directory);
	strcpy(address.sun_path, fixture->path);
	fixture->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(
		bind(fixture->listener, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fixture->listener, 4), 0);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	close(fixture->listener);
	unlink(fixture->path);
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

/* A smsotpd that knows no verb. Exit 0: it was asked for `verb`. */
static int refuse(int listener, const char *verb)
{
	json_t *request = NULL, *reply = ctl_refusal("there is no verb of that name");
	int bulk = -1, peer = accept(listener, NULL, NULL);

	bool good = ctl_receive_request(peer, &request, &bulk) == RESULT_OK;
	const char *asked = json_string_value(json_object_get(request, "verb"));
	good = good && asked != NULL && strcmp(asked, verb) == 0;
	good = ctl_send_reply(peer, reply) == RESULT_OK && good;
	json_decref(request);
	json_decref(reply);
	return good ? 0 : 1;
}

static void test_stats_of_a_daemon_that_has_none(void **state)
{
	const struct fixture *fixture = *state;
	const struct tool tool = {.socket = fixture->path, .output = fixture->output};
	int status = -1;

	pid_t child = fork();
	if (child == 0)
		_exit(refuse(fixture->listener, "stats"));
	assert_int_equal(stats_run(&tool), TOOL_REFUSED);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_string_equal(said, "there is no verb of that name");
	assert_int_equal(access(fixture->output, F_OK), -1);
}

static void test_no_descriptor_to_ask_with(void **state)
{
	const struct fixture *fixture = *state;
	struct tool_request request = {.json = json_pack("{s:s}", "verb", "status"), .bulk = -1};
	json_t *reply = NULL;
	struct rlimit limit, none;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = (struct rlimit){0, limit.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	enum result result = request_try(fixture->path, &request, 1, &reply);
	int why = errno;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(result, RESULT_UNREACHABLE);
	assert_int_equal(why, EMFILE);
	assert_null(reply);
	json_decref(request.json);
}

/* Exit 0: a reply came. */
static int ask(const char *path)
{
	struct tool_request request = {.json = json_pack("{s:s}", "verb", "status"), .bulk = -1};
	json_t *reply = NULL;
	enum result result = request_try(path, &request, 60, &reply);

	json_decref(request.json);
	json_decref(reply);
	return result == RESULT_OK ? 0 : 1;
}

static bool sleeps(pid_t pid)
{
	char path[64], state = ' ';

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*d %*s %c", &state), 1);
	fclose(file);
	return state == 'S';
}

/* As by ^Z and fg. */
static void test_stopped_while_it_waits(void **state)
{
	const struct fixture *fixture = *state;
	json_t *request = NULL, *reply = json_pack("{s:b}", "ok", 1);
	int status = -1, bulk = -1;

	pid_t child = fork();
	if (child == 0)
		_exit(ask(fixture->path));
	int peer = accept(fixture->listener, NULL, NULL);
	assert_int_equal(ctl_receive_request(peer, &request, &bulk), RESULT_OK);
	while (!sleeps(child))
		sched_yield();
	assert_int_equal(kill(child, SIGSTOP), 0);
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(kill(child, SIGCONT), 0);
	enum result sent = ctl_send_reply(peer, reply);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(sent, RESULT_OK);
	json_decref(request);
	json_decref(reply);
	close(peer);
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		row(test_stats_of_a_daemon_that_has_none),
		row(test_no_descriptor_to_ask_with),
		row(test_stopped_while_it_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
