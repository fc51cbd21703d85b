/* SPDX-License-Identifier: BSD-3-Clause */
/* What the configuration refuses, and the sentence for it: each row is one mistake. */
#include "config_fixture.h"

#define A60     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A240    A60 A60 A60 A60
#define GATEWAY "is set, but the gateway also needs "
#define NO_ADDRESS                                                                                 \
	":2: [limits] shared_sources: has an entry that is no address; write 192.0.2.1, or "       \
	"2001:db8::/64"
#define HTTPS                                                                                      \
	"would send codes in clear over a network; write https, http is for 127.0.0.1, [::1] and " \
	"localhost"
#define PORT                                                                                       \
	":2: [gateway] url: has a port that is none; write a number from 1 to 65535 behind the "   \
	"colon"
#define USERINFO "holds a user or a password; write them in username and password_file"
#define CLAIM    ", which another section or entry has too; leave it in one"
#define NO_NAME                                                                                    \
	"the section names no PAM service; write [service NAME], where NAME is a file in "         \
	"/etc/pam.d, or [service *]"

/* `sentence` follows the path of the file. */
static const struct {
	const char *text;
	const char *sentence;
} rows[] = {
	{"digits = 6\n", ":1: the key stands before any section; write a line [SECTION] above it"},
	{"[code] digits = 6\n",
		":1: the section does not end in ]; write [NAME] and nothing behind it"},
	{"[code]\nexpire = 9\n",
		":2: [code] expire: no such key; this section has digits, expiry, tries"},
	{"[code]\na\033[1m = 9\n",
		":2: [code] a\\x1b[1m: no such key; this section has digits, expiry, tries"},
	{"[code]\ndigits\n", ":2: is no KEY = VALUE; write one, or a # before it"},
	{"[code]\ndigits = 6\n\n[code]\ndigits = 7\n",
		":5: [code] digits: is set in line 2 already; take one of the two out"},
	{"[service su]\nask = user\n[service SU]\nask = user\n",
		":4: [service su] ask: is set in line 2 already; take one of the two out"},
	{"[code]\nexpiry = 15m\n",
		":2: [code] expiry: is not a whole number; write one from 60 to 3600"},
	{"[code]\nexpiry =\n",
		":2: [code] expiry: is not a whole number; write one from 60 to 3600"},
	{"[code]\nexpiry = -1\n",
		":2: [code] expiry: is not a whole number; write one from 60 to 3600"},
	{"[code]\nexpiry = 59\n",
		":2: [code] expiry: is out of range; write a whole number from 60 to 3600"},
	{"[code]\nexpiry = 18446744073709552516\n",
		":2: [code] expiry: is out of range; write a whole number from 60 to 3600"},
	{"[code]\nexpiry = 600 # ten minutes\n",
		":2: [code] expiry: is not a whole number; write one from 60 to 3600"},
	{"[limits]\nshared_sources = " A60 "\n", NO_ADDRESS},
	{"[limits]\nshared_sources = 192.0.2.256\n", NO_ADDRESS},
	{"[limits]\nshared_sources = 192.0.2.1 2001:db8::/48\n", NO_ADDRESS},
	{"[limits]\nshared_sources = 2001:db8:0::/64\n", NO_ADDRESS},
	{"[limits]\nshared_sources = 2001:db8::1/64\n", NO_ADDRESS},
	{"[service sshd]\nusers = alice a/b\n", ":2: [service sshd] users: has an entry that is no "
						"login name; write alice, or !alice"},
	{"[service sshd]\ntrait = team=\n",
		":2: [service sshd] trait: names no value; write trait=value"},
	{"[service sshd]\ntrait = team\n",
		":2: [service sshd] trait: names no value; write trait=value"},
	{"[audit]\njournal = true\n",
		":2: [audit] journal: is neither yes nor no; write one of the two"},
	{"[gateway]\nauth = none\n",
		":2: [gateway] auth: is no such word; write one of password, address"},
	{"[service sshd]\nmode = off\n",
		":2: [service sshd] mode: is no such word; write one of enforce, warn, observe"},
	{"[service sshd]\npercent = 101\n",
		":2: [service sshd] percent: is out of range; write a whole number from 0 to 100"},
	{"[service sshd]\nmode = warn\notherwise = enforce\n",
		":3: [service sshd] otherwise: enforce is stricter than mode = warn; write mode = "
		"enforce, or another"},
	{"[paths]\nrun = run\n",
		":2: [paths] run: is no absolute path; write one that begins with /"},
	{"[paths]\nrun =\n", ":2: [paths] run: is empty; write a value"},
	{"[paths]\nrun = /" A60 A60 "\n",
		":2: [paths] run: is too long, 121 bytes; write at most 90"},
	{"[paths]\nstore = /" A240 A60 "\n",
		":2: [paths] store: is too long, 301 bytes; write at most 255"},
	{"[paths]\nstore = /a\001b\n",
		":2: [paths] store: has a control byte; write blanks, not tabs, and one line only"},
	{"[code]\n#" A240 A240 A240 A240 A60 A60 "\n",
		":2: the line is too long; write at most 1000 bytes"},
	{"[identity]\ncountry = +91\n",
		":2: [identity] country: has other bytes than digits; write digits only"},
	{"[identity]\ncountry = 9100\n",
		":2: [identity] country: is too long, 4 bytes; write at most 3"},
	{"[lockout]\nwait_max = 59\n", ":2: [lockout] wait_max: wait is 60 and wait_max is 59; "
				       "write a wait_max that is at least wait"},
	{"[lockout]\nwait = 3601\n", ":2: [lockout] wait: wait is 3601 and wait_max is 3600; "
				     "write a wait_max that is at least wait"},
	{"[gateway]\nstub = yes\ntimeout = 2\n",
		":3: [gateway] timeout: connect_timeout is 3 and timeout is 2; "
		"write a timeout that is at least connect_timeout"},
	{"[gateway]\nstub = no\n",
		":2: [gateway] stub: is no, but there is no gateway to send by; set url, feed_id, "
		"username and password_file, or stub = yes"},
	{"[gateway]\nurl =\n", ":2: [gateway] url: " GATEWAY
			       "url, feed_id, username, password_file; set them, or stub = yes"},
	{"[gateway]\nmax_age = 60\n",
		":2: [gateway] max_age: " GATEWAY
		"url, feed_id, username, password_file; set them, or stub = yes"},
	{"[gateway]\nusername = u\nfeed_id = 1\nurl = https://h/\n",
		":4: [gateway] url: " GATEWAY "password_file; set it, or stub = yes"},
	{"[gateway]\nauth = address\nurl = https://h/\n",
		":3: [gateway] url: " GATEWAY "feed_id; set it, or stub = yes"},
	{"[gateway]\nurl = ftp://h/\n",
		":2: [gateway] url: is no https address; write https://HOST/PATH"},
	{"[gateway]\nurl = http://gateway.example/\n", ":2: [gateway] url: " HTTPS},
	{"[gateway]\nurl = http://127.0.0.1.example/\n", ":2: [gateway] url: " HTTPS},
	{"[gateway]\nurl = http://128.0.0.1/\n", ":2: [gateway] url: " HTTPS},
	{"[gateway]\nurl = http://[::2]/\n", ":2: [gateway] url: " HTTPS},
	{"[gateway]\nurl = https://u:p@h/\n", ":2: [gateway] url: " USERINFO},
	{"[gateway]\nurl = http://localhost@h/\n", ":2: [gateway] url: " USERINFO},
	{"[gateway]\nurl = https://h/?password=x\n",
		":2: [gateway] url: holds a query or a fragment; write the address only, up to its "
		"path"},
	{"[gateway]\nurl = https://h /\n",
		":2: [gateway] url: has blanks, backslashes or bytes that are not ASCII; "
		"percent-encode them"},
	{"[gateway]\nurl = https://h\\x/\n",
		":2: [gateway] url: has blanks, backslashes or bytes that are not ASCII; "
		"percent-encode them"},
	{"[gateway]\nurl = https:///x\n",
		":2: [gateway] url: has no valid host; write a name, an IPv4 address or [an IPv6 "
		"address]"},
	{"[gateway]\nurl = https://[::1/x\n",
		":2: [gateway] url: has no host; write one behind ://"},
	{"[gateway]\nurl = https://h:65536/x\n", PORT},
	{"[gateway]\nurl = https://h:0/x\n", PORT},
	{"[gateway]\nurl = https://h:/x\n", PORT},
	{"[gateway]\nurl = https://h:443x/\n", PORT},
	{"[gateway]\nurl = https://h:000443/\n", PORT},
	{"[gateway]\nurl = https://h:18446744073709552059/\n", PORT},
	{"[gateway]\nproxy = proxy.example:3128\n",
		":2: [gateway] proxy: is no proxy; write http://HOST:PORT, or https, socks5 or "
		"socks5h for http"},
	{"[gateway]\nproxy = http://u:p@h\n", ":2: [gateway] proxy: " USERINFO},
	{"[gateway]\nproxy = http://h/x\n",
		":2: [gateway] proxy: has a path; write the proxy's host and port only"},
	{"[gateway]\nurl = http://localhost/\nproxy = http://h\n",
		":3: [gateway] proxy: would read every code, since url is http; write an https "
		"url, or take the proxy out"},
	{"[gateway]\npin = sha256//AAAA=\n",
		":2: [gateway] pin: has an entry that is no pin; write sha256// and the 44 bytes "
		"of base64"},
	{"[gateway]\npin = sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-=\n",
		":2: [gateway] pin: has an entry that is no pin; write sha256// and the 44 bytes "
		"of base64"},
	{"[gateway]\nallow_prefixes = 91\n",
		":2: [gateway] allow_prefixes: has an entry that is no prefix; write a plus and "
		"digits, as +91"},
	{"[gateway]\nallow_prefixes = +1 +2 +3 +4 +5 +6 +7 +81 +9\n",
		":2: [gateway] allow_prefixes: has too many entries; write at most 8"},
	{"[gateway]\nusername = a b\n",
		":2: [gateway] username: has blanks or bytes that are not ASCII; leave them out"},
	{"[message]\nhelp = caf\303\251\n",
		":2: [message] help: has bytes that are not printable ASCII; leave them out"},
	{"[message]\nhelp = " A60 A60 "a\n",
		":2: [message] help: is too long, 121 bytes; write at most 120"},
	{"[message]\nhelp = \"Call 5555.\n",
		":2: [message] help: begins with a quote that does not end; put a quote at its end "
		"as well"},
	{"[message]\ntext =\n", ":2: [message] text: is empty; write a value"},
	{"[service]\n", ":1: " NO_NAME},
	{"[service a/b]\n", ":1: " NO_NAME},
	{"[service sudo]\nalso = a/b\n",
		":2: [service sudo] also: has an entry that is no PAM service; write names of "
		"files in /etc/pam.d"},
	{"[service sudo]\nalso = su\n", ":2: [service sudo] also: has su" CLAIM},
	{"[service sudo]\nalso = SU-L\n", ":2: [service sudo] also: has su-l" CLAIM},
	{"[service sudo]\nalso = sudo\n", ":2: [service sudo] also: has sudo" CLAIM},
	{"[service sudo]\nalso = x x\n", ":2: [service sudo] also: has x" CLAIM},
	{"[service doas]\nalso = sshd\n", ":2: [service doas] also: has sshd" CLAIM},
	{"[service doas]\nalso = su-l\n", ":2: [service doas] also: has su-l" CLAIM},
	{"\n[service sudo-i]\nroot = no\n[service sudo-i]\n",
		":2: [service sudo-i] is one of the names of [service sudo]; write also = without "
		"it there, or its keys in [service sudo]"},
	{"[service *]\nalso = x\n",
		":2: [service *] also: is set in the section of all other services; take it out"},
};

