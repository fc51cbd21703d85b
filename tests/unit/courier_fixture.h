/* SPDX-License-Identifier: BSD-3-Clause */
/* A courier with a clock and requests that the test plays. For one program. */
#ifndef SMSOTP_TEST_COURIER_FIXTURE_H
#define SMSOTP_TEST_COURIER_FIXTURE_H

#include <curl/curl.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "smsotp-send/courier.h"
#include "test.h"

#define LIFE 60000
#define GOOD "<RESULT REQID='100'><MID TID='200'></MID></RESULT>"

/* What happens while the courier waits, a row a turn. */
struct step {
	uint32_t advance; /* of the clock, ms */
	enum { NOTHING, FAILS, SUCCEEDS, RELENTS, RELOADS, STOPS } act;
};

struct fixture {
	struct courier courier;
	struct sockaddr_un address;
	socklen_t size;
	int stops;  /* where the signals are written */
	int logged; /* where standard error is read */
	int kept;   /* standard error as it was */
};

struct transfers {
	int signals;
};

struct transfer {
	void *owner;
	struct exchange exchange;
};

/* What stands for the network and the clock, since the courier's calls hand none of it over. */
static struct {
	const struct step *step;
	size_t steps;
	uint64_t now;
	int started;
	int renewed;
	bool refuses;     /* no request can be made */
	const char *body; /* of an answer */
	struct transfer *moves, *ended;
	int stops;
} play;

int clock_gettime(clockid_t id, struct timespec *now)
{
	(void)id;
	*now = (struct timespec){
		.tv_sec = (time_t)(play.now / 1000), .tv_nsec = (long)(play.now % 1000) * 1000000};
	return 0;
}

void transfers_wait(struct transfers *transfers, const int *fds, size_t count, int milliseconds)
{
	(void)transfers;
	(void)fds;
	(void)count;
	(void)milliseconds;
	if (play.steps == 0)
		fail_msg("it waits longer than the test says");
	const struct signalfd_siginfo info = {
		.ssi_signo = play.step->act == STOPS ? SIGTERM : SIGHUP};
	play.now += play.step->advance;
	if (play.step->act == STOPS || play.step->act == RELOADS)
		assert_int_equal(write(play.stops, &info, sizeof(info)), sizeof(info));
	if (play.step->act == RELENTS)
		play.refuses = false;
	if (play.step->act == FAILS || play.step->act == SUCCEEDS) {
		assert_non_null(play.moves);
		play.moves->exchange =
			play.step->act == FAILS
				? (struct exchange){.curl = CURLE_COULDNT_CONNECT, .reason = ""}
				: (struct exchange){.http = 200,
					  .left = true,
					  .reason = "",
					  .body = play.body,
					  .body_size = strlen(play.body)};
		play.ended = play.moves;
		play.moves = NULL;
	}
	play.step++;
	play.steps--;
}

struct transfer *transfers_take(struct transfers *transfers)
{
	struct transfer *ended = play.ended;

	(void)transfers;
	play.ended = NULL;
	return ended;
}

enum result transfers_renew(struct transfers *transfers)
{
	(void)transfers;
	assert_true(play.moves == NULL && play.ended == NULL);
	play.renewed++;
	return play.refuses ? RESULT_FAILED : RESULT_OK;
}

enum result transfer_start(struct transfers *transfers, const struct config_gateway *gateway,
	const struct form *form, void *owner, struct transfer **ret_transfer)
{
	(void)transfers;
	(void)gateway;
	(void)form;
	if (play.refuses)
		return RESULT_FAILED;
	assert_null(play.moves);
	play.moves = calloc(1, sizeof(*play.moves));
	play.moves->owner = owner;
	play.started++;
	*ret_transfer = play.moves;
	return RESULT_OK;
}

void *transfer_owner(const struct transfer *transfer)
{
	return transfer->owner;
}

