/* SPDX-License-Identifier: BSD-3-Clause */
#include "options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>

const char *const options_help =
	"usage: bulkpush-emulator --listen ADDRESS:PORT --cert FILE --key FILE [options]\n"
	"       bulkpush-emulator --listen ADDRESS:PORT --make-cert DIR [options]\n"
	"       bulkpush-emulator --make-cert DIR [--name NAME]\n"
	"\n"
	"Speaks Netcore's BulkPush SingleMsgApi, shows texts as phones would, and misbehaves on\n"
	"request. Prints \"listening URL\" once it serves.\n"
	"\n"
	"  --listen ADDRESS:PORT  port 0 takes a free one\n"
	"  --cert FILE            PEM chain\n"
	"  --key FILE             its key\n"
	"  --make-cert DIR        makes ca.pem, server.pem, wrong.pem (another host's) with their\n"
	"                         keys there, prints the pin, and serves server.pem unless --cert\n"
	"                         names another\n"
	"  --name NAME            one more name or address for server.pem\n"
	"  --http                 plain http, on a loopback address only\n"
	"  --username NAME        demanded, as the next two: else REQUEST-ERROR 122\n"
	"  --feed-id ID\n"
	"  --password-file FILE   its first line\n"
	"  --international        takes numbers outside +91 too\n"
	"  --phones DIR           texts are lines of DIR/<digits> and of DIR/all\n"
	"  --show                 texts on standard output, too\n"
	"  --log FILE             a JSON line for each request\n"
	"  --control FILE         faults to come, one a line, used one a request:\n"
	"                         [always] [for DIGITS] NAME [ARGUMENT] [STYLE]\n"
	"                         ok refuse request-error mixed hang-before hang-after "
	"close-silent\n"
	"                         close-half drip slow truncated nul oversized garbage html json\n"
	"                         empty redirect 400..599; v101 v100 wrapped oneline\n"
	"  --lifetime SECONDS     ends then, if not before; 3600\n"
	"  --help\n";

static const struct option flags[] = {
	{"help", no_argument, NULL, offsetof(struct options, help)},
	{"http", no_argument, NULL, offsetof(struct options, http)},
	{"show", no_argument, NULL, offsetof(struct options, show)},
	{"international", no_argument, NULL, offsetof(struct options, international)},
	{"listen", required_argument, NULL, offsetof(struct options, listen)},
	{"cert", required_argument, NULL, offsetof(struct options, cert)},
	{"key", required_argument, NULL, offsetof(struct options, key)},
	{"make-cert", required_argument, NULL, offsetof(struct options, make_cert)},
	{"name", required_argument, NULL, offsetof(struct options, name)},
	{"username", required_argument, NULL, offsetof(struct options, username)},
	{"feed-id", required_argument, NULL, offsetof(struct options, feed_id)},
	{"password-file", required_argument, NULL, offsetof(struct options, password_file)},
	{"phones", required_argument, NULL, offsetof(struct options, phones)},
	{"log", required_argument, NULL, offsetof(struct options, log)},
	{"control", required_argument, NULL, offsetof(struct options, control)},
	{"lifetime", required_argument, NULL, offsetof(struct options, lifetime)},
	{NULL, 0, NULL, 0},
};

static void set_option(struct options *options, const struct option *flag, const char *argument)
{
	void *field = (char *)options + flag->val;

	if (flag->val == (int)offsetof(struct options, lifetime))
		options->lifetime = atol(argument);
	else if (flag->has_arg == no_argument)
		*(bool *)field = true;
	else
		*(const char **)field = argument;
}

static enum result check(const struct options *options, struct error *error)
{
	bool pair = options->cert != NULL && options->key != NULL;

	if (options->listen == NULL && options->make_cert == NULL)
		return error_set(error, RESULT_INVALID, "--listen is missing; see --help");
	if (options->listen != NULL && !options->http && !pair && options->make_cert == NULL)
		return error_set(error, RESULT_INVALID,
			"give --cert and --key, or --make-cert, or --http; see --help");
	if ((options->cert == NULL) != (options->key == NULL))
		return error_set(error, RESULT_INVALID, "--cert and --key go together");
	if (options->lifetime <= 0)
		return error_set(error, RESULT_INVALID, "--lifetime is a number of seconds");
	return RESULT_OK;
}

enum result options_parse(int argc, char **argv, struct options *ret_options, struct error *error)
{
	struct options options = {.lifetime = LIFETIME_DEFAULT};
	int index = 0;
	int value;

	while ((value = getopt_long(argc, argv, "", flags, &index)) != -1) {
		if (value == '?')
			return error_set(error, RESULT_INVALID, "see --help");
		set_option(&options, &flags[index], optarg);
	}
	if (optind < argc)
		return error_set(
			error, RESULT_INVALID, "%s: no such argument; see --help", argv[optind]);
	enum result result = options.help ? RESULT_OK : check(&options, error);
	if (result == RESULT_OK)
		*ret_options = options;
	return result;
}
