/* SPDX-License-Identifier: BSD-3-Clause */
/* Which events are shown. */
#ifndef SMSOTP_FILTER_H
#define SMSOTP_FILTER_H

#include <jansson.h>
#include <stdbool.h>

#include "since.h"

/* Each is NULL or "" where it does not matter; what is given has all to be met. */
struct filter {
	const char *user;       /* the whole name, as for filter_is_of */
	const char *id;         /* or its beginning */
	const char *kind;       /* "login.granted", its beginning, or a pattern of glob(7) */
	char since[SINCE_SIZE]; /* this moment and later */
};

bool filter_any(const struct filter *filter);

/* Whether an event is of the user of that name, as it is typed or as the trail writes it. */
bool filter_is_of(const json_t *event, const char *user);

/* Of an object of events.jsonl. */
bool filter_takes(const struct filter *filter, const json_t *event);

#endif
