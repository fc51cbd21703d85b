/* SPDX-License-Identifier: BSD-3-Clause */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct journal {
	int file; /* -1 for none; one write a line, so O_APPEND keeps lines whole */
};

enum result journal_open(const char *path, struct journal **ret_journal, struct error *error)
{
	int file = -1;

	if (path != NULL) {
		file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
		if (file < 0)
			return error_set(error, RESULT_FAILED, "cannot open %s: %m", path);
	}
	struct journal *journal = calloc(1, sizeof(*journal));
	if (journal == NULL) {
		close(file);
		return error_set(error, RESULT_MEMORY, "out of memory");
	}
	journal->file = file;
	*ret_journal = journal;
	return RESULT_OK;
}

void journal_close(struct journal **journal)
{
	if (*journal == NULL)
		return;
	if ((*journal)->file >= 0)
		close((*journal)->file);
	free(*journal);
	*journal = NULL;
}

static const char *space_name(const struct form *form)
{
	if (form->plus)
		return form->percent20 ? "both" : "+";
	return form->percent20 ? "%20" : "none";
}

static json_int_t milliseconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (json_int_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static json_int_t monotonic_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (json_int_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* What is not UTF-8 has no place in JSON. */
static json_t *text_of(const char *text)
{
	json_t *value = json_string(text == NULL ? "" : text);

	return value != NULL ? value : json_string("(not UTF-8)");
}

static json_t *names_of(const struct form *form, bool unknown_only)
{
	json_t *names = json_array();

	for (size_t i = 0; i < form->count; i++) {
		if (!unknown_only || !parameter_known(form->field[i].name))
			json_array_append_new(names, text_of(form->field[i].name));
	}
	return names;
}

static json_t *fates_of(const struct judgement *judgement)
{
	json_t *fates = json_array();

	for (size_t i = 0; i < judgement->count; i++) {
		const struct message *message = &judgement->message[i];
		json_t *fate = json_object();

		json_object_set_new(fate, "to", text_of(message->to));
		json_object_set_new(fate, "fate", json_string(fate_name(message->fate)));
		json_object_set_new(fate, "code", json_integer(message->code));
		json_array_append_new(fates, fate);
	}
	return fates;
}

static json_t *object_of(const struct entry *entry)
{
	json_t *line = json_object();

	json_object_set_new(line, "time", json_integer(milliseconds_now()));
	json_object_set_new(line, "at", json_integer(monotonic_now()));
	json_object_set_new(line, "connection", json_integer((json_int_t)entry->connection));
	json_object_set_new(line, "request", json_integer((json_int_t)entry->request));
	json_object_set_new(line, "method", text_of(entry->method));
	json_object_set_new(line, "path", text_of(entry->path));
	json_object_set_new(line, "type", text_of(entry->type));
	json_object_set_new(line, "parameters", names_of(entry->form, false));
	json_object_set_new(line, "unknown", names_of(entry->form, true));
	json_object_set_new(line, "get", json_boolean(strcmp(entry->method, "GET") == 0));
	json_object_set_new(line, "to", text_of(form_get(entry->form, "To")));
	json_object_set_new(line, "space", text_of(space_name(entry->form)));
	json_object_set_new(line, "async", text_of(form_get(entry->form, "async")));
	if (entry->fault == NULL)
		return line;
	json_object_set_new(line, "fault", text_of(entry->fault->kind->name));
	json_object_set_new(line, "error", json_integer(entry->judgement->code));
	json_object_set_new(line, "fates", fates_of(entry->judgement));
	return line;
}

void journal_write(struct journal *journal, const struct entry *entry)
{
	if (journal->file < 0)
		return;
	json_t *object = object_of(entry);
	char *text = json_dumps(object, JSON_COMPACT);
	char *line = NULL;

	if (text != NULL && asprintf(&line, "%s\n", text) > 0) {
		size_t size = strlen(line);

		if (write(journal->file, line, size) != (ssize_t)size)
			fprintf(stderr, "bulkpush-emulator: cannot write the log: %m\n");
		free(line);
	}
	free(text);
	json_decref(object);
}
