/* SPDX-License-Identifier: BSD-3-Clause */
/* The operator's choice of a mode, as it stands in the store, and the report. */
#include "ctl_fixture.h"
#include "smsotpd/modes.h"
#include "smsotpd/seen.h"
#include "smsotpd/state_row.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct moment now;

static void clock_now(const struct clock *clock, struct moment *ret_now)
{
	(void)clock;
	*ret_now = now;
}

static int make(void **state)
{
	int failure = fixture_make(state);
	struct fixture *fixture = *state;

	now = (struct moment){1000000, INT64_C(1800000000000)};
	fixture->clock.now = clock_now;
	return failure;
}

/* What a restart of the daemon would begin with. */
static struct override stored(struct fixture *fixture, const char *service)
{
	struct modes modes;
	size_t spoilt = 0;

	assert_int_equal(
		modes_load(fixture->context.state, fixture->config, &modes, &spoilt), RESULT_OK);
	assert_int_equal(spoilt, 0);
	return modes_find(&modes, service);
}

static void test_a_choice_is_stored(void **state)
{
	struct fixture *fixture = *state;
	MDB_txn *txn = NULL;
	size_t rows = 9;

	assert_int_equal(stored(fixture, "sshd").choice, CHOICE_CONFIG);
	expect_ok(run(fixture,
		"{\"verb\": \"mode.set\", \"service\": \"sudo-i\", \"mode\": \"warn\"}", -1));
	assert_int_equal(stored(fixture, "sudo").choice, CHOICE_WARN);
	assert_int_equal(stored(fixture, "sshd").choice, CHOICE_CONFIG);
	expect_ok(run(fixture,
		"{\"verb\": \"mode.set\", \"service\": \"sudo\", \"mode\": \"config\"}", -1));
	assert_int_equal(stored(fixture, "sudo").choice, CHOICE_CONFIG);
	/* And no row is left of it. */
	assert_int_equal(state_begin(fixture->context.state, false, &txn), RESULT_OK);
	assert_int_equal(
		state_rows_count(fixture->context.state, txn, STATE_MODES, &rows), RESULT_OK);
	store_abort(&txn);
	assert_int_equal(rows, 0);
	json_t *reply = run(fixture, "{\"verb\": \"mode\", \"service\": \"sudo\"}", -1);
	const json_t *services = json_object_get(reply, "services");
	assert_int_equal(json_array_size(services), 1);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(services, 0), "service")), "sudo");
	json_decref(reply);
}

