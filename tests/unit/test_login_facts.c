/* SPDX-License-Identifier: BSD-3-Clause */
/* What an ask says beside where it comes from: shared places, whose uid it is, and the telemetry.
 */
#include "core_fixture.h"
#include "smsotpd/login.h"

#define KEY " ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA"

static struct ask ask_of(const char *service)
{
	return (struct ask){
		.type = FRAME_BEGIN,
		.service = service,
		.user = "demo",
		.tty = "ssh",
		.rhost = "host.example",
		.ruser = "demo",
		.connection = "192.0.2.1 40000 192.0.2.9 22",
		.auth_info = "",
	};
}

/* Whatever stood in it before. */
static struct login login_of(const struct config *config, const struct ask *ask)
{
	struct login login;
	struct keys keys;

	keys_fill(&keys, 1);
	memset(&login, 0xff, sizeof(login));
	assert_int_equal(login_read(config, &keys, ask, &login), RESULT_OK);
	return login;
}

static void test_a_shared_source_is_one_of_the_list(void **state)
{
	static const struct {
		const char *connection;
		bool shared;
	} rows[] = {
		{"192.0.2.1 1 2 3", true},
		{"192.0.2.10 1 2 3", false},
		{"2001:db8:1:2:3:4:5:6 1 2 3", true},
		{"2001:db8:1:3:3:4:5:6 1 2 3", false},
		{"", false},
	};
	struct config *config = *state;
	struct ask ask = ask_of("sshd");

	assert_false(login_of(config, &ask).source.shared);
	strcpy(config->limits.shared_sources[0], "192.0.2.1");
	strcpy(config->limits.shared_sources[1], "2001:db8:1:2::/64");
	for (size_t i = 0; i < COUNT(rows); i++) {
		ask.connection = rows[i].connection;
		assert_int_equal(login_of(config, &ask).source.shared, rows[i].shared);
	}
	for (size_t i = 0; i < CONFIG_LIST; i++)
		snprintf(config->limits.shared_sources[i], LABEL_SIZE, "198.51.100.%zu", i);
	ask.connection = "198.51.100.0 1 2 3";
	assert_true(login_of(config, &ask).source.shared);
	ask.connection = "192.0.2.1 1 2 3";
	assert_false(login_of(config, &ask).source.shared);
	/* A uid is no address, whatever the list says. */
	strcpy(config->limits.shared_sources[0], "uid 1000");
	ask = ask_of("sudo");
	ask.uid = 1000;
	assert_false(login_of(config, &ask).source.shared);
}

static void test_only_sudo_s_own_caller_has_the_account_s_uid(void **state)
{
	static const struct {
		const char *service;
		uint32_t uid;
		const char *ruser;
		bool own;
	} rows[] = {
		{"sudo", 1000, "demo", true},
		{"sudo", 0, "demo", false},
		{"sudo", 1000, "other", false},
		{"sshd", 1000, "demo", false},
		{"su", 1000, "demo", false},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ask ask = ask_of(rows[i].service);
		ask.uid = rows[i].uid;
		ask.ruser = rows[i].ruser;
		assert_int_equal(login_of(*state, &ask).own_uid, rows[i].own);
	}
}

static void test_the_telemetry_is_what_the_application_gave(void **state)
{
	static const struct {
		const char *auth_info;
		const char *factor;
	} rows[] = {
		{"", "none"},
		{"password\n", "password"},
		{"publickey" KEY "\n", "publickey"},
		{"password\npublickey" KEY "\n", "publickey"},
	};
	struct ask ask = ask_of("sshd");

	for (size_t i = 0; i < COUNT(rows); i++) {
		ask.auth_info = rows[i].auth_info;
		struct login login = login_of(*state, &ask);
		assert_string_equal(login.name, "demo");
		assert_string_equal(login.telemetry.tty, ask.tty);
		assert_string_equal(login.telemetry.rhost, ask.rhost);
		assert_string_equal(login.telemetry.ruser, ask.ruser);
		assert_string_equal(login.telemetry.connection, ask.connection);
		assert_string_equal(login.telemetry.factor, rows[i].factor);
	}
}

static void test_a_key_s_label_is_of_its_hash(void **state)
{
	const struct part part = {KEY, strlen(KEY)};
	struct ask ask = ask_of("sshd");
	uint8_t hash[HASH_SIZE];
	char label[LABEL_SIZE];
	struct keys keys;

	keys_fill(&keys, 1);
	key_hash(keys.name, &part, 1, hash);
	snprintf(label, sizeof(label), "key %02x%02x%02x%02x", hash[0], hash[1], hash[2], hash[3]);
	ask.auth_info = "publickey" KEY "\n";
	assert_string_equal(login_of(*state, &ask).source.label, label);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_config(test_a_shared_source_is_one_of_the_list),
		with_config(test_only_sudo_s_own_caller_has_the_account_s_uid),
		with_config(test_the_telemetry_is_what_the_application_gave),
		with_config(test_a_key_s_label_is_of_its_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