static void assert_refused(
	const struct fixture *fixture, const char *text, size_t size, const char *sentence)
{
	struct config *config = NULL;
	struct error error = {""};
	char expected[640];

	bytes_write(fixture->path, text, size);
	enum result result = config_load(fixture->path, &config, &error);
	snprintf(expected, sizeof(expected), "%s%s", fixture->path, sentence);
	assert_string_equal(error.text, expected);
	assert_int_not_equal(result, RESULT_OK);
	assert_null(config);
}

static void test_sentences(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_refused(*state, rows[i].text, strlen(rows[i].text), rows[i].sentence);
}

/* Each section is named, once. */
static void test_unknown_section(void **state)
{
	static const char *const texts[] = {"[codes]\n", "[Code]\n", "[]\n"};
	struct config *config = NULL;
	struct error error = {""};
	char name[32];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(load_text(*state, texts[i], &config, &error), RESULT_INVALID);
		const char *list =
			strstr(error.text, ":1: no such section; write one of [paths] [");
		assert_non_null(list);
		for (size_t j = 0; j < CONFIG_KEYS; j++) {
			bool service = strcmp(config_keys[j].section, CONFIG_SERVICE) == 0;
			sprintf(name, " [%s%s]", config_keys[j].section, service ? " NAME" : "");
			const char *at = strstr(list, name);
			assert_non_null(at);
			assert_null(strstr(at + 1, name));
		}
	}
}

