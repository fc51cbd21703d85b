/* SPDX-License-Identifier: BSD-3-Clause */
/*
 *	import   format (csv, jsonl; none: guessed), replace, dry_run, max_change (percent),
 *	         names_at (where in the bulk the names to take begin); the file in the memfd
 *	         ->  added, changed, removed, unchanged, missing [name], schema_changed, dry_run,
 *	         warnings, and with dry_run add [{name}], change [{name, fields}], remove [{name}]
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import.h"

#define BULK_SIZE_MAX       ((off_t)1 << 30)
#define MAX_CHANGE          100
#define MAX_CHANGE_REPLACES 10 /* a file that was cut short would take half of the people away */

struct bulk {
	const char *text;
	size_t size;
};

static void bulk_wipe(struct bulk *bulk)
{
	if (bulk->size > 0)
		munmap((void *)bulk->text, bulk->size);
	*bulk = (struct bulk){0};
}

/* Only of a memfd, which is sealed: nobody can cut it short under our eyes. */
static enum result bulk_map(int file, struct bulk *ret_bulk, struct error *error)
{
	struct stat status;

	if (file < 0 || fcntl(file, F_GET_SEALS) < 0 || fstat(file, &status) != 0)
		return error_set(error, RESULT_INVALID,
			"the request brings no file; use: smsotpctl import FILE");
	if (status.st_size > BULK_SIZE_MAX)
		return error_set(error, RESULT_INVALID,
			"the file is larger than 1 GiB; split it and import the parts");
	if (fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK) != 0 &&
		(fcntl(file, F_GET_SEALS) & F_SEAL_SHRINK) == 0)
		return error_set(error, RESULT_INVALID,
			"the file of the request cannot be sealed; use: smsotpctl import FILE");
	*ret_bulk = (struct bulk){.text = "", .size = 0};
	if (status.st_size == 0)
		return RESULT_OK;
	void *text = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, file, 0);
	if (text == MAP_FAILED)
		return error_set(error, RESULT_MEMORY, "no memory for the file; split it");
	*ret_bulk = (struct bulk){.text = text, .size = (size_t)status.st_size};
	return RESULT_OK;
}

static enum result read_request(const struct ctl_call *call, const struct bulk *bulk,
	struct import_request *request, struct error *error)
{
	const json_t *asked = call->request;
	const json_t *percent = json_object_get(asked, "max_change");
	const json_t *names_at = json_object_get(asked, "names_at");
	const char *format = json_string_value(json_object_get(asked, "format"));

	*request = (struct import_request){.text = bulk->text,
		.size = bulk->size,
		.replace = json_is_true(json_object_get(asked, "replace")),
		.dry = json_is_true(json_object_get(asked, "dry_run"))};
	if (format != NULL && rows_format_parse(format, &request->format) != RESULT_OK)
		return error_set(
			error, RESULT_INVALID, "there is no such format; there are csv and jsonl");
	request->max_change = request->replace ? MAX_CHANGE_REPLACES : MAX_CHANGE;
	if (percent != NULL &&
		(json_integer_value(percent) < 0 || json_integer_value(percent) > MAX_CHANGE))
		return error_set(error, RESULT_INVALID, "--max-change is a percentage, 0 to 100");
	if (percent != NULL)
		request->max_change = (uint32_t)json_integer_value(percent);
	if (names_at == NULL)
		return RESULT_OK;
	json_int_t at = json_integer_value(names_at);
	if (at < 0 || (size_t)at > bulk->size)
		return error_set(error, RESULT_INVALID, "the names lie outside of the file");
	request->size = (size_t)at;
	request->names = bulk->text + at;
	request->names_size = bulk->size - (size_t)at;
	return RESULT_OK;
}

static enum result verb_import(const struct ctl_call *call, json_t *reply, struct error *error)
{
	WIPED(bulk) bulk = {0};
	struct import_request request;

	enum result result = bulk_map(call->bulk, &bulk, error);
	if (result == RESULT_OK)
		result = read_request(call, &bulk, &request, error);
	return result == RESULT_OK ? import_run(call, &request, reply, error) : result;
}

const struct ctl_verb ctl_import_verbs[] = {
	{"import", verb_import},
	{NULL, NULL},
};
