/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A PAM stack as libpam 1.5 reads it (pam.conf(5)): the lines of one type of one service, with
 * @include, include and substack followed, each with what it does at the returns that we look at.
 */
#ifndef SMSOTP_STACK_H
#define SMSOTP_STACK_H

#include <stdbool.h>

#include "result.h"

#define STACK_LINES_MAX 128
#define STACK_DEPTH_MAX 16 /* includes inside of includes, as libpam has it */
#define STACK_NAME      64 /* a file's or module's name with its NUL */
#define STACK_ARGUMENTS 256
#define STACK_OURS      "pam_smsotp.so"

/* What modules return, as far as it matters here. */
enum stack_return {
	RETURN_SUCCESS = 0,
	RETURN_AUTH_ERR,
	RETURN_MAXTRIES,
	RETURN_UNAVAIL,
	RETURN_UNKNOWN, /* PAM_USER_UNKNOWN */
	RETURN_IGNORE,
	STACK_RETURNS,
};

/* What a line does then; above 0: how many lines are jumped over. */
enum stack_action {
	ACTION_IGNORE = 0,
	ACTION_OK = -1,
	ACTION_DONE = -2,
	ACTION_BAD = -3,
	ACTION_DIE = -4,
	ACTION_RESET = -5,
};

struct stack_entry {
	char file[STACK_NAME]; /* its name, or an absolute path */
	unsigned int line;     /* its first, where it goes on behind a backslash */
	unsigned int level;    /* substacks inside of which it stands */
	int action[STACK_RETURNS];
	bool substack;              /* no module: one level deeper begins behind it */
	char path[STACK_ARGUMENTS]; /* of the module, as it is written */
	char module[STACK_NAME];    /* its last part */
	char arguments[STACK_ARGUMENTS];
};

struct stack {
	struct stack_entry entry[STACK_LINES_MAX];
	size_t count;
};

/* Hands out the text of one of PAM's files, or of an absolute path: malloc'd, NULL for none. */
struct stack_reader {
	char *(*read)(void *context, const char *name);
	void *context;
};

/*
 * Reads the lines of `type` (auth, account, session, password) of `service`; the caller frees
 * *ret_stack. RESULT_NOT_FOUND where the service has no file. RESULT_INVALID: libpam refuses
 * everybody by this stack, and `error` has file, line and reason. RESULT_FULL: too many lines.
 */
CHECKED enum result stack_read(const struct stack_reader *reader, const char *service,
	const char *type, struct stack **ret_stack, struct error *error);

bool stack_is_ours(const struct stack_entry *entry);

#endif
