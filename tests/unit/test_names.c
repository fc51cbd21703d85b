/* SPDX-License-Identifier: BSD-3-Clause */
/* A name with a backslash, as winbind has them, goes from verb to verb as it is typed. */
#include "ctl_fixture.h"
#include "smsotpctl/filter.h"
#include "smsotpctl/places.h"
#include "smsotpd/seen.h"
#include "test.h"

#define NAME    "CORP\\alice"
#define WRITTEN "CORP\\x5calice" /* by the trail */

/* Stands in main.c, which has the program's main. */
enum tool_exit tool_fail(enum tool_exit code, const char *format, ...)
{
	(void)format;
	return code;
}

static void test_filter(void **state)
{
	static const struct {
		const char *user;
		bool taken;
	} rows[] = {{NAME, true}, {WRITTEN, true}, {"alice", false}, {"CORP", false},
		{"CORPalice", false}, {"CORP\\alic", false}, {"CORP\\alice2", false}};
	json_t *event = json_pack("{s:s}", "user", WRITTEN);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct filter filter = {.user = rows[i].user};
		HOLDS(rows[i].user, filter_takes(&filter, event) == rows[i].taken);
	}
	json_decref(event);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void test_places(void **state)
{
	char directory[] = "/tmp/smsotp-names-XXXXXX", config[64], trail[64], text[128];
	json_t *places = json_pack("[{s:s}]", "place", "0a1b2c3d");

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(config, sizeof(config), "%s/smsotp.conf", directory);
	snprintf(trail, sizeof(trail), "%s/events.jsonl", directory);
	snprintf(text, sizeof(text), "[paths]\nlog = %s\n", directory);
	write_file(config, text);
	write_file(trail, "{\"user\": \"CORP\\\\x5calice\", \"place\": \"0a1b2c3d\", "
			  "\"source\": \"192.0.2.7\"}\n");
	places_name(&(struct tool){.config = config}, NAME, places);
	const char *source =
		json_string_value(json_object_get(json_array_get(places, 0), "source"));
	assert_non_null(source);
	assert_string_equal(source, "192.0.2.7");
	json_decref(places);
	assert_int_equal(unlink(config) | unlink(trail) | rmdir(directory), 0);
}

static void see(struct fixture *fixture, const char *service, const char *name)
{
	struct seen seen = {.realtime = 1};
	MDB_txn *txn = NULL;

	snprintf(seen.service, sizeof(seen.service), "%s", service);
	snprintf(seen.name, sizeof(seen.name), "%s", name);
	assert_int_equal(state_begin(fixture->context.state, true, &txn), RESULT_OK);
	assert_int_equal(seen_save(fixture->context.state, txn, &keys, &seen), RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
}

static bool lists(const json_t *reply, const char *list, const char *name)
{
	const json_t *service = json_array_get(json_object_get(reply, "services"), 0);
	bool found = false;
	json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(service, list), i, entry)
	{
		const char *listed = json_string_value(json_object_get(entry, "name"));
		found = found || strcmp(listed, name) == 0;
	}
	return found;
}

/* Where it is no UTF-8, which no identity's name can be, it stands escaped. */
static void test_report(void **state)
{
	struct fixture *fixture = *state;
	struct config_service *service = &fixture->config->service[0];

	fixture->config->services = 1;
	*service = (struct config_service){.name = "sshd", .enabled = true, .percent = 100};
	expect_ok(run(fixture,
		"{\"verb\": \"identity.set\", \"name\": \"CORP\\\\alice\", \"set\": {}}", -1));
	see(fixture, "sshd", "CORP\\bob");
	see(fixture, "sshd",
		"b\xf6"
		"b");
	json_t *reply = run(fixture, "{\"verb\": \"report\"}", -1);
	assert_true(lists(reply, "lacking", NAME));
	assert_true(lists(reply, "no_identity", "CORP\\bob"));
	assert_true(lists(reply, "no_identity",
		"b\\xf6"
		"b"));
	expect_ok(reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_places),
		WITH_STORES(test_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
