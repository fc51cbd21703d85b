/* SPDX-License-Identifier: BSD-3-Clause */
/* Imports and exports on stores of each test's own. */
#ifndef SMSOTP_TEST_IMPORT_FIXTURE_H
#define SMSOTP_TEST_IMPORT_FIXTURE_H

#include <sys/mman.h>
#include <sys/stat.h>

#include "ctl_fixture.h"

/* `options` are members of the request, each with a comma in front. */
static inline json_t *import_with(
	struct fixture *fixture, const char *options, const char *text, size_t size)
{
	int bulk = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	char request[256];

	assert_int_equal(write(bulk, text, size), size);
	snprintf(request, sizeof(request), "{\"verb\": \"import\"%s}", options);
	json_t *reply = run(fixture, request, bulk);
	close(bulk);
	return reply;
}

static inline void expect_fault(json_t *reply, int line, const char *words)
{
	const json_t *fault = json_array_get(json_object_get(reply, "errors"), 0);
	const char *text = json_string_value(json_object_get(fault, "error"));

	assert_true(json_is_false(json_object_get(reply, "ok")));
	if (text == NULL || strstr(text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", text, words);
	assert_int_equal(json_integer_value(json_object_get(fault, "line")), line);
	json_decref(reply);
}

static inline void expect_counts(json_t *reply, int added, int changed, int removed, int unchanged)
{
	const struct {
		const char *name;
		int count;
	} rows[] = {{"added", added}, {"changed", changed}, {"removed", removed},
		{"unchanged", unchanged}};

	for (size_t i = 0; i < 4; i++) {
		const json_t *count = json_object_get(reply, rows[i].name);
		if (json_integer_value(count) != rows[i].count)
			fail_msg("%s: %lld, not %d", rows[i].name, json_integer_value(count),
				rows[i].count);
	}
}

#define TEXT(text) (text), sizeof(text) - 1

static const char three[] = "name,uid,phone\n"
			    "alice,1,+91 99999 00001\n"
			    "bob,2,+91 99999 00002\n"
			    "carol,3,+91 99999 00003\n";

static inline void begin(struct fixture *fixture)
{
	json_t *reply = import_with(fixture, "", TEXT(three));

	expect_counts(reply, 3, 0, 0, 0);
	expect_ok(reply);
}

/* All identities as compact JSON. */
static inline void expect_list(struct fixture *fixture, const char *expected)
{
	json_t *reply = run(fixture, "{\"verb\": \"identity.list\", \"reveal\": true}", -1);
	char *text = json_dumps(json_object_get(reply, "identities"), JSON_COMPACT);

	json_decref(reply);
	assert_string_equal(text, expected);
	free(text);
}

/* `count` people of that number; the caller's to free. */
static inline char *many_people(int count, int phone)
{
	size_t size = 0;
	char *text = NULL;
	FILE *file = open_memstream(&text, &size);

	fputs("name,phone\n", file);
	for (int i = 0; i < count; i++)
		fprintf(file, "u%05d,+91 99999 000%02d\n", i, phone);
	fclose(file);
	return text;
}

/* The whole export, the caller's to free. */
static inline char *export_with(struct fixture *fixture, const char *format)
{
	int bulk = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	char request[64];
	struct stat status;

	snprintf(request, sizeof(request), "{\"verb\": \"export\", \"format\": \"%s\"}", format);
	expect_ok(run(fixture, request, bulk));
	assert_int_equal(fstat(bulk, &status), 0);
	char *text = calloc(1, (size_t)status.st_size + 1);
	assert_int_equal(pread(bulk, text, (size_t)status.st_size, 0), status.st_size);
	close(bulk);
	return text;
}

#endif
