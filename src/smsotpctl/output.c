/* SPDX-License-Identifier: BSD-3-Clause */
#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS_MAX 32

static bool coloured(void)
{
	return isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
}

const char *colour_on(enum colour colour)
{
	static const char *const codes[] = {
		[COLOUR_NONE] = "",
		[COLOUR_BOLD] = "\x1b[1m",
		[COLOUR_RED] = "\x1b[31m",
		[COLOUR_GREEN] = "\x1b[32m",
		[COLOUR_YELLOW] = "\x1b[33m",
	};

	return coloured() ? codes[colour] : "";
}

const char *colour_off(void)
{
	return coloured() ? "\x1b[0m" : "";
}

/* Characters of UTF-8: good enough for names. */
static size_t width(const char *text)
{
	size_t columns = 0;

	for (; *text != '\0'; text++) {
		if (((unsigned char)*text & 0xc0) != 0x80)
			columns++;
	}
	return columns;
}

/* Bytes of the control character that text begins with, 0 for any other: C0, DEL, C1 in UTF-8. */
static size_t control(const char *text)
{
	unsigned char first = (unsigned char)text[0], second = (unsigned char)text[1];

	if (first < 0x20 || first == 0x7f)
		return 1;
	return first == 0xc2 && second >= 0x80 && second < 0xa0 ? 2 : 0;
}

/* The next character to show of `text`, byte by byte, and behind it. */
static char take(const char **text)
{
	size_t bytes = control(*text);
	char shown = bytes > 0 ? '?' : **text;

	*text += bytes > 0 ? bytes : 1;
	return shown;
}

size_t output_text(const char *text)
{
	for (const char *at = text; *at != '\0';)
		putchar(take(&at));
	return width(text);
}

static bool has_control(const char *text)
{
	while (*text != '\0' && control(text) == 0)
		text++;
	return *text != '\0';
}

static bool plain_string(json_t *string)
{
	const char *from = json_string_value(string);
	size_t at = 0;

	if (!has_control(from))
		return true;
	char *plain = strdup(from);
	if (plain == NULL)
		return false;
	while (*from != '\0')
		plain[at++] = take(&from);
	bool set = json_string_setn(string, plain, at) == 0;
	free(plain);
	return set;
}

bool output_plain(json_t *json)
{
	const char *name;
	json_t *value;
	void *next;
	size_t i;

	if (json_is_string(json))
		return plain_string(json);
	json_array_foreach(json, i, value)
	{
		if (!output_plain(value))
			return false;
	}
	json_object_foreach_safe(json, next, name, value)
	{
		if (!output_plain(value))
			return false;
		if (has_control(name))
			json_object_del(json, name);
	}
	return true;
}

const char *output_item(const json_t *array, size_t place)
{
	const char *text = json_string_value(json_array_get(array, place));

	return text == NULL ? "" : text;
}

static void widen(const json_t *row, size_t widths[static COLUMNS_MAX])
{
	for (size_t i = 0; i < json_array_size(row) && i < COLUMNS_MAX; i++) {
		size_t columns = width(output_item(row, i));
		if (columns > widths[i])
			widths[i] = columns;
	}
}

static void print_row(const json_t *row, const size_t widths[static COLUMNS_MAX])
{
	size_t count = json_array_size(row) < COLUMNS_MAX ? json_array_size(row) : COLUMNS_MAX;

	for (size_t i = 0; i < count; i++) {
		size_t columns = output_text(output_item(row, i));
		if (i + 1 < count)
			printf("%*s", (int)(widths[i] - columns + 2), "");
	}
}

void output_table(const json_t *headings, const json_t *rows)
{
	size_t widths[COLUMNS_MAX] = {0};

	widen(headings, widths);
	for (size_t i = 0; i < json_array_size(rows); i++)
		widen(json_array_get(rows, i), widths);
	fputs(colour_on(COLOUR_BOLD), stdout);
	print_row(headings, widths);
	printf("%s\n", colour_off());
	for (size_t i = 0; i < json_array_size(rows); i++) {
		print_row(json_array_get(rows, i), widths);
		putchar('\n');
	}
}

void output_json(const json_t *json, FILE *to)
{
	json_dumpf(json, to, JSON_INDENT(2) | (isatty(fileno(to)) ? JSON_ENSURE_ASCII : 0));
	putc('\n', to);
}

void output_warnings(const json_t *reply)
{
	const json_t *warnings = json_object_get(reply, "warnings");

	fflush(stdout);
	for (size_t i = 0; i < json_array_size(warnings); i++)
		fprintf(stderr, "Warning: %s\n", output_item(warnings, i));
}

const char *output_field(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "" : text;
}
