/* SPDX-License-Identifier: BSD-3-Clause */
/* identity set, show, list, remove */
#include <stdio.h>
#include <string.h>

#include "lines.h"
#include "output.h"
#include "tool.h"

static enum tool_exit take_field(const char *key, const char *value, void *context)
{
	json_t *set = context;

	if (json_object_get(set, key) != NULL)
		return tool_fail(TOOL_USAGE, "two lines are for %s; leave one of them out", key);
	if (json_object_set_new(set, key, json_string(value)) != 0)
		return tool_fail(TOOL_USAGE, "a line is not UTF-8 text");
	return TOOL_OK;
}

enum tool_exit identity_set_build(const struct tool *tool, struct tool_request *request)
{
	json_t *set = json_object();

	json_object_set_new(request->json, "name", json_string(tool->operand));
	json_object_set_new(request->json, "set", set);
	return lines_read("Type lines such as \"phone: +91 99999 00001\".", take_field, set);
}

void identity_set_show(const json_t *reply)
{
	const char *until = output_field(reply, "quarantine_until");
	bool same = json_is_false(json_object_get(reply, "changed"));

	if (json_is_true(json_object_get(reply, "created")))
		puts("created");
	else
		puts(same ? "unchanged" : "changed");
	if (until[0] != '\0')
		printf("no text until %s: the phone was changed (smsotpctl identity release)\n",
			until);
	output_warnings(reply);
}

void identity_suspend_show(const json_t *reply)
{
	puts(json_is_true(json_object_get(reply, "changed")) ? "suspended"
							     : "was suspended already");
}

void identity_resume_show(const json_t *reply)
{
	puts(json_is_true(json_object_get(reply, "changed")) ? "resumed" : "was not suspended");
}

enum tool_exit identity_name_build(const struct tool *tool, struct tool_request *request)
{
	json_object_set_new(request->json, "name", json_string(tool->operand));
	return identity_list_build(tool, request);
}

enum tool_exit identity_list_build(const struct tool *tool, struct tool_request *request)
{
	json_object_set_new(
		request->json, "reveal", json_boolean((tool->options & OPTION_REVEAL) != 0));
	return TOOL_OK;
}

static void print_line(const char *key, const char *value)
{
	output_text(key);
	fputs(": ", stdout);
	output_text(value);
	putchar('\n');
}

/* As `identity set` reads it, less what it does not take. */
void identity_show_show(const json_t *reply)
{
	json_t *identity = json_object_get(reply, "identity");
	json_t *uid = json_object_get(identity, "uid");
	const char *name;
	json_t *value;

	print_line("name", output_field(identity, "name"));
	if (json_is_integer(uid))
		printf("uid: %lld\n", (long long)json_integer_value(uid));
	print_line(
		"suspended", json_is_true(json_object_get(identity, "suspended")) ? "yes" : "no");
	json_object_foreach(json_object_get(identity, "traits"), name, value)
		print_line(name, json_is_string(value) ? json_string_value(value) : "");
	if (output_field(identity, "quarantine_until")[0] != '\0')
		print_line("no text until", output_field(identity, "quarantine_until"));
}

static json_t *identity_row(const json_t *identity, const json_t *traits)
{
	json_t *uid = json_object_get(identity, "uid");
	bool suspended = json_is_true(json_object_get(identity, "suspended"));
	json_t *row = json_array();

	json_array_append_new(row, json_string(output_field(identity, "name")));
	json_array_append_new(
		row, json_is_integer(uid) ? json_sprintf("%lld", (long long)json_integer_value(uid))
					  : json_string(""));
	json_array_append_new(row, json_string(suspended ? "suspended" : ""));
	for (size_t i = 0; i < json_array_size(traits); i++) {
		const char *name = output_item(traits, i);
		const char *value = output_field(json_object_get(identity, "traits"), name);
		json_array_append_new(row, json_string(value));
	}
	return row;
}

void identity_list_show(const json_t *reply)
{
	const json_t *identities = json_object_get(reply, "identities");
	json_t *traits = json_object_get(reply, "traits");
	json_t *headings = json_pack("[s, s, s]", "NAME", "UID", "STATE");
	json_t *rows = json_array();

	json_array_extend(headings, traits);
	for (size_t i = 0; i < json_array_size(identities); i++)
		json_array_append_new(rows, identity_row(json_array_get(identities, i), traits));
	output_table(headings, rows);
	json_decref(headings);
	json_decref(rows);
}
