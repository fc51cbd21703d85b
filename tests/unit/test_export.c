/* SPDX-License-Identifier: BSD-3-Clause */
/* JSON lines, and that what is exported comes back byte for byte. */
#include "import_fixture.h"

static void test_json_lines(void **state)
{
	static const char text[] =
		"{\"schema\":{\"traits\":[{\"name\":\"phone\",\"type\":\"phone\"},"
		"{\"name\":\"mail\",\"type\":\"email\",\"identifier\":true}]}}\r\n"
		"\n{\"name\":\"bob\",\"traits\":{\"mail\":\"b@x.org\",\"phone\":\"99999 00001\"}}\n"
		"{\"suspended\":true,\"uid\":7,\"name\":\"alice\"}";
	struct fixture *fixture = *state;

	json_t *reply = import_with(fixture, "", TEXT(text));
	expect_counts(reply, 2, 0, 0, 0);
	assert_true(json_is_true(json_object_get(reply, "schema_changed")));
	expect_ok(reply);
	char *exported = export_with(fixture, "jsonl");
	assert_string_equal(exported,
		"{\"schema\":{\"traits\":[{\"name\":\"phone\",\"type\":\"phone\","
		"\"identifier\":false,\"required\":false},{\"name\":\"mail\",\"type\":\"email\","
		"\"identifier\":true,\"required\":false}]}}\n"
		"{\"name\":\"alice\",\"uid\":7,\"suspended\":true,"
		"\"traits\":{\"phone\":null,\"mail\":null}}\n"
		"{\"name\":\"bob\",\"uid\":null,\"suspended\":false,"
		"\"traits\":{\"phone\":\"+919999900001\",\"mail\":\"b@x.org\"}}\n");
	free(exported);
	exported = export_with(fixture, "csv");
	assert_string_equal(exported, "name,uid,suspended,phone,mail\nalice,7,yes,,\n"
				      "bob,,no,+919999900001,b@x.org\n");
	free(exported);
	/* What a row does not say stays; null takes it away. */
	reply = import_with(fixture, "", TEXT("{\"name\":\"bob\",\"traits\":{\"mail\":null}}"));
	expect_counts(reply, 0, 1, 0, 0);
	expect_ok(reply);
	expect_list(fixture, "[{\"name\":\"alice\",\"uid\":7,\"suspended\":true,\"traits\":{}},"
			     "{\"name\":\"bob\",\"uid\":null,\"suspended\":false,"
			     "\"traits\":{\"phone\":\"+919999900001\"}}]");
}

static void test_bad_json_lines(void **state)
{
	static const struct {
		const char *text;
		int line;
		const char *words;
	} rows[] = {
		{"{\"name\":\"a\"}\n{\"name\":\"b\"", 2, "no JSON object"},
		{"{\"name\":\"a\"}\n[]\n", 2, "no JSON object"},
		{"{\"name\":\"a\"}\n\n{\"name\":\"b\",\"name\":\"c\"}\n", 3, "no JSON object"},
		{"{\"name\":\"a\"}\n{\"schema\":{}}\n", 2, "only the first line"},
		{"{\"uid\":1}\n", 1, "no member name"},
		{"{\"name\":7}\n", 1, "name is a string"},
		{"{\"name\":\"a\",\"suspended\":\"yes\"}\n", 1, "true or false"},
		{"{\"name\":\"a\",\"uid\":\"1\"}\n", 1, "uid is neither"},
		{"{\"name\":\"a\",\"uid\":-1}\n", 1, "uid is no user id"},
		{"{\"name\":\"a\",\"+91 99999 00001\":1}\n", 1, "a member that no identity has"},
		{"{\"name\":\"a\",\"traits\":{\"uid\":\"1\"}}\n", 1, "the name of no trait"},
		{"{\"name\":\"a\",\"traits\":{\"phone\":1}}\n", 1, "phone is neither"},
		{"{\"name\":\"a\",\"traits\":{\"fax\":\"1\"}}\n", 1, "\"fax\" is nothing"},
		{"{\"name\":\"a\",\"traits\":{\"phone\":\"12\"}}\n", 1, "phone of a is no phone"},
		{"{\"name\":\"a\"}\n{\"name\":\"a\"}\n", 2, "a stands on line 1"},
		{"{\"schema\":{\"traits\":[{\"name\":\"uid\",\"type\":\"phone\"}]}}\n", 1,
			"cannot name a trait"},
		{"{\"schema\":7}\n", 1, "a schema is a list"},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *reply = import_with(fixture, "", rows[i].text, strlen(rows[i].text));
		char *said = json_dumps(reply, 0);
		assert_null(strstr(said, "99999"));
		free(said);
		expect_fault(reply, rows[i].line, rows[i].words);
		expect_list(fixture, "[]");
	}
}

