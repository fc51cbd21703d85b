/* SPDX-License-Identifier: BSD-3-Clause */
#include "config_keys.h"

#include <string.h>

#include "secret.h"

#define AT(member)         offsetof(struct config, member)
#define AT_SERVICE(member) offsetof(struct config_service, member)

static const char *const auth_words[] = {"password", "address", NULL};
static const char *const dlt_words[] = {"ids", "panel", NULL};
static const char *const ask_words[] = {"user", "caller", NULL};
static const char *const identify_words[] = {"name", "phone", NULL};
static const char *const before_words[] = {"none", "key", "password", NULL};
static const char *const mode_words[] = {"enforce", "warn", "observe", NULL};

/* The words stand in the order of their enums, which config_value_set writes as unsigned int. */
_Static_assert(AUTH_ADDRESS == 1 && DLT_PANEL == 1 && ASK_CALLER == 1 && IDENTIFY_PHONE == 1 &&
		       BEFORE_KEY == 1 && BEFORE_PASSWORD == 2 && MODE_WARN == 1 &&
		       MODE_OBSERVE == 2,
	"the order of the words");

/*
 * sockaddr_un holds 107 bytes and the longest socket is "/smsotpd.sock", so run stops at 90.
 * A table is read by its columns, so it is not reformatted.
 */
