/* SPDX-License-Identifier: BSD-3-Clause */
/* Where an ask comes from, and what it is about. */
#include "core_fixture.h"
#include "smsotpd/login.h"

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA"

static struct config *sample_config(void)
{
	struct config *config = defaults();

	/* A service of each first factor beside the built-in ones. */
	for (uint32_t i = 0; i < 2; i++) {
		struct config_service *service = &config->service[config->services++];
		*service = config->service[0];
		memset(service->also, 0, sizeof(service->also));
		strcpy(service->name, i == 0 ? "key-first" : "password-first");
		service->before = i == 0 ? BEFORE_KEY : BEFORE_PASSWORD;
	}
	return config;
}

static int setup(void **state)
{
	*state = sample_config();
	return 0;
}

static struct ask ask_of(const char *service)
{
	return (struct ask){
		.type = FRAME_BEGIN,
		.service = service,
		.user = "demo",
		.tty = "",
		.rhost = "",
		.ruser = "",
		.connection = "",
		.auth_info = "",
	};
}

static struct login login_of(const struct config *config, const struct ask *ask)
{
	struct login login;
	struct keys keys;

	keys_fill(&keys, 1);
	assert_int_equal(login_read(config, &keys, ask, &login), RESULT_OK);
	return login;
}

static const struct {
	const char *sentence;
	const char *service;
	const char *connection;
	const char *auth_info;
	uint32_t uid;
	const char *tty;
	enum source_kind kind;
	const char *label; /* "key" for any key's */
} sources[] = {
	{"sshd: an IPv4 address", "sshd", "192.0.2.1 40000 192.0.2.9 22", "", 0, "ssh",
		SOURCE_ADDRESS, "192.0.2.1"},
	{"sshd: IPv6 counts by /64", "sshd", "2001:db8:1:2:3:4:5:6 1 ::1 22", "", 0, "ssh",
		SOURCE_ADDRESS, "2001:db8:1:2::/64"},
	{"sshd: mapped IPv4 is IPv4", "sshd", "::ffff:192.0.2.1 1 ::1 22", "", 0, "ssh",
		SOURCE_ADDRESS, "192.0.2.1"},
	{"sshd: a zone is dropped", "sshd", "fe80::1%eth0 1 fe80::2 22", "", 0, "ssh",
		SOURCE_ADDRESS, "fe80::/64"},
	{"sshd: an address alone", "sshd", "192.0.2.1", "", 0, "ssh", SOURCE_ADDRESS, "192.0.2.1"},
	{"sshd: no connection", "sshd", "", "", 0, "ssh", SOURCE_UNNAMED, "unnamed"},
	{"sshd: a socket's name", "sshd", "UNKNOWN 65535 UNKNOWN 65535", "", 0, "ssh",
		SOURCE_UNNAMED, "unnamed"},
	{"sshd: half an address", "sshd", "192.0.2 1 2 3", "", 0, "ssh", SOURCE_UNNAMED, "unnamed"},
	{"sshd: a blank first", "sshd", " 192.0.2.1 1 2 3", "", 0, "ssh", SOURCE_UNNAMED,
		"unnamed"},
	{"sshd: much garbage", "sshd",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "",
		0, "ssh", SOURCE_UNNAMED, "unnamed"},
	{"sshd: a uid or tty is no source", "sshd", "", "", 1000, "pts/1", SOURCE_UNNAMED,
		"unnamed"},
	{"sshd: the key that passed", "sshd", "192.0.2.1 1 2 3", "publickey " KEY "\n", 0, "ssh",
		SOURCE_KEY, "key"},
	{"sshd: the key behind another method", "sshd", "192.0.2.1 1 2 3",
		"password\npublickey " KEY "\n", 0, "ssh", SOURCE_KEY, "key"},
	{"sshd: another method is no key", "sshd", "192.0.2.1 1 2 3", "password\n", 0, "ssh",
		SOURCE_ADDRESS, "192.0.2.1"},
	{"sshd: nor is a longer method", "sshd", "192.0.2.1 1 2 3", "publickey-x " KEY "\n", 0,
		"ssh", SOURCE_ADDRESS, "192.0.2.1"},
	{"sshd: nor one that has it inside", "sshd", "192.0.2.1 1 2 3",
		"hostbased x publickey " KEY "\n", 0, "ssh", SOURCE_ADDRESS, "192.0.2.1"},
	{"sshd: nor the beginning of its name", "sshd", "192.0.2.1 1 2 3", "public", 0, "ssh",
		SOURCE_ADDRESS, "192.0.2.1"},
	{"sudo: the real uid", "sudo", "192.0.2.1 1 2 3", "publickey " KEY "\n", 1000, "pts/1",
		SOURCE_UID, "uid 1000"},
	{"login: the tty", "login", "192.0.2.1 1 2 3", "publickey " KEY "\n", 0, "tty1", SOURCE_TTY,
		"tty tty1"},
	{"login: nothing at all", "login", "", "", 0, "", SOURCE_UNNAMED, "unnamed"},
	{"a long tty is cut in the label", "login", "", "", 0,
		"ttyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", SOURCE_TTY,
		"tty ttyAAAAAAAAAAAAAAAAAAAAAAA"},
};

