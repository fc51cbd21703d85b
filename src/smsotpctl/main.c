/* SPDX-License-Identifier: BSD-3-Clause */
/* smsotpctl: the operator's hand. */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "options.h"
#include "output.h"
#include "request.h"
#include "tool.h"

enum tool_exit tool_fail(enum tool_exit code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("smsotpctl: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	return code;
}

static enum tool_exit refused(
	const struct tool *tool, const struct tool_verb *verb, const json_t *reply)
{
	const char *sentence = json_string_value(json_object_get(reply, "error"));
	bool changes = json_integer_value(json_object_get(reply, "exit")) == TOOL_CHANGES;

	if (verb->faults != NULL)
		verb->faults(tool, reply);
	return tool_fail(changes ? TOOL_CHANGES : TOOL_REFUSED, "%s",
		sentence == NULL ? "refused" : sentence);
}

static enum tool_exit report(const struct tool *tool, const struct tool_verb *verb,
	const struct tool_request *request, json_t *reply)
{
	enum tool_exit code = TOOL_OK;
	bool ok = json_is_true(json_object_get(reply, "ok"));

	if (ok && verb->finish != NULL)
		code = verb->finish(tool, request);
	if (code != TOOL_OK)
		return code;

	if (tool->json)
		output_json(reply, stdout);
	if (!output_plain(reply))
		return tool_fail(TOOL_REFUSED, "no memory for the reply");
	if (!ok)
		return refused(tool, verb, reply);
	if (!tool->json && verb->show != NULL)
		verb->show(reply);
	return verb->judge == NULL ? TOOL_OK : verb->judge(reply);
}

static enum tool_exit ask(
	const struct tool *tool, const struct tool_verb *verb, struct tool_request *request)
{
	json_t *reply = NULL;
	enum tool_exit code = TOOL_OK;
	char name[64];

	snprintf(name, sizeof(name), "%s%s%s", verb->group, verb->group[0] == '\0' ? "" : ".",
		verb->name);
	json_object_set_new(request->json, "verb", json_string(name));
	if (verb->build != NULL)
		code = verb->build(tool, request);
	if (code == TOOL_OK)
		code = request_ask(tool, request, &reply);
	if (code == TOOL_OK && verb->enrich != NULL && json_is_true(json_object_get(reply, "ok")))
		verb->enrich(tool, reply);
	if (code == TOOL_OK)
		code = report(tool, verb, request, reply);
	json_decref(reply);
	return code;
}

static enum tool_exit ask_once(const struct tool *tool, const struct tool_verb *verb)
{
	struct tool_request request = {.json = json_object(), .bulk = -1};

	enum tool_exit code = ask(tool, verb, &request);
	json_decref(request.json);
	if (request.bulk >= 0)
		close(request.bulk);
	return code;
}

int main(int argc, char **argv)
{
	const struct tool_verb *verb = NULL;
	struct tool tool = {0};
	bool done = false;

	enum tool_exit code = tool_options(argc, argv, &tool, &verb, &done);
	if (!done)
		code = verb->run != NULL ? verb->run(&tool) : ask_once(&tool, verb);
	if (fflush(stdout) != 0 || ferror(stdout))
		code = tool_fail(
			code == TOOL_OK ? TOOL_REFUSED : code, "standard output cannot be written");
	return (int)code;
}
