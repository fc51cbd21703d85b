/* SPDX-License-Identifier: BSD-3-Clause */
#include "filter.h"

#include <fnmatch.h>
#include <string.h>

#include "log.h"
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

bool filter_is_of(const json_t *event, const char *user)
{
	const char *name = output_field(event, "user");
	char written[LOG_VALUE_SIZE];

	return strcmp(name, user) == 0 ||
	       strcmp(name, log_escape(user, written, sizeof(written))) == 0;
}

bool filter_takes(const struct filter *filter, const json_t *event)
{
	const char *kind = output_field(event, "event");

	if (filter->user != NULL && !filter_is_of(event, filter->user))
		return false;
	if (filter->id != NULL && !begins(output_field(event, "id"), filter->id))
		return false;
	if (filter->kind != NULL && !begins(kind, filter->kind) &&
		fnmatch(filter->kind, kind, 0) != 0)
		return false;
	return strcmp(output_field(event, "time"), filter->since) >= 0;
}
