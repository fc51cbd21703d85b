/* SPDX-License-Identifier: BSD-3-Clause */
/* schema show, set */
#include <stdio.h>
#include <string.h>

#include "lines.h"
#include "output.h"
#include "tool.h"

#define WORDS_SIZE 128

/* "phone identifier required" -> type and flags. */
static enum tool_exit take_trait(const char *key, const char *value, void *context)
{
	char words[WORDS_SIZE];
	bool identifier = false, required = false;
	char *next = words;

	if (strlen(value) >= sizeof(words))
		return tool_fail(TOOL_USAGE, "the line of %s is too long", key);
	memcpy(words, value, strlen(value) + 1);
	const char *type = strsep(&next, " \t");
	for (const char *word = strsep(&next, " \t"); word != NULL; word = strsep(&next, " \t")) {
		if (strcmp(word, "identifier") == 0)
			identifier = true;
		else if (strcmp(word, "required") == 0)
			required = true;
		else if (word[0] != '\0')
			return tool_fail(TOOL_USAGE,
				"behind the type of %s may stand identifier and required only",
				key);
	}
	json_t *trait = json_pack("{s:s, s:s, s:b, s:b}", "name", key, "type", type, "identifier",
		identifier, "required", required);
	if (trait == NULL || json_array_append_new(context, trait) != 0)
		return tool_fail(TOOL_USAGE, "a line is not UTF-8 text");
	return TOOL_OK;
}

enum tool_exit schema_set_build(const struct tool *tool, struct tool_request *request)
{
	json_t *traits = json_array();

	json_object_set_new(request->json, "traits", traits);
	json_object_set_new(
		request->json, "force", json_boolean((tool->options & OPTION_FORCE) != 0));
	return lines_read(
		"Type lines such as \"phone: phone identifier required\".", take_trait, traits);
}

/* As `schema set` reads it. */
void schema_show_show(const json_t *reply)
{
	const json_t *traits = json_object_get(reply, "traits");

	for (size_t i = 0; i < json_array_size(traits); i++) {
		const json_t *trait = json_array_get(traits, i);
		printf("%s: %s%s%s\n", output_field(trait, "name"), output_field(trait, "type"),
			json_is_true(json_object_get(trait, "identifier")) ? " identifier" : "",
			json_is_true(json_object_get(trait, "required")) ? " required" : "");
	}
	output_warnings(reply);
}

void schema_set_show(const json_t *reply)
{
	puts("changed");
	output_warnings(reply);
}