/* Only an empty store takes another schema than its own. */
static void test_schema_of_a_full_store(void **state)
{
	static const char text[] =
		"{\"schema\":{\"traits\":[{\"name\":\"tel\",\"type\":\"phone\"}]}}\n"
		"{\"name\":\"bob\",\"traits\":{\"tel\":\"+91 99999 00001\"}}\n";
	struct fixture *fixture = *state;

	expect_ok(import_with(fixture, "", TEXT("name\nalice\n")));
	expect_fault(import_with(fixture, "", TEXT(text)), 1, "is not the store's");
	expect_ok(run(fixture, "{\"verb\": \"identity.remove\", \"name\": \"alice\"}", -1));
	expect_ok(import_with(fixture, "", TEXT(text)));
	expect_ok(import_with(fixture, "", TEXT(text)));
}

/* xorshift32: the same identities at each run. */
static uint32_t draw(uint32_t *seed, uint32_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % below;
}

static void put_string(FILE *file, uint32_t *seed)
{
	static const char *const pieces[] = {"a", " ", ",", "\\\"", "'", "\xc3\xa9", "\\\\", "x=1",
		"\xf0\x9f\x93\x9e", "{", "#", "  ", "-"};

	for (uint32_t i = draw(seed, 12); i > 0; i--)
		fputs(pieces[draw(seed, sizeof(pieces) / sizeof(pieces[0]))], file);
}

/* Any identities, as JSON lines that are not in the export's form. */
static char *identities(uint32_t *seed)
{
	static const char letters[] = "abcXYZ019._-$@\\";
	uint32_t count = draw(seed, 60);
	size_t size = 0;
	char *text = NULL;
	FILE *file = open_memstream(&text, &size);

	fprintf(file, "{\"schema\": {\"traits\": [{\"name\": \"note\", \"type\": \"string\"}, "
		      "{\"name\": \"phone\", \"type\": \"phone\"}, "
		      "{\"name\": \"mail\", \"type\": \"email\", \"identifier\": true}]}}\n");
	for (uint32_t i = 0; i < count; i++) {
		fprintf(file, "{\"name\": \"u%u", i);
		for (uint32_t j = draw(seed, 20); j > 0; j--) {
			char letter = letters[draw(seed, sizeof(letters) - 1)];
			fprintf(file, letter == '\\' ? "\\\\" : "%c", letter);
		}
		fprintf(file, "\", \"suspended\": %s", draw(seed, 2) == 0 ? "true" : "false");
		if (draw(seed, 2) == 0)
			fprintf(file, ", \"uid\": %u", i * 71582788 + draw(seed, 1000));
		fputs(", \"traits\": {\"note\": \"", file);
		put_string(file, seed);
		fprintf(file, "\", \"phone\": %s%02u\"",
			draw(seed, 2) == 0 ? "\"+91 99999 000" : "\"099999-000", draw(seed, 100));
		if (draw(seed, 2) == 0)
			fprintf(file, ", \"mail\": \"M%u@Example.org\"", i);
		fputs("}}\n", file);
	}
	fclose(file);
	return text;
}

