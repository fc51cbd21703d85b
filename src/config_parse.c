/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <ini.h>
#include <string.h>

#include "config_file.h"
#include "config_keys.h"
#include "log.h"

#define BOM        "\xEF\xBB\xBF"
#define NAME_SHOWN 64

/*
 * One file on its way in. inih calls back without the line and cuts sections at 49 bytes, so both
 * are kept here. `result` is that of the first failure; reading ends there.
 */
struct reader {
	struct config *config;
	FILE *from;
	const char *name;
	uint32_t file; /* its place in the origin */
	uint32_t line;
	const char *section; /* of the table; NULL before the first */
	uint32_t service;
	enum result result;
	struct error *error;
};

static void reader_fail(struct reader *reader, enum result result, const char *why)
{
	reader->result =
		error_set(reader->error, result, "%s:%u: %s", reader->name, reader->line, why);
}

/* Reads a line as fgets does, but neither splits one nor lets a NUL cut it. False at the end. */
static bool line_read(struct reader *reader, char *line, size_t size)
{
	size_t length = 0;
	int byte;

	reader->line++;
	while ((byte = getc(reader->from)) != EOF) {
		if (byte == '\0' || length + 2 > size) {
			reader_fail(reader, RESULT_INVALID,
				byte == '\0' ? "has a NUL byte; write text"
					     : "the line is too long; write at most 1000 bytes");
			return false;
		}
		line[length++] = (char)byte;
		if (byte == '\n')
			break;
	}
	line[length] = '\0';
	if (ferror(reader->from))
		reader_fail(reader, RESULT_FAILED, "cannot be read; see its file system");
	return length > 0 && reader->result == RESULT_OK;
}

/* Takes the blanks off both ends, in place. */
static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static void service_enter(struct reader *reader, char *name)
{
	struct error inner;

	config_name_lower(name);
	reader->section = CONFIG_SERVICE;
	enum result result = config_service_open(reader->config, name, &reader->service, &inner);
	if (result != RESULT_OK) {
		reader_fail(reader, result, inner.text);
		return;
	}
	struct config_mark *mark = &reader->config->origin->section[reader->service];
	if (mark->file == 0)
		*mark = (struct config_mark){reader->file, reader->line};
}

/* Names the sections there are, each by its first row. */
static void refuse_section(struct reader *reader)
{
	char why[320] = "no such section; write one of";

	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		const char *section = config_keys[i].section;
		size_t used = strlen(why);
		if (config_section_find(section) == &config_keys[i])
			snprintf(why + used, sizeof(why) - used, " [%s%s]", section,
				strcmp(section, CONFIG_SERVICE) == 0 ? " NAME" : "");
	}
	reader_fail(reader, RESULT_INVALID, why);
}

/* `name` is what stands between the brackets. */
static void section_enter(struct reader *reader, char *name)
{
	size_t size = strcspn(name, " \t");

	if (size == sizeof(CONFIG_SERVICE) - 1 && strncmp(name, CONFIG_SERVICE, size) == 0) {
		service_enter(reader, trim(name + size));
		return;
	}
	const struct config_key *key = config_section_find(name);
	if (!key) {
		refuse_section(reader);
		return;
	}
	reader->section = key->section;
}

/* Sections are followed here rather than by inih, which hands over only those that have keys. */
static void header_read(struct reader *reader, const char *line)
{
	char copy[CONFIG_LINE];

	if (reader->line == 1 && strncmp(line, BOM, sizeof(BOM) - 1) == 0)
		line += sizeof(BOM) - 1;
	memcpy(copy, line, strlen(line) + 1);
	char *text = trim(copy);
	size_t size = strlen(text);
	if (text[0] != '[')
		return;
	if (text[size - 1] != ']') {
		reader_fail(reader, RESULT_INVALID,
			"the section does not end in ]; write [NAME] and nothing behind it");
		return;
	}
	text[size - 1] = '\0';
	section_enter(reader, trim(text + 1));
}

