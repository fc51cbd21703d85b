/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of a file, and what the import verb makes of them: all or nothing, with line and column. */
#include "import_fixture.h"
#include "smsotpd/csv.h"

static json_t *import(struct fixture *fixture, const char *text, size_t size)
{
	return import_with(fixture, "", text, size);
}

static void test_rows(void **state)
{
	(void)state;
	static const char text[] = "\xef\xbb\xbf"
				   "a,b\r\n\r\n\"x,\"\"y\"\"\",\"two\nlines\"\n,\nlast,one";
	static const struct {
		size_t line, count;
		const char *first, *second;
	} rows[] = {
		{1, 2, "a", "b"},
		{3, 2, "x,\"y\"", "two\nlines"},
		{5, 2, "", ""},
		{6, 2, "last", "one"},
	};
	struct csv csv;
	struct csv_row row;
	struct error error;

	csv_open(&csv, text, sizeof(text) - 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(csv_next(&csv, &row, &error), RESULT_OK);
		assert_int_equal(row.line, rows[i].line);
		assert_int_equal(row.count, rows[i].count);
		assert_string_equal(row.field[0], rows[i].first);
		assert_string_equal(row.field[1], rows[i].second);
	}
	assert_int_equal(csv_next(&csv, &row, &error), RESULT_NOT_FOUND);
}

static void test_the_longest_field(void **state)
{
	(void)state;
	char text[TRAIT_VALUE_MAX + 1];
	struct csv csv;
	struct csv_row row;
	struct error error;

	memset(text, 'x', sizeof(text));
	for (size_t more = 0; more < 2; more++) {
		csv_open(&csv, text, TRAIT_VALUE_MAX + more);
		assert_int_equal(csv_next(&csv, &row, &error), more ? RESULT_INVALID : RESULT_OK);
	}
}

static void test_bad_rows(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t line;
		const char *words;
	} rows[] = {
		{"a\n\"never", 2, "the quote of field 1 is never closed"},
		{"a\n\n\"x\"y", 3, "field 1 goes on after its closing quote"},
		{"a,b\"c", 1, "field 2 has a quote inside"},
		{"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20", 1, "more than 19 fields"},
	};
	struct csv csv;
	struct csv_row row;
	struct error error = {""};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum result result = RESULT_OK;
		csv_open(&csv, rows[i].text, strlen(rows[i].text));
		while (result == RESULT_OK)
			result = csv_next(&csv, &row, &error);
		assert_int_equal(result, RESULT_INVALID);
		assert_int_equal(csv.begin, rows[i].line);
		if (strstr(error.text, rows[i].words) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", error.text, rows[i].words);
	}
}

static void test_import(void **state)
{
	static const char text[] = "suspended,phone,name,uid\n"
				   "no,99999 00001,alice,1000\n"
				   "yes,\"+1 (202) 555-0100\",bob,\n";
	struct fixture *fixture = *state;

	expect_ok(import(fixture, text, sizeof(text) - 1));
	expect_list(fixture, "[{\"name\":\"alice\",\"uid\":1000,\"suspended\":false,"
			     "\"traits\":{\"phone\":\"+919999900001\"}},"
			     "{\"name\":\"bob\",\"uid\":null,\"suspended\":true,"
			     "\"traits\":{\"phone\":\"+12025550100\"}}]");
	/* Columns that the file does not name stay, an empty field goes. */
	expect_ok(import(fixture, "name,phone\nalice,\n", 18));
	expect_list(fixture, "[{\"name\":\"alice\",\"uid\":1000,\"suspended\":false,\"traits\":{}},"
			     "{\"name\":\"bob\",\"uid\":null,\"suspended\":true,"
			     "\"traits\":{\"phone\":\"+12025550100\"}}]");
}

static void test_all_or_nothing(void **state)
{
	static const struct {
		const char *text;
		int line;
		const char *words;
	} rows[] = {
		{"", 1, "the file is empty"},
		{"phone\n", 1, "no column is called name"},
		{"name,name\n", 1, "two columns have one name"},
		{"name,fax\nalice,1\n", 1, "\"fax\" is nothing an identity has"},
		{"+91 99999 00001,alice\n", 1, "field 1 cannot name a column"},
		{"name,phone\nalice,99999 00001\nbob\n", 3, "there are 1 fields"},
		{"name,phone\nalice,99999 00001\nbob,12\n", 3, "phone of bob"},
		{"name,uid\nalice,1\nbob,-1\n", 3, "uid is no user id"},
		{"name,uid\nalice,1\nbob,4294967295\n", 3, "uid is no user id"},
		{"name,uid\nalice,1\nbob,1\n", 3, "alice and bob would have the same uid"},
		{"name,uid\nbob,1\nalice,1\n", 3, "bob and alice would have the same uid"},
		{"name,suspended\nalice,maybe\n", 2, "suspended is neither"},
		{"name,uid\nalice,1\n\nalice,2\n", 4, "alice stands on line 2 already"},
		{"name,uid\nalice,1\nb b,2\n", 3, "\"b b\" cannot name an identity"},
		{"name,phone\nalice,99999 00001\n\"bob", 3, "the quote of field 1"},
		{"name,phone\nalice,\xff\n", 2, "phone of alice"},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		expect_fault(import(fixture, rows[i].text, strlen(rows[i].text)), rows[i].line,
			rows[i].words);
		expect_list(fixture, "[]");
	}
	expect_fault(import(fixture, "name\nal\0ice\n", 12), 2, "NUL");
	expect_list(fixture, "[]");
}

