/* SPDX-License-Identifier: BSD-3-Clause */
/* A child that runs a verb: its reply, its news, and what is left where it fails or is ended. */
#undef _FORTIFY_SOURCE /* its openat is defined inline */
#include "smsotpd/worker.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl_wire.h"
#include "smsotpd/stores.h"
#include "stores_fixture.h"

#define EXPORTED __attribute__((visibility("default")))
#define WAIT_MS  20000

/* What stands before a library's own can only be file-scope; a child inherits it. */
static struct {
	bool no_memory;          /* jansson finds none once */
	unsigned int bad_openat; /* this openat(2) fails, counted from 1; 0: none does */
	unsigned int openats;
} fails;

static void *take(size_t size)
{
	bool now = fails.no_memory;

	fails.no_memory = false;
	return now ? NULL : malloc(size);
}

EXPORTED int openat(int directory, const char *path, int flags, ...)
{
	va_list arguments;

	va_start(arguments, flags);
	mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	if (++fails.openats == fails.bad_openat) {
		errno = EMFILE;
		return -1;
	}
	return ((__typeof__(&openat))(uintptr_t)dlsym(RTLD_NEXT, "openat"))(
		directory, path, flags, mode);
}

/* What children locked their memory with; few hosts of a test let them. Shared with them. */
static int *locked_with;

EXPORTED int getrlimit(__rlimit_resource_t resource, struct rlimit *limits)
{
	(void)resource;
	*limits = (struct rlimit){RLIM_INFINITY, RLIM_INFINITY};
	return 0;
}

EXPORTED int mlockall(int flags)
{
	*locked_with |= flags;
	return 0;
}

struct desk {
	struct scene *scene;
	struct stores stores;
	struct worker *worker;
	int epoll;
	int client[2]; /* the worker's end, and whoever asked */
};

static int setup(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	assert_int_equal(scene_setup((void **)&desk->scene), 0);
	desk->stores.identities = desk->scene->judge.identities;
	desk->stores.state = desk->scene->judge.state;
	desk->epoll = epoll_create1(EPOLL_CLOEXEC);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, desk->client), 0);
	assert_int_equal(
		worker_new(desk->epoll, 2, &desk->stores, &desk->scene->clock, &desk->worker),
		RESULT_OK);
	fails.bad_openat = fails.openats = 0;
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;

	worker_free(&desk->worker);
	close(desk->client[0]);
	close(desk->client[1]);
	close(desk->epoll);
	assert_int_equal(scene_teardown((void **)&desk->scene), 0);
	free(desk);
	return 0;
}

static void start(struct desk *desk, const char *request, const char *text)
{
	int bulk = text == NULL ? -1 : memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	json_t *asked = json_loads(request, 0, NULL);
	struct error error = {""};

	assert_non_null(asked);
	if (text != NULL)
		assert_int_equal(write(bulk, text, strlen(text)), strlen(text));
	worker_take(desk->worker, 7, text != NULL, asked, bulk);
	if (worker_start(desk->worker, desk->scene->config, desk->client[0], &error) != RESULT_OK)
		fail_msg("%s", error.text);
}

/* The child has said something, or ended. */
static void wait_for(struct desk *desk)
{
	struct epoll_event event;

	assert_int_equal(epoll_wait(desk->epoll, &event, 1, WAIT_MS), 1);
	assert_int_equal(event.data.u64 >> 32, 2);
}

static struct worker_end finish(struct desk *desk)
{
	struct worker_end end;

	do
		wait_for(desk);
	while (!worker_ended(desk->worker, &end));
	assert_int_equal(end.connection, 7);
	assert_false(worker_busy(desk->worker));
	return end;
}

/* The reply; what was heard is freed. */
static json_t *reply_of(struct worker_end *end)
{
	json_t *reply = NULL;

	assert_true(end->reply >= 0);
	assert_int_equal(ctl_load_reply(end->reply, &reply), RESULT_OK);
	close(end->reply);
	json_decref(end->heard);
	return reply;
}

static size_t descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(directory);
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

static void test_news_are_not_in_the_reply(void **state)
{
	static const char two[] = "name,uid,phone\nalice,7,+91 99999 00091\ndemo,1000,+91 99999 "
				  "00092\n";
	struct desk *desk = *state;
	size_t before = descriptors();

	start(desk, "{\"verb\": \"import\"}", two);
	struct worker_end end = finish(desk);
	assert_false(end.untold);
	assert_string_equal(json_string_value(json_object_get(end.heard, "news")),
		"added 1, changed 1, removed 0");
	assert_int_equal(json_array_size(json_object_get(end.heard, "events")), 1);
	json_t *reply = reply_of(&end);
	assert_true(json_is_true(json_object_get(reply, "ok")));
	assert_int_equal(json_integer_value(json_object_get(reply, "added")), 1);
	assert_null(json_object_get(reply, "news"));
	assert_null(json_object_get(reply, "events"));
	json_decref(reply);
	start(desk, "{\"verb\": \"identity.list\"}", NULL);
	end = finish(desk);
	assert_false(end.untold);
	assert_int_equal(json_object_size(end.heard), 0);
	reply = reply_of(&end);
	assert_int_equal(json_array_size(json_object_get(reply, "identities")), 86);
	json_decref(reply);
	assert_int_equal(descriptors(), before);
}

