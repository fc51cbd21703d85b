/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The uids of the host's own accounts, as /etc/passwd has them: nothing is asked of NSS, which may
 * go to the network. A table that is made anew only when the file is another one, so that a look
 * costs one stat(2) and one search, whatever name. Whoever is not in the file is unknown; all are
 * where it is missing, cannot be read or is larger than ACCOUNTS_FILE_MAX, and the log says so
 * once.
 *
 * For one thread at a time.
 */
#ifndef SMSOTP_ACCOUNTS_H
#define SMSOTP_ACCOUNTS_H

#include "result.h"

#include <stdbool.h>
#include <stdint.h>

#define ACCOUNTS_FILE     "/etc/passwd"
#define ACCOUNTS_FILE_MAX ((size_t)64 << 20) /* bytes: a million accounts */

struct accounts;

/* Reads the file at `path`, which is borrowed. RESULT_MEMORY alone fails. */
CHECKED enum result accounts_new(const char *path, struct accounts **ret_accounts);
/* NULL allowed. */
void accounts_free(struct accounts **accounts);

/* False where the account, or its uid, is unknown. Of two of one name the first counts. */
bool accounts_uid(struct accounts *accounts, const char *name, uint32_t *ret_uid);

#endif
