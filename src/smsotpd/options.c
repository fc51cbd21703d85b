/* SPDX-License-Identifier: BSD-3-Clause */
#include "options.h"

#include <getopt.h>
#include <stdio.h>

#include "version.h"

static const char usage[] =
	"usage: smsotpd [--config FILE]\n"
	"       smsotpd -t|--test [FILE]\n"
	"       smsotpd -T|--print [FILE]\n"
	"\n"
	"Signs users in by text code for pam_smsotp(8).\n"
	"\n"
	"  --config FILE      read FILE and FILE's .conf.d instead of /etc/smsotp/smsotp.conf\n"
	"  -t, --test [FILE]  check a config and exit: 0 sound, 1 not\n"
	"  -T, --print [FILE] print every value in force with the file and line it comes from\n"
	"  -h, --help, --version\n";

static const struct option table[] = {
	{"config", required_argument, NULL, 'c'},
	{"test", no_argument, NULL, 't'},
	{"print", no_argument, NULL, 'T'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static enum result fail(void)
{
	fputs(usage, stderr);
	return RESULT_INVALID;
}

enum result options_read(int argc, char **argv, struct options *ret_options)
{
	struct options options = {.command = COMMAND_RUN};
	int choice;

	while ((choice = getopt_long(argc, argv, "tTh", table, NULL)) != -1) {
		switch (choice) {
		case 'c':
			options.config = optarg;
			break;
		case 't':
			options.command = COMMAND_CHECK;
			break;
		case 'T':
			options.command = COMMAND_PRINT;
			break;
		case 'h':
			fputs(usage, stdout);
			options.command = COMMAND_DONE;
			break;
		case 'V':
			printf("smsotpd %s\n", SMSOTP_VERSION);
			options.command = COMMAND_DONE;
			break;
		default:
			return fail();
		}
	}
	if (optind < argc && options.command != COMMAND_RUN)
		options.config = argv[optind++];
	if (optind < argc)
		return fail();
	*ret_options = options;
	return RESULT_OK;
}
