/* SPDX-License-Identifier: BSD-3-Clause */
/* stats: the daemon's counters, for people, as JSON, or for Prometheus. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "prometheus.h"
#include "replace.h"
#include "request.h"
#include "tool.h"

struct form {
	const struct tool *tool;
	const json_t *reply;
};

static long long number(const json_t *object, const char *name)
{
	return (long long)json_integer_value(json_object_get(object, name));
}

/* What has not happened is left out. */
static void print_counts(FILE *to, const char *heading, const json_t *counts)
{
	const char *separator = "";
	const char *name;
	json_t *value;

	fprintf(to, "%-13s", heading);
	json_object_foreach((json_t *)counts, name, value)
	{
		if (json_integer_value(value) == 0)
			continue;
		fprintf(to, "%s%s %lld", separator, name, (long long)json_integer_value(value));
		separator = ", ";
	}
	fputs(separator[0] == '\0' ? "none\n" : "\n", to);
}

/* The bound of the bucket in which the middle one of all lies: half were no slower. */
static void print_middle(FILE *to, const char *heading, const json_t *histogram)
{
	const json_t *bounds = json_object_get(histogram, "bounds");
	const json_t *counts = json_object_get(histogram, "counts");
	long long all = 0, seen = 0;
	size_t i = 0;

	for (size_t j = 0; j < json_array_size(counts); j++)
		all += (long long)json_integer_value(json_array_get(counts, j));
	if (all == 0)
		return;
	for (; i < json_array_size(counts); i++) {
		seen += (long long)json_integer_value(json_array_get(counts, i));
		if (2 * seen >= all)
			break;
	}
	long long bound = (long long)json_integer_value(json_array_get(
		bounds, i < json_array_size(bounds) ? i : json_array_size(bounds) - 1));
	fprintf(to, "%-13shalf of %lld within %lld.%03lld s%s\n", heading, all, bound / 1000,
		bound % 1000, i < json_array_size(bounds) ? "" : " or more");
}

static void print_people(FILE *to, const json_t *reply)
{
	fprintf(to, "%-13s%lld s\n", "up", number(reply, "uptime"));
	print_counts(to, "granted", json_object_get(reply, "granted"));
	print_counts(to, "refused", json_object_get(reply, "refused"));
	print_counts(to, "unavailable", json_object_get(reply, "unavailable"));
	print_counts(to, "asked", json_object_get(reply, "requests"));
	print_counts(to, "texts", json_object_get(reply, "texts"));
	fprintf(to, "%-13s%lld\n", "answered", number(reply, "texts_answered"));
	fprintf(to, "%-13s%lld\n", "locks", number(reply, "locks"));
	print_middle(to, "answers", json_object_get(reply, "answer"));
	print_middle(to, "prompts", json_object_get(reply, "prompt"));
}

static void print_form(FILE *to, const void *context)
{
	const struct form *form = context;

	if ((form->tool->options & OPTION_PROMETHEUS) != 0) {
		prometheus_write(form->reply, to);
	} else if (form->tool->json) {
		output_json(form->reply, to);
	} else {
		print_people(to, form->reply);
	}
}

static enum tool_exit print_reply(const struct tool *tool, json_t *reply)
{
	const struct form form = {tool, reply};

	if (!output_plain(reply))
		return tool_fail(TOOL_REFUSED, "no memory for the reply");
	if (!json_is_true(json_object_get(reply, "ok")))
		return tool_fail(TOOL_REFUSED, "%s", output_field(reply, "error"));
	if (tool->output != NULL && replace_file(tool->output, print_form, &form) != RESULT_OK)
		return tool_fail(
			TOOL_REFUSED, "%s: %s; it stays as it was", tool->output, strerror(errno));
	if (tool->output == NULL)
		print_form(stdout, &form);
	return TOOL_OK;
}

enum tool_exit stats_run(const struct tool *tool)
{
	struct tool_request request = {.json = json_pack("{s:s}", "verb", "stats"), .bulk = -1};
	json_t *reply = NULL;

	enum tool_exit code = request_ask(tool, &request, &reply);
	if (code == TOOL_OK)
		code = print_reply(tool, reply);
	json_decref(request.json);
	json_decref(reply);
	return code;
}
