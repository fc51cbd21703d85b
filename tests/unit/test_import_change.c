/* SPDX-License-Identifier: BSD-3-Clause */
/* What an import changes and leaves: the same again, the rest that goes, some names, too much. */
#include "import_fixture.h"

/* The number of the last commit to a store. */
static size_t commits(struct fixture *fixture, bool identity)
{
	MDB_txn *txn = NULL;

	assert_int_equal(identity ? identities_begin(fixture->context.identities, false, &txn)
				  : state_begin(fixture->context.state, false, &txn),
		RESULT_OK);
	size_t number = mdb_txn_id(txn);
	store_abort(&txn);
	return number;
}

static void test_same_again_writes_nothing(void **state)
{
	struct fixture *fixture = *state;

	begin(fixture);
	size_t identity = commits(fixture, true), other = commits(fixture, false);
	json_t *reply = import_with(fixture, ", \"replace\": true", TEXT(three));
	expect_counts(reply, 0, 0, 0, 3);
	assert_null(json_object_get(reply, "news"));
	expect_ok(reply);
	assert_int_equal(commits(fixture, true), identity);
	assert_int_equal(commits(fixture, false), other);
	reply = import_with(fixture, "", TEXT("name,uid\nalice,9\n"));
	expect_counts(reply, 0, 1, 0, 0);
	assert_non_null(json_object_get(reply, "news"));
	expect_ok(reply);
	assert_int_equal(commits(fixture, true), identity + 1);
}

/* What one row gives up another may take, in whatever order they stand. */
static void test_rows_swap(void **state)
{
	struct fixture *fixture = *state;

	begin(fixture);
	json_t *reply = import_with(fixture, "", TEXT("name,uid\nalice,2\nbob,3\ncarol,1\n"));
	expect_counts(reply, 0, 3, 0, 0);
	expect_ok(reply);
	expect_fault(import_with(fixture, "", TEXT("name,uid\nalice,3\n")), 2,
		"bob and alice would have the same uid");
	reply = import_with(fixture, "", TEXT("name,uid\ndave,2\nalice,\n"));
	expect_counts(reply, 1, 1, 0, 0);
	expect_ok(reply);
}

static void test_replace(void **state)
{
	struct fixture *fixture = *state;

	begin(fixture);
	expect_error(import_with(fixture, ", \"replace\": true", TEXT("name,uid\n")),
		"would remove all others");
	json_t *reply = import_with(fixture, ", \"replace\": true, \"max_change\": 100",
		TEXT("name,uid\nbob,1\ndave,3\n"));
	expect_counts(reply, 1, 1, 2, 0);
	expect_ok(reply);
	expect_list(fixture, "[{\"name\":\"bob\",\"uid\":1,\"suspended\":false,"
			     "\"traits\":{\"phone\":\"+919999900002\"}},"
			     "{\"name\":\"dave\",\"uid\":3,\"suspended\":false,\"traits\":{}}]");
	/* All at once: the emptied tables are filled anew. */
	reply = import_with(fixture, ", \"replace\": true, \"max_change\": 100",
		TEXT("name,uid\nzoe,1\nyan,3\n"));
	expect_counts(reply, 2, 0, 2, 0);
	expect_ok(reply);
	expect_ok(run(fixture, "{\"verb\": \"identity.remove\", \"name\": \"zoe\"}", -1));
	expect_ok(import_with(fixture, "", TEXT("name,uid\nann,1\n")));
	expect_list(fixture, "[{\"name\":\"ann\",\"uid\":1,\"suspended\":false,\"traits\":{}},"
			     "{\"name\":\"yan\",\"uid\":3,\"suspended\":false,\"traits\":{}}]");
}

/* Of a last line without its end nobody knows how it went on; JSON lines end by themselves. */
static void test_replace_by_a_cut_file(void **state)
{
	static const char json[] = "{\"name\": \"alice\", \"uid\": 1}\n{\"name\": \"bob\", "
				   "\"uid\": 2}\n{\"name\": \"carol\", \"uid\": 3}";
	static const char cut[] = ", \"replace\": true";
	struct fixture *fixture = *state;

	begin(fixture);
	expect_error(import_with(fixture, cut, three, sizeof(three) - 2), "no newline");
	expect_error(import_with(fixture, ", \"replace\": true, \"dry_run\": true", three,
			     sizeof(three) - 3),
		"no newline");
	json_t *reply = import_with(fixture, cut, TEXT(json));
	expect_counts(reply, 0, 0, 0, 3);
	expect_ok(reply);
	reply = import_with(fixture, "", three, sizeof(three) - 2);
	expect_counts(reply, 0, 0, 0, 3);
	expect_ok(reply);
}

