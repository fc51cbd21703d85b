/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * events.jsonl as smsotpctl reads it, and which events it shows: a file of any bytes, behind what
 * is asked for.
 *
 * - What is handed over are the last whole lines of the file, in their order, no more than were
 *   asked for; the rest of a line that is still being written comes with the next call, once.
 * - What a filter takes meets all that it has.
 */
#include "place.h"

#include <fcntl.h>
#include <stdio.h>

#include "smsotpctl/filter.h"
#include "smsotpctl/trail.h"

struct taken {
	const struct filter *filter;
	const uint8_t *bytes; /* where the next line must begin, NULL before the first */
	const uint8_t *end;
	const uint8_t *begin;
	long count;
};

static void check_filter(const struct filter *filter, const json_t *event)
{
	const char *user = json_string_value(json_object_get(event, "user"));
	const char *id = json_string_value(json_object_get(event, "id"));

	if (!filter_takes(filter, event))
		return;
	must(filter->user == NULL || strcmp(user == NULL ? "" : user, filter->user) == 0);
	must(filter->id == NULL ||
		strncmp(id == NULL ? "" : id, filter->id, strlen(filter->id)) == 0);
}

static void take(const char *line, size_t length, void *context)
{
	struct taken *taken = context;

	must(memchr(line, '\n', length) == NULL && line[length] == '\0');
	if (taken->bytes == NULL) { /* the first: where it is, the others follow from */
		taken->bytes = taken->begin;
		must(taken->bytes == NULL || taken->bytes <= taken->end);
	}
	must((size_t)(taken->end - taken->bytes) > length);
	must(memcmp(taken->bytes, line, length) == 0 && taken->bytes[length] == '\n');
	taken->bytes += length + 1;
	taken->count++;
	json_t *event = json_loadb(line, length, 0, NULL);
	check_filter(taken->filter, event);
	json_decref(event);
}

static void file_write(const uint8_t *bytes, size_t size, int flags)
{
	int fd = open(place_path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);

	must(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	close(fd);
}

static void read_file(struct input *input, const struct filter *filter, long lines)
{
	size_t half = input->left / 2;
	struct taken taken = {.filter = filter, .end = input->at + input->left};

	file_write(input->at, half, O_TRUNC);
	FILE *file = trail_open(place_path);
	must(file != NULL);
	trail_seek_tail(file, lines);
	must(ftello(file) >= 0 && (size_t)ftello(file) <= half);
	taken.begin = input->at + ftello(file);
	must(taken.begin == input->at || taken.begin[-1] == '\n');
	trail_read(file, take, &taken);
	long whole = 0;
	for (size_t i = 0; i < half; i++)
		whole += input->at[i] == '\n' ? 1 : 0;
	must(taken.count == (lines < whole ? lines : whole));
	must(!trail_replaced(file, place_path));
	file_write(input->at + half, input->left - half, O_APPEND);
	trail_read(file, take, &taken);
	/* All whole lines have come by now. */
	const uint8_t *from = taken.bytes == NULL ? taken.begin : taken.bytes;
	must(memchr(from, '\n', (size_t)(taken.end - from)) == NULL);
	fclose(file);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	place_make("events.jsonl");
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct input input = {bytes, size};
	char user[32], id[16], kind[32];
	struct filter filter = {0};

	uint8_t what = take_u8(&input);
	filter.user = take_text(&input, user, sizeof(user)) > 0 ? user : NULL;
	filter.id = take_text(&input, id, sizeof(id)) > 0 ? id : NULL;
	filter.kind = take_text(&input, kind, sizeof(kind)) > 0 ? kind : NULL;
	must(filter_any(&filter) ==
		(filter.user != NULL || filter.id != NULL || filter.kind != NULL));
	if (what % 2 != 0)
		strcpy(filter.since, "2026-11-23T09:30:00.000Z");
	read_file(&input, &filter, what / 8);
	return 0;
}
