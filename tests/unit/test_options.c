/* SPDX-License-Identifier: BSD-3-Clause */
/* What smsotpd is told on its command line. */
#include "smsotpd/options.h"

#include <fcntl.h>
#include <getopt.h>
#include <unistd.h>

#include "test.h"

struct row {
	const char *words[4];
	enum result result;
	enum command command;
	const char *config;
};

/* What it prints is for people. */
static enum result read_quietly(const struct row *row, struct options *ret_options)
{
	char *argv[6] = {(char *)"smsotpd"};
	int kept[] = {dup(STDOUT_FILENO), dup(STDERR_FILENO)};
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int argc = 1;

	for (; argc <= 4 && row->words[argc - 1] != NULL; argc++)
		argv[argc] = (char *)row->words[argc - 1];
	fflush(stdout);
	dup2(nowhere, STDOUT_FILENO);
	dup2(nowhere, STDERR_FILENO);
	close(nowhere);
	optind = 0; /* it begins anew, getopt(3) */
	enum result result = options_read(argc, argv, ret_options);
	fflush(stdout);
	for (int i = 0; i < 2; i++) {
		dup2(kept[i], i == 0 ? STDOUT_FILENO : STDERR_FILENO);
		close(kept[i]);
	}
	return result;
}

static void test_what_is_asked_for(void **state)
{
	static const struct row rows[] = {
		{{NULL}, RESULT_OK, COMMAND_RUN, NULL},
		{{"--config", "/a"}, RESULT_OK, COMMAND_RUN, "/a"},
		{{"-t"}, RESULT_OK, COMMAND_CHECK, NULL},
		{{"--test", "/a"}, RESULT_OK, COMMAND_CHECK, "/a"},
		{{"-T", "/a"}, RESULT_OK, COMMAND_PRINT, "/a"},
		{{"--print"}, RESULT_OK, COMMAND_PRINT, NULL},
		{{"-h"}, RESULT_OK, COMMAND_DONE, NULL},
		{{"--help"}, RESULT_OK, COMMAND_DONE, NULL},
		{{"--version"}, RESULT_OK, COMMAND_DONE, NULL},
		{{"-x"}, RESULT_INVALID, COMMAND_RUN, NULL},
		{{"--config"}, RESULT_INVALID, COMMAND_RUN, NULL},
		{{"/a"}, RESULT_INVALID, COMMAND_RUN, NULL},
		{{"-t", "/a", "/b"}, RESULT_INVALID, COMMAND_RUN, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *sentence = rows[i].words[0] == NULL ? "none" : rows[i].words[0];
		struct options options = {.command = COMMAND_RUN};
		HOLDS(sentence, read_quietly(&rows[i], &options) == rows[i].result);
		HOLDS(sentence, options.command == rows[i].command);
		HOLDS(sentence, rows[i].config == NULL
					? options.config == NULL
					: strcmp(options.config, rows[i].config) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
