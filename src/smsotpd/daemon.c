/* SPDX-License-Identifier: BSD-3-Clause */
#include "daemon.h"

#include <limits.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accounts.h"
#include "config.h"
#include "control.h"
#include "log.h"
#include "loop.h"
#include "modes.h"
#include "options.h"
#include "sandbox.h"
#include "serve.h"
#include "signals.h"
#include "stores.h"
#include "version.h"
#include "worker.h"

#define DAEMON_USER "smsotp"
#define RETIRED_MAX 16
/* Shorter by a start than a begin's deadline: who comes meanwhile waits at the socket. */
#define DRAIN_MS  1000
#define LEAVE_MS  500  /* from the end of a text's hold until smsotp-send has it */
#define FILES_MAX 4096 /* connections, texts that are under way, stores and log */

/* All that lives as long as the daemon; each is owned here, and what points into it goes first. */
struct daemon {
	const char *config_path;
	const struct clock *clock;
	struct config *config;
	struct config *retired[RETIRED_MAX]; /* replaced, while jobs may still point into them */
	size_t retired_count;
	struct stores stores;
	struct accounts *accounts;
	struct error why_shut; /* why they do not open, "" where they do */
	struct stores_lack lack;
	struct audit *audit;
	struct trail *trail;
	struct ledger *ledger;
	struct loop *loop;
	struct sender *sender;
	struct worker *worker;
	struct flow *flow; /* which holds the committer */
};

static enum result listen_both(struct daemon *daemon, struct error *error)
{
	char path[PATH_MAX];
	const char *directory = daemon->config->paths.run;
	int module = -1;
	int control = -1;

	enum result result = serve_directory(directory, error);
	snprintf(path, sizeof(path), "%s/smsotpd.sock", directory);
	if (result == RESULT_OK)
		result = serve_listen("smsotpd", path, "root", &module, error);
	snprintf(path, sizeof(path), "%s/ctl.sock", directory);
	if (result == RESULT_OK)
		result = serve_listen("ctl", path, "root", &control, error);
	if (result == RESULT_OK)
		return loop_new(module, control, &daemon->loop);
	if (module >= 0)
		close(module);
	return result;
}

/* The operator's choices at run time; where they are lost the config decides. */
static void load_modes(struct daemon *daemon)
{
	size_t spoilt = 0;

	if (modes_load(daemon->stores.state, daemon->config, &daemon->flow->modes, &spoilt) !=
			RESULT_OK ||
		spoilt > 0)
		event_daemon(daemon->trail, EVENT_MODE_LOST,
			"a mode that was chosen cannot be read, and the config's holds: see "
			"smsotpctl mode");
}

/* The section of a choice may have come only now. Those that are known hold, whatever is read. */
static void join_modes(struct daemon *daemon)
{
	struct modes found = {0};
	size_t spoilt = 0;

	if (modes_load(daemon->stores.state, daemon->config, &found, &spoilt) == RESULT_OK)
		modes_join(&daemon->flow->modes, &found, daemon->clock);
}

/* At the start alone: later the operator learns of it from what he does. */
static void tell_room(const struct daemon *daemon)
{
	const struct stores *stores = &daemon->stores;
	char sentence[STATE_SENTENCE];
	MDB_txn *txn = NULL;
	size_t count = 0;

	enum result result = identities_begin(stores->identities, false, &txn);
	if (result == RESULT_OK)
		result = identities_count(stores->identities, txn, &count);
	store_abort(&txn);
	if (result == RESULT_OK && state_sentence(stores->state, count, sentence))
		event_daemon(daemon->trail, EVENT_STATE_SMALL, sentence);
}

/* What was made or lost by opening them. */
static void tell_made(const struct daemon *daemon)
{
	if (daemon->stores.origin == KEY_MADE)
		event_daemon(daemon->trail, EVENT_STORE_MADE,
			"the key is new: the state begins empty, identities that are there are "
			"kept");
	if (daemon->stores.origin == KEY_MOVED)
		event_daemon(daemon->trail, EVENT_STORE_CLONED,
			"the stores came from another machine: identities are kept under a new "
			"key");
	if (daemon->stores.origin == KEY_READ && daemon->stores.state_made)
		event_daemon(daemon->trail, EVENT_STATE_LOST,
			"the state store was missing or of another key, and begins empty: locks "
			"and codes are forgotten");
}

static enum result open_parts(struct daemon *daemon, struct error *error)
{
	enum result result = stores_open(daemon->config, daemon->clock, &daemon->stores, error);

	if (result != RESULT_OK)
		return result;
	tell_made(daemon);
	load_modes(daemon);
	tell_room(daemon);
	const struct judge judge = {.identities = daemon->stores.identities,
		.state = daemon->stores.state,
		.accounts = daemon->accounts,
		.keys = &daemon->stores.keys,
		.clock = daemon->clock};
	if (committer_start(&judge, loop_wake(daemon->loop), &daemon->flow->committer) == RESULT_OK)
		return RESULT_OK;
	stores_close(&daemon->stores);
	return error_set(error, RESULT_FAILED,
		"cannot start the committer's thread: see the limit on tasks");
}

