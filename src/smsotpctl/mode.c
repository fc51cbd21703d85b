/* SPDX-License-Identifier: BSD-3-Clause */
/* mode */
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "tool.h"

#define TEXT_SIZE 96

enum tool_exit mode_build(const struct tool *tool, struct tool_request *request)
{
	bool confirm = (tool->options & OPTION_CONFIRM) != 0;
	bool confirmed = (tool->options & OPTION_CONFIRMED) != 0;

	if (confirmed && (tool->operand == NULL || tool->word != NULL || confirm))
		return tool_fail(TOOL_USAGE, "--confirmed takes a service and nothing else");
	if (confirm && tool->word == NULL)
		return tool_fail(TOOL_USAGE, "--confirm takes a service and a mode");
	if (tool->operand != NULL)
		json_object_set_new(request->json, "service", json_string(tool->operand));
	if (confirmed)
		json_object_set_new(request->json, "verb", json_string("mode.confirm"));
	if (tool->word == NULL)
		return TOOL_OK;
	json_object_set_new(request->json, "verb", json_string("mode.set"));
	json_object_set_new(request->json, "mode", json_string(tool->word));
	if (confirm)
		json_object_set_new(request->json, "confirm", json_integer(tool->confirm));
	return TOOL_OK;
}

static long long number(const json_t *object, const char *name)
{
	return (long long)json_integer_value(json_object_get(object, name));
}

/* "enforce for 20 %, observe for the others" */
static void mode_text(const json_t *service, char *ret, size_t size)
{
	const char *mode = output_field(service, "mode");
	const char *otherwise = output_field(service, "otherwise");
	long long percent = number(service, "percent");

	if (!json_is_true(json_object_get(service, "enabled")))
		snprintf(ret, size, "off (enabled = no)");
	else if (percent == 100 || strcmp(mode, otherwise) == 0)
		snprintf(ret, size, "%s", mode);
	else
		snprintf(ret, size, "%s for %lld %%, %s for the others", mode, percent, otherwise);
}

static void why_text(const json_t *service, char *ret, size_t size)
{
	const char *chosen = output_field(service, "chosen");
	const char *back = output_field(service, "falls_to");
	long long seconds = number(service, "seconds");

	if (back[0] != '\0')
		snprintf(ret, size, "%s: confirm it within %lld s, or it falls back to %s", chosen,
			seconds, back);
	else if (strcmp(chosen, "config") == 0)
		snprintf(ret, size, "the config");
	else
		snprintf(ret, size, "chosen at run time; the config says %s",
			output_field(service, "config"));
}

void mode_show(const json_t *reply)
{
	const json_t *services = json_object_get(reply, "services");
	json_t *headings = json_pack("[s, s, s]", "SERVICE", "MODE", "BY");
	json_t *rows = json_array();
	char mode[TEXT_SIZE], why[TEXT_SIZE];

	for (size_t i = 0; i < json_array_size(services); i++) {
		const json_t *service = json_array_get(services, i);
		mode_text(service, mode, sizeof(mode));
		why_text(service, why, sizeof(why));
		json_array_append_new(
			rows, json_pack("[s, s, s]", output_field(service, "service"), mode, why));
	}
	output_table(headings, rows);
	json_decref(headings);
	json_decref(rows);
}
