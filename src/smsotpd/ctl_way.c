/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctl_way.h"

#include <string.h>

/* One is found by its name at once. */
static enum ctl_way list_way(const json_t *request)
{
	return json_is_string(json_object_get(request, "name")) ? CTL_READS : CTL_CHILD_READS;
}

enum ctl_way ctl_way(const json_t *request)
{
	static const struct {
		const char *verb;
		enum ctl_way way;
	} rows[] = {
		{"export", CTL_CHILD_READS},
		{"identity.list", CTL_CHILD_READS},
		{"identity.show", CTL_READS},
		{"import", CTL_CHILD_WRITES},
		{"lock.clear", CTL_READS},
		{"mode", CTL_READS},
		{"mode.confirm", CTL_READS},
		{"mode.fall", CTL_READS},
		{"mode.set", CTL_READS},
		{"recovery.list", CTL_READS},
		{"report", CTL_CHILD_READS},
		{"schema.show", CTL_READS},
		{"send-test", CTL_READS},
		{"status", CTL_READS},
		{"user.status", CTL_READS},
	};
	const char *verb = json_string_value(json_object_get(request, "verb"));

	if (verb != NULL && strcmp(verb, "lock.list") == 0)
		return list_way(request);
	for (size_t i = 0; verb != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].verb, verb) == 0)
			return rows[i].way;
	}
	return CTL_WRITES;
}
