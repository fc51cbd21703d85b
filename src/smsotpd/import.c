/* SPDX-License-Identifier: BSD-3-Clause */
#include "import.h"

#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "identity_assign.h"
#include "identity_check.h"
#include "import_parts.h"

#define TELL_EACH    1024 /* rows */
#define READING_PART 800U /* of a thousand, by the time it takes */

enum result import_tell(
	const struct import *import, size_t done, unsigned int permille, struct error *error)
{
	const struct ctl_progress *progress = import->call->context->progress;

	if (progress == NULL || progress->tell(progress->context, done, permille))
		return RESULT_OK;
	return error_set(error, RESULT_UNREACHABLE, "whoever asked has gone");
}

static void add_fault(void *context, size_t line, const char *sentence)
{
	struct import *import = context;

	if (import->faults == IMPORT_FAULTS_MAX)
		return;
	struct import_fault *fault = &import->fault[import->faults++];
	fault->line = line;
	memcpy(fault->text, sentence, strnlen(sentence, sizeof(fault->text) - 1));
}

/* `ret_before` is an empty one of that name where the store has none. */
static enum result find(struct import *import, const char *name, struct identity *ret_before,
	bool *ret_exists, struct error *error)
{
	struct identities *identities = import->call->context->identities;

	enum result result = identity_name_check(name, error);
	if (result != RESULT_OK)
		return result;
	result = identities_find(identities, import->txn, name, ret_before);
	*ret_exists = result == RESULT_OK;
	if (result != RESULT_NOT_FOUND)
		return result == RESULT_OK ? result : ctl_failed(result, error);
	ret_before->uid = UID_NONE;
	memcpy(ret_before->name, name, strlen(name) + 1);
	return RESULT_OK;
}

static enum result take_row(struct import *import, const struct row *row, struct error *error)
{
	const struct ctl_call *call = import->call;
	WIPED(identity) before = {0};
	WIPED(identity) after = {0};
	bool exists = false, changes = false;

	enum result result = find(import, row->name, &before, &exists, error);
	if (result != RESULT_OK)
		return result;
	after = before;
	for (size_t i = 0; i < row->count && result == RESULT_OK; i++)
		result = identity_assign(
			&import->schema, &after, row->field[i].name, row->field[i].value, error);
	if (result == RESULT_OK)
		result = identity_check(
			&import->schema, call->context->config->identity.country, &after, error);
	if (result != RESULT_OK)
		return result;
	import->suspends = import->suspends || after.suspended;
	enum ctl_forgets forgets =
		ctl_change_forgets(&import->schema, exists ? &before : NULL, &after);
	if (forgets == CTL_FORGETS &&
		ctl_change_check(call, &import->schema, &after, error) != RESULT_OK)
		return RESULT_INVALID;
	result = import_codes_take(import, row, &changes, error);
	if (result != RESULT_OK)
		return result;
	result = plan_put(
		import->plan, row->line, exists ? &before : NULL, &after, forgets, changes);
	return result == RESULT_OK ? result : ctl_failed(result, error);
}

static enum result take_rows(struct import *import, struct error *error)
{
	size_t size = import->request->size;
	enum result result = RESULT_OK;
	struct row row;

	for (size_t count = 0; import->faults < IMPORT_FAULTS_MAX; count++) {
		if (count % TELL_EACH == 0)
			result = import_tell(import, count,
				(unsigned int)(rows_done(&import->rows) * READING_PART /
					       (size + 1)),
				error);
		if (result != RESULT_OK)
			return result;
		result = rows_next(&import->rows, &row, error);
		if (result == RESULT_NOT_FOUND)
			return RESULT_OK;
		if (result == RESULT_OK && import_names_take(import, row.name, true))
			result = take_row(import, &row, error);
		if (result == RESULT_INVALID)
			add_fault(import, import->rows.line, error->text);
		else if (result != RESULT_OK)
			return result;
		result = RESULT_OK;
	}
	return RESULT_OK;
}

/* A whole backup brings its schema, which only an empty store takes. */
static enum result take_schema(struct import *import, struct error *error)
{
	struct schema schema;

	if (import->rows.schema == NULL)
		return RESULT_OK;
	enum result result =
		ctl_schema_read(json_object_get(import->rows.schema, "traits"), &schema, error);
	if (result == RESULT_OK)
		result = schema_check(&schema, error);
	if (result != RESULT_OK || schema_equal(&schema, &import->schema))
		return result;
	if (import->count > 0)
		return error_set(error, RESULT_INVALID,
			"the file's schema is not the store's; make them equal with smsotpctl "
			"schema set, or leave this line out");
	import->schema = schema;
	import->schema_new = true;
	return RESULT_OK;
}