/* Who pastes the password into the wrong place does not find it in the log. */
static void test_values_are_not_repeated(void **state)
{
	struct config *config = NULL;
	struct error error = {""};

	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		const struct config_key *key = &config_keys[i];
		char text[128];

		for (int control = 0; control < 2; control++) {
			sprintf(text, "[%s%s]\n%s = seCret/%s\n", key->section,
				strcmp(key->section, CONFIG_SERVICE) == 0 ? " x" : "", key->name,
				control ? "\001" : "");
			error.text[0] = '\0';
			enum result result = load_text(*state, text, &config, &error);
			assert_true(!control || result != RESULT_OK);
			assert_null(strcasestr(error.text, "secret/"));
			config_free(&config);
		}
	}
}

/* Whoever calls may have it from elsewhere than a line of a file. */
static void test_longer_than_a_line(void **state)
{
	struct config *config = load_defaults();
	struct error error = {""};
	char text[CONFIG_LINE + 1] = "";

	(void)state;
	memset(text, '1', CONFIG_LINE);
	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		assert_int_equal(
			config_value_set(&config_keys[i], config, text, &error), RESULT_INVALID);
		assert_string_equal(error.text, "is too long; write a shorter value");
	}
	config_free(&config);
}

static void test_nul(void **state)
{
	assert_refused(*state, "[code]\ndigits = 6\0 7\n", 20, ":2: has a NUL byte; write text");
}

