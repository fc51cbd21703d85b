/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines of passwd(5), read as glibc's own "files" service reads them, without its buffers, locks
 * and configuration:
 *
 *	name:password:uid:gid[:anything]
 *
 * Blank lines and comments are nothing; so are the "+" and "-" lines of NIS. Pure.
 */
#ifndef SMSOTP_PASSWD_H
#define SMSOTP_PASSWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PASSWD_NO_UID UINT32_MAX /* (uid_t)-1, which no account can have */

struct passwd_text {
	const char *bytes; /* borrowed; may hold any bytes */
	size_t size;
	size_t at;
	size_t spoilt; /* lines so far that are none of passwd(5)'s */
};

/* `name` points into the text. */
struct passwd_line {
	const char *name;
	size_t length;
	uint32_t uid;
};

/* False at the end. */
bool passwd_next(struct passwd_text *text, struct passwd_line *ret_line);

#endif
