/* SPDX-License-Identifier: BSD-3-Clause */
/* explain */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "tool.h"

#define KEY_LINE 8192 /* smsotpd takes no longer one */

/* "TYPE BASE64" of a file such as id_ed25519.pub. */
static enum tool_exit read_key(const char *path, json_t *request)
{
	char line[KEY_LINE] = "", type[64], base64[KEY_LINE];
	FILE *from = fopen(path, "re");

	if (from == NULL)
		return tool_fail(TOOL_USAGE, "%s: %s; --key takes a file with a public key", path,
			strerror(errno));
	bool read = fgets(line, sizeof(line), from) != NULL;
	fclose(from);
	if (!read || sscanf(line, "%63s %8191s", type, base64) != 2 ||
		strncmp(base64, "AAAA", 4) != 0)
		return tool_fail(TOOL_USAGE,
			"%s holds no public key; name a file such as id_ed25519.pub", path);
	json_object_set_new(request, "key", json_sprintf("%s %s", type, base64));
	return TOOL_OK;
}

static enum tool_exit read_uid(const char *text, json_t *request)
{
	char *end = NULL;
	long long uid = strtoll(text, &end, 10);

	if (end == text || *end != '\0' || uid < 0 || uid >= UINT32_MAX)
		return tool_fail(TOOL_USAGE, "--uid takes the number of an account");
	json_object_set_new(request, "uid", json_integer(uid));
	return TOOL_OK;
}

enum tool_exit explain_build(const struct tool *tool, struct tool_request *request)
{
	const struct {
		const char *field;
		const char *value;
	} rows[] = {
		{"name", tool->operand},
		{"service", tool->service},
		{"from", tool->from},
		{"tty", tool->tty},
	};
	enum tool_exit code = TOOL_OK;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].value != NULL && json_object_set_new(request->json, rows[i].field,
						     json_string(rows[i].value)) != 0)
			return tool_fail(TOOL_USAGE, "the %s is not UTF-8 text", rows[i].field);
	}
	if ((tool->options & OPTION_PASSWORD) != 0)
		json_object_set_new(request->json, "password", json_true());
	if (tool->uid != NULL)
		code = read_uid(tool->uid, request->json);
	if (code == TOOL_OK && tool->key != NULL)
		code = read_key(tool->key, request->json);
	return code;
}

static void print_rule(const json_t *decided)
{
	const char *rule = output_field(decided, "rule");

	if (rule[0] == '\0')
		return;
	fputs("rule       ", stdout);
	output_text(rule);
	fputs("  (", stdout);
	output_text(output_field(decided, "where"));
	puts(")");
}

static void print_fact(const char *heading, const char *value)
{
	if (value[0] == '\0')
		return;
	printf("%-11s", heading);
	output_text(value);
	putchar('\n');
}

/* Steals `now`. */
static json_t *row_of(const json_t *fact, const char *what, json_t *now)
{
	return json_pack("[s, o, s, s]", output_field(fact, what), now, output_field(fact, "rule"),
		output_field(fact, "where"));
}

static json_t *limit_row(const json_t *limit)
{
	long long left = (long long)json_integer_value(json_object_get(limit, "left"));
	long long most = (long long)json_integer_value(json_object_get(limit, "most"));
	long long seconds = (long long)json_integer_value(json_object_get(limit, "seconds"));
	const char *nearest =
		json_is_true(json_object_get(limit, "nearest")) ? ", the nearest" : "";
	json_t *now = seconds > 0 ? json_sprintf("%lld of %lld left for %lld s%s", left, most,
					    seconds, nearest)
				  : json_sprintf("%lld of %lld left%s", left, most, nearest);

	return row_of(limit, "key", now);
}

static void print_table(const json_t *reply)
{
	const json_t *facts = json_object_get(reply, "facts");
	const json_t *limits = json_object_get(reply, "limits");
	json_t *headings = json_pack("[s, s, s, s]", "WHAT", "NOW", "RULE", "WHERE");
	json_t *rows = json_array();

	for (size_t i = 0; i < json_array_size(facts); i++) {
		const json_t *fact = json_array_get(facts, i);
		json_array_append_new(
			rows, row_of(fact, "what", json_string(output_field(fact, "now"))));
	}
	for (size_t i = 0; i < json_array_size(limits); i++)
		json_array_append_new(rows, limit_row(json_array_get(limits, i)));
	if (json_array_size(rows) > 0) {
		putchar('\n');
		output_table(headings, rows);
	}
	json_decref(headings);
	json_decref(rows);
}

static const char *told(const json_t *reply, const char *field, const char *yes, const char *no)
{
	return json_is_true(json_object_get(reply, field)) ? yes : no;
}

void explain_show(const json_t *reply)
{
	const json_t *decided = json_object_get(reply, "reason");
	bool text = json_is_true(json_object_get(reply, "text"));
	bool opens = json_is_true(json_object_get(reply, "lets_in"));
	const char *phone = output_field(reply, "phone");
	const char *mode = output_field(reply, "mode");

	print_fact("shown", output_field(reply, "line"));
	print_fact("asked", told(reply, "asked", "for a code", "nothing"));
	print_fact("text", told(reply, "text", phone, "none leaves"));
	if (text && json_is_true(json_object_get(reply, "stub")))
		print_fact("", "but the stub writes it to its file: nothing is sent");
	printf("right code %s%s%s\n", colour_on(opens ? COLOUR_GREEN : COLOUR_RED),
		opens ? "lets in" : "does not let in", colour_off());
	if (strcmp(mode, "observe") == 0)
		print_fact("mode", "observe: goes on to the next line of the stack");
	if (strcmp(mode, "warn") == 0)
		print_fact("mode", "warn: goes on to the next line without a code, too");
	print_fact("because", output_field(decided, "sentence"));
	print_rule(decided);
	print_fact("to mend", output_field(decided, "remedy"));
	print_table(reply);
}