static void test_sources(void **state)
{
	for (size_t i = 0; i < COUNT(sources); i++) {
		struct ask ask = ask_of(sources[i].service);

		ask.connection = sources[i].connection;
		ask.auth_info = sources[i].auth_info;
		ask.uid = sources[i].uid;
		ask.tty = sources[i].tty;
		ask.ruser = "root";
		ask.rhost = "198.51.100.7";
		struct login login = login_of(*state, &ask);
		const char *label = login.source.label;
		bool key = sources[i].kind == SOURCE_KEY;
		HOLDS(sources[i].sentence, login.source.kind == sources[i].kind);
		HOLDS(sources[i].sentence, key ? strncmp(label, "key ", 4) == 0
					       : strcmp(label, sources[i].label) == 0);
	}
}

/* A reader that looks beyond the end is seen by a sanitizer. */
static void test_auth_info_is_read_to_its_end_only(void **state)
{
	static const char *const rows[] = {"p", "pw", "pw\n", "pass", "\n\n", "publicke\n", "x\np"};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ask ask = ask_of("sshd");
		char *copy = strdup(rows[i]);

		ask.auth_info = copy;
		HOLDS(rows[i], login_of(*state, &ask).source.kind == SOURCE_UNNAMED);
		free(copy);
	}
}

static const struct {
	const char *sentence;
	bool same;
	const char *left;
	const char *right;
} places[] = {
	{"ports do not matter", true, "192.0.2.1 1 2 3", "192.0.2.1 9 9 9"},
	{"mapped IPv4 is IPv4", true, "192.0.2.1 1 2 3", "::ffff:192.0.2.1 1 2 3"},
	{"a /64 is one source", true, "2001:db8::1 1 2 3", "2001:db8::ffff:1 1 2 3"},
	{"the next /64 is another", false, "2001:db8::1 1 2 3", "2001:db8:0:1::1 1 2 3"},
	{"the next IPv4 address is another", false, "192.0.2.1 1 2 3", "192.0.2.2 1 2 3"},
	{"IPv6 written otherwise is the same", true, "2001:DB8:0::1 1 2 3", "2001:db8::1 1 2 3"},
};

static void test_places_that_are_one(void **state)
{
	for (size_t i = 0; i < COUNT(places); i++) {
		struct ask left = ask_of("sshd"), right = ask_of("sshd");

		left.connection = places[i].left;
		right.connection = places[i].right;
		struct login one = login_of(*state, &left), two = login_of(*state, &right);
		bool same = memcmp(one.visitor.source, two.visitor.source, HASH_SIZE) == 0;
		bool bound = memcmp(one.binding, two.binding, HASH_SIZE) == 0;
		HOLDS(places[i].sentence, same == places[i].same);
		HOLDS(places[i].sentence, bound == places[i].same);
	}
}

/* Kinds do not mix: a tty called like an address is another source. */
static void test_kinds_are_told_apart(void **state)
{
	struct ask uid = ask_of("sudo"), tty = ask_of("login"), key = ask_of("sshd");
	static const uint32_t number = 0x30303030;

	uid.uid = number;
	tty.tty = "0000";
	key.auth_info = "publickey0000"; /* no key */
	struct login one = login_of(*state, &uid), two = login_of(*state, &tty);
	assert_memory_not_equal(one.visitor.source, two.visitor.source, HASH_SIZE);
	assert_int_equal(login_of(*state, &key).source.kind, SOURCE_UNNAMED);
}

static void test_keys_are_told_apart_wherever_they_come_from(void **state)
{
	struct ask here = ask_of("sshd"), there = ask_of("sshd"), other = ask_of("sshd");

	here.connection = "192.0.2.1 1 2 3";
	there.connection = other.connection = "198.51.100.1 1 2 3";
	here.auth_info = there.auth_info = "publickey " KEY "\n";
	other.auth_info = "publickey " KEY "x\n";
	struct login one = login_of(*state, &here), two = login_of(*state, &there);
	struct login three = login_of(*state, &other);
	assert_memory_equal(one.visitor.source, two.visitor.source, HASH_SIZE);
	assert_memory_not_equal(one.visitor.source, three.visitor.source, HASH_SIZE);
}

static void test_services(void **state)
{
	struct ask ask = ask_of("vsftpd");
	struct login login;
	struct keys keys;

	keys_fill(&keys, 1);
	assert_int_equal(login_read(*state, &keys, &ask, &login), RESULT_NOT_FOUND);
	ask.service = "";
	assert_int_equal(login_read(*state, &keys, &ask, &login), RESULT_NOT_FOUND);
	ask.service = "sudo-i";
	assert_string_equal(login_of(*state, &ask).service->name, "sudo");
	ask.service = "su-l";
	assert_string_equal(login_of(*state, &ask).service->name, "su");
}

