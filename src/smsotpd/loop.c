/* SPDX-License-Identifier: BSD-3-Clause */
#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "connection.h"
#include "control.h"
#include "pace.h"
#include "serve.h"
#include "signals.h"

#define EVENTS      64
#define TURN_MAX_MS 1000 /* the watchdog is told, late frames are dropped */
#define ACCEPT_MAX  16   /* per turn: others get theirs in between */
#define JOBS_MAX    512  /* with so many under way, logins wait in the listener's queue */

/* Nobody waits for these, and who was answered has the processor first: until his prompt is shown,
 * until his sign-in is over. */
#define LAY_US  200  /* a job: its text is waited for */
#define TELL_US 5000 /* an event */

enum tag {
	TAG_MODULE = 1,
	TAG_CONTROL,
	TAG_WAKE,
	TAG_SIGNAL,
	TAG_CONNECTION,
	TAG_SENDER,
	TAG_WORKER
};

struct loop {
	int epoll;
	int wake;
	int signals;
	int module;
	int control;
	bool paused;    /* nobody is accepted from `module` */
	int64_t laid;   /* monotonic us of the oldest job that waits for its wake, 0 for none */
	int64_t untold; /* of the oldest event that is to be written, 0 for none */
	struct connections *connections;
};

int64_t loop_now(void)
{
	return pace_now() / 1000;
}

static bool watch(const struct loop *loop, int fd, enum tag tag)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)tag << 32};

	return fd >= 0 && epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

enum result loop_new(int module, int control, struct loop **ret_loop)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (loop == NULL)
		return RESULT_MEMORY;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	loop->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	loop->signals = signals_open();
	loop->module = module;
	loop->control = control;
	bool watched = watch(loop, loop->wake, TAG_WAKE) &&
		       watch(loop, loop->signals, TAG_SIGNAL) && watch(loop, module, TAG_MODULE) &&
		       watch(loop, control, TAG_CONTROL);
	if (!watched ||
		connections_new(loop->epoll, TAG_CONNECTION, &loop->connections) != RESULT_OK) {
		loop_free(&loop);
		return RESULT_FAILED;
	}
	*ret_loop = loop;
	return RESULT_OK;
}

void loop_free(struct loop **loop)
{
	if (*loop == NULL)
		return;
	const int fds[] = {
		(*loop)->epoll, (*loop)->wake, (*loop)->signals, (*loop)->module, (*loop)->control};

	connections_free(&(*loop)->connections);
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	free(*loop);
	*loop = NULL;
}

static void hook_answer(void *context, uint64_t connection, const struct answer *answer)
{
	connections_answer(context, connection, answer);
}

static void hook_reply(void *context, uint64_t connection, const json_t *reply)
{
	connections_reply(context, connection, reply);
}

static int hook_lend(void *context, uint64_t connection)
{
	return connections_lend(context, connection);
}

static void hook_pass(void *context, uint64_t connection, int reply)
{
	connections_pass(context, connection, reply);
}

struct flow_hooks loop_hooks(struct loop *loop)
{
	return (struct flow_hooks){.context = loop->connections,
		.answer = hook_answer,
		.reply = hook_reply,
		.lend = hook_lend,
		.pass = hook_pass,
		.now = loop_now};
}

int loop_wake(const struct loop *loop)
{
	return loop->wake;
}

int loop_epoll(const struct loop *loop)
{
	return loop->epoll;
}

uint32_t loop_sender_tag(void)
{
	return TAG_SENDER;
}

uint32_t loop_worker_tag(void)
{
	return TAG_WORKER;
}

