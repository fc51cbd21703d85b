/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line. */
#ifndef EMULATOR_OPTIONS_H
#define EMULATOR_OPTIONS_H

#include <stdbool.h>

#include "result.h"

#define LIFETIME_DEFAULT 3600

/* Strings point into argv; NULL where an option was not given. */
struct options {
	bool help;
	bool http;
	bool show;
	bool international;
	const char *listen;
	const char *cert;
	const char *key;
	const char *make_cert;
	const char *name;
	const char *username;
	const char *feed_id;
	const char *password_file;
	const char *phones;
	const char *log;
	const char *control;
	long lifetime; /* seconds */
};

CHECKED enum result options_parse(
	int argc, char **argv, struct options *ret_options, struct error *error);

/* What --help prints. */
extern const char *const options_help;

#endif
