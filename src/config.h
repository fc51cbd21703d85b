/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * /etc/smsotp/smsotp.conf and smsotp.conf.d/<name>.conf in the order of their names: INI, read by
 * both daemons, no secrets. Every key is one row of a table in config_keys.c {section, name, kind,
 * offset, minimum, maximum, default, help}; smsotpd -T, smsotp.conf(5) and the tests go by the same
 * rows. A later file or line replaces an earlier one; the same key twice in one file is an error.
 */
#ifndef SMSOTP_CONFIG_H
#define SMSOTP_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "result.h"

#define CONFIG_FILE     "/etc/smsotp/smsotp.conf"
#define CONFIG_WORD     128 /* a short string with its NUL */
#define CONFIG_PATH     256 /* a path, URL or text with its NUL */
#define CONFIG_SERVICES 32
#define CONFIG_PINS     2
#define CONFIG_LIST     8
#define CONFIG_USERS    32
#define CONFIG_PARALLEL 256 /* [gateway] parallel is at most so much */

enum gateway_auth { AUTH_PASSWORD = 0, AUTH_ADDRESS };
enum gateway_dlt { DLT_IDS = 0, DLT_PANEL };
enum service_ask { ASK_USER = 0, ASK_CALLER };
enum service_identify { IDENTIFY_NAME = 0, IDENTIFY_PHONE };
enum service_before { BEFORE_NONE = 0, BEFORE_KEY, BEFORE_PASSWORD };
enum service_mode { MODE_ENFORCE = 0, MODE_WARN, MODE_OBSERVE }; /* the strictest is first */

struct config_paths {
	char store[CONFIG_PATH]; /* holds identity/, state/ and key */
	char run[CONFIG_PATH];   /* holds the sockets and stub.log */
	char log[CONFIG_PATH];   /* holds events.jsonl */
};

/* Seconds unless said otherwise. */
struct config_code {
	uint32_t digits;
	uint32_t expiry;
	uint32_t tries; /* per challenge */
};

struct config_resend {
	uint32_t first; /* until the first resend is heeded */
	uint32_t next;  /* until each later one */
	uint32_t texts; /* per challenge */
	uint32_t hold;  /* milliseconds a text waits before it leaves */
};

/* How many are too many; smsotpd/budget.h says of what, and which part strangers cannot spend. */
struct config_limits {
	uint32_t texts_user;
	uint32_t texts_user_kept;
	uint32_t texts_day;
	uint32_t texts_day_kept;
	uint32_t texts_host;
	uint32_t texts_host_each;
	uint32_t texts_source;
	uint32_t texts_shared;
	uint32_t failures_user;
	uint32_t failures_day;
	uint32_t failures_source;
	uint32_t failures_host;
	uint32_t ceiling_strange;
	uint32_t ceiling_known;
	uint32_t prefix_texts;    /* in a day to one prefix, before their answers are looked at */
	uint32_t prefix_answered; /* percent of them; fewer is an alarm */
	bool prefix_stop;         /* then strange sources get no text there */
	char shared_sources[CONFIG_LIST][CONFIG_WORD]; /* addresses, "" ends */
};

struct config_lockout {
	uint32_t failures; /* of one user from one source within `window`: locked for `wait` */
	uint32_t window;
	uint32_t wait; /* doubles with each further lock, up to wait_max */
	uint32_t wait_max;
	uint32_t forget; /* without a failure for so long, the next lock is `wait` again */
};

