/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The comments above a Match block that lets somebody in past the code. What "exempt add" prints
 * doctor reads back:
 *
 *	# smsotp exempt: until=2027-01-31 owner=ops@example.org
 *	# smsotp reason: nightly backup
 */
#ifndef SMSOTP_EXEMPT_H
#define SMSOTP_EXEMPT_H

#include <stdbool.h>
#include <time.h>

#define EXEMPT_TEXT 121 /* an owner or a reason with its NUL */
#define EXEMPT_DAY  11  /* 2027-01-31 */

struct exempt {
	char until[EXEMPT_DAY];
	char owner[EXEMPT_TEXT];
	char reason[EXEMPT_TEXT];
};

/* Reads comment lines; what they do not say is "". Returns whether owner and day are there. */
bool exempt_read(const char *comment, struct exempt *ret_exempt);

/* The last second, by the host's own time zone, of a day that there is; false for any other text.
 */
bool exempt_day_end(const char *day, time_t *ret_end);

/*
 * What may stand in a line of sshd_config, where a wrong byte would be another line, a pattern or a
 * quote. NULL where it is right, else what to write.
 */
const char *exempt_user_fault(const char *user);
const char *exempt_key_fault(const char *key);
const char *exempt_net_fault(const char *net);
const char *exempt_owner_fault(const char *owner);
const char *exempt_reason_fault(const char *reason);
const char *exempt_until_fault(const char *until, time_t now);

#endif
