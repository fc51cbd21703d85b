/* SPDX-License-Identifier: BSD-3-Clause */
/* How smsotpd's main thread ends, turn by turn: what happens while it waits is the test's. */
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "flow_fixture.h"
#include "smsotpd/loop.h"
#include "smsotpd/signals.h"

#define TURNS_MAX 20 /* of all that a test does */
#define DRAIN_MS  1000
#define WAITING   20 /* more than have their turn at once */

struct bed {
	struct bench *bench;
	struct committer *committer; /* the bench's: none of its jobs is the loop's */
	struct sockaddr_un address;  /* of the module's listener */
	socklen_t size;
	int listener;
	struct loop *loop;
};

/* What happens while the loop waits, since its calls hand none of it over. */
static struct {
	int turns;
	const struct bed *joins; /* somebody connects to it at the next turn; NULL for nobody */
	int late;                /* his end */
	int silent;              /* a client that closes when all else is done, -1 for none */
	bool stops;              /* SIGTERM comes when all is done */
	bool waits;              /* as long as it says */
	const struct flow *flow; /* likewise, and for something of that flow; NULL: no */
	bool cuts;               /* SIGTERM comes when no job of that is under way */
} play;

static int caller(const struct bed *bed)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)&bed->address, bed->size), 0);
	return fd;
}

int epoll_pwait2(int epoll, struct epoll_event *events, int size, const struct timespec *timeout,
	const sigset_t *mask)
{
	const struct timespec none = {0};

	(void)mask;
	if (++play.turns > TURNS_MAX)
		fail_msg("it turns without end");
	if (play.joins != NULL)
		play.late = caller(play.joins);
	play.joins = NULL;
	const struct timespec *wait = play.flow == NULL && !play.waits ? &none : timeout;
	int count = epoll_wait(epoll, events, size,
		(int)(wait->tv_sec * 1000 + (wait->tv_nsec + 999999) / 1000000));
	if (play.flow != NULL)
		HOLDS("there is something to wait for",
			play.flow->jobs > 0 || sender_count(play.flow->sender) > 0);
	/* Laid for others to share its commit: for a moment, not until something comes. */
	if (play.flow != NULL && play.flow->laid)
		assert_int_equal(wait->tv_sec * 1000 + wait->tv_nsec / 1000000, 0);
	if (play.cuts && play.flow->jobs == 0)
		assert_int_equal(kill(getpid(), SIGTERM), 0);
	if (count == 0 && play.stops)
		assert_int_equal(kill(getpid(), SIGTERM), 0);
	else if (count == 0 && play.silent >= 0)
		assert_int_equal(shutdown(play.silent, SHUT_RDWR), 0);
	return count;
}

/* An abstract address of the kernel's choice: unix(7), autobind. */
static int listen_somewhere(struct sockaddr_un *ret_address, socklen_t *ret_size)
{
	int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	*ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
	*ret_size = sizeof(*ret_address);
	assert_int_equal(bind(listener, (struct sockaddr *)ret_address, sizeof(sa_family_t)), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)ret_address, ret_size), 0);
	assert_int_equal(listen(listener, WAITING), 0);
	return listener;
}

static int setup(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));
	struct sockaddr_un control;
	socklen_t size;

	assert_int_equal(flow_setup((void **)&bed->bench), 0);
	bed->committer = bed->bench->flow.committer;
	bed->bench->flow.committer = NULL;
	bed->listener = listen_somewhere(&bed->address, &bed->size);
	assert_int_equal(
		loop_new(bed->listener, listen_somewhere(&control, &size), &bed->loop), RESULT_OK);
	bed->bench->flow.hooks = loop_hooks(bed->loop);
	memset(&play, 0, sizeof(play));
	play.silent = -1;
	*state = bed;
	return 0;
}

static int teardown(void **state)
{
	struct bed *bed = *state;

	loop_free(&bed->loop);
	bed->bench->flow.committer = bed->committer;
	assert_int_equal(flow_teardown((void **)&bed->bench), 0);
	free(bed);
	return 0;
}

/* systemd keeps the socket open: what waits there is the next one's, and wakes nobody here. */
static void test_stop_under_systemd(void **state)
{
	struct bed *bed = *state;
	enum loop_end end = LOOP_BROKEN;
	int kept = dup(bed->listener);

	play.silent = caller(bed);
	play.stops = true;
	assert_int_equal(loop_run(bed->loop, &bed->bench->flow, &end), RESULT_OK);
	assert_int_equal(end, LOOP_STOP);
	play.stops = false;
	play.joins = bed;
	assert_int_equal(loop_drain(bed->loop, &bed->bench->flow, DRAIN_MS), 0);
	close(play.late);
	close(play.silent);
	close(kept);
}

/* His end, and the frame that he has sent. */
static int asks(const struct bed *bed, enum frame_type type)
{
	const struct ask ask = ask_of(type, "sshd", "demo");
	uint8_t frame[WIRE_FRAME_SIZE];
	int fd = caller(bed);
	size_t size = ask_encode(&ask, frame, sizeof(frame));

	assert_int_equal(send(fd, frame, size, 0), size);
	return fd;
}

