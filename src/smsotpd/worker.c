/* SPDX-License-Identifier: BSD-3-Clause */
#include "worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ctl.h"
#include "ctl_wire.h"
#include "serve.h"
#include "stores.h"

#define TELL_MS  100
#define CLOSE_MS 2000 /* some microseconds are enough */

/* What somebody asked for. */
struct errand {
	uint64_t connection;
	bool writes;
	json_t *request; /* owned */
	int bulk;        /* owned */
};

struct worker {
	int epoll;
	uint32_t tag;
	struct stores *stores;
	const struct clock *clock;
	struct errand errand[WORKER_ERRANDS]; /* the first is the child's */
	size_t count;
	pid_t child;   /* 0 for none */
	int pair;      /* the child's news and reply come here; its end shows the child's */
	int reply;     /* owned, -1 for none */
	json_t *heard; /* owned, NULL for none yet */
	bool lost;     /* it could not be read */
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
		.pair = -1,
		.reply = -1};
	*ret_worker = worker;
	return RESULT_OK;
}

/* The first errand is done, its child reaped. */
static void release(struct worker *worker)
{
	json_decref(worker->heard);
	if (worker->pair >= 0)
		close(worker->pair);
	if (worker->reply >= 0)
		close(worker->reply);
	worker->heard = NULL;
	worker->pair = worker->reply = -1;
	worker->lost = false;
	worker->child = 0;
	if (worker->count == 0)
		return;
	json_decref(worker->errand[0].request);
	if (worker->errand[0].bulk >= 0)
		close(worker->errand[0].bulk);
	worker->count--;
	memmove(worker->errand, worker->errand + 1, worker->count * sizeof(worker->errand[0]));
}

void worker_free(struct worker **worker)
{
	if (*worker == NULL)
		return;
	if ((*worker)->child > 0) {
		kill((*worker)->child, SIGKILL);
		waitpid((*worker)->child, NULL, 0);
	}
	do
		release(*worker);
	while ((*worker)->count > 0);
	free(*worker);
	*worker = NULL;
}

bool worker_busy(const struct worker *worker)
{
	return worker->count > 0;
}

bool worker_full(const struct worker *worker)
{
	return worker->count == WORKER_ERRANDS;
}

bool worker_writes(const struct worker *worker)
{
	return worker->count > 0 && worker->errand[0].writes;
}

uint64_t worker_connection(const struct worker *worker)
{
	return worker->errand[0].connection;
}

void worker_take(struct worker *worker, uint64_t connection, bool writes, json_t *request, int bulk)
{
	worker->errand[worker->count++] = (struct errand){
		.connection = connection, .writes = writes, .request = request, .bulk = bulk};
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

/* What the trail hears, "news" and "events" of the reply, is no concern of whoever asked. */
static enum result send_heard(json_t *reply, int to)
{
	json_t *heard = json_pack("{s:O*, s:O*}", "news", json_object_get(reply, "news"), "events",
		json_object_get(reply, "events"));
	enum result result = heard == NULL ? RESULT_MEMORY : ctl_send_reply(to, heard);

	json_decref(heard);
	json_object_del(reply, "news");
	json_object_del(reply, "events");
	return result;
}

/* In the child, which has one thread and nothing of the parent's but its memory. */
static int run(
	const struct worker *worker, const struct config *config, struct task *task, int pair)
{
	const struct ctl_progress progress = {.context = task, .tell = tell};
	struct stores *stores = worker->stores;
	struct error error = {""};
	json_t *reply;

	bool opened = stores_after_fork(stores, &error) == RESULT_OK;
	if (opened) {
		const struct ctl_context context = {.config = config,
			.clock = worker->clock,
			.identities = stores->identities,
			.state = stores->state,
			.progress = &progress};
		reply = ctl_run(&context, worker->errand[0].request, worker->errand[0].bulk);
	} else {
		reply = ctl_refusal(error.text);
	}
	enum result result = send_heard(reply, pair);
	if (result == RESULT_OK)
		result = ctl_send_reply(pair, reply);
	/* So that its readers' places are free again; what is the parent's is left alone. */
	if (opened)
		stores_close(stores);
	return result == RESULT_OK ? 0 : 1;
}

static void child(
	struct worker *worker, const struct config *config, pid_t parent, int client, int pair)
{
	struct task task = {.client = client,
		.silent = !json_is_true(json_object_get(worker->errand[0].request, "progress"))};
	struct stores *stores = worker->stores;
	int kept[] = {client, pair, worker->errand[0].bulk,
		store_descriptor(identities_store(stores->identities)),
		store_descriptor(state_store(stores->state))};
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Whoever died before this took effect has left another parent. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
		!close_others(kept, sizeof(kept) / sizeof(kept[0])) ||
		send(pair, "", 1, MSG_NOSIGNAL) != 1)
		_exit(1);
	serve_lock_memory();
	prctl(PR_SET_NAME, "smsotpd-verb");
	_exit(run(worker, config, &task, pair));
}

/*
 * Until the child has closed what it inherited, a connection that is closed here would stay open
 * there, and in the epoll under a number that is another's by then: so nothing is closed before.
 */
static bool child_has_closed(int pair)
{
	struct pollfd said = {.fd = pair, .events = POLLIN};
	char byte;

	return poll(&said, 1, CLOSE_MS) == 1 && recv(pair, &byte, 1, 0) == 1;
}

static enum result fork_child(
	struct worker *worker, const struct config *config, int client, int ends[static 2])
{
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)worker->tag << 32};

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return RESULT_FAILED;
	worker->pair = ends[0];
	if (epoll_ctl(worker->epoll, EPOLL_CTL_ADD, ends[0], &event) != 0) {
		close(ends[1]);
		return RESULT_FAILED;
	}
	const pid_t parent = getpid();
	worker->child = fork();
	if (worker->child == 0)
		child(worker, config, parent, client, ends[1]);
	close(ends[1]);
	if (worker->child < 0)
		return RESULT_FAILED;
	if (child_has_closed(ends[0]))
		return RESULT_OK;
	kill(worker->child, SIGKILL);
	waitpid(worker->child, NULL, 0);
	return RESULT_TIMEOUT;
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

/* False at the end: the child, alone at the other end, has gone. First comes what the trail hears.
 */
static bool hear(struct worker *worker)
{
	size_t length = 0;
	int fd = -1;
	char byte;

	if (ctl_take_frame(worker->pair, &byte, sizeof(byte), &length, &fd) != RESULT_OK)
		return false;
	if (fd >= 0 && worker->heard == NULL) {
		worker->lost = ctl_load_reply(fd, &worker->heard) != RESULT_OK;
		if (worker->lost)
			worker->heard = json_object();
		close(fd);
	} else if (fd >= 0 && worker->reply < 0) {
		worker->reply = fd;
	} else if (fd >= 0) {
		close(fd);
	}
	return true;
}

bool worker_ended(struct worker *worker, struct worker_end *ret_end)
{
	int status = 0;

	if (hear(worker))
		return false;
	waitpid(worker->child, &status, 0);
	if (!WIFEXITED(status)) {
		(void)!store_readers_check(identities_store(worker->stores->identities));
		(void)!store_readers_check(state_store(worker->stores->state));
	}
	*ret_end = (struct worker_end){.connection = worker_connection(worker),
		.reply = worker->reply,
		.heard = worker->heard,
		.untold = worker_writes(worker) && (worker->heard == NULL || worker->lost)};
	worker->reply = -1;
	worker->heard = NULL;
	release(worker);
	return true;
}