/* Who tries unasked tells a reason once, however often it holds. */
static void stay_shut(struct daemon *daemon, bool asked, const struct error *why)
{
	if (!asked && strcmp(daemon->why_shut.text, why->text) == 0)
		return;
	daemon->why_shut = *why;
	log_line(LOG_ERR, "%s", why->text);
	event_daemon(daemon->trail, EVENT_STORE_UNAVAILABLE, why->text);
}

/* Stores that cannot be opened leave the daemon up: it refuses at once, and says why. */
static void open_stores(struct daemon *daemon, bool asked)
{
	struct error error = {""};

	if (open_parts(daemon, &error) != RESULT_OK) {
		stores_lack(daemon->config, &daemon->lack);
		stay_shut(daemon, asked, &error);
		return;
	}
	if (daemon->why_shut.text[0] == '\0')
		return;
	daemon->why_shut.text[0] = '\0';
	log_line(LOG_NOTICE, "the stores in %s are open now", daemon->config->paths.store);
	event_daemon(daemon->trail, EVENT_STORE_OPENED, "people can sign in again");
}

/* What keeps them shut may have gone, as where a disk was mounted late. Asked or not, for logrotate
 * asks too, in the middle of whatever is being restored. */
static void retry_stores(struct daemon *daemon, bool asked)
{
	struct stores_lack lack;
	struct error why;

	stores_lack(daemon->config, &lack);
	if (stores_again(&daemon->lack, &lack)) {
		open_stores(daemon, asked);
		return;
	}
	snprintf(why.text, sizeof(why.text),
		"the stores in %s are not all there: restore what is missing, or restart smsotpd, "
		"which makes new ones where there is neither key nor identity",
		daemon->config->paths.store);
	stay_shut(daemon, asked, &why);
}

static enum result start_parts(struct daemon *daemon, struct error *error)
{
	const struct config *config = daemon->config;
	char path[PATH_MAX];
	enum result result = audit_start(config->paths.log, config->audit.journal, &daemon->audit);

	daemon->flow = calloc(1, sizeof(*daemon->flow));
	if (result == RESULT_OK)
		result = trail_new(daemon->audit, daemon->clock, &daemon->trail);
	if (result == RESULT_OK)
		result = ledger_new(&daemon->ledger);
	if (result == RESULT_OK)
		result = accounts_new(ACCOUNTS_FILE, &daemon->accounts);
	const struct sender_hooks hooks = {
		.context = daemon->flow, .leaves = flow_leaves, .reported = control_reported};
	snprintf(path, sizeof(path), "%s/send.sock", config->paths.run);
	if (result == RESULT_OK)
		result = sender_new(
			path, loop_epoll(daemon->loop), loop_sender_tag(), &hooks, &daemon->sender);
	if (result == RESULT_OK)
		result = worker_new(loop_epoll(daemon->loop), loop_worker_tag(), &daemon->stores,
			daemon->clock, &daemon->worker);
	if (result != RESULT_OK || daemon->flow == NULL)
		return error_set(error, RESULT_MEMORY, "no memory to start");
	*daemon->flow = (struct flow){
		.config = config,
		.keys = &daemon->stores.keys,
		.clock = daemon->clock,
		.ledger = daemon->ledger,
		.sender = daemon->sender,
		.worker = daemon->worker,
		.trail = daemon->trail,
		.hooks = loop_hooks(daemon->loop),
		.counters.started = loop_now(),
	};
	open_stores(daemon, true);
	return RESULT_OK;
}

static enum result start(struct daemon *daemon, struct error *error)
{
	if (signals_hold() != RESULT_OK)
		return error_set(error, RESULT_FAILED, "cannot block signals: start smsotpd anew");
	enum result result = listen_both(daemon, error);
	if (result == RESULT_OK)
		result = serve_drop(DAEMON_USER, error);
	if (result == RESULT_OK && sandbox_enter(SANDBOX_LOCAL, error) != RESULT_OK)
		log_line(LOG_WARNING, "%s", error->text);
	if (result == RESULT_OK)
		result = start_parts(daemon, error);
	return result;
}

/* No job is under way. */
static void free_retired(struct daemon *daemon)
{
	while (daemon->retired_count > 0)
		config_free(&daemon->retired[--daemon->retired_count]);
}

static void stop(struct daemon *daemon)
{
	worker_free(&daemon->worker);
	if (daemon->flow != NULL)
		committer_stop(&daemon->flow->committer);
	sender_free(&daemon->sender);
	loop_free(&daemon->loop);
	ledger_free(&daemon->ledger);
	accounts_free(&daemon->accounts);
	stores_close(&daemon->stores);
	trail_free(&daemon->trail);
	audit_stop(&daemon->audit);
	free(daemon->flow);
	free_retired(daemon);
	config_free(&daemon->config);
}

