/* SPDX-License-Identifier: BSD-3-Clause */
/* send-test and status */
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "places.h"
#include "tool.h"

enum tool_exit send_test_build(const struct tool *tool, struct tool_request *request)
{
	json_object_set_new(request->json, "name", json_string(tool->operand));
	return TOOL_OK;
}

enum tool_exit send_test_judge(const json_t *reply)
{
	return strcmp(output_field(reply, "outcome"), "accepted") == 0 ? TOOL_OK : TOOL_REFUSED;
}

static void print_fact(const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	printf("%-13s", name);
	output_text(value);
	putchar('\n');
}

static long long number(const json_t *object, const char *name)
{
	return (long long)json_integer_value(json_object_get(object, name));
}

void send_test_show(const json_t *reply)
{
	bool good = send_test_judge(reply) == TOOL_OK;

	printf("outcome      %s%s%s%s\n", colour_on(good ? COLOUR_GREEN : COLOUR_RED),
		output_field(reply, "outcome"), colour_off(),
		json_is_true(json_object_get(reply, "stub")) ? ", by the stub: nothing was sent"
							     : "");
	printf("time         %lld ms\n", number(reply, "milliseconds"));
	if (number(reply, "http") != 0)
		printf("HTTP status  %lld\n", number(reply, "http"));
	print_fact("error code", output_field(reply, "code"));
	print_fact("REQID", output_field(reply, "reqid"));
	print_fact("TID", output_field(reply, "tid"));
	print_fact("detail", output_field(reply, "detail"));
}

static void print_counters(const char *heading, const json_t *counters)
{
	const char *separator = "";
	const char *name;
	json_t *value;

	if (json_object_size(counters) == 0)
		return;
	printf("%-13s", heading);
	json_object_foreach((json_t *)counters, name, value)
	{
		printf("%s%s %lld", separator, name, (long long)json_integer_value(value));
		separator = ", ";
	}
	putchar('\n');
}

static void print_uptime(long long seconds)
{
	printf("up           %lld d %02lld:%02lld:%02lld\n", seconds / 86400, seconds / 3600 % 24,
		seconds / 60 % 60, seconds % 60);
}

enum tool_exit status_build(const struct tool *tool, struct tool_request *request)
{
	if (tool->operand == NULL)
		return TOOL_OK;
	json_object_set_new(request->json, "verb", json_string("user.status"));
	json_object_set_new(request->json, "name", json_string(tool->operand));
	return TOOL_OK;
}

/* smsotpd keeps hashes of places alone; the trail still has those of lately in clear. */
void status_enrich(const struct tool *tool, json_t *reply)
{
	json_t *known = json_object_get(reply, "known");

	if (json_array_size(known) > 0)
		places_name(tool, output_field(reply, "name"), known);
}

void status_show(const json_t *reply)
{
	if (json_object_get(reply, "name") != NULL) {
		user_show(reply);
		return;
	}
	print_fact("version", output_field(reply, "version"));
	print_uptime(number(reply, "uptime"));
	print_fact("texts go", json_is_true(json_object_get(reply, "stub")) ? "to the stub's file"
									    : "to the gateway");
	print_fact("sender", output_field(reply, "sender"));
	printf("identities   %lld\n", number(reply, "identities"));
	printf("stores       identity %lld %%, state %lld %% full\n",
		number(reply, "identity_used"), number(reply, "state_used"));
	print_counters("texts", json_object_get(reply, "texts"));
	print_counters("logins", json_object_get(reply, "logins"));
	output_warnings(reply);
}
