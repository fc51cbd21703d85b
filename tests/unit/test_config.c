/* SPDX-License-Identifier: BSD-3-Clause */
/* The configuration as its table says: each row is tried, so a new key cannot be forgotten. */
#include "config_fixture.h"

#define PIN "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static bool of_service(const struct config_key *key)
{
	return strcmp(key->section, CONFIG_SERVICE) == 0;
}

/* A value that the row takes and that is not its default. */
static void flipped(const struct config_key *key, char ret[static 128])
{
	static const char *const by_kind[KEY_KINDS] = {
		[KEY_TEXT] = "Code {code}.",
		[KEY_LINE] = "No code? Call 5555.",
		[KEY_TOKEN] = "word",
		[KEY_DIGITS] = "91",
		[KEY_PATH] = "/flipped",
		[KEY_URL] = "https://gateway.example/BulkSms",
		[KEY_PROXY] = "http://proxy.example:3128",
		[KEY_PINS] = PIN,
		[KEY_PREFIXES] = "+91 +1",
		[KEY_NAMES] = "kde xdm",
		[KEY_ADDRESSES] = "192.0.2.1 2001:db8::/64",
		[KEY_USERS] = "alice !bob",
		[KEY_TRAIT] = "role=admin",
	};

	if (key->kind == KEY_NUMBER)
		sprintf(ret, "%d",
			atoi(key->value) + ((uint32_t)atoi(key->value) < key->maximum ? 1 : -1));
	else if (key->kind == KEY_BOOL)
		strcpy(ret, strcmp(key->value, "yes") == 0 ? "no" : "yes");
	else if (key->kind == KEY_WORD)
		strcpy(ret, key->words[1]);
	else
		strcpy(ret, by_kind[key->kind]);
}

/* Every other row holds its default, but stub, which the gateway's rows change. */
static void assert_others_default(struct config *config, const struct config_key *but)
{
	char value[512];

	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		const struct config_key *key = &config_keys[i];

		if (key == but || strcmp(key->name, "stub") == 0)
			continue;
		value_text(config, key, config->services - 1, value);
		if (strcmp(value, key->value) != 0)
			fail_msg("%s changed %s to %s", but->name, key->name, value);
	}
}

static void test_flip_each_key(void **state)
{
	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		const struct config_key *key = &config_keys[i];
		char flip[128];
		char value[512];
		char text[512];

		flipped(key, flip);
		sprintf(text, "[service flip]\n[%s%s]\n%s = %s\n%s", key->section,
			of_service(key) ? " flip" : "", key->name, flip,
			strcmp(key->section, "gateway") != 0 ? ""
			: strcmp(key->name, "stub") == 0     ? "auth = password\n"
							     : "stub = yes\n");
		struct config *config = load_good(*state, text);
		value_text(config, key, config->services - 1, value);
		assert_string_equal(value, flip);
		assert_string_not_equal(value, key->value);
		assert_int_equal(config_mark(config->origin, key, config->services - 1)->line, 3);
		assert_others_default(config, key);
		config_free(&config);
	}
}

static void test_ranges(void **state)
{
	(void)state;
	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		const struct config_key *key = &config_keys[i];
		struct config *config = load_defaults();
		struct error error;
		char text[32];
		char sentence[96];

		sprintf(sentence, "is out of range; write a whole number from %u to %u",
			key->minimum, key->maximum);
		for (int64_t step = -1; key->kind == KEY_NUMBER && step <= 1; step += 2) {
			int64_t end = step < 0 ? key->minimum : key->maximum;

			sprintf(text, "%ld", end);
			assert_int_equal(config_value_set(key, config, text, &error), RESULT_OK);
			if (end + step < 0)
				continue;
			sprintf(text, "%ld", end + step);
			assert_int_equal(
				config_value_set(key, config, text, &error), RESULT_INVALID);
			assert_string_equal(error.text, sentence);
		}
		config_free(&config);
	}
}

static const char everything[] =
	"[paths]\nstore = /s\nrun = /r\nlog = /l\n[identity]\ncountry = 91\n"
	"[code]\ndigits = 8\n[lockout]\nwait = 4000\nwait_max = 4000\n"
	"[gateway]\nurl = http://127.0.0.1:8080/BulkSms/SingleMsgApi\nusername = u\nfeed_id = 7\n"
	"password_file = /p\nsender_id = DEMO\nentity_id = 1\ntemplate_id = 2\ndlt = panel\n"
	"ca_file = /ca\npin = " PIN "," PIN "\nallow_prefixes = +91, +1 +44\n"
	"[message]\ntext = \"  \"{code}\" ; # = [x]  \"\nhelp = \"\"quoted\"\"\n"
	"[service sudo]\nroot = no\n[service *]\nenabled = no\n"
	"[service XDM]\nalso = Kde\tgdm-password\nidentify = phone\nbefore = password\n";

