/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * smsotpctl's frame: a verb is one row of the table in verbs.c. main.c reads the options, asks the
 * daemon what `build` made, and hands the reply to `show`; with --json it prints the reply itself.
 */
#ifndef SMSOTP_TOOL_H
#define SMSOTP_TOOL_H

#include <jansson.h>
#include <stdbool.h>

enum tool_exit {
	TOOL_OK = 0,
	TOOL_REFUSED = 1, /* the daemon, the config or a file said no; standard error says why */
	TOOL_USAGE = 2,
	TOOL_AWAY = 3, /* smsotpd does not answer */
};

enum tool_option {
	OPTION_REVEAL = 1,
	OPTION_FORCE = 2,
	OPTION_ALL = 4,
	OPTION_LINES = 8,
	OPTION_FOLLOW = 16,
	OPTION_CONFIRM = 1024,
	OPTION_CONFIRMED = 2048,
};

/* What the command line said; strings point into it. */
struct tool {
	const char *config; /* NULL for the usual one */
	const char *socket; /* NULL for the config's */
	bool json;
	unsigned int options; /* enum tool_option, those that were given */
	long lines;           /* -n */
	const char *operand;  /* NULL where there is none */
	const char *word;     /* the second one, NULL where there is none */
	long confirm;         /* --confirm, seconds */
};

struct tool_request {
	json_t *json; /* owned */
	int bulk;     /* owned, -1 for none */
};

struct tool_verb {
	const char *group;          /* "identity", "" for a verb of one word */
	const char *name;           /* "set" */
	const char *synopsis;       /* what follows the words */
	bool operand;               /* takes one; `or_all` may stand for it */
	bool or_all;                /* --all instead of the operand */
	unsigned int more_operands; /* words that may follow, or stand where none has to */
	unsigned int options;       /* enum tool_option, those it takes */
	const char *sentence;       /* what it does */
	const char *more;           /* the rest of its --help, "" for none */
	/* Fills `request`, whose json is an object with the verb in it. */
	enum tool_exit (*build)(const struct tool *tool, struct tool_request *request);
	/* For people; NULL where the verb says nothing when it is done. */
	void (*show)(const json_t *reply);
	/* What a reply that is ok comes to; NULL for TOOL_OK. */
	enum tool_exit (*judge)(const json_t *reply);
	/* Instead of all that: a verb that does not ask the daemon. */
	enum tool_exit (*run)(const struct tool *tool);
};

/* The table, and its end. */
extern const struct tool_verb tool_verbs[];
extern const size_t tool_verbs_count;

/* One file a group. */
enum tool_exit identity_set_build(const struct tool *tool, struct tool_request *request);
enum tool_exit identity_name_build(const struct tool *tool, struct tool_request *request);
enum tool_exit identity_list_build(const struct tool *tool, struct tool_request *request);
void identity_set_show(const json_t *reply);
void identity_show_show(const json_t *reply);
void identity_list_show(const json_t *reply);
enum tool_exit import_build(const struct tool *tool, struct tool_request *request);
void import_show(const json_t *reply);
enum tool_exit schema_set_build(const struct tool *tool, struct tool_request *request);
void schema_show_show(const json_t *reply);
void schema_set_show(const json_t *reply);
enum tool_exit lock_clear_build(const struct tool *tool, struct tool_request *request);
void lock_list_show(const json_t *reply);
void lock_clear_show(const json_t *reply);
enum tool_exit send_test_build(const struct tool *tool, struct tool_request *request);
void send_test_show(const json_t *reply);
enum tool_exit send_test_judge(const json_t *reply);
void status_show(const json_t *reply);
enum tool_exit mode_build(const struct tool *tool, struct tool_request *request);
void mode_show(const json_t *reply);
enum tool_exit report_build(const struct tool *tool, struct tool_request *request);
void report_show(const json_t *reply);
enum tool_exit events_run(const struct tool *tool);

/* "smsotpctl: " and the sentence to standard error; hands `code` back. */
enum tool_exit tool_fail(enum tool_exit code, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
