/* SPDX-License-Identifier: BSD-3-Clause */
#include "filter.h"

#include <fnmatch.h>
#include <string.h>

#include "output.h"

bool filter_any(const struct filter *filter)
{
	return filter->user != NULL || filter->id != NULL || filter->kind != NULL ||
	       filter->since[0] != '\0';
}

static bool begins(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

bool filter_takes(const struct filter *filter, const json_t *event)
{
	const char *kind = output_field(event, "event");

	if (filter->user != NULL && strcmp(output_field(event, "user"), filter->user) != 0)
		return false;
	if (filter->id != NULL && !begins(output_field(event, "id"), filter->id))
		return false;
	if (filter->kind != NULL && !begins(kind, filter->kind) &&
		fnmatch(filter->kind, kind, 0) != 0)
		return false;
	return strcmp(output_field(event, "time"), filter->since) >= 0;
}
