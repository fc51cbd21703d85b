/* SPDX-License-Identifier: BSD-3-Clause */
/* lock list, clear */
#include <stdio.h>

#include "output.h"
#include "tool.h"

static json_t *lock_row(const json_t *lock)
{
	long long seconds = json_integer_value(json_object_get(lock, "seconds"));
	long long failures = json_integer_value(json_object_get(lock, "failures"));
	json_t *row = json_array();

	json_array_append_new(row, json_string(output_field(lock, "name")));
	json_array_append_new(row, json_string(output_field(lock, "source")));
	json_array_append_new(row, json_sprintf("%lld", failures));
	json_array_append_new(row,
		seconds > 0 ? json_sprintf("locked for %lld s", seconds) : json_string("open"));
	return row;
}

void lock_list_show(const json_t *reply)
{
	const json_t *locks = json_object_get(reply, "locks");
	json_t *headings = json_pack("[s, s, s, s]", "NAME", "SOURCE", "FAILURES", "STATE");
	json_t *rows = json_array();

	for (size_t i = 0; i < json_array_size(locks); i++)
		json_array_append_new(rows, lock_row(json_array_get(locks, i)));
	output_table(headings, rows);
	json_decref(headings);
	json_decref(rows);
}

enum tool_exit lock_clear_build(const struct tool *tool, struct tool_request *request)
{
	if ((tool->options & OPTION_ALL) != 0)
		json_object_set_new(request->json, "all", json_true());
	else
		json_object_set_new(request->json, "name", json_string(tool->operand));
	return TOOL_OK;
}

void lock_clear_show(const json_t *reply)
{
	printf("cleared %lld\n", (long long)json_integer_value(json_object_get(reply, "cleared")));
}
