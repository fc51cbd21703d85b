/* SPDX-License-Identifier: BSD-3-Clause */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ctl.h"
#include "ctl_wire.h"
#include "stores.h"

#define TELL_MS 100

struct worker {
	int epoll;
	uint32_t tag;
	struct stores *stores;
	const struct clock *clock;
	bool busy;
	bool writes;
	uint64_t connection;
	json_t *request; /* owned */
	int bulk;        /* owned */
	pid_t child;     /* 0 for none */
	int pipe;        /* the child writes what the trail hears; its end shows the child's */
	char news[sizeof(((struct worker_end *)0)->news)];
	size_t news_size;
};

/* The child's side. */
struct task {
	int client;
	bool silent;  /* whoever asked wants no progress */
	int64_t told; /* ms */
};

enum result worker_new(int epoll, uint32_t tag, struct stores *stores, const struct clock *clock,
	struct worker **ret_worker)
{
	struct worker *worker = calloc(1, sizeof(*worker));

	if (worker == NULL)
		return RESULT_MEMORY;
	*worker = (struct worker){.epoll = epoll,
		.tag = tag,
		.stores = stores,
		.clock = clock,
		.bulk = -1,
		.pipe = -1};
	*ret_worker = worker;
	return RESULT_OK;
}

/* Free again, its child reaped. */
static void release(struct worker *worker)
{
	json_decref(worker->request);
	if (worker->bulk >= 0)
		close(worker->bulk);
	if (worker->pipe >= 0)
		close(worker->pipe);
	worker->request = NULL;
	worker->bulk = worker->pipe = -1;
	worker->news_size = 0;
	worker->child = 0;
	worker->busy = worker->writes = false;
}

void worker_free(struct worker **worker)
{
	if (*worker == NULL)
		return;
	if ((*worker)->child > 0) {
		kill((*worker)->child, SIGKILL);
		waitpid((*worker)->child, NULL, 0);
	}
	release(*worker);
	free(*worker);
	*worker = NULL;
}

bool worker_busy(const struct worker *worker)
{
	return worker->busy;
}

bool worker_writes(const struct worker *worker)
{
	return worker->busy && worker->writes;
}

uint64_t worker_connection(const struct worker *worker)
{
	return worker->connection;
}

void worker_take(struct worker *worker, uint64_t connection, bool writes, json_t *request, int bulk)
{
	worker->busy = true;
	worker->writes = writes;
	worker->connection = connection;
	worker->request = request;
	worker->bulk = bulk;
}

static int compare_numbers(const void *one, const void *other)
{
	return *(const int *)one - *(const int *)other;
}

/* All but `count` of them and standard input, output and error. */
static bool close_others(int *kept, size_t count)
{
	unsigned int from = STDERR_FILENO + 1;

	qsort(kept, count, sizeof(*kept), compare_numbers);
	for (size_t i = 0; i < count; i++) {
		unsigned int next = (unsigned int)(kept[i] < 0 ? 0 : kept[i]);
		if (next > from && close_range(from, next - 1, 0) != 0)
			return false;
		from = next >= from ? next + 1 : from;
	}
	return close_range(from, ~0U, 0) == 0;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool tell(void *context, size_t done, unsigned int permille)
{
	struct task *task = context;
	int64_t now = now_ms();

	if (now - task->told < TELL_MS)
		return true;
	task->told = now;
	return task->silent ? ctl_peer_waits(task->client)
			    : ctl_send_progress(task->client, done, permille) == RESULT_OK;
}

/* What the trail hears is no concern of whoever asked; it leaves before the reply. */
static void send_news(json_t *reply, int to)
{
	const char *news = json_string_value(json_object_get(reply, "news"));

	/* A pipe that is empty takes it whole; without a parent there is no trail either. */
	if (news != NULL)
		(void)!write(to, news, strlen(news));
	json_object_del(reply, "news");
}

/* In the child, which has one thread and nothing of the parent's but its memory. */
static int run(
	const struct worker *worker, const struct config *config, struct task *task, int news)
{
	const struct ctl_progress progress = {.context = task, .tell = tell};
	struct stores *stores = worker->stores;
	struct error error = {""};
	json_t *reply;

	if (stores_after_fork(stores, &error) == RESULT_OK) {
		const struct ctl_context context = {.config = config,
			.clock = worker->clock,
			.identities = stores->identities,
			.state = stores->state,
			.progress = &progress};
		reply = ctl_run(&context, worker->request, worker->bulk);
	} else {
		reply = json_pack("{s:b, s:s, s:i}", "ok", 0, "error", error.text, "exit", 1);
	}
	send_news(reply, news);
	enum result result = ctl_send_reply_wait(task->client, reply);
	/* So that its readers' places in the stores are free again. */
	stores_close(stores);
	return result == RESULT_OK ? 0 : 1;
}

static void child(
	struct worker *worker, const struct config *config, pid_t parent, int client, int news)
{
	struct task task = {.client = client,
		.silent = !json_is_true(json_object_get(worker->request, "progress"))};
	struct stores *stores = worker->stores;
	int kept[] = {client, news, worker->bulk,
		store_descriptor(identities_store(stores->identities)),
		store_descriptor(state_store(stores->state))};
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Whoever died before this took effect has left another parent. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
		!close_others(kept, sizeof(kept) / sizeof(kept[0])))
		_exit(1);
	prctl(PR_SET_NAME, "smsotpd-verb");
	_exit(run(worker, config, &task, news));
}

static enum result fork_child(
	struct worker *worker, const struct config *config, int client, int ends[static 2])
{
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)worker->tag << 32};

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return RESULT_FAILED;
	worker->pipe = ends[0];
	if (epoll_ctl(worker->epoll, EPOLL_CTL_ADD, ends[0], &event) != 0) {
		close(ends[1]);
		return RESULT_FAILED;
	}
	const pid_t parent = getpid();
	worker->child = fork();
	if (worker->child == 0)
		child(worker, config, parent, client, ends[1]);
	close(ends[1]);
	return worker->child > 0 ? RESULT_OK : RESULT_FAILED;
}

enum result worker_start(
	struct worker *worker, const struct config *config, int client, struct error *error)
{
	int ends[2];
	enum result result = RESULT_UNREACHABLE;

	if (client >= 0 && worker->stores->identities != NULL && worker->stores->state != NULL)
		result = fork_child(worker, config, client, ends);
	if (result == RESULT_OK)
		return result;
	result = error_set(error, result,
		"smsotpd cannot start a child for it (%s): see its limits", strerror(errno));
	release(worker);
	return result;
}

bool worker_ended(struct worker *worker, struct worker_end *ret_end)
{
	struct worker_end end = {.connection = worker->connection};
	int status = 0;
	ssize_t length;

	do {
		length = read(worker->pipe, worker->news + worker->news_size,
			sizeof(worker->news) - 1 - worker->news_size);
		worker->news_size += length > 0 ? (size_t)length : 0;
	} while (length > 0);
	if (length < 0)
		return false;
	memcpy(end.news, worker->news, worker->news_size);
	waitpid(worker->child, &status, 0);
	end.replied = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	if (!end.replied) {
		(void)!store_readers_check(identities_store(worker->stores->identities));
		(void)!store_readers_check(state_store(worker->stores->state));
	}
	release(worker);
	*ret_end = end;
	return true;
}
