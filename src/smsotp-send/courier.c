/* SPDX-License-Identifier: BSD-3-Clause */
#include "courier.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "log.h"
#include "message.h"
#include "rule.h"
#include "serve.h"
#include "stub.h"

enum running { RUNNING = 0, STOPPING, STOPPED };

static void id_format(const struct held *held, char ret[static 2 * WIRE_ID_SIZE + 1])
{
	for (size_t i = 0; i < WIRE_ID_SIZE; i++)
		snprintf(ret + 2 * i, 3, "%02x", held->text.id[i]);
}

/* The last word on a text. */
static void text_end(struct courier *courier, struct held *held, struct report *report)
{
	char id[2 * WIRE_ID_SIZE + 1];
	int priority = report->outcome == OUTCOME_ACCEPTED ? LOG_INFO : LOG_WARNING;

	id_format(held, id);
	log_line(priority, "text %s: %s%s, HTTP %u, code \"%s\", reqid \"%s\", tid \"%s\"%s%s", id,
		outcome_name(report->outcome), report->stub ? " by the stub" : "", report->http,
		report->code, report->reqid, report->tid, report->detail[0] == '\0' ? "" : ": ",
		report->detail);
	queue_report(courier->queue, held, report, text_now());
}

static void text_unsent(struct courier *courier, struct held *held, const char *detail)
{
	struct report report = {.outcome = OUTCOME_UNSENT};

	snprintf(report.detail, sizeof(report.detail), "%.*s", REPORT_DETAIL_MAX, detail);
	text_end(courier, held, &report);
}

static void text_stub(struct courier *courier, struct held *held, const struct message *message)
{
	struct report report = {.outcome = OUTCOME_ACCEPTED, .stub = true};

	if (stub_write(courier->settings->stub, time(NULL), &held->text.phone, message) !=
		RESULT_OK) {
		text_unsent(courier, held, "stub.log cannot be written: look at its disk");
		return;
	}
	text_end(courier, held, &report);
}

/* No byte has left: later, unless its life ends before. false: this attempt was the last. */
static bool text_again(struct courier *courier, struct held *held, const struct report *report)
{
	char id[2 * WIRE_ID_SIZE + 1];

	if (queue_again(courier->queue, held, text_now()) != RESULT_OK)
		return false;
	if (held->attempts > 1)
		return true;
	id_format(held, id);
	log_line(LOG_WARNING, "text %s: not sent yet, tries again: %s", id, report->detail);
	return true;
}

/* `held` waits and is due: it starts, waits on, or ends here. */
static void text_start(struct courier *courier, struct held *held)
{
	const struct config *config = courier->settings->config;
	WIPED(message) message = {0};
	WIPED(form) form = {0};
	struct report report = {.outcome = OUTCOME_UNSENT, .detail = "no memory for the request"};
	struct transfer *transfer = NULL;
	struct error error;

	if (rule_check(&config->gateway, &held->text, &error) != RESULT_OK) {
		text_unsent(courier, held, error.text);
		return;
	}
	if (message_fill(config->message.text, &held->text.code, &message) != RESULT_OK) {
		text_unsent(courier, held, "[message] text has no place for the code");
		return;
	}
	if (config->gateway.stub) {
		text_stub(courier, held, &message);
		return;
	}
	if (form_build(&config->gateway, &courier->settings->password, &held->text.phone, &message,
		    &form) != RESULT_OK) {
		text_unsent(courier, held, "the request cannot be made: check [gateway]");
		return;
	}
	if (transfer_start(courier->transfers, &config->gateway, &form, held, &transfer) ==
		RESULT_OK)
		queue_start(courier->queue, held, transfer);
	else if (!text_again(courier, held, &report))
		text_end(courier, held, &report);
}

