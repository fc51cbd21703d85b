/* SPDX-License-Identifier: BSD-3-Clause */
#include "json_whole.h"

#include <stdbool.h>
#include <stdlib.h>

/* What jansson calls for memory is told nothing of whom it is for, so this cannot stand elsewhere.
 */
static _Thread_local bool lacked;

static void *take(size_t size)
{
	void *memory = malloc(size);

	lacked = lacked || memory == NULL;
	return memory;
}

/* Before there are threads, which would read it meanwhile. */
__attribute__((constructor)) static void stand_in(void)
{
	json_set_alloc_funcs(take, free);
}

static json_t *whole(json_t *read)
{
	if (!lacked)
		return read;
	json_decref(read);
	return NULL;
}

json_t *json_read(const char *text, size_t size, size_t flags)
{
	lacked = false;
	return whole(json_loadb(text, size, flags, NULL));
}

json_t *json_read_from(json_load_callback_t from, void *context)
{
	lacked = false;
	return whole(json_load_callback(from, context, 0, NULL));
}

char *json_write(const json_t *object, size_t flags)
{
	lacked = false;
	char *text = json_dumps(object, flags);

	if (!lacked)
		return text;
	free(text);
	return NULL;
}