/* clang-format off */
const struct config_key config_keys[CONFIG_KEYS] = {
	{"paths", "store", KEY_PATH, AT(paths.store), 1, CONFIG_PATH - 1, "/var/lib/smsotp", NULL,
		"Directory of the identity store, the state store and the key."},
	{"paths", "run", KEY_PATH, AT(paths.run), 1, 90, "/run/smsotp", NULL,
		"Directory of the sockets and of stub.log."},
	{"paths", "log", KEY_PATH, AT(paths.log), 1, CONFIG_PATH - 1, "/var/log/smsotp", NULL,
		"Directory of events.jsonl."},

	{"store", "identity_size", KEY_NUMBER, AT(store.identity_size), 64, 65536, "64", NULL,
		"MB of disk for the identity store; one for each 2000 identities."},
	{"store", "state_size", KEY_NUMBER, AT(store.state_size), 16, 4096, "64", NULL,
		"MB of the state store; 64 hold the records of 13 500 users."},

	{"identity", "country", KEY_DIGITS, AT(identity.country), 0, 3, "", NULL,
		"Country code, digits only, that completes national phone numbers; empty for none."},
	{"identity", "quarantine", KEY_NUMBER, AT(identity.quarantine), 0, 2592000, "86400", NULL,
		"Seconds that a changed phone gets no text; a first phone gets it at once."},

	{"code", "digits", KEY_NUMBER, AT(code.digits), CODE_DIGITS_MIN, CODE_DIGITS_MAX, "6", NULL,
		"Digits of a code."},
	{"code", "expiry", KEY_NUMBER, AT(code.expiry), 60, 3600, "900", NULL,
		"Seconds a code holds; NIST SP 800-63B-4 asks for at most 600."},
	{"code", "tries", KEY_NUMBER, AT(code.tries), 1, 10, "5", NULL,
		"Answers that one challenge takes."},

	{"resend", "first", KEY_NUMBER, AT(resend.first), 5, 600, "30", NULL,
		"Seconds until the first resend is heeded."},
	{"resend", "next", KEY_NUMBER, AT(resend.next), 5, 600, "60", NULL,
		"Seconds until each later resend is heeded."},
	{"resend", "texts", KEY_NUMBER, AT(resend.texts), 1, 10, "3", NULL,
		"Texts of one challenge, the first included."},
	{"resend", "hold", KEY_NUMBER, AT(resend.hold), 0, 2000, "300", NULL,
		"Milliseconds a text waits; an answer that comes sooner withdraws it."},

	{"limits", "texts_user", KEY_NUMBER, AT(limits.texts_user), 1, 100, "5", NULL,
		"Texts to one user in ten minutes."},
	{"limits", "texts_user_kept", KEY_NUMBER, AT(limits.texts_user_kept), 0, 100, "2", NULL,
		"Of texts_user, those that only known sources can spend."},
	{"limits", "texts_day", KEY_NUMBER, AT(limits.texts_day), 1, 1000, "20", NULL,
		"Texts to one user in a day."},
	{"limits", "texts_day_kept", KEY_NUMBER, AT(limits.texts_day_kept), 0, 1000, "10", NULL,
		"Of texts_day, those that only known sources can spend."},
	{"limits", "texts_host", KEY_NUMBER, AT(limits.texts_host), 1, 1000000, "200", NULL,
		"Texts of the host in an hour; half of them for known sources only."},
	{"limits", "texts_host_each", KEY_NUMBER, AT(limits.texts_host_each), 0, 100, "3", NULL,
		"The host's texts are at least so many for each identity."},
	{"limits", "texts_source", KEY_NUMBER, AT(limits.texts_source), 1, 10000, "15", NULL,
		"Texts a source can ask for in five minutes; users known there are not counted."},
	{"limits", "texts_shared", KEY_NUMBER, AT(limits.texts_shared), 1, 100000, "60", NULL,
		"The same for each of shared_sources."},
	{"limits", "failures_user", KEY_NUMBER, AT(limits.failures_user), 1, 1000, "20", NULL,
		"Wrong codes of one user from strange sources in an hour."},
	{"limits", "failures_day", KEY_NUMBER, AT(limits.failures_day), 1, 10000, "40", NULL,
		"Wrong codes of one user from strange sources in a day."},
	{"limits", "failures_source", KEY_NUMBER, AT(limits.failures_source), 1, 10000, "30", NULL,
		"Wrong codes of one strange source, over all users, in an hour."},
	{"limits", "failures_host", KEY_NUMBER, AT(limits.failures_host), 1, 100000, "240", NULL,
		"Wrong answers to live codes from strange sources in a day."},
	{"limits", "ceiling_strange", KEY_NUMBER, AT(limits.ceiling_strange), 1, 10000, "80", NULL,
		"Wrong codes from strange sources since a success that end strange sources."},
	{"limits", "ceiling_known", KEY_NUMBER, AT(limits.ceiling_known), 1, 1000, "20", NULL,
		"Wrong codes in a row from known sources that end them."},
	{"limits", "prefix_texts", KEY_NUMBER, AT(limits.prefix_texts), 5, 100000, "20", NULL,
		"Texts to one prefix in a day before it is asked how many were answered."},
	{"limits", "prefix_answered", KEY_NUMBER, AT(limits.prefix_answered), 0, 100, "10", NULL,
		"Percent of them that must have been answered by a right code; fewer is an alarm."},
	{"limits", "prefix_stop", KEY_BOOL, AT(limits.prefix_stop), 0, 0, "no", NULL,
		"Whether strange sources then get no text to that prefix."},
	{"limits", "shared_sources", KEY_ADDRESSES, AT(limits.shared_sources), 0, CONFIG_LIST, "", NULL,
		"Addresses of bastions and NATs that many users share."},

	{"lockout", "failures", KEY_NUMBER, AT(lockout.failures), 1, 100, "5", NULL,
		"Wrong codes of one user from one source, within window, that lock."},
	{"lockout", "window", KEY_NUMBER, AT(lockout.window), 60, 86400, "900", NULL,
		"Seconds over which failures are counted."},
	{"lockout", "wait", KEY_NUMBER, AT(lockout.wait), 1, 86400, "60", NULL,
		"Seconds of the first lock; each further one doubles."},
	{"lockout", "wait_max", KEY_NUMBER, AT(lockout.wait_max), 1, 604800, "3600", NULL,
		"Seconds of the longest lock, at least wait."},
	{"lockout", "forget", KEY_NUMBER, AT(lockout.forget), 60, 2592000, "86400", NULL,
		"Seconds without a failure after which the next lock is wait again."},

	{"gateway", "stub", KEY_BOOL, AT(gateway.stub), 0, 0, "no", NULL,
		"Send nothing and write codes to stub.log; yes also while no key of [gateway] is set."},
	{"gateway", "url", KEY_URL, AT(gateway.url), 0, CONFIG_PATH - 1, "", NULL,
		"Address of the gateway's single message interface: https, or http to this host."},
	{"gateway", "username", KEY_TOKEN, AT(gateway.username), 0, CONFIG_WORD - 1, "", NULL,
		"The account's login."},
	{"gateway", "feed_id", KEY_TOKEN, AT(gateway.feed_id), 0, CONFIG_WORD - 1, "", NULL,
		"The account's feed."},
	{"gateway", "password_file", KEY_PATH, AT(gateway.password_file), 0, CONFIG_PATH - 1, "", NULL,
		"File whose first line is the password; smsotp-send's, mode 0400."},
	{"gateway", "auth", KEY_WORD, AT(gateway.auth), 0, 0, "password", auth_words,
		"How the gateway knows this host: by password, or by its address."},
	{"gateway", "sender_id", KEY_TOKEN, AT(gateway.sender_id), 0, CONFIG_WORD - 1, "", NULL,
		"The sender's name (DLT header), in its registered case."},
	{"gateway", "entity_id", KEY_DIGITS, AT(gateway.entity_id), 0, 32, "", NULL,
		"DLT id of the principal entity."},
	{"gateway", "template_id", KEY_DIGITS, AT(gateway.template_id), 0, 32, "", NULL,
		"DLT id of the template that [message] text matches."},
	{"gateway", "dlt", KEY_WORD, AT(gateway.dlt), 0, 0, "ids", dlt_words,
		"Where the DLT ids are: here (ids) or mapped to the feed at the gateway (panel)."},
	{"gateway", "ca_file", KEY_PATH, AT(gateway.ca_file), 0, CONFIG_PATH - 1, "", NULL,
		"Certificates to trust in place of the system's."},
	{"gateway", "pin", KEY_PINS, AT(gateway.pin), 0, CONFIG_PINS, "", NULL,
		"Public keys the gateway may have: sha256//BASE64=, up to two."},
	{"gateway", "proxy", KEY_PROXY, AT(gateway.proxy), 0, CONFIG_PATH - 1, "", NULL,
		"Proxy to the gateway; the environment's is never used."},
	{"gateway", "allow_prefixes", KEY_PREFIXES, AT(gateway.allow_prefixes), 0, CONFIG_LIST, "", NULL,
		"Prefixes of the phones that may get texts, as +91; empty for all."},
	{"gateway", "connect_timeout", KEY_NUMBER, AT(gateway.connect_timeout), 1, 30, "3", NULL,
		"Seconds to connect in."},
	{"gateway", "timeout", KEY_NUMBER, AT(gateway.timeout), 1, 60, "8", NULL,
		"Seconds for the whole request, at least connect_timeout."},
	{"gateway", "parallel", KEY_NUMBER, AT(gateway.parallel), 1, CONFIG_PARALLEL, "64", NULL,
		"Texts that may be under way side by side."},
	{"gateway", "max_age", KEY_NUMBER, AT(gateway.max_age), 5, 600, "60", NULL,
		"Seconds after which a text that could not leave is dropped."},

	{"message", "text", KEY_TEXT, AT(message.text), 1, CONFIG_PATH - 1,
		"Your sign-in code is {code}. It is valid for 15 minutes. Do not share it.", NULL,
		"The message, sent byte for byte, with one place {code}."},
	{"message", "help", KEY_LINE, AT(message.help), 0, 120, "", NULL,
		"A line shown to everybody after a refusal; empty for none."},

	{"audit", "journal", KEY_BOOL, AT(audit.journal), 0, 0, "yes", NULL,
		"Whether each event is also a line of text in the journal."},

	{CONFIG_SERVICE, "enabled", KEY_BOOL, AT_SERVICE(enabled), 0, 0, "yes", NULL,
		"Whether sign-in by text is on; no answers PAM_IGNORE."},
	{CONFIG_SERVICE, "also", KEY_NAMES, AT_SERVICE(also), 0, CONFIG_LIST, "", NULL,
		"Other PAM services that this section holds for."},
	{CONFIG_SERVICE, "users", KEY_USERS, AT_SERVICE(users), 0, CONFIG_USERS, "", NULL,
		"Login names that may get a text; with ! before each, those that may not."},
	{CONFIG_SERVICE, "trait", KEY_TRAIT, AT_SERVICE(trait), 0, CONFIG_WORD - 1, "", NULL,
		"trait=value that an identity must have to get a text."},
	{CONFIG_SERVICE, "ask", KEY_WORD, AT_SERVICE(ask), 0, 0, "user", ask_words,
		"Whose phone gets the code: the user's, or the caller's by real uid."},
	{CONFIG_SERVICE, "root", KEY_BOOL, AT_SERVICE(root), 0, 0, "yes", NULL,
		"Whether root may sign in."},
	{CONFIG_SERVICE, "identify", KEY_WORD, AT_SERVICE(identify), 0, 0, "name", identify_words,
		"What is typed at the name's prompt: a name, or a phone."},
	{CONFIG_SERVICE, "before", KEY_WORD, AT_SERVICE(before), 0, 0, "none", before_words,
		"What must have passed before: nothing, a public key or a password."},
	{CONFIG_SERVICE, "mode", KEY_WORD, AT_SERVICE(mode), 0, 0, "enforce", mode_words,
		"Whether a code is required, asked for, or only what would be is written down."},
	{CONFIG_SERVICE, "percent", KEY_NUMBER, AT_SERVICE(percent), 0, 100, "100", NULL,
		"Of the names, those that mode holds for; the others have otherwise."},
	{CONFIG_SERVICE, "otherwise", KEY_WORD, AT_SERVICE(otherwise), 0, 0, "observe", mode_words,
		"The mode of the names that are not in percent; not stricter than mode."},
};
/* clang-format on */