static void transfer_end(struct courier *courier, struct transfer *transfer, bool stopping)
{
	struct held *held = transfer_owner(transfer);
	struct report report = {0};

	exchange_judge(transfer_exchange(transfer), &report);
	exchange_mask(&held->text, &report);
	transfer_free(&transfer);
	bool unsent = report.outcome == OUTCOME_UNSENT;
	if (unsent && stopping) {
		queue_return(courier->queue, held);
		return;
	}
	if (unsent && text_again(courier, held, &report))
		return;
	text_end(courier, held, &report);
}

/* What was trusted before may be so no more, even where ca_file has the same name. */
static void connections_renew(struct courier *courier)
{
	if (courier->stale && queue_count(courier->queue, HELD_SENDING) == 0)
		courier->stale = transfers_renew(courier->transfers) != RESULT_OK;
}

static void texts_move(struct courier *courier, bool stopping)
{
	uint32_t parallel = courier->settings->config->gateway.parallel;
	struct transfer *transfer;
	struct held *held;

	while ((transfer = transfers_take(courier->transfers)) != NULL)
		transfer_end(courier, transfer, stopping);
	connections_renew(courier);
	while ((held = queue_expired(courier->queue, text_now())) != NULL)
		text_unsent(
			courier, held, "it waited longer than its life: look for what held it up");
	while (stopping && (held = queue_any(courier->queue, HELD_WAITING)) != NULL)
		queue_return(courier->queue, held);
	while (queue_count(courier->queue, HELD_SENDING) < parallel &&
		(held = queue_next(courier->queue, text_now())) != NULL)
		text_start(courier, held);
}

static void settings_reload(struct courier *courier)
{
	struct settings *settings = NULL;
	struct error error;
	enum result result = settings_load(courier->config, courier->owner, &settings, &error);

	if (result == RESULT_OK)
		result = settings_open(settings, courier->owner, &error);
	if (result != RESULT_OK) {
		log_line(LOG_ERR, "the new configuration is not taken, the old one holds: %s",
			error.text);
		settings_free(&settings);
		return;
	}
	settings_free(&courier->settings);
	courier->settings = settings;
	courier->stale = true;
	queue_set_life(courier->queue, settings->config->gateway.max_age * 1000);
	log_line(LOG_NOTICE, "the new configuration is in force");
}

static enum running signals_read(struct courier *courier, enum running running)
{
	struct signalfd_siginfo info;

	while (read(courier->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			settings_reload(courier);
		else
			running = running == RUNNING ? STOPPING : STOPPED;
	}
	return running;
}

static void stop_begin(struct courier *courier)
{
	log_line(LOG_NOTICE, "stopping: %u texts are under way",
		queue_count(courier->queue, HELD_SENDING));
	queue_close(courier->queue);
}

static void transfers_cut(struct courier *courier)
{
	struct held *held;

	while ((held = queue_any(courier->queue, HELD_SENDING)) != NULL) {
		struct report report = {.outcome = OUTCOME_UNKNOWN,
			.detail = "smsotp-send was stopped while it left"};
		transfer_free(&held->transfer);
		text_end(courier, held, &report);
	}
}

/* What was taken and has not come back, and frames that have not been read. */
static bool texts_under_way(const struct courier *courier)
{
	return queue_count(courier->queue, HELD_SENDING) > 0 ||
	       queue_count(courier->queue, HELD_READING) > 0;
}

void courier_run(struct courier *courier)
{
	const int fds[] = {queue_descriptor(courier->queue), courier->signals};
	enum running running = RUNNING;

	while (running == RUNNING || (running == STOPPING && texts_under_way(courier))) {
		serve_alive((int64_t)text_now());
		transfers_wait(courier->transfers, fds, sizeof(fds) / sizeof(fds[0]),
			queue_timeout(courier->queue, text_now()));
		enum running before = running;
		running = signals_read(courier, running);
		/* Before its socket closes, which would cut off who waits there with a text. */
		queue_read(courier->queue, text_now());
		if (before == RUNNING && running != RUNNING)
			stop_begin(courier);
		texts_move(courier, running != RUNNING);
	}
	transfers_cut(courier);
}
