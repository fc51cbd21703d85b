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
	TOOL_AWAY = 3,    /* smsotpd does not answer */
	TOOL_CHANGES = 4, /* an import would change more than it may */
};

enum tool_option {
	OPTION_REVEAL = 1,
	OPTION_FORCE = 2,
	OPTION_ALL = 4,
	OPTION_LINES = 8,
	OPTION_FOLLOW = 16,
	OPTION_SERVICE = 32,
	OPTION_FROM = 64,
	OPTION_KEY = 128,
	OPTION_UID = 256,
	OPTION_TTY = 512,
	OPTION_PASSWORD = 1024,
	OPTION_OWNER = 2048,
	OPTION_REASON = 4096,
	OPTION_UNTIL = 8192,
	OPTION_USER = 16384,
	OPTION_ID = 32768,
	OPTION_KIND = 65536,
	OPTION_SINCE = 131072,
	OPTION_PROMETHEUS = 262144,
	OPTION_OUTPUT = 524288,
	OPTION_CONFIRM = 1048576,
	OPTION_CONFIRMED = 2097152,
	OPTION_DRY_RUN = 1 << 22,
	OPTION_REPLACE = 1 << 23,
	OPTION_ONLY = 1 << 24,
	OPTION_MAX_CHANGE = 1 << 25,
	OPTION_FORMAT = 1 << 26,
};

/* What the command line said; strings point into it. */
struct tool {
	const char *config; /* NULL for the usual one */
	const char *socket; /* NULL for the config's */
	bool json;
	unsigned int options; /* enum tool_option, those that were given */
	long lines;           /* -n */
	long max_change;      /* --max-change */
	const char *operand;  /* NULL where there is none */
	/* Of the options that have a value, NULL where it was not given. */
	const char *service;
	const char *from;
	const char *key;
	const char *uid;
	const char *tty;
	const char *owner;
	const char *reason;
	const char *until;
	const char *user;
	const char *id;
	const char *kind;
	const char *since;
	const char *output;
	const char *word; /* a second operand */
	long confirm;     /* --confirm, seconds, 0 for none */
	const char *only;
	const char *format;
};

struct tool_request {
	json_t *json; /* owned */
	int bulk;     /* owned, -1 for none */
};

struct tool_verb {
	const char *group;    /* "identity", "" for a verb of one word */
	const char *name;     /* "set" */
	const char *synopsis; /* what follows the words */
	bool operand;         /* takes one; `or_all` may stand for it */
	bool or_all;          /* --all instead of the operand */
	bool or_none;         /* goes without one, too */
	bool or_word;         /* a second one may follow */
	unsigned int options; /* enum tool_option, those it takes */
	const char *sentence; /* what it does */
	const char *more;     /* the rest of its --help, "" for none */
	/* Fills `request`, whose json is an object with the verb in it. */
	enum tool_exit (*build)(const struct tool *tool, struct tool_request *request);
	/* With a reply that is ok, before it is shown; NULL for nothing to do. */
	enum tool_exit (*finish)(const struct tool *tool, const struct tool_request *request);
	/* Puts what the host has besides into a reply that is ok; NULL for nothing. */
	void (*enrich)(const struct tool *tool, json_t *reply);
	/* More of a reply that is not ok, for people; NULL for none. */
	void (*faults)(const struct tool *tool, const json_t *reply);
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
void identity_suspend_show(const json_t *reply);
void identity_resume_show(const json_t *reply);
void identity_list_show(const json_t *reply);
void identity_release_show(const json_t *reply);
enum tool_exit recovery_build(const struct tool *tool, struct tool_request *request);
void recovery_issue_show(const json_t *reply);
void recovery_list_show(const json_t *reply);
void recovery_revoke_show(const json_t *reply);
enum tool_exit import_build(const struct tool *tool, struct tool_request *request);
void import_show(const json_t *reply);
void import_faults(const struct tool *tool, const json_t *reply);
enum tool_exit export_build(const struct tool *tool, struct tool_request *request);
enum tool_exit export_finish(const struct tool *tool, const struct tool_request *request);
enum tool_exit schema_set_build(const struct tool *tool, struct tool_request *request);
void schema_show_show(const json_t *reply);
void schema_set_show(const json_t *reply);
enum tool_exit lock_clear_build(const struct tool *tool, struct tool_request *request);
enum tool_exit lock_list_build(const struct tool *tool, struct tool_request *request);
void lock_list_show(const json_t *reply);
void lock_clear_show(const json_t *reply);
enum tool_exit explain_build(const struct tool *tool, struct tool_request *request);
void user_show(const json_t *reply);
void explain_show(const json_t *reply);
enum tool_exit send_test_build(const struct tool *tool, struct tool_request *request);
void send_test_show(const json_t *reply);
enum tool_exit send_test_judge(const json_t *reply);
enum tool_exit status_build(const struct tool *tool, struct tool_request *request);
void status_enrich(const struct tool *tool, json_t *reply);
void status_show(const json_t *reply);
enum tool_exit mode_build(const struct tool *tool, struct tool_request *request);
void mode_show(const json_t *reply);
enum tool_exit report_build(const struct tool *tool, struct tool_request *request);
void report_show(const json_t *reply);
enum tool_exit events_run(const struct tool *tool);
enum tool_exit stats_run(const struct tool *tool);
enum tool_exit doctor_run(const struct tool *tool);
enum tool_exit exempt_add_run(const struct tool *tool);
enum tool_exit exempt_key_run(const struct tool *tool);

/* The table of lock list. */
void lock_table(const json_t *locks);

/* "smsotpctl: " and the sentence to standard error; hands `code` back. */
enum tool_exit tool_fail(enum tool_exit code, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