/* SIGHUP: a sound config replaces the old one, a broken one changes nothing. The log is opened
 * anew. */
static void reload(struct daemon *daemon)
{
	struct config *config = NULL;
	struct error error = {""};

	audit_reopen(daemon->audit);
	if (daemon->flow->jobs == 0)
		free_retired(daemon);
	if (daemon->retired_count == RETIRED_MAX) {
		event_daemon(daemon->trail, EVENT_CONFIG_REFUSED,
			"too many configs in a row, and logins may still use the first: send "
			"SIGHUP again");
		return;
	}
	if (config_load(daemon->config_path, &config, &error) != RESULT_OK) {
		log_line(LOG_ERR, "the old config stays: %s", error.text);
		event_daemon(daemon->trail, EVENT_CONFIG_REFUSED, error.text);
		return;
	}
	daemon->retired[daemon->retired_count++] = daemon->config;
	daemon->config = config;
	daemon->flow->config = config;
	audit_journal(daemon->audit, config->audit.journal);
	if (daemon->flow->committer == NULL)
		retry_stores(daemon, true);
	else
		join_modes(daemon);
	event_daemon(daemon->trail, EVENT_CONFIG_RELOADED,
		"[paths] and [store] change at the next start only");
}

/* What the loop ended with, in the trail; RESULT_FAILED where the daemon must not end well. */
static enum result ended(const struct daemon *daemon, enum loop_end end, struct error *error)
{
	if (end == LOOP_STOP) {
		event_daemon(daemon->trail, EVENT_DAEMON_STOP, SMSOTP_VERSION);
		return RESULT_OK;
	}
	enum result result = error_set(error, RESULT_FAILED,
		"a write to a store in %s failed half way: smsotpd ends, and its next start opens "
		"it anew; look at that disk",
		daemon->config->paths.store);
	event_daemon(daemon->trail, EVENT_STORE_UNAVAILABLE, error->text);
	return result;
}

/* A text that was charged leaves, however long it is held; where that is long, who comes meanwhile
 * may wait in vain. */
static int64_t drain_most(const struct config *config)
{
	int64_t held = (int64_t)config->resend.hold + LEAVE_MS;

	return held > DRAIN_MS ? held : DRAIN_MS;
}

static int run(struct daemon *daemon)
{
	struct error error = {"the event loop failed"};
	enum loop_end end = LOOP_RELOAD;
	enum result result = start(daemon, &error);

	if (result == RESULT_OK) {
		log_line(LOG_NOTICE, "smsotpd %s serves in %s%s", SMSOTP_VERSION,
			daemon->config->paths.run,
			daemon->config->gateway.stub ? "; no gateway: codes go to stub.log" : "");
		event_daemon(daemon->trail, EVENT_DAEMON_START, SMSOTP_VERSION);
		serve_ready();
	}
	while (result == RESULT_OK && (end == LOOP_RELOAD || end == LOOP_SHUT)) {
		result = loop_run(daemon->loop, daemon->flow, &end);
		if (result == RESULT_OK && end == LOOP_RELOAD)
			reload(daemon);
		if (result == RESULT_OK && end == LOOP_SHUT)
			retry_stores(daemon, false);
	}
	int64_t most = drain_most(daemon->config);
	uint32_t left = result == RESULT_OK ? loop_drain(daemon->loop, daemon->flow, most) : 0;
	if (left > 0)
		log_line(LOG_WARNING, "%u logins or texts were under way at the stop", left);
	if (result == RESULT_OK)
		result = ended(daemon, end, &error);
	stop(daemon);
	if (result == RESULT_OK)
		return 0;
	log_line(LOG_ERR, "%s", error.text);
	return 1;
}

int daemon_main(int argc, char **argv, const struct clock *clock)
{
	struct daemon daemon = {.clock = clock};
	struct options options;
	struct error error;

	if (options_read(argc, argv, &options) != RESULT_OK)
		return 2;
	if (options.command == COMMAND_DONE)
		return 0;
	if (config_load(options.config, &daemon.config, &error) != RESULT_OK) {
		log_line(LOG_ERR, "%s", error.text);
		return 1;
	}
	if (options.command == COMMAND_PRINT)
		config_print(daemon.config, stdout);
	if (options.command == COMMAND_CHECK)
		puts("the config is sound");
	if (options.command != COMMAND_RUN) {
		config_free(&daemon.config);
		return 0;
	}
	if (sodium_init() < 0) {
		log_line(LOG_ERR, "libsodium does not start: the kernel gives no random numbers");
		return 1;
	}
	daemon.config_path = options.config;
	signal(SIGPIPE, SIG_IGN);
	serve_files(FILES_MAX);
	return run(&daemon);
}
