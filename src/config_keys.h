/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rows of smsotp.conf(5): what each key is called, takes and means, and where its value lies.
 * Whatever handles a key goes by its row: the reader, config_print, the tests.
 */
#ifndef SMSOTP_CONFIG_KEYS_H
#define SMSOTP_CONFIG_KEYS_H

#include <stddef.h>
#include <stdio.h>

#include "config.h"

#define CONFIG_SERVICE "service" /* the section whose keys lie in a struct config_service */
#define CONFIG_LINE    1024      /* a line of a file with its newline and NUL */

/* What a value may be. `minimum` and `maximum` bound the number, or the bytes, or the entries. */
enum config_kind {
	KEY_NUMBER = 0, /* uint32_t */
	KEY_BOOL,       /* bool, yes or no */
	KEY_WORD,       /* an enum: the place of the word in `words` */
	KEY_TEXT,  /* any bytes but control bytes; in double quotes if blanks are at its ends */
	KEY_LINE,  /* printable ASCII */
	KEY_TOKEN, /* printable ASCII without blanks */
	KEY_DIGITS,
	KEY_PATH,      /* absolute */
	KEY_URL,       /* https, or http to a loopback host */
	KEY_PROXY,     /* http, https, socks5 or socks5h */
	KEY_PINS,      /* a list of sha256//BASE64= */
	KEY_PREFIXES,  /* a list of "+91" */
	KEY_NAMES,     /* a list of PAM service names */
	KEY_ADDRESSES, /* a list of 192.0.2.1 and 2001:db8::/64 */
	KEY_USERS,     /* a list of login names, with ! before those that are left out */
	KEY_TRAIT,     /* trait=value */
	KEY_KINDS,
};

struct config_key {
	const char *section;
	const char *name;
	enum config_kind kind;
	size_t offset; /* in struct config, or in struct config_service */
	uint32_t minimum;
	uint32_t maximum;
	const char *value; /* the default, as a file would say it */
	const char *const *words;
	const char *help;
};

#define CONFIG_KEYS         69
#define CONFIG_SERVICE_KEYS 11 /* the last of them */

extern const struct config_key config_keys[CONFIG_KEYS];

/* The row of a key; a service's section is "service". NULL where there is none. */
const struct config_key *config_key_find(const char *section, const char *name);

/* The first row of a section, NULL where there is none. */
const struct config_key *config_section_find(const char *section);

/* What the built-in services differ in from the defaults of their keys; a NULL service ends. */
struct config_builtin {
	const char *service;
	const char *key; /* NULL: the defaults are right */
	const char *value;
};

extern const struct config_builtin config_builtins[];

/*
 * Where values came from: one mark per row, and per service and row. File 0 is "default"; names
 * are owned.
 */
#define CONFIG_FILES 64

struct config_mark {
	uint32_t file;
	uint32_t line;
};

struct config_origin {
	char *file[CONFIG_FILES];
	uint32_t files;
	struct config_mark key[CONFIG_KEYS];
	struct config_mark section[CONFIG_SERVICES]; /* where its section is opened first */
	struct config_mark service[CONFIG_SERVICES][CONFIG_SERVICE_KEYS];
};

/* The mark of a key; `service` counts for keys of a service only. Never NULL. */
struct config_mark *config_mark(
	struct config_origin *origin, const struct config_key *key, uint32_t service);

/* Writes "FILE:LINE: [section] key: why" by the mark of the key. Returns RESULT_INVALID. */
CHECKED enum result config_key_refuse(const struct config *config, const struct config_key *key,
	uint32_t service, const char *why, struct error *error);

/* The base that `key->offset` counts from. */
void *config_base(struct config *config, const struct config_key *key, uint32_t service);

/*
 * The section of the service `name` (lower case), made with the defaults where it is missing.
 * RESULT_INVALID where it is no service's name, RESULT_FULL where there are too many.
 */
CHECKED enum result config_service_open(
	struct config *config, const char *name, uint32_t *ret_service, struct error *error);

/*
 * Reads `text` as the row says. On failure `error` says what is wrong and what to write, without
 * the place and without the value: people paste passwords into the wrong file.
 */
CHECKED enum result config_value_set(
	const struct config_key *key, void *base, const char *text, struct error *error);

/* Writes the value so that config_value_set reads it back. */
void config_value_print(const struct config_key *key, const void *base, FILE *to);

/* Appends ", item" to a list of words, cut at `size` bytes with its NUL. */
void config_list_add(char *list, size_t size, const char *item);

/* Makes ASCII letters small, as libpam does with the name of a service. */
void config_name_lower(char *name);

/* Whether `name` may be a PAM service's: [a-z0-9][a-z0-9._+@-]*, at most 63 bytes. */
bool config_name_valid(const char *name);

#endif