const struct config_builtin config_builtins[] = {
	{"sshd", "root", "no"},
	{"login", NULL, NULL},
	{"sudo", "also", "sudo-i"},
	{"su", "also", "su-l"},
	{"su", "ask", "caller"},
	{NULL, NULL, NULL},
};

const char *config_mode_name(enum service_mode mode)
{
	return mode_words[mode];
}

const struct config_key *config_key_find(const char *section, const char *name)
{
	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		const struct config_key *key = &config_keys[i];

		if (strcmp(key->section, section) == 0 && strcmp(key->name, name) == 0)
			return key;
	}
	return NULL;
}

const struct config_key *config_section_find(const char *section)
{
	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		if (strcmp(config_keys[i].section, section) == 0)
			return &config_keys[i];
	}
	return NULL;
}

struct config_mark *config_mark(
	struct config_origin *origin, const struct config_key *key, uint32_t service)
{
	size_t row = (size_t)(key - config_keys);

	if (strcmp(key->section, CONFIG_SERVICE) != 0)
		return &origin->key[row];
	return &origin->service[service][row - (CONFIG_KEYS - CONFIG_SERVICE_KEYS)];
}

enum result config_key_refuse(const struct config *config, const struct config_key *key,
	uint32_t service, const char *why, struct error *error)
{
	struct config_origin *origin = config->origin;
	const struct config_mark *mark = config_mark(origin, key, service);
	bool named = strcmp(key->section, CONFIG_SERVICE) == 0;
	char line[16] = "";

	if (mark->line > 0)
		snprintf(line, sizeof(line), ":%u", mark->line);
	return error_set(error, RESULT_INVALID, "%s%s: [%s%s%s] %s: %s", origin->file[mark->file],
		line, key->section, named ? " " : "", named ? config->service[service].name : "",
		key->name, why);
}

void *config_base(struct config *config, const struct config_key *key, uint32_t service)
{
	if (strcmp(key->section, CONFIG_SERVICE) != 0)
		return config;
	return &config->service[service];
}
