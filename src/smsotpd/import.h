/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Identities from a file, all of it or nothing. What stands in a row replaces what its identity
 * had, an empty value takes it away; what the file does not name stays as it is, unless the rest is
 * to go. The file is read and judged as a whole beside the store; only where something changes is
 * there a write, in one transaction.
 */
#ifndef SMSOTP_IMPORT_H
#define SMSOTP_IMPORT_H

#include "ctl_verb.h"
#include "import_rows.h"

#define IMPORT_FAULTS_MAX   20
#define IMPORT_EXIT_CHANGES 4 /* exit status where more would change than may */

struct import_request {
	const char *text; /* the file; borrowed */
	size_t size;
	const char *names; /* one a line: of these alone; NULL for all */
	size_t names_size;
	enum rows_format format;
	bool replace;        /* identities that the file does not name go */
	bool dry;            /* say it only */
	uint32_t max_change; /* percent of the store's that may change or go */
};

/*
 * Puts into `reply` how many were added, changed, removed and unchanged, with `dry` by name. A
 * refusal that has more to it than a sentence is RESULT_OK with "ok" false: "errors" [{line,
 * error}] of the file, or "exit" IMPORT_EXIT_CHANGES. "news", for the trail, where it was written.
 */
CHECKED enum result import_run(const struct ctl_call *call, const struct import_request *request,
	json_t *reply, struct error *error);

#endif
