/* SPDX-License-Identifier: BSD-3-Clause */
/* What doctor found: a row of the table each, with its cause and the line that mends it. */
#ifndef SMSOTP_FINDING_H
#define SMSOTP_FINDING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum severity {
	SEVERITY_NOTE = 0, /* good to know */
	SEVERITY_WARNING,  /* hurts some alone, or some day */
	SEVERITY_ERROR,    /* never meant: keeps people out, or lets them in past the code */
	SEVERITIES,
};

/* In the order of the table in finding.c. */
enum finding_id {
	CONFIG_BROKEN = 0,
	PAM_UNUSED,
	PAM_BROKEN,
	PAM_MISSING,
	PAM_ARGUMENT,
	PAM_SECTION,
	PAM_TWICE,
	PAM_CONTROL,
	PAM_PERMIT,
	PAM_SUFFICIENT,
	PAM_PAST,
	PAM_AWAY,
	PAM_ROLLOUT,
	PAM_OFF,
	PAM_USELESS,
	PAM_BEFORE,
	PAM_SESSION,
	SSHD_MISSING,
	SSHD_SERVICE,
	SSHD_CONFIG,
	SSHD_USEPAM,
	SSHD_KBDINT,
	SSHD_PASSWORD,
	SSHD_METHODS,
	SSHD_KEY,
	SSHD_OPEN,
	SSHD_ROOT,
	SSHD_GRACE,
	SSHD_STARTUPS,
	SSHD_PERSOURCE,
	LOGIN_TIMEOUT,
	FILE_USER,
	FILE_MISSING,
	FILE_KIND,
	FILE_OWNER,
	FILE_MODE,
	UNIT_DISABLED,
	DAEMON_AWAY,
	DAEMON_REFUSED,
	DAEMON_VERSION,
	DAEMON_SENDER,
	SCHEMA_PHONE,
	STORE_FULL,
	IDENTITY_NONE,
	CLOCK_YEAR,
	CLOCK_LOOSE,
	GATEWAY_STUB,
	GATEWAY_DLT,
	GATEWAY_UNCHECKED,
	GATEWAY_PASSWORD,
	GATEWAY_UNREACHABLE,
	GATEWAY_CERTIFICATE,
	EXEMPT_MATCH,
	EXEMPT_UNOWNED,
	EXEMPT_EXPIRED,
	SUDO_UNREAD,
	SUDO_ELSEWHERE,
	SUDO_NOPASSWD,
	SUDO_UNTIL,
	SUDO_EXPIRED,
	FINDING_IDS,
};

/* What mends it: a line of a file, at `number` where one is to be replaced, or a command. */
struct mend {
	const char *file; /* NULL: `text` is a command for root */
	unsigned int number;
	const char *text;
};

struct findings; /* those of one look at a host */

struct findings *findings_new(void);
void findings_free(struct findings **findings);

/*
 * Adds one; the rest is its cause, one sentence. The same id with the same mend is added once: a
 * line that several services share is mended once. Where the mend is somewhere in a file, the cause
 * alone tells one line from the next.
 */
void finding_add(struct findings *findings, enum finding_id id, const struct mend *mend,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

size_t findings_count(const struct findings *findings, enum severity severity);

/* [{id, severity, cause, and file, number, line or command}], the gravest first; the caller's. */
json_t *findings_json(const struct findings *findings);

/* For people, the gravest first, with a last line that counts them. */
void findings_print(const struct findings *findings);

#endif
