/* SPDX-License-Identifier: BSD-3-Clause */
/* What the verbs show and change, and the sentence for what is asked wrongly. */
#include "ctl_fixture.h"

/* alice is locked from one place, and failed once from another. */
static void lock_alice(struct fixture *fixture)
{
	struct state *state = fixture->context.state;
	struct record record = {0};
	struct moment now;
	uint8_t id[HASH_SIZE];
	MDB_txn *txn = NULL;

	expect_ok(run(fixture,
		"{\"verb\": \"identity.set\", \"name\": \"alice\", \"set\": {\"uid\": \"7\"}}",
		-1));
	fixture->clock.now(&fixture->clock, &now);
	memcpy(record.boot, fixture->clock.boot, sizeof(record.boot));
	strcpy(record.source[2].label, "192.0.2.1");
	strcpy(record.source[5].label, "tty\x1b[2J");
	for (uint32_t i = 0; i < fixture->config->lockout.failures; i++)
		lockout_charge(&record.source[2].lockout, &fixture->config->lockout, now.boottime);
	lockout_charge(&record.source[5].lockout, &fixture->config->lockout, now.boottime);
	state_id(state, "alice", true, id);
	assert_int_equal(state_begin(state, true, &txn), RESULT_OK);
	assert_int_equal(state_save(state, txn, id, &record), RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
}

static void test_list(void **state)
{
	struct fixture *fixture = *state;

	lock_alice(fixture);
	json_t *reply = run(fixture, "{\"verb\": \"lock.list\"}", -1);
	json_t *locks = json_object_get(reply, "locks");
	assert_int_equal(json_array_size(locks), 2);
	json_t *lock = json_array_get(locks, 0);
	assert_string_equal(json_string_value(json_object_get(lock, "name")), "alice");
	assert_string_equal(json_string_value(json_object_get(lock, "source")), "192.0.2.1");
	assert_int_equal(json_integer_value(json_object_get(lock, "failures")),
		fixture->config->lockout.failures);
	assert_in_range(json_integer_value(json_object_get(lock, "seconds")), 1,
		fixture->config->lockout.wait);
	lock = json_array_get(locks, 1);
	assert_string_equal(json_string_value(json_object_get(lock, "source")), "tty\\x1b[2J");
	assert_int_equal(json_integer_value(json_object_get(lock, "failures")), 1);
	assert_int_equal(json_integer_value(json_object_get(lock, "seconds")), 0);
	json_decref(reply);
}

/* What the ledger needs of one beside his name goes on to the main thread. */
static void test_clear(void **state)
{
	static const struct {
		const char *request, *reply;
	} rows[] = {
		{"{\"verb\": \"lock.clear\", \"name\": \"alice\"}",
			"{\"cleared\":2,\"ok\":true,\"uid\":7}"},
		{"{\"verb\": \"lock.clear\", \"all\": true}", "{\"cleared\":2,\"ok\":true}"},
		{"{\"verb\": \"lock.clear\", \"name\": \"nobody\"}",
			"{\"cleared\":0,\"ok\":true,\"unknown\":true}"},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (i < 2)
			lock_alice(fixture);
		json_t *reply = run(fixture, rows[i].request, -1);
		char *text = json_dumps(reply, JSON_COMPACT | JSON_SORT_KEYS);
		assert_string_equal(text, rows[i].reply);
		free(text);
		json_decref(reply);
		reply = run(fixture, "{\"verb\": \"lock.list\"}", -1);
		assert_int_equal(json_array_size(json_object_get(reply, "locks")), 0);
		json_decref(reply);
	}
}

/* Whoever sets it again is told that it was so; a phone is the same in any spelling. */
static void test_set_again(void **state)
{
	static const struct {
		const char *set;
		bool created, changed;
	} rows[] = {
		{"{\"phone\": \"+91 99999 00001\", \"uid\": \"7\"}", true, true},
		{"{\"phone\": \"099999 00001\", \"uid\": \"7\"}", false, false},
		{"{\"suspended\": \"no\"}", false, false},
		{"{\"uid\": \"8\"}", false, true},
		{"{\"suspended\": \"yes\"}", false, true},
		{"{\"suspended\": \"yes\"}", false, false},
		{"{\"phone\": \"\"}", false, true},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char request[160];
		snprintf(request, sizeof(request),
			"{\"verb\": \"identity.set\", \"name\": \"alice\", \"set\": %s}",
			rows[i].set);
		json_t *reply = run(fixture, request, -1);
		assert_int_equal(json_is_true(json_object_get(reply, "created")), rows[i].created);
		assert_int_equal(json_is_true(json_object_get(reply, "changed")), rows[i].changed);
		expect_ok(reply);
	}
}

static void test_wrong_requests(void **state)
{
	static const struct {
		const char *request, *words;
	} rows[] = {
		{"{}", "the request has no verb"},
		{"{\"verb\": 7}", "the request has no verb"},
		{"{\"verb\": \"frob\"}", "does not know this verb"},
		{"{\"verb\": \"lock.clear\"}", "the request has no name"},
		{"{\"verb\": \"identity.show\"}", "the request has no name"},
		{"{\"verb\": \"identity.suspend\"}", "the request has no name"},
		{"{\"verb\": \"identity.resume\", \"name\": 7}", "the request has no name"},
		{"{\"verb\": \"identity.show\", \"name\": \"\\u001b\"}", "no identity \\x1b"},
		{"{\"verb\": \"identity.set\", \"name\": \"a\", \"set\": {\"uid\": 7}}",
			"uid is no string"},
		{"{\"verb\": \"schema.set\"}", "a schema is a list"},
		{"{\"verb\": \"schema.set\", \"traits\": [7]}", "a name and a type"},
		{"{\"verb\": \"schema.set\", \"traits\": [{\"name\": \"a\", \"type\": \"b\"}]}",
			"no known type"},
		{"{\"verb\": \"send-test\", \"name\": \"alice\"}", "there is no identity alice"},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_error(run(fixture, rows[i].request, -1), rows[i].words);
}

/* Where no schema has a phone, whoever looks is told why nobody can sign in. */
static void test_no_phone_trait_is_named(void **state)
{
	static const char *const verbs[] = {"schema.show", "status"};
	struct fixture *fixture = *state;
	char request[64];

	expect_ok(run(fixture, "{\"verb\": \"schema.set\", \"traits\": []}", -1));
	for (size_t i = 0; i < 2; i++) {
		snprintf(request, sizeof(request), "{\"verb\": \"%s\"}", verbs[i]);
		json_t *reply = run(fixture, request, -1);
		json_t *warning = json_array_get(json_object_get(reply, "warnings"), 0);
		assert_non_null(strstr(json_string_value(warning), "no trait of type phone"));
		json_decref(reply);
	}
}

/* Whoever types a phone for a name is found where phones identify, and nowhere else. */
static void test_a_phone_that_identifies_nobody_is_named(void **state)
{
	struct fixture *fixture = *state;

	fixture->config->service[0].identify = IDENTIFY_PHONE;
	for (int identifies = 0; identifies < 2; identifies++) {
		json_t *reply = run(fixture, "{\"verb\": \"schema.show\"}", -1);
		const json_t *warnings = json_object_get(reply, "warnings");
		const char *said = json_string_value(json_array_get(warnings, 0));
		assert_int_equal(json_array_size(warnings), identifies ? 0 : 1);
		if (!identifies)
			assert_non_null(strstr(said, "[service sshd] has identify = phone, but no "
						     "phone is an identifier"));
		json_decref(reply);
		expect_ok(run(fixture,
			"{\"verb\": \"schema.set\", \"traits\": [{\"name\": \"note\", \"type\": "
			"\"string\"}, {\"name\": \"phone\", \"type\": \"phone\", "
			"\"identifier\": true}]}",
			-1));
	}
}

static void test_a_phone_where_no_text_may_go_is_not_stored(void **state)
{
	static const char set[] =
		"{\"verb\": \"identity.set\", \"name\": \"%s\", \"set\": {\"phone\": \"%s\"}}";
	struct fixture *fixture = *state;
	char request[128];

	snprintf(request, sizeof(request), set, "short", "+91 99999 000");
	expect_error(run(fixture, request, -1), "short would get no texts: the gateway would take");
	strcpy(fixture->config->gateway.allow_prefixes[0], "+91");
	snprintf(request, sizeof(request), set, "abroad", "+1 202 555 0100");
	json_t *refused = run(fixture, request, -1);
	assert_false(json_is_true(json_object_get(refused, "ok")));
	assert_non_null(
		strstr(json_string_value(json_object_get(refused, "error")), "allow_prefixes"));
	json_decref(refused);
	json_t *show = run(fixture, "{\"verb\": \"identity.show\", \"name\": \"abroad\"}", -1);
	assert_false(json_is_true(json_object_get(show, "ok")));
	json_decref(show);
	snprintf(request, sizeof(request), set, "home", "99999 00001");
	json_t *taken = run(fixture, request, -1);
	assert_true(json_is_true(json_object_get(taken, "ok")));
	json_decref(taken);
}

static void test_masked(void **state)
{
	struct fixture *fixture = *state;

	expect_ok(run(fixture,
		"{\"verb\": \"schema.set\", \"traits\": [{\"name\": \"phone\", \"type\": "
		"\"phone\"}, {\"name\": \"mail\", \"type\": \"email\"}]}",
		-1));
	expect_ok(run(fixture,
		"{\"verb\": \"identity.set\", \"name\": \"alice\", \"set\": {\"phone\": "
		"\"99999 00001\", \"mail\": \"alice@example.org\"}}",
		-1));
	json_t *reply = run(fixture, "{\"verb\": \"identity.list\"}", -1);
	char *text = json_dumps(reply, JSON_COMPACT);
	assert_null(strstr(text, "9999900001"));
	assert_non_null(strstr(text, "+91xxxxxxxx01"));
	assert_non_null(strstr(text, "axxx@example.org"));
	free(text);
	json_decref(reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORES(test_list),
		WITH_STORES(test_clear),
		WITH_STORES(test_wrong_requests),
		WITH_STORES(test_no_phone_trait_is_named),
		WITH_STORES(test_a_phone_that_identifies_nobody_is_named),
		WITH_STORES(test_a_phone_where_no_text_may_go_is_not_stored),
		WITH_STORES(test_masked),
		WITH_STORES(test_set_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
