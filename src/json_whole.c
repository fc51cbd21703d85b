/* SPDX-License-Identifier: BSD-3-Clause */
#include "json_whole.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What jansson calls for memory is told nothing of whom it is for, so this cannot stand elsewhere.
 */
static _Thread_local struct {
	bool lacked;
	bool reads;
	void *reserve;
	size_t size; /* of the reserve */
} memory;

static bool stock(size_t size)
{
	if (size <= memory.size)
		return true;
	void *reserve = realloc(memory.reserve, size);
	if (reserve == NULL)
		return false;
	memory.reserve = reserve;
	memory.size = size;
	return true;
}

/* It is freed as any other block. */
static void *reserve_take(size_t size)
{
	void *reserve = memory.reserve;

	if (size > memory.size)
		return NULL;
	memory.reserve = NULL;
	memory.size = 0;
	return reserve;
}

static void *take(size_t size)
{
	void *block = malloc(size);

	if (block == NULL) {
		memory.lacked = true;
		return reserve_take(size);
	}
	if (memory.reads && !memory.lacked)
		memory.lacked = !stock(2 * size);
	return block;
}

/* Before there are threads, which would read it meanwhile. */
__attribute__((constructor)) static void stand_in(void)
{
	json_set_alloc_funcs(take, free);
}

/* What is read: `text`, then what `from` has more, NULL for nothing. */
struct source {
	const char *text;
	size_t left;
	json_load_callback_t from;
	void *context;
	char block[4096];
};

/* One byte at a time, so that nothing comes any more once memory has lacked. */
static size_t next(void *byte, size_t size, void *context)
{
	struct source *source = context;

	(void)size; /* there is room for 1024 */
	if (memory.lacked)
		return 0;
	if (source->left == 0 && source->from != NULL) {
		size_t length = source->from(source->block, sizeof(source->block), source->context);
		if (length == (size_t)-1)
			return length;
		source->text = source->block;
		source->left = length;
	}
	if (source->left == 0)
		return 0;
	memcpy(byte, source->text++, 1);
	source->left--;
	return 1;
}

static json_t *read_whole(struct source *source, size_t flags)
{
	memory.lacked = false;
	memory.reads = true;
	json_t *read = json_load_callback(next, source, flags, NULL);
	memory.reads = false;
	free(memory.reserve);
	memory.reserve = NULL;
	memory.size = 0;
	if (!memory.lacked)
		return read;
	json_decref(read);
	return NULL;
}

json_t *json_read(const char *text, size_t size, size_t flags)
{
	struct source source = {.text = text, .left = size};

	return read_whole(&source, flags);
}

json_t *json_read_from(json_load_callback_t from, void *context)
{
	struct source source = {.from = from, .context = context};

	json_t *read = read_whole(&source, 0);
	explicit_bzero(source.block, sizeof(source.block));
	return read;
}

char *json_write(const json_t *object, size_t flags)
{
	memory.lacked = false;
	char *text = json_dumps(object, flags);

	if (!memory.lacked)
		return text;
	free(text);
	return NULL;
}
