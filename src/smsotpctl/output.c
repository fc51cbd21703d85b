/* SPDX-License-Identifier: BSD-3-Clause */
#include "output.h"

#include <stdio.h>
#include <stdlib.h>
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

size_t output_text(const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		unsigned char byte = (unsigned char)*at;
		putchar(byte < 0x20 || byte == 0x7f ? '?' : byte);
	}
	return width(text);
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
