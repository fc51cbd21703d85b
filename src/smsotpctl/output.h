/* SPDX-License-Identifier: BSD-3-Clause */
/* What verbs print: tables, warnings, and colours where standard output is a terminal. */
#ifndef SMSOTP_OUTPUT_H
#define SMSOTP_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum colour { COLOUR_NONE = 0, COLOUR_BOLD, COLOUR_RED, COLOUR_GREEN, COLOUR_YELLOW };

/* Starts and ends a colour; nothing where standard output is no terminal, or NO_COLOR is set. */
const char *colour_on(enum colour colour);
const char *colour_off(void);

/* An array of rows, each an array of strings as the array of headings is. */
void output_table(const json_t *headings, const json_t *rows);

/* As --json writes: the same to a program, and nothing but text to a terminal. */
void output_json(const json_t *json, FILE *to);

/* "Warning: " and each sentence of reply.warnings, to standard error. */
void output_warnings(const json_t *reply);

/* A string field of an object, "" where there is none. */
const char *output_field(const json_t *object, const char *name);

/* A string of an array, "" where there is none. */
const char *output_item(const json_t *array, size_t place);

/*
 * What smsotpd says of itself and of names may not drive root's terminal: every string in `json`
 * becomes one with '?' for each control character (C0, DEL and C1), and a member with one in its
 * name goes. False where memory ends.
 */
bool output_plain(json_t *json);

/* Prints text, '?' likewise. Returns the columns that it takes. For what is no such string. */
size_t output_text(const char *text);

#endif