struct config_gateway {
	bool any;  /* at least one key of [gateway] but `stub` is set */
	bool stub; /* `stub = yes`, or !any: nothing is sent, stub.log gets it */
	char url[CONFIG_PATH];
	char username[CONFIG_WORD];
	char feed_id[CONFIG_WORD];
	char password_file[CONFIG_PATH];
	enum gateway_auth auth;
	char sender_id[CONFIG_WORD];
	char entity_id[CONFIG_WORD];
	char template_id[CONFIG_WORD];
	enum gateway_dlt dlt;
	char ca_file[CONFIG_PATH];          /* "" for the system's */
	char pin[CONFIG_PINS][CONFIG_WORD]; /* "sha256//BASE64=", "" for none */
	char proxy[CONFIG_PATH];            /* "" for none, whatever the environment says */
	char allow_prefixes[CONFIG_LIST][CONFIG_WORD]; /* "+91", "" ends; none set allows all */
	uint32_t connect_timeout;
	uint32_t timeout;
	uint32_t parallel; /* texts side by side */
	uint32_t max_age;  /* a text older than this is dropped */
};

struct config_message {
	char text[CONFIG_PATH]; /* exactly one "{code}"; sent byte for byte */
	char help[CONFIG_WORD]; /* shown after a refusal, printable ASCII */
};

struct config_audit {
	bool journal; /* one line of text per event to the journal or standard error */
};

struct config_service {
	char name[CONFIG_WORD]; /* "*" is any service without a section */
	bool enabled;
	char also[CONFIG_LIST][CONFIG_WORD]; /* other PAM service names of this section, "" ends */
	char users[CONFIG_USERS]
		  [CONFIG_WORD]; /* who may, or with "!" may not; "" ends, none is all */
	char trait[CONFIG_WORD]; /* "role=admin" that an identity must have, "" for none */
	enum service_ask ask;
	bool root;
	enum service_identify identify;
	enum service_before before;
	enum service_mode mode;
	uint32_t percent; /* of the names; the others have `otherwise` */
	enum service_mode otherwise;
};

struct config {
	struct config_paths paths;
	struct {
		uint32_t identity_size; /* MB */
		uint32_t state_size;    /* MB */
	} store;
	struct {
		char country[8];     /* digits, "" for none */
		uint32_t quarantine; /* seconds that a changed phone gets no text */
	} identity;
	struct config_code code;
	struct config_resend resend;
	struct config_limits limits;
	struct config_lockout lockout;
	struct config_gateway gateway;
	struct config_message message;
	struct config_audit audit;
	struct config_service service[CONFIG_SERVICES];
	uint32_t services;
	struct config_origin *origin; /* where each value came from; owned, for config_print */
};

/*
 * Reads `path` and its .conf.d, over the defaults and the built-in services. NULL means
 * CONFIG_FILE, which may be missing: all defaults and the stub; a named file must exist. On failure
 * nothing of it is taken and `error` names file, line and remedy. Does not read the password's
 * file, but checks that one is named where the gateway needs one.
 */
CHECKED enum result config_load(const char *path, struct config **ret_config, struct error *error);

/* All defaults and the built-in services, as for a missing CONFIG_FILE. */
CHECKED enum result config_defaults(struct config **ret_config);

void config_free(struct config **config);

/* The section of a PAM service: by name, by `also`, then "*"; NULL where there is none. */
const struct config_service *config_service_find(const struct config *config, const char *name);

/* The gateway takes ten digits, the country's among them, for an Indian number without its 91, and
 * so a stranger in India would have what is for +65 6xxx xxxx. */
bool config_phone_ambiguous(const char *e164);

/* Why no text may go to a phone, a sentence with what to do; NULL where one may: it is not
 * ambiguous, and [gateway] allow_prefixes has the start of its E.164 form, or is empty. */
const char *config_phone_barred(const struct config_gateway *gateway, const char *e164);

/* Carriers of India drop a text without its registered ids and tell nobody: the keys of [gateway]
 * that a text to this phone wants and has not, NULL for none. The stub sends nothing. */
const char *config_dlt_missing(const struct config_gateway *gateway, const char *e164);

/* "enforce", "warn", "observe". */
const char *config_mode_name(enum service_mode mode);

/* Every value in force, as INI with "# FILE:LINE" or "# default" behind it (smsotpd -T). */
void config_print(const struct config *config, FILE *to);

#endif