static void empty(struct fixture *fixture)
{
	void *state = fixture;

	assert_int_equal(fixture_remove(&state), 0);
}

/* Exported, imported elsewhere, exported: the same bytes, in either form. */
static void test_there_and_back(void **state)
{
	(void)state;
	uint32_t seed = 20261123;

	for (int round = 0; round < 40; round++) {
		struct fixture *one = NULL, *other = NULL, *third = NULL;
		char *drawn = identities(&seed);
		assert_int_equal(fixture_make((void **)&one), 0);
		expect_ok(import_with(one, "", drawn, strlen(drawn)));
		char *whole = export_with(one, "jsonl"), *columns = export_with(one, "csv");
		assert_int_equal(fixture_make((void **)&other), 0);
		expect_ok(import_with(other, "", whole, strlen(whole)));
		char *again = export_with(other, "jsonl");
		assert_string_equal(again, whole);
		free(again);
		json_t *reply = import_with(other, ", \"replace\": true, \"format\": \"csv\"",
			columns, strlen(columns));
		/* With no identity in it, a file would remove all. */
		bool none = strchr(columns, '\n')[1] == '\0';
		assert_true(json_is_true(json_object_get(reply, "ok")) == !none);
		if (!none)
			expect_counts(reply, 0, 0, 0,
				(int)json_integer_value(json_object_get(reply, "unchanged")));
		json_decref(reply);
		again = export_with(other, "csv");
		assert_string_equal(again, columns);
		free(again);
		/* Where the schema alone is there, the columns bring the rest. */
		assert_int_equal(fixture_make((void **)&third), 0);
		expect_ok(import_with(third, "", whole, strcspn(whole, "\n") + 1));
		if (!none)
			expect_ok(import_with(
				third, ", \"format\": \"csv\"", columns, strlen(columns)));
		again = export_with(third, "jsonl");
		assert_string_equal(again, whole);
		free(again);
		free(whole);
		free(columns);
		free(drawn);
		empty(one);
		empty(other);
		empty(third);
	}
}

/* Recovery codes come back, and one that was used meanwhile stays used. */
static void test_recovery_codes(void **state)
{
	struct fixture *fixture = *state, *other = NULL;

	expect_ok(import_with(fixture, "", TEXT("name\nalice\nbob\n")));
	expect_ok(run(fixture, "{\"verb\": \"recovery.issue\", \"name\": \"bob\"}", -1));
	char *whole = export_with(fixture, "jsonl");
	assert_non_null(strstr(whole, "\"recovery\":\""));
	assert_int_equal(fixture_make((void **)&other), 0);
	expect_ok(import_with(other, "", whole, strlen(whole)));
	char *again = export_with(other, "jsonl");
	assert_string_equal(again, whole);
	free(again);
	json_t *reply = import_with(fixture, "", whole, strlen(whole));
	expect_counts(reply, 0, 0, 0, 2);
	expect_ok(reply);
	expect_ok(run(fixture, "{\"verb\": \"recovery.revoke\", \"name\": \"bob\"}", -1));
	reply = import_with(fixture, "", whole, strlen(whole));
	expect_counts(reply, 0, 0, 0, 2);
	expect_ok(reply);
	expect_ok(run(other, "{\"verb\": \"identity.remove\", \"name\": \"bob\"}", -1));
	reply = import_with(other, "", whole, strlen(whole));
	expect_counts(reply, 1, 0, 0, 1);
	expect_ok(reply);
	again = export_with(other, "jsonl");
	assert_string_equal(again, whole);
	expect_fault(import_with(other, "", TEXT("{\"name\":\"bob\",\"recovery\":\"AAAA\"}\n")), 1,
		"recovery is not what an export writes");
	free(again);
	free(whole);
	empty(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORES(test_json_lines),
		WITH_STORES(test_bad_json_lines),
		WITH_STORES(test_schema_of_a_full_store),
		cmocka_unit_test(test_there_and_back),
		WITH_STORES(test_recovery_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
