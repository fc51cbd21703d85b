/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl_warning.h"
#include "import_parts.h"

static void put_number(json_t *object, const char *name, size_t number)
{
	json_object_set_new(object, name, json_integer((json_int_t)number));
}

static size_t count(const struct import *import, enum plan_kind kind)
{
	return plan_count(import->plan, kind);
}

void import_reply_counts(const struct import *import, json_t *reply)
{
	json_t *missing = json_array(), *warnings = json_array();

	put_number(reply, "added", count(import, PLAN_ADD));
	put_number(reply, "changed", count(import, PLAN_CHANGE));
	put_number(reply, "removed", count(import, PLAN_REMOVE));
	put_number(reply, "unchanged", count(import, PLAN_SAME));
	json_object_set_new(reply, "dry_run", json_boolean(import->request->dry));
	json_object_set_new(reply, "schema_changed", json_boolean(import->schema_new));
	for (size_t i = 0; i < import->names_count; i++) {
		if (!import->names[i].met)
			json_array_append_new(missing, json_string(import->names[i].name));
	}
	json_object_set_new(reply, "missing", missing);
	json_object_set_new(reply, "warnings", warnings);
	if (import->foreign > 0)
		json_array_append_new(warnings,
			json_sprintf("Recovery codes of %zu identities were made under another "
				     "host's key and were left out. Issue new ones with: smsotpctl "
				     "recovery issue",
				import->foreign));
	warn_room(import->call->context->state,
		import->count + count(import, PLAN_ADD) - count(import, PLAN_REMOVE), warnings);
}

enum result import_reply_news(const struct import *import, json_t *reply)
{
	char news[160];

	snprintf(news, sizeof(news), "added %zu, changed %zu, removed %zu%s",
		count(import, PLAN_ADD), count(import, PLAN_CHANGE), count(import, PLAN_REMOVE),
		import->schema_new ? ", and the schema" : "");
	return json_object_set_new(reply, "news", json_string(news)) == 0 ? RESULT_OK
									  : RESULT_MEMORY;
}

struct listing {
	const struct schema *schema;
	json_t *list[PLAN_KINDS];
};

/* What differs, by name. */
static json_t *fields(
	const struct schema *schema, const struct identity *before, const struct identity *after)
{
	json_t *names = json_array();

	if (before->uid != after->uid)
		json_array_append_new(names, json_string("uid"));
	if (before->suspended != after->suspended)
		json_array_append_new(names, json_string("suspended"));
	for (size_t i = 0; i < schema->count; i++) {
		if (strcmp(before->value[i], after->value[i]) != 0)
			json_array_append_new(names, json_string(schema->trait[i].name));
	}
	if (json_array_size(names) == 0)
		json_array_append_new(names, json_string("recovery"));
	return names;
}

static enum result list_one(enum plan_kind kind, const struct identity *before,
	const struct identity *after, void *context)
{
	struct listing *listing = context;
	const char *name = after == NULL ? before->name : after->name;
	json_t *entry = kind == PLAN_CHANGE ? json_pack("{s:s, s:o}", "name", name, "fields",
						      fields(listing->schema, before, after))
					    : json_pack("{s:s}", "name", name);

	return json_array_append_new(listing->list[kind], entry) == 0 ? RESULT_OK : RESULT_MEMORY;
}

enum result import_reply_names(struct import *import, json_t *reply)
{
	static const char *const names[PLAN_KINDS] = {
		[PLAN_ADD] = "add", [PLAN_CHANGE] = "change", [PLAN_REMOVE] = "remove"};
	struct listing listing = {.schema = &import->schema};

	for (size_t i = PLAN_ADD; i < PLAN_KINDS; i++) {
		listing.list[i] = json_array();
		json_object_set_new(reply, names[i], listing.list[i]);
	}
	return plan_each(import->plan, list_one, &listing);
}

static int compare_lines(const void *one, const void *other)
{
	size_t a = ((const struct import_fault *)one)->line;
	size_t b = ((const struct import_fault *)other)->line;

	return a < b ? -1 : a > b;
}

static void refuse(json_t *reply, const char *sentence, int exit)
{
	json_object_set_new(reply, "ok", json_false());
	json_object_set_new(reply, "error", json_string(sentence));
	json_object_set_new(reply, "exit", json_integer(exit));
}

void import_reply_faults(struct import *import, json_t *reply)
{
	json_t *errors = json_array();
	char sentence[160];

	qsort(import->fault, import->faults, sizeof(import->fault[0]), compare_lines);
	for (size_t i = 0; i < import->faults; i++)
		json_array_append_new(
			errors, json_pack("{s:I, s:s}", "line", (json_int_t)import->fault[i].line,
					"error", import->fault[i].text));
	json_object_set_new(reply, "errors", errors);
	snprintf(sentence, sizeof(sentence),
		"the file has %s%zu fault%s, and nothing was changed; correct the line%s and "
		"repeat",
		import->faults == IMPORT_FAULTS_MAX ? "at least " : "", import->faults,
		import->faults == 1 ? "" : "s", import->faults == 1 ? "" : "s");
	refuse(reply, sentence, 1);
}

void import_reply_changes(const struct import *import, json_t *reply)
{
	size_t changes = count(import, PLAN_CHANGE) + count(import, PLAN_REMOVE);
	char sentence[300];

	snprintf(sentence, sizeof(sentence),
		"%zu of %zu identities would change or go, which is more than the %u %% that "
		"--max-change allows; nothing was changed; look with --dry-run, then allow it with "
		"--max-change %zu",
		changes, import->count, import->request->max_change,
		(changes * 100 + import->count - 1) / import->count);
	refuse(reply, sentence, IMPORT_EXIT_CHANGES);
}

void import_reply_unforgotten(enum result why, json_t *reply)
{
	char sentence[300];

	snprintf(sentence, sizeof(sentence),
		"the identities were changed, and then the store of codes failed (%s): what "
		"sign-ins left meanwhile is kept, known places, and until they expire codes for "
		"phones that stay, and the same import again does not end it; see the log of "
		"smsotpd",
		result_name(why));
	refuse(reply, sentence, 1);
}