static void test_what_is_refused(void **state)
{
	static const struct {
		const char *request;
		const char *words;
	} rows[] = {
		{"{\"verb\": \"mode.set\", \"service\": \"vsftpd\", \"mode\": \"warn\"}",
			"no section speaks of vsftpd"},
		{"{\"verb\": \"mode.set\", \"service\": \"sshd\", \"mode\": \"off\"}",
			"no such word"},
		{"{\"verb\": \"mode.set\", \"service\": \"sshd\"}", "has no mode"},
		{"{\"verb\": \"mode.set\", \"service\": \"sshd\", \"mode\": \"warn\", "
		 "\"confirm\": 59}",
			"out of range"},
		{"{\"verb\": \"mode.set\", \"service\": \"sshd\", \"mode\": \"warn\", "
		 "\"confirm\": 86401}",
			"out of range"},
		{"{\"verb\": \"mode.set\", \"service\": \"sshd\", \"mode\": \"warn\", "
		 "\"confirm\": -600}",
			"out of range"},
		{"{\"verb\": \"mode.confirm\", \"service\": \"sshd\", \"proven\": true}",
			"no mode waits"},
		{"{\"verb\": \"mode.fall\", \"service\": \"sshd\"}", "no mode's time is over"},
		{"{\"verb\": \"mode\", \"service\": \"vsftpd\"}", "no section speaks of vsftpd"},
		{"{\"verb\": \"mode\", \"service\": 7}", "has no service"},
		{"{\"verb\": \"report\", \"service\": \"vsftpd\"}", "no section speaks of"},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		expect_error(run(*state, rows[i].request, -1), rows[i].words);
	assert_int_equal(stored(*state, "sshd").choice, CHOICE_CONFIG);
}

static void set_within(struct fixture *fixture, const char *mode, unsigned int confirm)
{
	char request[128];

	snprintf(request, sizeof(request),
		"{\"verb\": \"mode.set\", \"service\": \"sshd\", \"mode\": \"%s\", \"confirm\": "
		"%u}",
		mode, confirm);
	expect_ok(run(fixture, request, -1));
}

static void set_pending(struct fixture *fixture, const char *mode)
{
	set_within(fixture, mode, 600);
}

/* A minute to a day; what is beyond is refused above. */
static void test_the_shortest_and_the_longest_time(void **state)
{
	static const unsigned int times[] = {60, 86400};

	for (size_t i = 0; i < COUNT(times); i++) {
		set_within(*state, "warn", times[i]);
		assert_int_equal(stored(*state, "sshd").confirm, times[i]);
	}
}

static void test_confirming_wants_a_proof_in_time(void **state)
{
	static const char confirm[] = "{\"verb\": \"mode.confirm\", \"service\": \"sshd\"}";
	static const char proven[] =
		"{\"verb\": \"mode.confirm\", \"service\": \"sshd\", \"proven\": true}";
	struct fixture *fixture = *state;

	set_pending(fixture, "warn");
	expect_error(run(fixture, confirm, -1), "nobody has signed in by the new mode");
	now.realtime += 600000;
	expect_error(run(fixture, proven, -1), "time to confirm is over");
	set_pending(fixture, "observe");
	expect_ok(run(fixture, proven, -1));
	assert_int_equal(stored(fixture, "sshd").choice, CHOICE_OBSERVE);
	assert_int_equal(stored(fixture, "sshd").confirm, 0);
	expect_error(run(fixture, proven, -1), "no mode waits");
}

/* Until the main thread comes to it the row stands in the store as it was chosen. */
static void test_a_choice_whose_time_is_over_is_shown_as_fallen(void **state)
{
	struct fixture *fixture = *state;

	for (int over = 0; over < 2; over++) {
		now.boottime = now.realtime = over * 600000;
		if (!over)
			set_pending(fixture, "warn");
		json_t *reply = run(fixture, "{\"verb\": \"mode\", \"service\": \"sshd\"}", -1);
		const json_t *shown = json_array_get(json_object_get(reply, "services"), 0);
		assert_string_equal(json_string_value(json_object_get(shown, "mode")),
			over ? "enforce" : "warn");
		assert_string_equal(json_string_value(json_object_get(shown, "chosen")),
			over ? "config" : "warn");
		assert_int_equal(
			json_integer_value(json_object_get(shown, "seconds")), over ? 0 : 600);
		json_decref(reply);
		assert_int_equal(stored(fixture, "sshd").choice, CHOICE_WARN);
	}
}

/* Two changes that nobody confirmed fall back to what stood before both. */
static void test_what_is_not_confirmed_is_nothing_to_fall_to(void **state)
{
	struct fixture *fixture = *state;

	expect_ok(run(fixture,
		"{\"verb\": \"mode.set\", \"service\": \"sshd\", \"mode\": \"observe\"}", -1));
	set_pending(fixture, "warn");
	set_pending(fixture, "enforce");
	assert_int_equal(stored(fixture, "sshd").choice, CHOICE_ENFORCE);
	assert_int_equal(stored(fixture, "sshd").before, CHOICE_OBSERVE);
	now.boottime += 600000;
	now.realtime += 600000;
	expect_ok(run(fixture, "{\"verb\": \"mode.fall\", \"service\": \"sshd\"}", -1));
	assert_int_equal(stored(fixture, "sshd").choice, CHOICE_OBSERVE);
	assert_int_equal(stored(fixture, "sshd").confirm, 0);
}

/* A row that cannot be read leaves all to the config, and is replaced by the next choice. */
static void test_a_spoilt_row(void **state)
{
	struct fixture *fixture = *state;
	struct modes modes;
	size_t spoilt = 0;
	MDB_txn *txn = NULL;

	assert_int_equal(state_begin(fixture->context.state, true, &txn), RESULT_OK);
	assert_int_equal(state_row_save(fixture->context.state, txn, STATE_MODES,
				 (struct row_bytes){"sshd", 4}, (struct row_bytes){"?", 1}),
		RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
	assert_int_equal(
		modes_load(fixture->context.state, fixture->config, &modes, &spoilt), RESULT_OK);
	assert_int_equal(spoilt, 1);
	assert_int_equal(modes_find(&modes, "sshd").choice, CHOICE_CONFIG);
	set_pending(fixture, "warn");
	assert_int_equal(stored(fixture, "sshd").choice, CHOICE_WARN);
}

/* What was not known when the others were read is added to them; they stay as they are. A choice
 * that nobody confirmed comes back as what it fell to, though the store may not know yet. */
static void test_a_section_that_comes_back(void **state)
{
	struct fixture *fixture = *state;
	const struct config_service *sshd = config_service_find(fixture->config, "sshd");
	const struct login login = {.service = sshd, .mode = MODE_ENFORCE};
	const struct override enforce = {.choice = CHOICE_ENFORCE, .confirm = 600};
	const struct override late = {.choice = CHOICE_ENFORCE,
		.before = CHOICE_WARN,
		.confirm = 60,
		.since = {now.boottime - 60000, now.realtime - 60000}};
	struct modes modes = {.row = {{.service = ""}}};
	struct modes loaded;
	size_t spoilt = 0;

	expect_ok(run(fixture,
		"{\"verb\": \"mode.set\", \"service\": \"sshd\", \"mode\": \"warn\"}", -1));
	expect_ok(run(fixture,
		"{\"verb\": \"mode.set\", \"service\": \"sudo\", \"mode\": \"observe\"}", -1));
	assert_true(modes_put(&modes, "sshd", &enforce));
	modes_granted(&modes, &login, &fixture->clock, 0);
	assert_int_equal(
		modes_load(fixture->context.state, fixture->config, &loaded, &spoilt), RESULT_OK);
	assert_true(modes_put(&loaded, "su", &late));
	modes_join(&modes, &loaded, &fixture->clock);
	assert_int_equal(modes_find(&modes, "sshd").choice, CHOICE_ENFORCE);
	assert_true(modes_proven(&modes, "sshd"));
	assert_int_equal(modes_find(&modes, "sudo").choice, CHOICE_OBSERVE);
	assert_int_equal(modes_find(&modes, "su").choice, CHOICE_WARN);
	assert_int_equal(modes_find(&modes, "login").choice, CHOICE_CONFIG);
}

static const char *set_identity(const char *name, const char *traits)
{
	static char request[256];

	snprintf(request, sizeof(request),
		"{\"verb\": \"identity.set\", \"name\": \"%s\", \"set\": {%s}}", name, traits);
	return request;
}

static void see(struct fixture *fixture, const char *service, const char *name, int64_t after)
{
	struct seen seen = {.realtime = now.realtime + after};
	MDB_txn *txn = NULL;

	strcpy(seen.service, service);
	strcpy(seen.name, name);
	assert_int_equal(state_begin(fixture->context.state, true, &txn), RESULT_OK);
	assert_int_equal(seen_save(fixture->context.state, txn, &keys, &seen), RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
}

/* "name: why; " of a list of the first service. */
static void tell(struct fixture *fixture, const char *service, char *told, size_t size)
{
	char request[96];
	json_t *entry;
	size_t i, length = 0;

	snprintf(request, sizeof(request), "{\"verb\": \"report\", \"service\": \"%s\"}", service);
	json_t *reply = run(fixture, request, -1);
	const json_t *first = json_array_get(json_object_get(reply, "services"), 0);
	assert_non_null(first);
	length += (size_t)snprintf(
		told, size, "%d ready; ", (int)json_integer_value(json_object_get(first, "ready")));
	json_array_foreach(json_object_get(first, "lacking"), i, entry)
	{
		length += (size_t)snprintf(told + length, size - length, "%s: %s; ",
			json_string_value(json_object_get(entry, "name")),
			json_string_value(json_object_get(entry, "why")));
	}
	json_array_foreach(json_object_get(first, "no_identity"), i, entry)
	{
		length += (size_t)snprintf(told + length, size - length, "%s!; ",
			json_string_value(json_object_get(entry, "name")));
	}
	json_decref(reply);
}

static void test_the_report_names_who_would_be_out(void **state)
{
	struct fixture *fixture = *state;
	struct config_gateway *gateway = &fixture->config->gateway;
	char told[512];

	gateway->stub = false;
	expect_ok(run(fixture, set_identity("abroad", "\"phone\": \"+12025550101\""), -1));
	expect_ok(run(fixture, set_identity("bare", ""), -1));
	expect_ok(run(fixture, set_identity("home", "\"phone\": \"+919999900001\""), -1));
	expect_ok(run(fixture, set_identity("root", "\"phone\": \"+12025550102\""), -1));
	see(fixture, "sshd", "stranger", 0);
	see(fixture, "sshd", "home", 0); /* has an identity by now */
	see(fixture, "login", "elsewhere", 0);
	tell(fixture, "sshd", told, sizeof(told));
	assert_string_equal(told,
		"1 ready; bare: no phone; home: no text goes to +91 without [gateway] entity_id "
		"and template_id; root: root is not let in at this service; stranger!; ");
	strcpy(gateway->entity_id, "1");
	strcpy(gateway->template_id, "1");
	tell(fixture, "sudo", told, sizeof(told));
	assert_string_equal(told, "3 ready; bare: no phone; ");
	tell(fixture, "su", told, sizeof(told));
	assert_non_null(strstr(told, "home: no uid"));
}

/* Who called su was written down by his uid. */
static void test_the_report_finds_a_caller_by_his_uid(void **state)
{
	struct fixture *fixture = *state;
	char told[512];

	expect_ok(run(fixture,
		set_identity("home", "\"phone\": \"+919999900001\", \"uid\": \"1001\""), -1));
	see(fixture, "su", "uid 1000", 0);
	see(fixture, "su", "uid 1001", 0);
	tell(fixture, "su", told, sizeof(told));
	assert_string_equal(told, "1 ready; uid 1000!; ");
}

/* However many accounts there are, the rows are no more, and the newest stay. */
static void test_what_is_seen_does_not_grow(void **state)
{
	struct fixture *fixture = *state;
	MDB_txn *txn = NULL;
	char name[32];
	size_t count = 0;

	assert_int_equal(state_begin(fixture->context.state, true, &txn), RESULT_OK);
	for (int i = 0; i < SEEN_MAX + 3; i++) {
		struct seen seen = {.realtime = now.realtime + i, .service = "sshd"};
		snprintf(seen.name, sizeof(seen.name), "account%d", i);
		assert_int_equal(seen_save(fixture->context.state, txn, &keys, &seen), RESULT_OK);
	}
	assert_int_equal(
		state_rows_count(fixture->context.state, txn, STATE_SEEN, &count), RESULT_OK);
	assert_int_equal(count, SEEN_MAX);
	assert_int_equal(store_commit(&txn), RESULT_OK);
	char told[64 * SEEN_MAX];
	tell(fixture, "sshd", told, sizeof(told));
	for (int i = 0; i < 6; i++) {
		snprintf(name, sizeof(name), " account%d!", i);
		assert_int_equal(strstr(told, name) != NULL, i >= 3);
	}
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, make, fixture_remove)
	const struct CMUnitTest tests[] = {
		row(test_a_choice_is_stored),
		row(test_what_is_refused),
		row(test_the_shortest_and_the_longest_time),
		row(test_confirming_wants_a_proof_in_time),
		row(test_what_is_not_confirmed_is_nothing_to_fall_to),
		row(test_a_choice_whose_time_is_over_is_shown_as_fallen),
		row(test_a_spoilt_row),
		row(test_a_section_that_comes_back),
		row(test_the_report_names_who_would_be_out),
		row(test_the_report_finds_a_caller_by_his_uid),
		row(test_what_is_seen_does_not_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