static void test_stores_that_do_not_open_again(void **state)
{
	struct desk *desk = *state;

	for (unsigned int number = 1; number <= 2; number++) {
		fails.openats = 0;
		fails.bad_openat = number;
		start(desk, "{\"verb\": \"identity.list\"}", NULL);
		struct worker_end end = finish(desk);
		json_t *reply = reply_of(&end);
		const char *said = json_string_value(json_object_get(reply, "error"));
		assert_true(json_is_false(json_object_get(reply, "ok")));
		assert_non_null(strstr(said, "the store's directory does not open: Too many"));
		json_decref(reply);
	}
	fails.bad_openat = 0;
	start(desk, "{\"verb\": \"identity.list\"}", NULL);
	struct worker_end end = finish(desk);
	json_t *reply = reply_of(&end);
	assert_true(json_is_true(json_object_get(reply, "ok")));
	json_decref(reply);
}

/* What it did is done, and somebody has to say that nobody knows it. */
static void test_news_that_find_no_memory(void **state)
{
	static const char *const requests[] = {"{\"verb\": \"import\"}", "{\"verb\": \"report\"}"};
	struct desk *desk = *state;
	struct worker_end end;

	for (size_t i = 0; i < COUNT(requests); i++) {
		start(desk, requests[i], i == 0 ? "name,uid\nalice,7\n" : NULL);
		wait_for(desk);
		fails.no_memory = true;
		assert_false(worker_ended(desk->worker, &end));
		assert_false(fails.no_memory);
		end = finish(desk);
		assert_int_equal(end.untold, i == 0);
		assert_int_equal(json_object_size(end.heard), 0);
		json_t *reply = reply_of(&end);
		assert_true(json_is_true(json_object_get(reply, "ok")));
		json_decref(reply);
	}
}

/* fork(2) hands no locks on, and it holds keys and phones as its parent does. */
static void test_memory_of_a_child(void **state)
{
	struct desk *desk = *state;

	*locked_with = 0;
	start(desk, "{\"verb\": \"report\"}", NULL);
	struct worker_end end = finish(desk);
	json_decref(reply_of(&end));
	assert_int_equal(*locked_with, MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

/* The lock of its store is another's for ever: it is not waited for. */
static void test_a_child_that_does_not_end(void **state)
{
	struct desk *desk = *state;
	size_t before = descriptors();
	MDB_txn *txn = NULL;

	assert_int_equal(identities_begin(desk->stores.identities, true, &txn), RESULT_OK);
	start(desk, "{\"verb\": \"import\"}", "name,uid\nalice,7\n");
	worker_take(desk->worker, 8, false, json_object(), dup(desk->client[0]));
	worker_free(&desk->worker);
	assert_null(desk->worker);
	errno = 0;
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	store_abort(&txn);
	assert_int_equal(descriptors(), before);
}

/* It was killed: nobody has a reply, nor the news. */
static void test_a_child_that_ends_without_a_word(void **state)
{
	struct desk *desk = *state;
	MDB_txn *txn = NULL;

	assert_int_equal(identities_begin(desk->stores.identities, true, &txn), RESULT_OK);
	start(desk, "{\"verb\": \"import\"}", "name,uid\nalice,7\n");
	FILE *children = fopen("/proc/thread-self/children", "r");
	int child = 0;
	assert_non_null(children);
	assert_int_equal(fscanf(children, "%d", &child), 1);
	fclose(children);
	assert_int_equal(kill(child, SIGKILL), 0);
	struct worker_end end = finish(desk);
	assert_true(end.untold);
	assert_int_equal(end.reply, -1);
	assert_null(end.heard);
	store_abort(&txn);
}

static void test_a_reply_that_nobody_takes(void **state)
{
	struct desk *desk = *state;
	size_t before = descriptors();
	struct worker_end end;

	start(desk, "{\"verb\": \"identity.list\"}", NULL);
	for (int frame = 0; frame < 2; frame++) {
		wait_for(desk);
		assert_false(worker_ended(desk->worker, &end));
	}
	worker_free(&desk->worker);
	assert_int_equal(descriptors(), before);
}

#define with_desk(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_desk(test_news_are_not_in_the_reply),
		with_desk(test_stores_that_do_not_open_again),
		with_desk(test_news_that_find_no_memory),
		with_desk(test_memory_of_a_child),
		with_desk(test_a_child_that_does_not_end),
		with_desk(test_a_child_that_ends_without_a_word),
		with_desk(test_a_reply_that_nobody_takes),
	};

	locked_with = mmap(NULL, sizeof(*locked_with), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (locked_with == MAP_FAILED)
		return 1;
	json_set_alloc_funcs(take, free);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
