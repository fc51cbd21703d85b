/* SPDX-License-Identifier: BSD-3-Clause */
/* What the schema asks of names and values, and the form in which a value is kept. Pure. */
#ifndef SMSOTP_IDENTITY_CHECK_H
#define SMSOTP_IDENTITY_CHECK_H

#include "identity.h"

/*
 * A login name: 1 to IDENTITY_NAME_MAX printable ASCII bytes, no blank, ':', '/', ',' or '"', not
 * beginning with '-'. Wider than useradd(8), for directories with `user@domain` and `DOMAIN\user`.
 */
bool identity_name_valid(const char *name);

/* RESULT_INVALID with a sentence where it is not valid. */
CHECKED enum result identity_name_check(const char *name, struct error *error);

/* [a-z][a-z0-9_-]*, and not the name of something else that an identity has. */
bool trait_name_valid(const char *name);

/* Names valid and none twice. RESULT_INVALID with a sentence. */
CHECKED enum result schema_check(const struct schema *schema, struct error *error);

/*
 * Checks name and values against the schema and brings the values into the form that is kept:
 * phones as E.164 completed with `country`. RESULT_INVALID with a sentence that holds no value.
 */
CHECKED enum result identity_check(const struct schema *schema, const char *country,
	struct identity *identity, struct error *error);

#endif
