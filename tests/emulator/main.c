/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bulkpush-emulator: a gateway for tests and the demo. It ends by SIGTERM or SIGINT, when its
 * parent dies, and after --lifetime: whatever hangs in it hangs no longer than that.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cert.h"
#include "http.h"
#include "listen.h"
#include "options.h"

#define PEM_SIZE_MAX 65536

/* All that is to be freed at the end. */
struct program {
	struct options options;
	struct http_options http_options;
	struct listener listener;
	struct http *http;
	char *certificate;
	char *key;
	char *password;
};

/* The whole of a small text file, for the caller to free. */
static enum result read_file(const char *path, char **ret_text, struct error *error)
{
	FILE *file = fopen(path, "re");
	char *text = calloc(1, PEM_SIZE_MAX);

	if (file == NULL || text == NULL) {
		free(text);
		if (file != NULL)
			fclose(file);
		return error_set(error, RESULT_FAILED, "cannot read %s: %m", path);
	}
	size_t size = fread(text, 1, PEM_SIZE_MAX - 1, file);
	text[size] = '\0';
	fclose(file);
	*ret_text = text;
	return RESULT_OK;
}

static enum result make_certificates(struct program *program, struct error *error)
{
	const struct options *options = &program->options;
	char pin[PIN_SIZE];

	if (options->make_cert == NULL)
		return RESULT_OK;
	enum result result = cert_make(options->make_cert, options->name, pin, error);
	if (result == RESULT_OK)
		printf("pin %s\n", pin);
	return result;
}

static enum result load_pem(const char *path, const char *directory, const char *name,
	char **ret_text, struct error *error)
{
	char made[4096];

	snprintf(made, sizeof(made), "%s/%s", directory == NULL ? "" : directory, name);
	return read_file(path != NULL ? path : made, ret_text, error);
}

/* The certificate, its key and the password, each where it is asked for. */
static enum result load_files(struct program *program, struct error *error)
{
	const struct options *options = &program->options;
	enum result result = RESULT_OK;

	if (!options->http) {
		result = load_pem(options->cert, options->make_cert, "server.pem",
			&program->certificate, error);
		if (result == RESULT_OK)
			result = load_pem(options->key, options->make_cert, "server.key",
				&program->key, error);
	}
	if (result == RESULT_OK && options->password_file != NULL) {
		result = read_file(options->password_file, &program->password, error);
		if (result == RESULT_OK)
			program->password[strcspn(program->password, "\n")] = '\0';
	}
	return result;
}

static enum result open_parts(struct program *program, struct error *error)
{
	const struct options *options = &program->options;
	struct http_options *http = &program->http_options;

	http->certificate = program->certificate;
	http->key = program->key;
	http->account = (struct account){
		.feed_id = options->feed_id,
		.username = options->username,
		.password = program->password,
		.international = options->international,
	};
	http->stop = eventfd(0, EFD_CLOEXEC);
	if (http->stop < 0 || faults_open(options->control, &http->faults) != RESULT_OK)
		return error_set(error, RESULT_FAILED, "no memory or descriptors left");
	enum result result = phones_open(options->phones, options->show, &http->phones, error);
	return result != RESULT_OK ? result : journal_open(options->log, &http->journal, error);
}

static enum result start(struct program *program, struct error *error)
{
	const struct options *options = &program->options;
	enum result result = load_files(program, error);

	if (result == RESULT_OK)
		result = open_parts(program, error);
	if (result == RESULT_OK)
		result = listen_on(options->listen, &program->listener, error);
	if (result != RESULT_OK)
		return result;
	if (options->http && !program->listener.loopback)
		return error_set(error, RESULT_REFUSED, "--http is for loopback addresses");
	program->http_options.listener = program->listener.socket;
	result = http_start(&program->http_options, &program->http, error);
	if (result == RESULT_OK)
		printf("listening %s://%s%s\n", options->http ? "http" : "https",
			program->listener.address, API_PATH);
	fflush(stdout);
	return result;
}

/* Every thread has these blocked; this one waits for them. */
static void wait_for_end(const sigset_t *signals, long seconds)
{
	struct timespec lifetime = {.tv_sec = seconds};

	while (sigtimedwait(signals, NULL, &lifetime) < 0 && errno == EINTR)
		continue;
}

static void finish(struct program *program)
{
	if (program->http != NULL)
		eventfd_write(program->http_options.stop, 1);
	http_stop(&program->http);
	journal_close(&program->http_options.journal);
	phones_close(&program->http_options.phones);
	faults_close(&program->http_options.faults);
	close(program->http_options.stop);
	free(program->certificate);
	free(program->key);
	free(program->password);
}

int main(int argc, char **argv)
{
	struct program program = {.http_options.stop = -1};
	struct error error = {{0}};
	sigset_t signals;

	enum result result = options_parse(argc, argv, &program.options, &error);
	if (result == RESULT_OK && program.options.help)
		return fputs(options_help, stdout) < 0;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (result == RESULT_OK)
		result = make_certificates(&program, &error);
	if (result == RESULT_OK && program.options.listen != NULL) {
		result = start(&program, &error);
		if (result == RESULT_OK)
			wait_for_end(&signals, program.options.lifetime);
		finish(&program);
	}
	if (result != RESULT_OK)
		fprintf(stderr, "bulkpush-emulator: %s\n", error.text);
	return result == RESULT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
