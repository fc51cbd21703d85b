/* SPDX-License-Identifier: BSD-3-Clause */
/*
 *	export   format (csv, jsonl; none: jsonl)  ->  exported; the file is in the request's memfd
 */
#include <fcntl.h>
#include <unistd.h>

#include "export.h"

static enum result verb_export(const struct ctl_call *call, json_t *reply, struct error *error)
{
	const char *word = json_string_value(json_object_get(call->request, "format"));
	enum rows_format format = ROWS_JSONL;
	size_t count = 0;

	if (word != NULL && rows_format_parse(word, &format) != RESULT_OK)
		return error_set(
			error, RESULT_INVALID, "there is no such format; there are csv and jsonl");
	/* Only a memfd: a pipe could keep this process waiting with the store in its hands. */
	if (call->bulk < 0 || fcntl(call->bulk, F_GET_SEALS) < 0)
		return error_set(error, RESULT_INVALID,
			"the request brings no room for the file; use: smsotpctl export");
	enum result result = export_run(call, format, call->bulk, &count, error);
	if (result == RESULT_OK)
		json_object_set_new(reply, "exported", json_integer((json_int_t)count));
	return result;
}

const struct ctl_verb ctl_export_verbs[] = {
	{"export", verb_export},
	{NULL, NULL},
};
