/* SPDX-License-Identifier: BSD-3-Clause */
#include "form.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int hex_value(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* The byte of the escape at `raw`, of which `left` bytes are there; 0 where it is broken. */
static char unescape(const char *raw, size_t left)
{
	if (left < 3 || !isxdigit((unsigned char)raw[1]) || !isxdigit((unsigned char)raw[2]))
		return '\0';
	return (char)(hex_value(raw[1]) * 16 + hex_value(raw[2]));
}

/* Decodes `size` bytes of `raw` into a new string; NULL where an escape is broken. */
static char *decode(const char *raw, size_t size)
{
	char *text = calloc(1, size + 1);

	for (size_t i = 0, length = 0; text != NULL && i < size; i++) {
		char c = raw[i] == '+' ? ' ' : raw[i];

		if (c == '%') {
			c = unescape(raw + i, size - i);
			i += 2;
		}
		if (c == '\0') {
			free(text);
			return NULL;
		}
		text[length++] = c;
	}
	return text;
}

static bool add_field(struct form *form, const char *raw, size_t size)
{
	const char *equals = memchr(raw, '=', size);

	if (equals == NULL || form->count == FORM_FIELDS_MAX)
		return false;
	struct field *field = &form->field[form->count++];
	field->name = decode(raw, (size_t)(equals - raw));
	field->value = decode(equals + 1, size - (size_t)(equals - raw) - 1);
	return field->name != NULL && field->value != NULL;
}

enum result form_parse(const char *raw, struct form *ret_form)
{
	struct form form = {
		.plus = strchr(raw, '+') != NULL,
		.percent20 = strstr(raw, "%20") != NULL,
	};

	while (*raw != '\0') {
		size_t size = strcspn(raw, "&");

		if (!add_field(&form, raw, size)) {
			form_free(&form);
			return RESULT_INVALID;
		}
		raw += size;
		raw += *raw == '&' ? 1 : 0;
	}
	*ret_form = form;
	return RESULT_OK;
}

void form_free(struct form *form)
{
	for (size_t i = 0; i < form->count; i++) {
		free(form->field[i].name);
		free(form->field[i].value);
	}
	form->count = 0;
}

const char *form_get(const struct form *form, const char *name)
{
	for (size_t i = 0; i < form->count; i++) {
		if (strcmp(form->field[i].name, name) == 0)
			return form->field[i].value;
	}
	return NULL;
}
