/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All identities as import_rows.h reads them, in the order of names, phones whole. JSON lines begin
 * with the schema and say of each trait that it has a value or null: they are the backup. CSV has
 * neither the schema nor what a column cannot hold.
 */
#ifndef SMSOTP_EXPORT_H
#define SMSOTP_EXPORT_H

#include "ctl_verb.h"
#include "import_rows.h"

/* To the descriptor `to`, from where it stands. */
CHECKED enum result export_run(const struct ctl_call *call, enum rows_format format, int to,
	size_t *ret_count, struct error *error);

#endif
