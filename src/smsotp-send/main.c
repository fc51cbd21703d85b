/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "check.h"
#include "courier.h"
#include "environment.h"
#include "log.h"
#include "sandbox.h"
#include "serve.h"
#include "version.h"

#define USER_SENDER "smsotp-send"
#define USER_DAEMON "smsotp"
#define FILES_MAX   4096 /* connections, transfers and lookups that outlive theirs */

static const char usage[] = "Usage: smsotp-send [--config FILE] [--check]\n"
			    "Sends texts through the gateway; smsotpd hands them over.\n"
			    "\n"
			    "  --config FILE  read FILE instead of " CONFIG_FILE "\n"
			    "  --check        connect, send nothing, say how it went\n"
			    "  --help         show this\n"
			    "  --version      show the version\n";

static uid_t uid_of(const char *name)
{
	const struct passwd *user = getpwnam(name);

	return user == NULL ? geteuid() : user->pw_uid;
}

/* Blocked from here on, so that none ends us at the start, and the threads of lookups leave them to
 * signalfd. */
static enum result signals_open(int *ret_signals, struct error *error)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return error_set(error, RESULT_FAILED, "cannot block signals: %s", strerror(errno));
	int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return error_set(error, RESULT_FAILED, "cannot take signals: %s", strerror(errno));
	*ret_signals = fd;
	return RESULT_OK;
}

/* All that wants root's rights comes first, then they go, then the network is touched. */
static enum result courier_open(struct courier *courier, struct error *error)
{
	int listener = -1;
	enum result result = signals_open(&courier->signals, error);

	if (result == RESULT_OK)
		result = settings_load(courier->config, courier->owner, &courier->settings, error);
	if (result != RESULT_OK)
		return result;
	const struct config *config = courier->settings->config;
	char path[CONFIG_PATH + sizeof("/send.sock")];
	snprintf(path, sizeof(path), "%s/send.sock", config->paths.run);
	uid_t daemon = uid_of(USER_DAEMON);
	if ((result = serve_directory(config->paths.run, error)) != RESULT_OK ||
		(result = settings_open(courier->settings, courier->owner, error)) != RESULT_OK ||
		(result = serve_listen("send", path, USER_DAEMON, &listener, error)) != RESULT_OK)
		return result;
	result = queue_open(
		listener, daemon, config->gateway.max_age * 1000, &courier->queue, error);
	if (result != RESULT_OK) {
		close(listener);
		return result;
	}
	if ((result = serve_drop(USER_SENDER, error)) != RESULT_OK)
		return result;
	if (sandbox_enter(SANDBOX_NETWORK, error) != RESULT_OK)
		log_line(LOG_WARNING, "%s", error->text);
	if (transfers_open(&courier->transfers) != RESULT_OK)
		return error_set(error, RESULT_FAILED, "libcurl cannot start");
	return RESULT_OK;
}

static void courier_close(struct courier *courier)
{
	queue_free(&courier->queue);
	transfers_free(&courier->transfers);
	settings_free(&courier->settings);
	if (courier->signals >= 0)
		close(courier->signals);
}

static int serve(const char *config)
{
	struct courier courier = {.config = config, .owner = uid_of(USER_SENDER), .signals = -1};
	struct error error;
	enum result result = courier_open(&courier, &error);

	if (result == RESULT_OK) {
		log_line(LOG_NOTICE, "smsotp-send " SMSOTP_VERSION " is ready");
		serve_ready();
		courier_run(&courier);
		log_line(LOG_NOTICE, "smsotp-send has ended");
	} else {
		log_line(LOG_ERR, "smsotp-send cannot start: %s", error.text);
	}
	courier_close(&courier);
	return result == RESULT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"check", no_argument, NULL, 'k'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{NULL, 0, NULL, 0},
	};
	const char *config = NULL;
	bool check = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			config = optarg;
			break;
		case 'k':
			check = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		case 'v':
			puts("smsotp-send " SMSOTP_VERSION);
			return EXIT_SUCCESS;
		default:
			fputs(usage, stderr);
			return EX_USAGE;
		}
	}
	if (optind < argc) {
		fputs(usage, stderr);
		return EX_USAGE;
	}
	umask(S_IRWXG | S_IRWXO);
	if (environment_clean() != RESULT_OK) {
		log_line(LOG_ERR, "smsotp-send cannot start: no memory for its environment");
		return EXIT_FAILURE;
	}
	if (check)
		return check_run(config, USER_SENDER);
	serve_files(FILES_MAX);
	return serve(config);
}