/* As many faults as are shown at once, in the order of lines, whenever they were found. */
static void test_all_faults_at_once(void **state)
{
	static const char text[] = "name,uid\nalice,1\nbob,x\ncarol,1\nd,e,f\ndave\"x,1\nbob,2\n"
				   "erin,2\n";
	static const int lines[] = {3, 4, 5, 6, 8};
	struct fixture *fixture = *state;

	json_t *reply = import(fixture, text, sizeof(text) - 1);
	const json_t *errors = json_object_get(reply, "errors");
	assert_int_equal(json_array_size(errors), 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(
			json_integer_value(json_object_get(json_array_get(errors, i), "line")),
			lines[i]);
	json_decref(reply);
	expect_list(fixture, "[]");
	char many[4096] = "name,uid\n";
	for (int i = 0; i < 100; i++)
		strcat(many, "a,b,c\n");
	reply = import(fixture, many, strlen(many));
	assert_int_equal(json_array_size(json_object_get(reply, "errors")), 20);
	expect_error(reply, "at least 20 faults");
}

/* What is no memfd could keep the committer waiting. */
static void test_bulk_is_a_memfd(void **state)
{
	struct fixture *fixture = *state;
	int ends[2];

	expect_error(run(fixture, "{\"verb\": \"import\"}", -1), "brings no file");
	assert_int_equal(pipe(ends), 0);
	expect_error(run(fixture, "{\"verb\": \"import\"}", ends[0]), "brings no file");
	close(ends[0]);
	close(ends[1]);
}

static void test_many(void **state)
{
	struct fixture *fixture = *state;
	size_t size = 0;
	char *text = NULL;
	FILE *file = open_memstream(&text, &size);

	fputs("name,uid,phone\n", file);
	for (int i = 0; i < 5000; i++)
		fprintf(file, "user%d,%d,+91 99999 000%02d\n", i, i, i % 100);
	fclose(file);
	expect_ok(import(fixture, text, size));
	expect_ok(import(fixture, text, size));
	free(text);
	json_t *reply = run(fixture, "{\"verb\": \"status\"}", -1);
	assert_int_equal(json_integer_value(json_object_get(reply, "identities")), 5000);
	json_decref(reply);
}

/* A new phone voids what the state holds of the user; any other change leaves it. */
static void test_new_phone_forgets(void **state)
{
	struct fixture *fixture = *state;
	struct state *store = fixture->context.state;
	struct record record = {.known = {{.realtime = 1}}};
	uint8_t id[HASH_SIZE];
	MDB_txn *txn = NULL;

	state_id(store, "alice", true, id);
	expect_ok(import(fixture, "name,phone\nalice,99999 00001\n", 29));
	assert_int_equal(state_begin(store, true, &txn), RESULT_OK);
	assert_int_equal(state_save(store, txn, id, &record), RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
	expect_ok(import(fixture, "name,phone,uid\nalice,+91 99999 00001,7\n", 39));
	assert_int_equal(state_begin(store, false, &txn), RESULT_OK);
	assert_int_equal(state_load(store, txn, id, &record), RESULT_OK);
	store_abort(&txn);
	assert_int_equal(record.known[0].realtime, 1);
	expect_ok(import(fixture, "name,phone\nalice,99999 00002\n", 29));
	assert_int_equal(state_begin(store, false, &txn), RESULT_OK);
	assert_int_equal(state_load(store, txn, id, &record), RESULT_OK);
	store_abort(&txn);
	assert_int_equal(record.known[0].realtime, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_the_longest_field),
		cmocka_unit_test(test_bad_rows),
		WITH_STORES(test_import),
		WITH_STORES(test_all_or_nothing),
		WITH_STORES(test_all_faults_at_once),
		WITH_STORES(test_bulk_is_a_memfd),
		WITH_STORES(test_many),
		WITH_STORES(test_new_phone_forgets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