/* ini_reader: one line, or NULL at the end or after a failure. */
static char *next_line(char *line, int size, void *context)
{
	struct reader *reader = context;

	if (reader->result != RESULT_OK || !line_read(reader, line, (size_t)size))
		return NULL;
	header_read(reader, line);
	return reader->result == RESULT_OK ? line : NULL;
}

/* Names the keys there are: most unknown ones are misspelt. */
static void refuse_unknown(struct reader *reader, const char *name)
{
	char shown[NAME_SHOWN];
	char list[320] = "";
	char why[480];

	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		if (strcmp(config_keys[i].section, reader->section) == 0)
			config_list_add(list, sizeof(list), config_keys[i].name);
	}
	snprintf(why, sizeof(why), "[%s] %s: no such key; this section has %s", reader->section,
		log_escape(name, shown, sizeof(shown)), list);
	reader_fail(reader, RESULT_INVALID, why);
}

static void refuse_twice(
	struct reader *reader, const struct config_key *key, const struct config_mark *first)
{
	char why[128];
	uint32_t line = first->line;

	config_mark(reader->config->origin, key, reader->service)->line = reader->line;
	snprintf(why, sizeof(why), "is set in line %u already; take one of the two out", line);
	reader->result =
		config_key_refuse(reader->config, key, reader->service, why, reader->error);
}

/* ini_handler: nonzero to go on. */
static int next_value(void *context, const char *section, const char *name, const char *text)
{
	struct reader *reader = context;
	struct error inner;

	(void)section;
	if (!reader->section) {
		reader_fail(reader, RESULT_INVALID,
			"the key stands before any section; write a line [SECTION] above it");
		return 0;
	}
	const struct config_key *key = config_key_find(reader->section, name);
	if (!key) {
		refuse_unknown(reader, name);
		return 0;
	}
	struct config_mark *mark = config_mark(reader->config->origin, key, reader->service);
	if (mark->file == reader->file) {
		refuse_twice(reader, key, mark);
		return 0;
	}
	*mark = (struct config_mark){reader->file, reader->line};
	void *base = config_base(reader->config, key, reader->service);
	if (config_value_set(key, base, text, &inner) == RESULT_OK)
		return 1;
	reader->result =
		config_key_refuse(reader->config, key, reader->service, inner.text, reader->error);
	return 0;
}

/* What inih keeps in globals; set again each time, since nobody else may rely on them. */
static void ini_setup(void)
{
	ini_allow_multiline = false;
	ini_allow_inline_comments = false;
	ini_allow_no_value = false;
	ini_allow_bom = true;
	ini_stop_on_first_error = true;
	ini_use_stack = false;
	ini_allow_realloc = false;
	ini_initial_alloc = CONFIG_LINE;
	ini_max_line = CONFIG_LINE;
}

enum result config_file_parse(
	struct config *config, FILE *from, const char *name, struct error *error)
{
	struct config_origin *origin = config->origin;
	struct reader reader = {.config = config, .from = from, .name = name, .error = error};

	if (origin->files == CONFIG_FILES)
		return error_set(error, RESULT_FULL, "%s: is one file too many; keep at most %d",
			name, CONFIG_FILES - 1);
	origin->file[origin->files] = strdup(name);
	if (!origin->file[origin->files])
		return error_set(error, RESULT_MEMORY, "%s: no memory is left to read it", name);
	reader.file = origin->files++;
	ini_setup();
	int status = ini_parse_stream(next_line, &reader, next_value, &reader);
	if (reader.result != RESULT_OK)
		return reader.result;
	if (status < 0)
		return error_set(error, RESULT_MEMORY, "%s: no memory is left to read it", name);
	if (status > 0)
		reader_fail(
			&reader, RESULT_INVALID, "is no KEY = VALUE; write one, or a # before it");
	return reader.result;
}
