/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Identities from a file of comma-separated values. The first line names the columns, in any order:
 * `name` and any of uid, suspended and the traits. What stands in a row replaces what its identity
 * had, an empty field takes it away; identities and columns that the file does not name stay as
 * they are.
 */
#ifndef SMSOTP_IMPORT_H
#define SMSOTP_IMPORT_H

#include "ctl_verb.h"

struct import_count {
	size_t created;
	size_t changed;
};

/* All of the file into `change`, which is aborted where this fails. The sentence has the line. */
CHECKED enum result import_rows(const struct ctl_call *call, struct ctl_change *change,
	const char *text, size_t size, struct import_count *ret_count, struct error *error);

#endif
