/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * application/x-www-form-urlencoded, from a query or a body, in the order it came. The raw form
 * matters to the tests: whether a blank came as '+' or as %20.
 */
#ifndef EMULATOR_FORM_H
#define EMULATOR_FORM_H

#include <stdbool.h>

#include "result.h"

#define FORM_FIELDS_MAX 64

struct field {
	char *name;
	char *value;
};

struct form {
	size_t count;
	struct field field[FORM_FIELDS_MAX];
	bool plus;      /* a raw '+' was there */
	bool percent20; /* a raw %20 was there */
};

/*
 * Reads `raw`; form_free what comes back. RESULT_INVALID: a broken escape, %00, a field without
 * '=', or more than FORM_FIELDS_MAX of them.
 */
CHECKED enum result form_parse(const char *raw, struct form *ret_form);
void form_free(struct form *form);

/* The value of the first field of exactly that name, NULL for none. */
const char *form_get(const struct form *form, const char *name);

#endif
