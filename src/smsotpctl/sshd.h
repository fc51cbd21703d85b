/* SPDX-License-Identifier: BSD-3-Clause */
/* sshd's settings: those in force, as "sshd -T" prints them, and those that its files hold. */
#ifndef SMSOTP_SSHD_H
#define SMSOTP_SSHD_H

#include <stdbool.h>

#include "result.h"

#define SSHD_FILE      "/etc/ssh/sshd_config"
#define SSHD_DROP_IN   "/etc/ssh/sshd_config.d/10-smsotp.conf"
#define SSHD_LINES_MAX 4096
#define SSHD_DEPTH_MAX 16
#define SSHD_MATCH_ALL (-1)

/* One line of a file. Strings are owned. */
struct sshd_line {
	char *file;
	unsigned int number;
	int match;     /* of struct sshd_file's, SSHD_MATCH_ALL before the first */
	char *keyword; /* in small letters */
	char *value;   /* the rest of the line; but for Match without quotes and comment */
};

/* A Match block: the line that opens it, and the comments that stand right above it. */
struct sshd_match {
	size_t line;
	char *comment; /* their lines, owned; "" for none */
};

struct sshd_file {
	struct sshd_line *line;
	size_t count;
	struct sshd_match *match;
	size_t matches;
	bool drop_ins; /* it includes sshd_config.d */
};

/*
 * The value of `keyword` (small letters) in what "sshd -T" printed, copied; false where it is not
 * there or does not fit.
 */
bool sshd_setting(const char *text, const char *keyword, char *ret, size_t size);

/* Whether one of the lists of an AuthenticationMethods ends without keyboard-interactive. */
bool sshd_methods_without(const char *methods);

/* Whether one that does so holds `method`. */
bool sshd_methods_past(const char *methods, const char *method);

/* Whether one of them asks by keyboard-interactive before anything else has passed. */
bool sshd_methods_first(const char *methods);

/* Whether one of them asks by keyboard-interactive at all. */
bool sshd_methods_with(const char *methods);

/*
 * Reads `path` and what it includes; names without a slash are looked for in `directory`. Files
 * that cannot be read are passed over, as sshd -T names them. NULL where `path` cannot be read.
 */
struct sshd_file *sshd_file_read(const char *path, const char *directory);

/* The same of one file's text, whose includes are passed over. */
struct sshd_file *sshd_file_parse(const char *path, const char *text);

void sshd_file_free(struct sshd_file **file);

/*
 * The line that counts for everybody of those that set `keyword`: the first, but of MaxStartups the
 * last (servconf.c of OpenSSH 9.2). NULL where there is none.
 */
const struct sshd_line *sshd_file_find(const struct sshd_file *file, const char *keyword);

/* The value of `keyword` in a Match block, NULL where the block does not set it. */
const char *sshd_match_value(const struct sshd_file *file, size_t match, const char *keyword);

#endif