const struct exchange *transfer_exchange(const struct transfer *transfer)
{
	return &transfer->exchange;
}

void transfer_free(struct transfer **transfer)
{
	free(*transfer);
	*transfer = NULL;
}

static inline struct settings *settings_make(void)
{
	struct settings *settings = calloc(1, sizeof(*settings));

	assert_non_null(settings);
	settings->stub = -1;
	assert_int_equal(config_defaults(&settings->config), RESULT_OK);
	settings->config->gateway.stub = false;
	settings->config->gateway.parallel = 1;
	return settings;
}

/* Standard error is a pipe, so that a test can read the log. */
static inline void log_take(struct fixture *fixture)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	fixture->kept = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	fixture->logged = ends[0];
}

static inline int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct courier *courier = &fixture->courier;
	struct error error;
	int ends[2];
	int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	fixture->address.sun_family = AF_UNIX;
	fixture->size = sizeof(fixture->address);
	/* An abstract address of the kernel's choice: unix(7), autobind. */
	bind(listener, (struct sockaddr *)&fixture->address, sizeof(sa_family_t));
	getsockname(listener, (struct sockaddr *)&fixture->address, &fixture->size);
	assert_int_equal(listen(listener, 16), 0);
	assert_int_equal(queue_open(listener, 0, LIFE, &courier->queue, &error), RESULT_OK);
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	courier->signals = ends[0];
	courier->settings = settings_make();
	memset(&play, 0, sizeof(play));
	play.now = 1000;
	play.body = GOOD;
	play.stops = ends[1];
	log_take(fixture);
	*state = fixture;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *fixture = *state;

	dup2(fixture->kept, STDERR_FILENO);
	close(fixture->kept);
	close(fixture->logged);
	close(play.stops);
	close(fixture->courier.signals);
	queue_free(&fixture->courier.queue);
	settings_free(&fixture->courier.settings);
	free(fixture);
	return 0;
}

static inline int client_send(const struct fixture *fixture, uint32_t life)
{
	struct text text = {.end = play.now + life, .phone = {"+12025550100"}, .code = {"123456"}};
	uint8_t frame[TEXT_FRAME_SIZE];
	size_t size = text_encode(&text, frame, sizeof(frame));
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)&fixture->address, fixture->size), 0);
	assert_int_equal(send(fd, frame, size, 0), size);
	return fd;
}

static inline void run(struct fixture *fixture, const struct step *steps, size_t count)
{
	play.step = steps;
	play.steps = count;
	courier_run(&fixture->courier);
	assert_int_equal(play.steps, 0);
}

static inline void assert_report(
	int fd, enum outcome outcome, uint32_t milliseconds, const char *detail)
{
	uint8_t frame[TEXT_FRAME_SIZE];
	struct report report = {.outcome = OUTCOME_COUNT};
	ssize_t size = recv(fd, frame, sizeof(frame), 0);

	assert_true(size > 0);
	assert_int_equal(report_decode(frame, (size_t)size, &report), RESULT_OK);
	assert_int_equal(report.outcome, outcome);
	assert_string_equal(report.detail, detail);
	assert_int_equal(report.milliseconds, milliseconds);
	assert_false(report.stub);
	close(fd);
}

static inline void assert_told_to_ask_again(int fd)
{
	uint8_t frame[TEXT_FRAME_SIZE], version;
	ssize_t size = recv(fd, frame, sizeof(frame), 0);

	assert_true(size > 0 && wire_get_again(frame, (size_t)size, &version));
	close(fd);
}

/* How often the log has said it. */
static inline int times_logged(const struct fixture *fixture, const char *words)
{
	char text[8192];
	ssize_t size = read(fixture->logged, text, sizeof(text) - 1);
	int times = 0;

	text[size < 0 ? 0 : size] = '\0';
	for (const char *at = text; (at = strstr(at, words)) != NULL; at += strlen(words))
		times++;
	return times;
}

#endif