/* A percentage of those in the store; what comes new does not count. */
static void test_max_change(void **state)
{
	static const struct {
		const char *options;
		const char *text;
		bool refused;
	} rows[] = {
		{", \"max_change\": 0", "name,uid\nalice,9\n", true},
		{", \"max_change\": 33", "name,uid\nalice,9\n", true},
		{", \"max_change\": 34", "name,uid\nalice,9\n", false},
		{", \"max_change\": 0", "name,uid\nalice,9\nx,10\ny,11\n", false},
		{", \"replace\": true", "name\nalice\nbob\ncarol\nx\n", true},
		{", \"replace\": true", "name\nalice\nbob\ncarol\nx\ny\n", false},
		{", \"max_change\": 20", "name,uid\nalice,8\n", false},
		{", \"max_change\": 19", "name,uid\nalice,7\n", true},
		{", \"max_change\": 101", "name\n", true},
	};
	struct fixture *fixture = *state;

	begin(fixture);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t before = commits(fixture, true);
		json_t *reply =
			import_with(fixture, rows[i].options, rows[i].text, strlen(rows[i].text));
		bool ok = json_is_true(json_object_get(reply, "ok"));
		if (ok == rows[i].refused)
			fail_msg("row %zu is %d", i, ok);
		if (rows[i].refused)
			assert_int_equal(commits(fixture, true), before);
		json_decref(reply);
	}
	json_t *reply = import_with(fixture, ", \"replace\": true", TEXT("name\nalice\n"));
	assert_int_equal(json_integer_value(json_object_get(reply, "exit")), 4);
	expect_counts(reply, 0, 0, 4, 1);
	expect_error(reply, "4 of 5 identities would change or go");
}

static void test_only(void **state)
{
	static const char text[] = "name,uid\nalice,11\nbob,nonsense\ndave,14\n";
	char both[sizeof(text) + 32], options[64];
	struct fixture *fixture = *state;

	begin(fixture);
	snprintf(both, sizeof(both), "%s%s", text, "alice\n\n dave \r\ncarol\nerin");
	snprintf(options, sizeof(options), ", \"names_at\": %zu", sizeof(text) - 1);
	json_t *reply = import_with(fixture, options, both, strlen(both));
	expect_counts(reply, 1, 1, 0, 0);
	char *missing = json_dumps(json_object_get(reply, "missing"), JSON_COMPACT);
	assert_string_equal(missing, "[\"carol\",\"erin\"]");
	free(missing);
	expect_ok(reply);
	/* With replace, of the named ones alone those go that the file does not have. */
	strcat(options, ", \"replace\": true, \"max_change\": 25");
	reply = import_with(fixture, options, both, strlen(both));
	expect_counts(reply, 0, 0, 1, 2);
	expect_ok(reply);
	reply = run(fixture, "{\"verb\": \"identity.show\", \"name\": \"bob\"}", -1);
	expect_ok(reply);
	reply = run(fixture, "{\"verb\": \"identity.show\", \"name\": \"carol\"}", -1);
	expect_error(reply, "there is no identity carol");
	snprintf(both, sizeof(both), "%s%s", text, "\n \n");
	expect_error(import_with(fixture, options, both, strlen(both)), "no name to take");
	snprintf(both, sizeof(both), "%s%s", text, "alice\n+91 99999 00001\n");
	expect_error(import_with(fixture, options, both, strlen(both)), "line 2 of the names");
}

static void test_dry_run(void **state)
{
	static const char text[] = "name,uid,phone\nalice,1,+91 99999 00001\n"
				   "bob,7,+91 99999 00004\ndave,4,+91 99999 00005\n";
	struct fixture *fixture = *state;

	begin(fixture);
	size_t before = commits(fixture, true);
	json_t *reply = import_with(
		fixture, ", \"dry_run\": true, \"replace\": true, \"max_change\": 100", TEXT(text));
	expect_counts(reply, 1, 1, 1, 1);
	char *said = json_dumps(reply, JSON_COMPACT);
	assert_non_null(strstr(said, "\"add\":[{\"name\":\"dave\"}]"));
	assert_non_null(
		strstr(said, "\"change\":[{\"name\":\"bob\",\"fields\":[\"uid\",\"phone\"]}]"));
	assert_non_null(strstr(said, "\"remove\":[{\"name\":\"carol\"}]"));
	assert_null(strstr(said, "99999"));
	free(said);
	expect_ok(reply);
	assert_int_equal(commits(fixture, true), before);
}

/* Whoever asked and has gone gets nothing done. */
static bool gone(void *context, size_t done, unsigned int permille)
{
	(void)done;
	return permille < *(unsigned int *)context;
}

static void test_asker_goes(void **state)
{
	struct fixture *fixture = *state;
	unsigned int at = 0;
	const struct ctl_progress progress = {.context = &at, .tell = gone};

	begin(fixture);
	size_t before = commits(fixture, true);
	fixture->context.progress = &progress;
	expect_error(import_with(fixture, "", TEXT("name,uid\nalice,9\n")), "has gone");
	assert_int_equal(commits(fixture, true), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORES(test_same_again_writes_nothing),
		WITH_STORES(test_rows_swap),
		WITH_STORES(test_replace),
		WITH_STORES(test_replace_by_a_cut_file),
		WITH_STORES(test_max_change),
		WITH_STORES(test_only),
		WITH_STORES(test_dry_run),
		WITH_STORES(test_asker_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