static void assert_round_trip(const struct fixture *fixture, const char *text)
{
	struct config *first = load_good(fixture, text);
	FILE *to = fopen(fixture->path, "w");

	assert_non_null(to);
	config_print(first, to);
	fclose(to);
	char *printed = text_read(fixture->path);
	struct config *second = load_good(fixture, printed);
	assert_same(first, second);
	free(printed);
	config_free(&first);
	config_free(&second);
}

static void test_round_trip(void **state)
{
	assert_round_trip(*state, "");
	assert_round_trip(*state, "[gateway]\nstub = yes\n");
	assert_round_trip(*state, "[gateway]\nstub = yes\nurl =\ntimeout = 9\n");
	assert_round_trip(*state, "[message]\ntext = {code}\n");
	assert_round_trip(*state, "[message]\ntext = \"\"{code}\"\n");
	assert_round_trip(*state, "[message]\ntext = a {code}\"\n");
	assert_round_trip(*state, everything);
}

static void test_values_arrive(void **state)
{
	struct config *config = load_good(*state, everything);

	assert_string_equal(config->message.text, "  \"{code}\" ; # = [x]  ");
	assert_string_equal(config->message.help, "\"quoted\"");
	assert_string_equal(config->gateway.pin[1], PIN);
	assert_string_equal(config->gateway.allow_prefixes[2], "+44");
	assert_string_equal(config->gateway.allow_prefixes[3], "");
	assert_int_equal(config->gateway.dlt, DLT_PANEL);
	assert_true(config->gateway.any);
	assert_false(config->gateway.stub);
	config_free(&config);
}

static void test_print_names_the_source(void **state)
{
	const struct fixture *fixture = *state;
	struct config *config = load_good(fixture, "\n[code]\nexpiry = 600\n");
	char printed[16384] = "";
	char expected[128];
	FILE *to = fmemopen(printed, sizeof(printed), "w");

	config_print(config, to);
	fclose(to);
	sprintf(expected, "\n# %s:3\nexpiry = 600\n", fixture->path);
	assert_non_null(strstr(printed, expected));
	assert_non_null(strstr(printed, "\n# default\ntries = 5\n"));
	assert_non_null(strstr(printed, "\n# default\nstub = yes\n"));
	assert_non_null(strstr(printed, "\n# default\n#url = \n"));
	config_free(&config);
}

static void test_services(void **state)
{
	struct config *config = load_good(*state, everything);

	assert_int_equal(config->services, 6);
	assert_string_equal(config_service_find(config, "sshd")->name, "sshd");
	assert_false(config_service_find(config, "sshd")->root);
	assert_true(config_service_find(config, "login")->root);
	assert_string_equal(config_service_find(config, "sudo-i")->name, "sudo");
	assert_false(config_service_find(config, "sudo")->root);
	assert_true(config_service_find(config, "sudo")->enabled);
	assert_int_equal(config_service_find(config, "su-l")->ask, ASK_CALLER);
	assert_int_equal(config_service_find(config, "sshd")->ask, ASK_USER);
	assert_string_equal(config_service_find(config, "GDM-password")->name, "xdm");
	assert_int_equal(config_service_find(config, "kde")->before, BEFORE_PASSWORD);
	assert_string_equal(config_service_find(config, "cron")->name, "*");
	config_free(&config);
	config = load_defaults();
	assert_int_equal(config->services, 4);
	assert_null(config_service_find(config, "cron"));
	config_free(&config);
}

