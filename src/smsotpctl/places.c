/* SPDX-License-Identifier: BSD-3-Clause */
#include "places.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "filter.h"
#include "json_whole.h"
#include "output.h"
#include "paths.h"
#include "trail.h"

struct search {
	const char *user;
	json_t *places;
};

/* The object whose place stands somewhere in the line, before it is read as JSON; NULL for none. */
static json_t *place_in(const struct search *search, const char *line)
{
	json_t *place;
	size_t i;

	json_array_foreach(search->places, i, place)
	{
		const char *hash = output_field(place, "place");
		if (hash[0] != '\0' && strstr(line, hash) != NULL)
			return place;
	}
	return NULL;
}

static void take_line(const char *line, size_t length, void *context)
{
	const struct search *search = context;
	json_t *place = place_in(search, line);

	if (place == NULL)
		return;
	json_t *event = json_read(line, length, 0);
	json_t *source = json_object_get(event, "source");
	if (filter_is_of(event, search->user) &&
		strcmp(output_field(event, "place"), output_field(place, "place")) == 0 &&
		json_is_string(source))
		json_object_set(place, "source", source);
	json_decref(event);
}

static void read_trail(const char *path, struct search *search)
{
	FILE *file = trail_open(path);

	if (file == NULL)
		return;
	trail_read(file, take_line, search);
	fclose(file);
}

void places_name(const struct tool *tool, const char *user, json_t *places)
{
	struct search search = {user, places};
	struct config_paths paths;
	char path[PATH_MAX];

	if (paths_load(tool, &paths) != TOOL_OK)
		return;
	/* That from before its rotation first: where both have one, the newer stands. */
	snprintf(path, sizeof(path), "%s/events.jsonl.1", paths.log);
	read_trail(path, &search);
	snprintf(path, sizeof(path), "%s/events.jsonl", paths.log);
	read_trail(path, &search);
}