/* Said once, not of each row. */
static enum result check_columns(const struct import *import, struct error *error)
{
	const struct csv_row *header = &import->rows.header;
	struct identity scratch;

	for (size_t i = 0; i < header->count; i++) {
		if (i == import->rows.name)
			continue;
		enum result result =
			identity_assign(&import->schema, &scratch, header->field[i], "", error);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

static bool goes(void *context, const char *name)
{
	return import_names_take(context, name, false);
}

/* The rows together, once each is right by itself. */
static enum result judge_rows(struct import *import, struct error *error)
{
	const struct plan_faults faults = {.context = import, .add = add_fault};
	enum result result = RESULT_OK;
	size_t rows = plan_count(import->plan, PLAN_SAME) + plan_count(import->plan, PLAN_ADD) +
		      plan_count(import->plan, PLAN_CHANGE);

	plan_sort(import->plan, &faults);
	if (import->request->replace && rows == 0 && import->faults == 0)
		return error_set(error, RESULT_REFUSED,
			"the file has no identity that is asked for, and --replace would remove "
			"all others; nothing was changed");
	if (import->request->replace && import->faults == 0)
		result = plan_remove_others(import->plan, CTL_FORGETS, goes, import);
	if (result == RESULT_OK)
		result = plan_check(import->plan, &faults);
	return result == RESULT_OK ? result : ctl_failed(result, error);
}

static bool too_many(const struct import *import)
{
	size_t changes =
		plan_count(import->plan, PLAN_CHANGE) + plan_count(import->plan, PLAN_REMOVE);

	return changes * 100 > (size_t)import->request->max_change * import->count;
}

static bool changes_anything(const struct import *import)
{
	return import->schema_new || plan_count(import->plan, PLAN_ADD) > 0 ||
	       plan_count(import->plan, PLAN_CHANGE) > 0 ||
	       plan_count(import->plan, PLAN_REMOVE) > 0;
}

static enum result finish(struct import *import, json_t *reply, struct error *error)
{
	enum result result = judge_rows(import, error);

	if (result != RESULT_OK)
		return result;
	if (import->faults > 0) {
		import_reply_faults(import, reply);
		return RESULT_OK;
	}
	import_reply_counts(import, reply);
	if (import->request->dry) {
		result = import_reply_names(import, reply);
		if (result != RESULT_OK)
			return ctl_failed(result, error);
	}
	if (too_many(import)) {
		import_reply_changes(import, reply);
		return RESULT_OK;
	}
	if (import->request->dry || !changes_anything(import))
		return RESULT_OK;
	result = import_reply_news(import, reply);
	return result == RESULT_OK ? import_write(import, reply, error) : ctl_failed(result, error);
}

static enum result begin(struct import *import, struct error *error)
{
	const struct import_request *request = import->request;
	struct identities *identities = import->call->context->identities;
	enum result result = identities_begin(identities, false, &import->txn);

	if (result == RESULT_OK)
		result = identities_schema(identities, import->txn, &import->schema);
	if (result == RESULT_OK)
		result = identities_count(identities, import->txn, &import->count);
	if (result == RESULT_OK)
		result = plan_new(identities, import->txn, &import->schema, &import->plan);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	result = import_names_read(import, error);
	if (result != RESULT_OK)
		return result;
	result = rows_open(&import->rows, request->format, request->text, request->size, error);
	if (result == RESULT_OK && request->replace && !rows_whole(&import->rows))
		return error_set(error, RESULT_REFUSED,
			"the last line has no newline, so the file may have been cut short; add "
			"one "
			"if it is whole; nothing was changed");
	if (result == RESULT_OK)
		result = take_schema(import, error);
	if (result == RESULT_OK)
		result = check_columns(import, error);
	if (result != RESULT_INVALID)
		return result;
	add_fault(import, import->rows.line, error->text);
	return RESULT_OK;
}

enum result import_run(const struct ctl_call *call, const struct import_request *request,
	json_t *reply, struct error *error)
{
	struct import *import = calloc(1, sizeof(*import));

	if (import == NULL)
		return error_set(error, RESULT_MEMORY, "no memory for the import; free some");
	import->call = call;
	import->request = request;
	enum result result = begin(import, error);
	/* A first line that is wrong makes all others wrong. */
	if (result == RESULT_OK && import->faults > 0)
		import_reply_faults(import, reply);
	else if (result == RESULT_OK) {
		result = take_rows(import, error);
		if (result == RESULT_OK)
			result = finish(import, reply, error);
	}
	plan_free(&import->plan);
	store_abort(&import->txn);
	rows_free(&import->rows);
	free(import->names);
	free(import->codes);
	free(import);
	return result;
}