static void test_gateway_or_stub(void **state)
{
	static const struct {
		const char *text;
		bool any;
		bool stub;
	} rows[] = {
		{"", false, true},
		{"[gateway]\n", false, true},
		{"[gateway]\nstub = yes\n", false, true},
		{"[gateway]\nstub = yes\nurl = https://h/\n", true, true},
		{"[gateway]\nstub = yes\nurl = http://[::1]:8/\nproxy =\n", true, true},
		{"[gateway]\nstub = yes\nurl = http://LOCALHOST/\n", true, true},
		{"[gateway]\nstub = yes\nurl = http://127.8.9.1/\n", true, true},
		{"[gateway]\nauth = address\nurl = https://h/\nfeed_id = 1\n", true, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config *config = load_good(*state, rows[i].text);

		assert_int_equal(config->gateway.any, rows[i].any);
		assert_int_equal(config->gateway.stub, rows[i].stub);
		config_free(&config);
	}
}

#define A63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* To the last byte, and both ends of a port. */
static void test_the_longest_is_taken(void **state)
{
	static const char *const texts[] = {
		"[service " A63 "]\nmode = warn\notherwise = warn\nusers = a" A63 " !a" A63 "\n",
		"[gateway]\nstub = yes\nurl = https://h:1/~\nallow_prefixes = +123456789012345\n",
		"[gateway]\nstub = yes\nurl = https://h:65535/\nusername = ~\n",
		"[message]\nhelp = ~\n[service AZ]\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct config *config = load_good(*state, texts[i]);
		if (i == 3)
			assert_string_equal(config->service[config->services - 1].name, "az");
		config_free(&config);
	}
}

/* Which keys a text to a phone wants, and whether one may go there at all. */
static void test_where_texts_go(void **state)
{
	static const char url[] = "[gateway]\nauth = address\nurl = https://h/\nfeed_id = 1\n";
	static const struct {
		const char *keys;
		const char *phone;
		const char *missing;
		bool allowed;
	} rows[] = {
		{"", "+919999900001", "entity_id and template_id", true},
		{"", "+12025550101", NULL, true},
		{"stub = yes\n", "+919999900001", NULL, true},
		{"dlt = panel\n", "+919999900001", NULL, true},
		{"entity_id = 1\n", "+919999900001", "template_id", true},
		{"template_id = 1\n", "+919999900001", "entity_id", true},
		{"entity_id = 1\ntemplate_id = 1\n", "+919999900001", NULL, true},
		{"allow_prefixes = +1\n", "+12025550101", NULL, true},
		{"allow_prefixes = +1\n", "+919999900001", "entity_id and template_id", false},
		{"allow_prefixes = +1 +91999\n", "+919999900001", "entity_id and template_id",
			true},
		{"dlt = panel\n", "+9199999000", NULL, false},
		{"dlt = panel\nallow_prefixes = +91\n", "+9199999000", NULL, false},
		{"dlt = panel\n", "+91999990000", NULL, true},
		{"dlt = panel\n", "+919999900", NULL, true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[256];
		snprintf(text, sizeof(text), "%s%s", url, rows[i].keys);
		struct config *config = load_good(*state, text);
		const char *missing = config_dlt_missing(&config->gateway, rows[i].phone);

		assert_string_equal(missing == NULL ? "" : missing,
			rows[i].missing == NULL ? "" : rows[i].missing);
		assert_int_equal(config_phone_barred(&config->gateway, rows[i].phone) == NULL,
			rows[i].allowed);
		config_free(&config);
	}
}

/* The file that is installed changes nothing and shows every key at its default. */
static void test_shipped_file(void **state)
{
	char *text = text_read("etc/smsotp.conf");
	struct config *shipped = load_good(*state, text);
	struct config *defaults = load_defaults();
	char line[256];

	assert_same(shipped, defaults);
	for (size_t i = 0; i < CONFIG_KEYS - CONFIG_SERVICE_KEYS; i++) {
		const struct config_key *key = &config_keys[i];

		sprintf(line, "\n#%s =%s%s\n", key->name, key->value[0] ? " " : "", key->value);
		if (!strstr(text, line))
			fail_msg("etc/smsotp.conf has no line %s", line);
	}
	config_free(&shipped);
	config_free(&defaults);
	free(text);
}

/* The words, and no further digit before or behind them. */
static bool says(const char *text, const char *words)
{
	const char *at = strstr(text, words);

	return at != NULL && strchr("0123456789", at[-1]) == NULL &&
	       strchr("0123456789", at[strlen(words)]) == NULL;
}

static bool says_default(const char *text, const struct config_key *key)
{
	char words[128];

	if (key->kind != KEY_NUMBER)
		return strstr(text, key->value) != NULL;
	sprintf(words, "default is %s", key->value);
	return says(text, words);
}

/* Each key has its item in smsotp.conf(5), with its default and its range. */
static void test_manual(void **state)
{
	char *page = text_read("man/smsotp.conf.5");

	(void)state;
	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		const struct config_key *key = &config_keys[i];
		char item[64];
		char range[64];

		sprintf(item, "\n.It Cm %s Ns = Ns ", key->name);
		char *found = strstr(page, item);
		if (!found) {
			fail_msg("smsotp.conf(5) has no item for %s", key->name);
			continue;
		}
		char *end = strstr(found + 1, "\n.It ");
		char *text = strndup(found, end ? (size_t)(end - found) : strlen(found));
		sprintf(range, "%u to %u", key->minimum, key->maximum);
		if (key->kind == KEY_NUMBER && !says(text, range))
			fail_msg("smsotp.conf(5) does not say %s at %s", range, key->name);
		if (!says_default(text, key))
			fail_msg("smsotp.conf(5) lacks the default of %s", key->name);
		free(text);
	}
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flip_each_key),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_values_arrive),
		cmocka_unit_test(test_print_names_the_source),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_gateway_or_stub),
		cmocka_unit_test(test_the_longest_is_taken),
		cmocka_unit_test(test_where_texts_go),
		cmocka_unit_test(test_shipped_file),
		cmocka_unit_test(test_manual),
	};

	return cmocka_run_group_tests(tests, fixture_make, fixture_remove);
}
