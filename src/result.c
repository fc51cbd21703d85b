/* SPDX-License-Identifier: BSD-3-Clause */
#include "result.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const names[] = {
	[RESULT_OK] = "ok",
	[RESULT_NOT_FOUND] = "not found",
	[RESULT_EXISTS] = "exists already",
	[RESULT_INVALID] = "invalid",
	[RESULT_REFUSED] = "refused",
	[RESULT_TIMEOUT] = "timed out",
	[RESULT_UNREACHABLE] = "unreachable",
	[RESULT_FULL] = "full",
	[RESULT_MEMORY] = "out of memory",
	[RESULT_FAILED] = "failed",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == RESULT_FAILED + 1, "a name for every result");

const char *result_name(enum result result)
{
	return names[result];
}

enum result error_set(struct error *error, enum result result, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return result;
}