/* What has come back is answered. True where nothing more can. */
static bool on_wake(struct loop *loop, struct flow *flow, enum loop_end *ret_end)
{
	uint64_t count;
	struct job *job;

	if (read(loop->wake, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return false;
	while (flow->committer != NULL && (job = committer_take(flow->committer)) != NULL)
		control_finished(flow, job);
	if (flow->committer == NULL || !committer_broken(flow->committer))
		return false;
	flow_tell(flow);
	*ret_end = LOOP_BROKEN;
	return true;
}

/* True where the daemon is to stop or to read its config again. */
static bool on_signal(struct loop *loop, enum loop_end *ret_end)
{
	struct signalfd_siginfo info;

	if (read(loop->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return false;
	*ret_end = info.ssi_signo == SIGHUP ? LOOP_RELOAD : LOOP_STOP;
	return true;
}

/* The frame of a connection is there: it is read once and handed on. */
static void on_connection(struct loop *loop, struct flow *flow, uint32_t event)
{
	struct incoming incoming;

	if (!connections_read(loop->connections, event, &incoming))
		return;
	if (incoming.request != NULL)
		control_ask(flow, incoming.connection, incoming.request, incoming.bulk, loop_now());
	else
		flow_ask(flow, incoming.connection, &incoming.ask, loop_now());
	connections_forget(loop->connections);
	ask_wipe(&incoming.ask);
}

/* The module's frame is mostly there, and whoever waits for its answer is not kept for a turn. */
static void on_module(struct loop *loop, struct flow *flow, int most)
{
	uint32_t event;

	for (int i = 0; i < most; i++) {
		if (!connections_accept(loop->connections, loop->module, false, loop_now(), &event))
			return;
		on_connection(loop, flow, event);
	}
}

static void on_control(struct loop *loop)
{
	uint32_t event;

	for (int i = 0; i < ACCEPT_MAX; i++) {
		if (!connections_accept(loop->connections, loop->control, true, loop_now(), &event))
			return;
	}
}

static bool on_event(struct loop *loop, struct flow *flow, uint64_t data, enum loop_end *ret_end)
{
	uint32_t number = (uint32_t)data;

	switch ((enum tag)(data >> 32)) {
	case TAG_MODULE:
		on_module(loop, flow, ACCEPT_MAX);
		return false;
	case TAG_CONTROL:
		on_control(loop);
		return false;
	case TAG_WAKE:
		return on_wake(loop, flow, ret_end);
	case TAG_SIGNAL:
		return on_signal(loop, ret_end);
	case TAG_CONNECTION:
		on_connection(loop, flow, number);
		return false;
	case TAG_SENDER:
		sender_ready(flow->sender, number);
		return false;
	case TAG_WORKER:
		control_child(flow);
		return false;
	}
	return false;
}

/*
 * A begin is answered before its job is done, so whoever begins faster than the store commits would
 * have us hold ever more jobs: he waits, and so does everybody, in the order they came.
 */
static void pace(struct loop *loop, const struct flow *flow)
{
	bool pause = flow->jobs >= JOBS_MAX;
	struct epoll_event event = {
		.events = pause ? 0 : EPOLLIN, .data.u64 = (uint64_t)TAG_MODULE << 32};

	if (pause != loop->paused &&
		epoll_ctl(loop->epoll, EPOLL_CTL_MOD, loop->module, &event) == 0)
		loop->paused = pause;
}

static int turn_timeout(struct loop *loop, struct flow *flow, int most)
{
	int64_t now = loop_now();
	int next = sender_turn(flow->sender, now);

	connections_expire(loop->connections, now);
	control_turn(flow);
	return next < 0 || next > most ? most : next;
}

/* What is left of `wait` until `delay` after `since`, which is 0 for never. */
static int64_t wait_until(int64_t since, int64_t delay, int64_t wait)
{
	int64_t left = since == 0 ? wait : since + delay - pace_now();

	return left < 0 ? 0 : left < wait ? left : wait;
}

static struct timespec turn_wait(struct loop *loop, struct flow *flow, int most)
{
	int64_t wait = (int64_t)turn_timeout(loop, flow, most) * 1000;

	wait = wait_until(loop->laid, LAY_US, wait);
	wait = wait_until(loop->untold, TELL_US, wait);
	return (struct timespec){wait / 1000000, wait % 1000000 * 1000};
}

/* Whether it is `delay` since there was first something to do: *since, 0 while there is nothing. */
static bool due(int64_t *since, int64_t delay, bool something)
{
	if (!something)
		*since = 0;
	else if (*since == 0)
		*since = pace_now();
	if (*since == 0 || pace_now() < *since + delay)
		return false;
	*since = 0;
	return true;
}

/* Begins what was laid, and writes the events of what was answered. */
static void do_rest(struct loop *loop, struct flow *flow)
{
	if (due(&loop->laid, LAY_US, flow->laid)) {
		committer_wake(flow->committer);
		flow->laid = false;
	}
	if (due(&loop->untold, TELL_US, flow->untold.first != NULL))
		flow_tell(flow);
}

/* Kernels before 5.11 and container sandboxes of their time have no wait shorter than a ms. */
static int wait_events(const struct loop *loop, struct epoll_event *events, struct timespec wait)
{
	int count = epoll_pwait2(loop->epoll, events, EVENTS, &wait, NULL);

	if (count >= 0 || (errno != ENOSYS && errno != EPERM))
		return count;
	return epoll_wait(loop->epoll, events, EVENTS,
		(int)(wait.tv_sec * 1000 + (wait.tv_nsec + 999999) / 1000000));
}

/* Waits `most` ms at most, and does what has come; *ret_end is set where a signal has. */
static enum result turn(
	struct loop *loop, struct flow *flow, int most, bool *ret_ended, enum loop_end *ret_end)
{
	struct epoll_event events[EVENTS];
	int count = wait_events(loop, events, turn_wait(loop, flow, most));

	if (count < 0 && errno != EINTR)
		return RESULT_FAILED;
	for (int i = 0; i < count; i++)
		*ret_ended = on_event(loop, flow, events[i].data.u64, ret_end) || *ret_ended;
	do_rest(loop, flow);
	serve_alive(loop_now());
	return RESULT_OK;
}

static int64_t boottime(const struct flow *flow)
{
	struct moment now;

	flow->clock->now(flow->clock, &now);
	return now.boottime;
}

enum result loop_run(struct loop *loop, struct flow *flow, enum loop_end *ret_end)
{
	int64_t since = boottime(flow);

	for (;;) {
		bool ended = false;
		enum result result = turn(loop, flow, TURN_MAX_MS, &ended, ret_end);
		if (result != RESULT_OK || ended)
			return result;
		if (flow->committer == NULL && boottime(flow) - since >= LOOP_SHUT_MS) {
			*ret_end = LOOP_SHUT;
			return RESULT_OK;
		}
		pace(loop, flow);
	}
}

uint32_t loop_drain(struct loop *loop, struct flow *flow, int64_t most)
{
	int64_t until = loop_now() + most;
	enum loop_end again = LOOP_STOP;
	bool ended = false;

	/* What is broken serves nobody: who waits for it finds the next one, where systemd keeps
	 * the sockets. */
	if (flow->committer == NULL || !committer_broken(flow->committer))
		on_module(loop, flow, SERVE_BACKLOG);
	/* What they begin was laid in no turn. */
	do_rest(loop, flow);
	/* Closed, not only forgotten: where no systemd keeps them open, whoever comes is refused at
	 * once and tries again. Where one does, epoll(7) would go on telling of who waits there. */
	(void)epoll_ctl(loop->epoll, EPOLL_CTL_DEL, loop->module, NULL);
	(void)epoll_ctl(loop->epoll, EPOLL_CTL_DEL, loop->control, NULL);
	close(loop->module);
	close(loop->control);
	loop->module = loop->control = -1;
	for (;;) {
		uint32_t left = flow->jobs + sender_count(flow->sender) +
				(uint32_t)connections_count(loop->connections);
		int64_t now = loop_now();
		/* One more signal ends it; a broken store does not, which each job tells of. */
		bool over = left == 0 || (ended && again == LOOP_STOP) || now >= until;
		if (over || turn(loop, flow, (int)(until - now), &ended, &again) != RESULT_OK) {
			flow_tell(flow);
			sender_end(flow->sender);
			return left;
		}
	}
}
