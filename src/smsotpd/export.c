/* SPDX-License-Identifier: BSD-3-Clause */
#include "export.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "identity_recovery.h"

#define BUFFER_SIZE 65536
#define TELL_EACH   1024 /* identities */

struct export
{
	const struct ctl_call *call;
	struct schema schema;
	MDB_txn *txn;
	enum rows_format format;
	size_t count; /* identities that were written */
	size_t total;
	struct error *error;
	bool told; /* `error` has its sentence */
	int to;
	size_t used;
	char buffer[BUFFER_SIZE];
};

static enum result flush(struct export *export)
{
	for (size_t done = 0; done < export->used;) {
		ssize_t count = write(export->to, export->buffer + done, export->used - done);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0) {
			export->told = true;
			return error_set(export->error, RESULT_FAILED,
				"no memory for the export (%s); free some", strerror(errno));
		}
		done += (size_t)count;
	}
	explicit_bzero(export->buffer, export->used);
	export->used = 0;
	return RESULT_OK;
}

/* After a write that failed nothing more is taken: jansson does not look whether a name was. */
static enum result put(struct export *export, const char *text, size_t size)
{
	while (size > 0 && !export->told) {
		size_t room = sizeof(export->buffer) - export->used;
		size_t part = size < room ? size : room;
		memcpy(export->buffer + export->used, text, part);
		export->used += part;
		text += part;
		size -= part;
		if (export->used == sizeof(export->buffer))
			(void)flush(export);
	}
	return export->told ? RESULT_FAILED : RESULT_OK;
}

/* `end` follows it: a comma or the end of the line. */
static enum result put_cell(struct export *export, const char *text, const char *end)
{
	bool quoted = strpbrk(text, ",\"\r\n") != NULL;
	enum result result = quoted ? put(export, "\"", 1) : RESULT_OK;

	while (quoted && result == RESULT_OK) {
		size_t length = strcspn(text, "\"");
		result = put(export, text, length);
		text += length;
		if (*text == '\0')
			break;
		text++;
		if (result == RESULT_OK)
			result = put(export, "\"\"", 2);
	}
	if (quoted && result == RESULT_OK)
		result = put(export, "\"", 1);
	if (!quoted)
		result = put(export, text, strlen(text));
	return result == RESULT_OK ? put(export, end, 1) : result;
}

static const char *cell_end(const struct export *export, size_t column)
{
	return column == export->schema.count ? "\n" : ",";
}

static enum result put_columns(struct export *export)
{
	enum result result = put(export, "name,uid,suspended", 18);

	if (result == RESULT_OK)
		result = put(export, cell_end(export, 0), 1);
	for (size_t i = 0; i < export->schema.count && result == RESULT_OK; i++)
		result = put_cell(export, export->schema.trait[i].name, cell_end(export, i + 1));
	return result;
}

static enum result put_cells(struct export *export, const struct identity *identity)
{
	char uid[16] = "";

	if (identity->uid != UID_NONE)
		snprintf(uid, sizeof(uid), "%u", identity->uid);
	enum result result = put_cell(export, identity->name, ",");
	if (result == RESULT_OK)
		result = put_cell(export, uid, ",");
	if (result == RESULT_OK)
		result = put_cell(export, identity->suspended ? "yes" : "no", cell_end(export, 0));
	for (size_t i = 0; i < export->schema.count && result == RESULT_OK; i++)
		result = put_cell(export, identity->value[i], cell_end(export, i + 1));
	return result;
}

static int put_some(const char *text, size_t size, void *context)
{
	return put(context, text, size) == RESULT_OK ? 0 : -1;
}

/* One object and the end of its line; frees it. */
static enum result put_object(struct export *export, json_t *object)
{
	int failure =
		object == NULL ? -1 : json_dump_callback(object, put_some, export, JSON_COMPACT);

	json_decref(object);
	return failure == 0 ? put(export, "\n", 1) : RESULT_MEMORY;
}

static enum result put_schema(struct export *export)
{
	return put_object(export,
		json_pack("{s:{s:o}}", "schema", "traits", ctl_schema_json(&export->schema)));
}

/* Where the identity was ever issued recovery codes: their hashes, and what became of them. */
static enum result put_recovery(struct export *export, const char *name, json_t *object)
{
	char text[sodium_base64_ENCODED_LEN(RECOVERY_RECORD_SIZE, sodium_base64_VARIANT_ORIGINAL)];
	uint8_t record[RECOVERY_RECORD_SIZE];
	enum result result = identities_recovery_export(
		export->call->context->identities, export->txn, name, record);

	if (result == RESULT_NOT_FOUND)
		return RESULT_OK;
	if (result != RESULT_OK)
		return result;
	sodium_bin2base64(
		text, sizeof(text), record, sizeof(record), sodium_base64_VARIANT_ORIGINAL);
	return json_object_set_new(object, "recovery", json_string(text)) == 0 ? RESULT_OK
									       : RESULT_MEMORY;
}

static enum result put_identity(struct export *export, const struct identity *identity)
{
	json_t *traits = json_object();

	for (size_t i = 0; i < export->schema.count; i++)
		json_object_set_new(traits, export->schema.trait[i].name,
			identity->value[i][0] == '\0' ? json_null()
						      : json_string(identity->value[i]));
	json_t *uid = identity->uid == UID_NONE ? json_null() : json_integer(identity->uid);
	json_t *object = json_pack("{s:s, s:o, s:b, s:o}", "name", identity->name, "uid", uid,
		"suspended", identity->suspended, "traits", traits);
	enum result result = put_recovery(export, identity->name, object);
	if (result != RESULT_OK) {
		json_decref(object);
		return result;
	}
	return put_object(export, object);
}

static enum result put_one(const struct identity *identity, void *context)
{
	struct export *export = context;
	const struct ctl_progress *progress = export->call->context->progress;
	size_t count = export->count++;

	if (count % TELL_EACH == 0 && progress != NULL &&
		!progress->tell(progress->context, count,
			(unsigned int)(count * 1000 / (export->total + 1)))) {
		export->told = true;
		return error_set(export->error, RESULT_UNREACHABLE, "whoever asked has gone");
	}
	return export->format == ROWS_CSV ? put_cells(export, identity)
					  : put_identity(export, identity);
}

static enum result put_all(struct export *export, MDB_txn *txn)
{
	struct identities *identities = export->call->context->identities;
	enum result result = identities_schema(identities, txn, &export->schema);

	export->txn = txn;
	if (result == RESULT_OK)
		result = identities_count(identities, txn, &export->total);
	if (result == RESULT_OK)
		result = export->format == ROWS_CSV ? put_columns(export) : put_schema(export);
	if (result == RESULT_OK)
		result = identities_each(identities, txn, put_one, export);
	return result == RESULT_OK ? flush(export) : result;
}

enum result export_run(const struct ctl_call *call, enum rows_format format, int to,
	size_t *ret_count, struct error *error)
{
	struct export *export = calloc(1, sizeof(*export));
	MDB_txn *txn = NULL;

	if (export == NULL)
		return error_set(error, RESULT_MEMORY, "no memory for the export; free some");
	export->call = call;
	export->format = format;
	export->to = to;
	export->error = error;
	enum result result = identities_begin(call->context->identities, false, &txn);
	if (result == RESULT_OK)
		result = put_all(export, txn);
	store_abort(&txn);
	if (result == RESULT_OK)
		*ret_count = export->count;
	else if (!export->told)
		result = ctl_failed(result, error);
	explicit_bzero(export, sizeof(*export));
	free(export);
	return result;
}
