/* SPDX-License-Identifier: BSD-3-Clause */
/*
 *	import, with the file in the memfd  ->  created, changed, warnings
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl_warning.h"
#include "import.h"

#define IMPORT_SIZE_MAX ((off_t)16 * 1024 * 1024)

struct bulk {
	char *text;
	size_t size;
};

static void bulk_wipe(struct bulk *bulk)
{
	if (bulk->text != NULL)
		explicit_bzero(bulk->text, bulk->size);
	free(bulk->text);
	bulk->text = NULL;
}

/* Only of a memfd: a pipe or a file elsewhere could keep the committer waiting. */
static enum result bulk_read(int file, struct bulk *ret_bulk, struct error *error)
{
	struct stat status;
	size_t done = 0;

	if (file < 0 || fcntl(file, F_GET_SEALS) < 0 || fstat(file, &status) != 0)
		return error_set(error, RESULT_INVALID,
			"the request brings no file; use: smsotpctl import FILE");
	if (status.st_size > IMPORT_SIZE_MAX)
		return error_set(error, RESULT_INVALID,
			"the file is larger than 16 MiB; split it and import the parts");
	size_t size = (size_t)status.st_size;
	struct bulk bulk = {.text = malloc(size + 1), .size = size};
	if (bulk.text == NULL)
		return error_set(error, RESULT_MEMORY, "no memory for the file; split it");
	while (done < size) {
		ssize_t count = pread(file, bulk.text + done, size - done, (off_t)done);
		if (count <= 0) {
			bulk_wipe(&bulk);
			return error_set(error, RESULT_FAILED, "the file got shorter meanwhile");
		}
		done += (size_t)count;
	}
	*ret_bulk = bulk;
	return RESULT_OK;
}

static enum result verb_import(const struct ctl_call *call, json_t *reply, struct error *error)
{
	WIPED(bulk) bulk = {0};
	struct ctl_change change = {0};
	struct import_count count = {0};

	enum result result = bulk_read(call->bulk, &bulk, error);
	if (result == RESULT_OK)
		result = ctl_change_begin(call, &change, error);
	if (result == RESULT_OK)
		result = import_rows(call, &change, bulk.text, bulk.size, &count, error);
	if (result == RESULT_OK)
		result = warn_change(call, change.identity, reply, error);
	if (result == RESULT_OK)
		result = ctl_change_commit(&change, error);
	ctl_change_abort(&change);
	if (result != RESULT_OK)
		return result;
	json_object_set_new(reply, "created", json_integer((json_int_t)count.created));
	json_object_set_new(reply, "changed", json_integer((json_int_t)count.changed));
	return RESULT_OK;
}

const struct ctl_verb ctl_import_verbs[] = {
	{"import", verb_import},
	{NULL, NULL},
};