/* The words are message_check's; here only that they come with file and line. */
static void test_message(void **state)
{
	static const char *const texts[] = {
		"No place", "{code} {code}", "{code} \340\244\250", "{code} " A60 A60 A60};
	const struct fixture *fixture = *state;
	struct config *config = NULL;
	struct error error = {""};
	char prefix[96];
	char text[512];

	sprintf(prefix, "%s:2: [message] text: ", fixture->path);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		sprintf(text, "[message]\ntext = %s\n", texts[i]);
		assert_int_equal(load_text(fixture, text, &config, &error), RESULT_INVALID);
		assert_memory_equal(error.text, prefix, strlen(prefix));
		assert_true(strlen(error.text) > strlen(prefix) + 20);
	}
}

static void test_too_many_services(void **state)
{
	char text[2048] = "";
	size_t used = 0;

	for (int i = 0; i < CONFIG_SERVICES - 4; i++)
		used += (size_t)sprintf(text + used, "[service s%d]\n", i);
	struct config *config = load_good(*state, text);
	assert_int_equal(config->services, CONFIG_SERVICES);
	config_free(&config);
	strcat(text, "[service last]\n");
	assert_refused(*state, text, strlen(text),
		":29: one service too many; write at most 32, or use also");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_unknown_section),
		cmocka_unit_test(test_values_are_not_repeated),
		cmocka_unit_test(test_longer_than_a_line),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_too_many_services),
	};

	return cmocka_run_group_tests(tests, fixture_make, fixture_remove);
}
