/* SPDX-License-Identifier: BSD-3-Clause */
/* lock list, clear */
#include <stdio.h>

#include "output.h"
#include "tool.h"

static json_t *lock_row(const json_t *lock)
{
	long long seconds = (long long)json_integer_value(json_object_get(lock, "seconds"));
	long long failures = (long long)json_integer_value(json_object_get(lock, "failures"));
	bool locked = json_is_true(json_object_get(lock, "locked"));
	const char *name = output_field(lock, "name");
	json_t *row = json_array();

	json_array_append_new(row, json_string(name[0] != '\0' ? name : "(everybody)"));
	json_array_append_new(row, json_string(output_field(lock, "source")));
	json_array_append_new(row, json_sprintf("%lld", failures));
	if (seconds > 0)
		json_array_append_new(row, json_sprintf("locked for %lld s", seconds));
	else
		json_array_append_new(row, json_string(locked ? "locked" : "open"));
	json_array_append_new(row, json_string(seconds > 0 ? output_field(lock, "until")
					       : locked    ? "cleared"
							   : ""));
	json_array_append_new(row, json_string(output_field(lock, "why")));
	return row;
}

void lock_table(const json_t *locks)
{
	json_t *headings =
		json_pack("[s, s, s, s, s, s]", "NAME", "SOURCE", "COUNT", "STATE", "UNTIL", "WHY");
	json_t *rows = json_array();

	for (size_t i = 0; i < json_array_size(locks); i++)
		json_array_append_new(rows, lock_row(json_array_get(locks, i)));
	output_table(headings, rows);
	json_decref(headings);
	json_decref(rows);
}

enum tool_exit lock_list_build(const struct tool *tool, struct tool_request *request)
{
	if (tool->operand != NULL)
		json_object_set_new(request->json, "name", json_string(tool->operand));
	return TOOL_OK;
}

void lock_list_show(const json_t *reply)
{
	const json_t *shown = json_object_get(reply, "shown");
	long long locks = (long long)json_integer_value(json_object_get(shown, "locks"));
	long long seconds = (long long)json_integer_value(json_object_get(shown, "seconds"));

	lock_table(json_object_get(reply, "locks"));
	if (locks > 0)
		printf("\nWho signs in with this name is shown a lock at %lld %s, for %lld s.\n",
			locks, locks == 1 ? "place" : "places", seconds);
	if (json_is_true(json_object_get(reply, "unknown")))
		puts("There is no identity of this name.");
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