/* Who has asked already is answered: his socket would close on him. */
static void test_stop_as_many_come(void **state)
{
	struct bed *bed = *state;
	uint8_t frame[WIRE_FRAME_SIZE];
	int fds[WAITING];

	for (size_t i = 0; i < WAITING; i++)
		fds[i] = asks(bed, FRAME_VERIFY);
	assert_int_equal(loop_drain(bed->loop, &bed->bench->flow, DRAIN_MS), 0);
	for (size_t i = 0; i < WAITING; i++) {
		struct answer answer = {.verdict = VERDICT_GRANTED};
		ssize_t size = recv(fds[i], frame, sizeof(frame), 0);
		assert_true(size > 0);
		assert_int_equal(answer_decode(frame, (size_t)size, &answer), RESULT_OK);
		assert_int_equal(answer.verdict, VERDICT_UNAVAILABLE);
		close(fds[i]);
	}
}

/* And gets the text that he is told of, though nothing else wakes this loop. */
static void test_stop_as_one_begins(void **state)
{
	struct bed *bed = *state;
	struct flow *flow = &bed->bench->flow;
	uint8_t frame[WIRE_FRAME_SIZE];
	struct answer answer = {.line = LINE_NONE};

	assert_int_equal(
		committer_start(&bed->bench->scene->judge, loop_wake(bed->loop), &flow->committer),
		RESULT_OK);
	int fd = asks(bed, FRAME_BEGIN);
	play.flow = flow;
	play.cuts = true;
	assert_int_equal(loop_drain(bed->loop, flow, DRAIN_MS), 1);
	ssize_t size = recv(fd, frame, sizeof(frame), 0);
	assert_true(size > 0);
	assert_int_equal(answer_decode(frame, (size_t)size, &answer), RESULT_OK);
	assert_int_equal(answer.line, LINE_SENT);
	assert_int_equal(flow->jobs, 0);
	/* The text has not come to leave, and that is told. */
	assert_int_equal(sender_count(flow->sender), 0);
	assert_int_equal(flow->counters.texts[OUTCOME_UNSENT], 1);
	committer_stop(&flow->committer);
	close(fd);
}

static void store_break(struct bed *bed)
{
	calls.bad_begin = 1;
	committer_give(bed->committer, scene_job(bed->bench->scene, JOB_BEGIN, "sshd", "demo"));
	struct job *job = committer_next(bed->committer, bed->bench->wake);
	job_free(&job);
	assert_true(committer_broken(bed->committer));
	bed->bench->flow.committer = bed->committer;
}

/* Without a text it ends with the event of that, and waits no longer. */
static void test_stop_as_one_gets_no_text(void **state)
{
	struct bed *bed = *state;
	struct flow *flow = &bed->bench->flow;

	assert_int_equal(
		committer_start(&bed->bench->scene->judge, loop_wake(bed->loop), &flow->committer),
		RESULT_OK);
	bed->bench->scene->config->limits.texts_source = 0;
	int fd = asks(bed, FRAME_BEGIN);
	play.flow = flow;
	assert_int_equal(loop_drain(bed->loop, flow, DRAIN_MS), 0);
	assert_true(play.turns > 1);
	assert_int_equal(flow->jobs, 0);
	committer_stop(&flow->committer);
	close(fd);
}

/* But not by one whose store is broken: the next one will know better. */
static void test_stop_where_the_store_broke(void **state)
{
	struct bed *bed = *state;
	uint8_t byte;
	int fd = asks(bed, FRAME_VERIFY);

	store_break(bed);
	assert_int_equal(loop_drain(bed->loop, &bed->bench->flow, DRAIN_MS), 0);
	assert_int_equal(recv(fd, &byte, sizeof(byte), 0), -1);
	assert_int_equal(errno, ECONNRESET);
	close(fd);
}

/* What was charged before leaves, though the committer goes on saying that it broke. */
static void test_a_text_leaves_where_the_store_broke(void **state)
{
	struct bed *bed = *state;
	struct sender *sender = bed->bench->flow.sender;
	const struct parcel parcel = {.dummy = true};
	int64_t now = loop_now();

	store_break(bed);
	assert_int_equal(sender_put(sender, &parcel, now + 5, now + DRAIN_MS), RESULT_OK);
	assert_int_equal(eventfd_write(loop_wake(bed->loop), 1), 0);
	play.waits = true;
	assert_int_equal(loop_drain(bed->loop, &bed->bench->flow, DRAIN_MS), 0);
	assert_int_equal(sender_count(sender), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_stop_under_systemd, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop_as_many_come, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop_as_one_begins, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop_as_one_gets_no_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop_where_the_store_broke, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_text_leaves_where_the_store_broke, setup, teardown),
	};

	assert_int_equal(signals_hold(), RESULT_OK);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
