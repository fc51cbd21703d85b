/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * JSON from outside, read whole or not at all: json_loadb(3) of jansson 2.14 drops a byte of a
 * string that it has no memory for, goes on, and says that all is well. A phone would be another
 * one then.
 */
#ifndef SMSOTP_JSON_READ_H
#define SMSOTP_JSON_READ_H

#include <stddef.h>

#include <jansson.h>

/* As json_loadb with these flags; NULL where it is no JSON, or where memory ended. */
json_t *json_read(const char *text, size_t size, size_t flags);

/* As json_load_callback; NULL likewise. */
json_t *json_read_from(json_load_callback_t from, void *context);

#endif
