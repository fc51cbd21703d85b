/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests and files that smsotpctl does not make, and rows that it does not look at. */
#include <fcntl.h>

#include "import_fixture.h"

static void test_without_stores(void **state)
{
	struct fixture *fixture = *state;
	struct state *kept = fixture->context.state;

	fixture->context.state = NULL;
	expect_error(run(fixture, "{\"verb\": \"identity.list\"}", -1), "stores are not open");
	fixture->context.state = kept;
}

static void test_wrong_requests(void **state)
{
	static const struct {
		const char *request, *words;
	} rows[] = {
		{"{\"verb\": \"export\"}", "brings no room"},
		{"{\"verb\": \"export\", \"format\": \"xml\"}", "no such format"},
		{"{\"verb\": \"mode.set\", \"mode\": \"warn\"}", "has no service"},
		{"{\"verb\": \"identity.set\", \"name\": \"a b\", \"set\": {}}",
			"\"a b\" cannot name an identity"},
		{"{\"verb\": \"schema.set\", \"traits\": [{\"name\": \"Phone\", \"type\": "
		 "\"phone\"}]}",
			"Phone"},
		{"{\"verb\": \"schema.set\", \"traits\": [{\"name\": \"p"
		 "0123456789012345678901234567890123456789012345678901234567890123456789"
		 "0123456789012345678901234567890123456789\", \"type\": \"phone\"}]}",
			"more than 32 letters"},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_error(run(fixture, rows[i].request, -1), rows[i].words);
}

static void test_wrong_files(void **state)
{
	struct fixture *fixture = *state;
	static const char import[] = "{\"verb\": \"import\"}";
	int file = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_int_equal(ftruncate(file, ((off_t)1 << 30) + 1), 0);
	expect_error(run(fixture, import, file), "larger than 1 GiB");
	close(file);
	file = memfd_create("test", MFD_CLOEXEC); /* sealed against seals */
	expect_error(run(fixture, import, file), "cannot be sealed");
	close(file);
	expect_error(import_with(fixture, ", \"format\": \"xml\"", TEXT(three)), "no such format");
	expect_error(import_with(fixture, ", \"names_at\": 1000", TEXT(three)), "outside");
	expect_error(import_with(fixture, ", \"names_at\": -1", TEXT(three)), "outside");
	expect_list(fixture, "[]");
}

static void test_wrong_rows(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{"{\"name\":\"a\",\"traits\":7}", "traits is no object"},
		{"{\"name\":\"a\",\"traits\":{\"phone\":\"+12025550100\"}}", "allow_prefixes"},
		{"{\"name\":\"a\",\"traits\":{\"phone\":\"+9199999000\"}}", "Indian number"},
		{" \n\t{\"name\":7}", "name is a string"},
	};
	struct fixture *fixture = *state;

	strcpy(fixture->config->gateway.allow_prefixes[0], "+91");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *reply = import_with(fixture, "", rows[i].text, strlen(rows[i].text));
		char *said = json_dumps(reply, JSON_COMPACT);
		if (strstr(said, rows[i].words) == NULL || strstr(said, "\"ok\":false") == NULL)
			fail_msg("%s: %s", rows[i].text, said);
		free(said);
		json_decref(reply);
	}
	expect_list(fixture, "[]");
}

/* A value longer than any is no reason to keep it in memory. */
static void test_a_field_too_long(void **state)
{
	static const char *const around[][2] = {
		{"name,phone\na,", "\n"}, {"name,phone\na,\"", "\"\n"}, {"name,\"", "\"\na,b\n"}};
	struct fixture *fixture = *state;
	char longer[3000], text[3100];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	for (size_t i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "%s%s%s", around[i][0], longer, around[i][1]);
		json_t *reply = import_with(fixture, ", \"format\": \"csv\"", text, strlen(text));
		char *said = json_dumps(reply, JSON_COMPACT);
		if (strstr(said, "long") == NULL || strstr(said, "\"ok\":false") == NULL)
			fail_msg("%zu: %s", i, said);
		free(said);
		json_decref(reply);
	}
	snprintf(text, sizeof(text),
		"{\"verb\": \"identity.set\", \"name\": \"a\", \"set\": {\"phone\": \"%s\"}}",
		longer);
	expect_error(run(fixture, text, -1), "longer than");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORES(test_without_stores),
		WITH_STORES(test_wrong_requests),
		WITH_STORES(test_wrong_files),
		WITH_STORES(test_wrong_rows),
		WITH_STORES(test_a_field_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
