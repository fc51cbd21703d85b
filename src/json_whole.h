/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * JSON read and written whole or not at all: json_loadb(3) and json_dumps(3) of jansson 2.14 drop
 * what they have no memory for, go on, and say that all is well. A phone would be another one then;
 * and where the quote that ends a string was dropped, the string is written beyond its end. So
 * while something is read, there is a block in reserve, twice as large as the largest that was
 * taken for it: in it jansson's text, which grows to twice its size, has room for the byte that it
 * grows for, and no other byte follows.
 */
#ifndef SMSOTP_JSON_WHOLE_H
#define SMSOTP_JSON_WHOLE_H

#include <stddef.h>

#include <jansson.h>

/* As json_loadb with these flags; NULL where it is no JSON, or where memory ended. */
json_t *json_read(const char *text, size_t size, size_t flags);

/* As json_load_callback; NULL likewise. */
json_t *json_read_from(json_load_callback_t from, void *context);

/* As json_dumps with these flags, the caller's to free(3); NULL where memory ended. */
char *json_write(const json_t *object, size_t flags);

#endif
