/* SPDX-License-Identifier: BSD-3-Clause */
/* report */
#include <stdio.h>

#include "output.h"
#include "tool.h"

enum tool_exit report_build(const struct tool *tool, struct tool_request *request)
{
	if (tool->operand != NULL)
		json_object_set_new(request->json, "service", json_string(tool->operand));
	return TOOL_OK;
}

static void add_rows(
	json_t *rows, const json_t *service, const char *list, const char *why, const char *field)
{
	const json_t *entries = json_object_get(service, list);

	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *entry = json_array_get(entries, i);
		json_array_append_new(
			rows, json_pack("[s, s, o]", output_field(service, "service"),
				      output_field(entry, "name"),
				      json_sprintf("%s%s", why, output_field(entry, field))));
	}
}

void report_show(const json_t *reply)
{
	const json_t *services = json_object_get(reply, "services");
	json_t *headings = json_pack("[s, s, s]", "SERVICE", "NAME", "WHY");
	json_t *rows = json_array();

	for (size_t i = 0; i < json_array_size(services); i++) {
		const json_t *service = json_array_get(services, i);
		add_rows(rows, service, "lacking", "", "why");
		add_rows(rows, service, "no_identity", "no identity; signed in ", "time");
	}
	if (json_array_size(rows) > 0)
		output_table(headings, rows);
	for (size_t i = 0; i < json_array_size(services); i++) {
		const json_t *service = json_array_get(services, i);
		printf("%s: %lld of %lld identities can sign in, %zu cannot; %zu accounts have "
		       "none\n",
			output_field(service, "service"),
			(long long)json_integer_value(json_object_get(service, "ready")),
			(long long)json_integer_value(json_object_get(reply, "identities")),
			json_array_size(json_object_get(service, "lacking")),
			json_array_size(json_object_get(service, "no_identity")));
	}
	json_decref(headings);
	json_decref(rows);
}