static void test_a_code_of_one_service_is_of_no_other(void **state)
{
	struct ask sudo = ask_of("sudo"), su = ask_of("su");

	sudo.uid = su.uid = 1000;
	struct login one = login_of(*state, &sudo), two = login_of(*state, &su);
	assert_memory_equal(one.visitor.source, two.visitor.source, HASH_SIZE);
	assert_memory_not_equal(one.binding, two.binding, HASH_SIZE);
}

static void test_su_asks_the_caller(void **state)
{
	struct ask root = ask_of("su"), demo = ask_of("su"), other = ask_of("su");

	root.user = "root";
	root.uid = demo.uid = 1000;
	other.user = "root";
	other.uid = 1001;
	struct login one = login_of(*state, &root), two = login_of(*state, &demo);
	struct login three = login_of(*state, &other);
	assert_true(one.by_uid);
	assert_int_equal(one.uid, 1000);
	assert_memory_equal(one.visitor.name, two.visitor.name, HASH_SIZE);
	assert_memory_not_equal(one.visitor.name, three.visitor.name, HASH_SIZE);
	root.service = demo.service = "sudo";
	one = login_of(*state, &root);
	two = login_of(*state, &demo);
	assert_false(one.by_uid);
	assert_memory_not_equal(one.visitor.name, two.visitor.name, HASH_SIZE);
}

static void test_a_uid_is_not_a_name(void **state)
{
	uint8_t uid[HASH_SIZE], name[HASH_SIZE];
	struct keys keys;

	(void)state;
	keys_fill(&keys, 1);
	login_name_tag(&keys, true, 0x31313131, "1111", uid);
	login_name_tag(&keys, false, 0x31313131, "1111", name);
	assert_memory_not_equal(uid, name, HASH_SIZE);
}

static void test_the_first_factor(void **state)
{
	static const struct {
		const char *sentence;
		bool sshd;
		enum service_before before;
		bool authtok;
		const char *auth_info;
		bool met;
	} rows[] = {
		{"none is asked for", true, BEFORE_NONE, false, "", true},
		{"a key is asked for and passed", true, BEFORE_KEY, false, "publickey " KEY "\n",
			true},
		{"a key is asked for, nothing passed", true, BEFORE_KEY, false, "", false},
		{"a password is no key", true, BEFORE_KEY, true, "password\n", false},
		{"sshd's own password method", true, BEFORE_PASSWORD, false, "password\n", true},
		{"a password in the stack before", true, BEFORE_PASSWORD, true, "", true},
		{"a key is no password", true, BEFORE_PASSWORD, false, "publickey " KEY "\n",
			false},
		{"elsewhere auth_info says nothing", false, BEFORE_KEY, false,
			"publickey " KEY "\n", false},
		{"nor of a password", false, BEFORE_PASSWORD, false, "password\n", false},
		{"elsewhere a password in the stack", false, BEFORE_PASSWORD, true, "", true},
	};
	struct config *config = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ask ask = ask_of(rows[i].sshd ? "sshd" : "password-first");
		struct config_service *service =
			(struct config_service *)config_service_find(config, ask.service);

		ask.first_factor = rows[i].authtok;
		ask.auth_info = rows[i].auth_info;
		service->before = rows[i].before;
		HOLDS(rows[i].sentence, login_of(config, &ask).first_factor == rows[i].met);
	}
}

/* A code sent without a password before is not good for a login that had one. */
static void test_the_first_factor_binds(void **state)
{
	struct ask none = ask_of("sshd"), stack = ask_of("sshd"), method = ask_of("sshd");

	none.connection = stack.connection = method.connection = "192.0.2.1 1 2 3";
	stack.first_factor = true;
	method.auth_info = "password\n";
	struct login one = login_of(*state, &none), two = login_of(*state, &stack);
	struct login three = login_of(*state, &method);
	assert_memory_not_equal(one.binding, two.binding, HASH_SIZE);
	assert_memory_not_equal(one.binding, three.binding, HASH_SIZE);
	assert_string_equal(one.telemetry.factor, "none");
	assert_string_equal(two.telemetry.factor, "password");
	assert_string_equal(three.telemetry.factor, "password");
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, setup, config_teardown)
	const struct CMUnitTest tests[] = {
		row(test_sources),
		row(test_auth_info_is_read_to_its_end_only),
		row(test_places_that_are_one),
		row(test_kinds_are_told_apart),
		row(test_keys_are_told_apart_wherever_they_come_from),
		row(test_services),
		row(test_a_code_of_one_service_is_of_no_other),
		row(test_su_asks_the_caller),
		row(test_a_uid_is_not_a_name),
		row(test_the_first_factor),
		row(test_the_first_factor_binds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
