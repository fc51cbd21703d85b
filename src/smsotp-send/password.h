/* SPDX-License-Identifier: BSD-3-Clause */
/* The gateway's password, in a file of its own: the first line, without its newline. */
#ifndef SMSOTP_SEND_PASSWORD_H
#define SMSOTP_SEND_PASSWORD_H

#include <sys/types.h>

#include "secret.h"

/*
 * `path` must be a regular file, no link, closed to group and others, and belong to root, to
 * `owner` or to the caller. The line must hold 1 to PASSWORD_MAX bytes, none of them a control.
 */
CHECKED enum result password_read(
	const char *path, uid_t owner, struct password *ret_password, struct error *error);

#endif
