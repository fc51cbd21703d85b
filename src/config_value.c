/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config_keys.h"
#include "config_url.h"

#define BLANKS           " \t,"
#define PIN_START        "sha256//"
#define PIN_SIZE         (sizeof(PIN_START) - 1 + 44) /* SHA-256 is 32 bytes, 44 in base64 */
#define SERVICE_NAME_MAX 63
#define USER_NAME_MAX    64

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char digits[] = "0123456789";

_Static_assert(sizeof(enum gateway_auth) == sizeof(unsigned int) &&
		       sizeof(enum gateway_dlt) == sizeof(unsigned int) &&
		       sizeof(enum service_ask) == sizeof(unsigned int) &&
		       sizeof(enum service_identify) == sizeof(unsigned int) &&
		       sizeof(enum service_before) == sizeof(unsigned int) &&
		       sizeof(enum service_mode) == sizeof(unsigned int),
	"set_word writes an unsigned int");

void config_list_add(char *list, size_t size, const char *item)
{
	size_t used = strlen(list);

	snprintf(list + used, size - used, "%s%s", used > 0 ? ", " : "", item);
}

static bool digits_only(const char *text)
{
	return text[strspn(text, digits)] == '\0';
}

static enum result set_number(
	const struct config_key *key, void *at, char *text, struct error *error)
{
	uint32_t *number = at;

	if (*text == '\0' || !digits_only(text))
		return error_set(error, RESULT_INVALID,
			"is not a whole number; write one from %u to %u", key->minimum,
			key->maximum);
	unsigned long value = strlen(text) > 9 ? UINT32_MAX : strtoul(text, NULL, 10);
	if (value < key->minimum || value > key->maximum)
		return error_set(error, RESULT_INVALID,
			"is out of range; write a whole number from %u to %u", key->minimum,
			key->maximum);
	*number = (uint32_t)value;
	return RESULT_OK;
}

static enum result set_bool(const struct config_key *key, void *at, char *text, struct error *error)
{
	bool *flag = at;

	(void)key;
	if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		return error_set(
			error, RESULT_INVALID, "is neither yes nor no; write one of the two");
	*flag = text[0] == 'y';
	return RESULT_OK;
}

static enum result set_word(const struct config_key *key, void *at, char *text, struct error *error)
{
	unsigned int *choice = at;
	char list[96] = "";

	for (unsigned int i = 0; key->words[i]; i++) {
		if (strcmp(key->words[i], text) == 0) {
			*choice = i;
			return RESULT_OK;
		}
		config_list_add(list, sizeof(list), key->words[i]);
	}
	return error_set(error, RESULT_INVALID, "is no such word; write one of %s", list);
}

/* NULL where `text` is what a string of this kind may be, else what to write. */
static const char *string_fault(const struct config_key *key, const char *text)
{
	if (*text == '\0')
		return key->minimum > 0 ? "is empty; write a value" : NULL;
	switch (key->kind) {
	case KEY_LINE:
	case KEY_TRAIT:
		for (const char *at = text; *at; at++) {
			if (*at < ' ' || *at > '~')
				return "has bytes that are not printable ASCII; leave them out";
		}
		return NULL;
	case KEY_TOKEN:
		for (const char *at = text; *at; at++) {
			if (*at <= ' ' || *at > '~')
				return "has blanks or bytes that are not ASCII; leave them out";
		}
		return NULL;
	case KEY_DIGITS:
		return digits_only(text) ? NULL : "has other bytes than digits; write digits only";
	case KEY_PATH:
		return *text == '/' ? NULL : "is no absolute path; write one that begins with /";
	case KEY_URL:
		return config_url_fault(text);
	case KEY_PROXY:
		return config_proxy_fault(text);
	default:
		return NULL;
	}
}

static enum result set_string(
	const struct config_key *key, void *at, char *text, struct error *error)
{
	const char *fault = string_fault(key, text);
	size_t size = strlen(text);

	if (size > key->maximum)
		return error_set(error, RESULT_INVALID, "is too long, %zu bytes; write at most %u",
			size, key->maximum);
	if (fault)
		return error_set(error, RESULT_INVALID, "%s", fault);
	/* All of it, so that equal configs are equal bytes. */
	memset(at, 0, (size_t)key->maximum + 1);
	memcpy(at, text, size);
	return RESULT_OK;
}

static bool pin_valid(const char *text)
{
	return strlen(text) == PIN_SIZE && strncmp(text, PIN_START, sizeof(PIN_START) - 1) == 0 &&
	       strspn(text + sizeof(PIN_START) - 1, base64) == 43 && text[PIN_SIZE - 1] == '=';
}

static bool prefix_valid(const char *text)
{
	size_t size = strlen(text);

	return text[0] == '+' && size >= 2 && size <= 16 && text[1] != '0' && digits_only(text + 1);
}

bool config_name_valid(const char *name)
{
	if (strlen(name) > SERVICE_NAME_MAX || !isalnum((unsigned char)*name))
		return false;
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._+@-")] == '\0';
}

/* As login.c labels a source: in the one canonical way of RFC 5952, so that text is compared. */
static bool address_valid(const char *text)
{
	char bare[INET6_ADDRSTRLEN] = "";
	char canonical[INET6_ADDRSTRLEN];
	uint8_t bytes[16];
	const char *slash = strchr(text, '/');
	int family = slash == NULL ? AF_INET : AF_INET6;
	size_t size = slash == NULL ? strlen(text) : (size_t)(slash - text);

	if (size >= sizeof(bare) || (slash != NULL && strcmp(slash, "/64") != 0))
		return false;
	memcpy(bare, text, size);
	if (inet_pton(family, bare, bytes) != 1)
		return false;
	if (family == AF_INET6)
		memset(bytes + 8, 0, 8);
	return inet_ntop(family, bytes, canonical, sizeof(canonical)) != NULL &&
	       strcmp(canonical, bare) == 0;
}

static bool user_valid(const char *text)
{
	text += text[0] == '!';
	return text[0] != '\0' && strlen(text) <= USER_NAME_MAX && strpbrk(text, "!:/,\"") == NULL;
}

static const char *entry_fault(const struct config_key *key, const char *entry)
{
	switch (key->kind) {
	case KEY_PINS:
		return pin_valid(entry) ? NULL
					: "has an entry that is no pin; write "
					  "sha256// and the 44 bytes of base64";
	case KEY_PREFIXES:
		return prefix_valid(entry)
			       ? NULL
			       : "has an entry that is no prefix; write a plus and digits, as +91";
	case KEY_ADDRESSES:
		return address_valid(entry) ? NULL
					    : "has an entry that is no address; write 192.0.2.1, "
					      "or 2001:db8::/64";
	case KEY_USERS:
		return user_valid(entry) ? NULL
					 : "has an entry that is no login name; write alice, "
					   "or !alice";
	default:
		return config_name_valid(entry) ? NULL
						: "has an entry that is no PAM service; "
						  "write names of files in /etc/pam.d";
	}
}

static enum result set_trait(
	const struct config_key *key, void *at, char *text, struct error *error)
{
	const char *equals = strchr(text, '=');

	if (text[0] != '\0' && (equals == NULL || equals == text || equals[1] == '\0'))
		return error_set(error, RESULT_INVALID, "names no value; write trait=value");
	return set_string(key, at, text, error);
}

static enum result set_list(const struct config_key *key, void *at, char *text, struct error *error)
{
	char list[CONFIG_USERS][CONFIG_WORD] = {{0}};
	char *rest = NULL;
	uint32_t count = 0;

	for (char *entry = strtok_r(text, BLANKS, &rest); entry;
		entry = strtok_r(NULL, BLANKS, &rest)) {
		if (key->kind == KEY_NAMES)
			config_name_lower(entry);
		const char *fault = entry_fault(key, entry);
		if (fault)
			return error_set(error, RESULT_INVALID, "%s", fault);
		if (count == key->maximum)
			return error_set(error, RESULT_INVALID,
				"has too many entries; write at most %u", key->maximum);
		memcpy(list[count++], entry, strlen(entry) + 1);
	}
	memcpy(at, list, key->maximum * sizeof(list[0]));
	return RESULT_OK;
}

void config_name_lower(char *name)
{
	for (; *name; name++) {
		if (*name >= 'A' && *name <= 'Z')
			*name = (char)(*name - 'A' + 'a');
	}
}

static enum result (*const setters[KEY_KINDS])(
	const struct config_key *, void *, char *, struct error *) = {
	[KEY_NUMBER] = set_number,
	[KEY_BOOL] = set_bool,
	[KEY_WORD] = set_word,
	[KEY_TEXT] = set_string,
	[KEY_LINE] = set_string,
	[KEY_TOKEN] = set_string,
	[KEY_DIGITS] = set_string,
	[KEY_PATH] = set_string,
	[KEY_URL] = set_string,
	[KEY_PROXY] = set_string,
	[KEY_PINS] = set_list,
	[KEY_PREFIXES] = set_list,
	[KEY_NAMES] = set_list,
	[KEY_ADDRESSES] = set_list,
	[KEY_USERS] = set_list,
	[KEY_TRAIT] = set_trait,
};

enum result config_value_set(
	const struct config_key *key, void *base, const char *text, struct error *error)
{
	char bare[CONFIG_LINE];
	size_t size = strlen(text);
	bool quoted = size >= 2 && text[0] == '"' && text[size - 1] == '"';

	if (size >= sizeof(bare))
		return error_set(error, RESULT_INVALID, "is too long; write a shorter value");
	if (text[0] == '"' && !quoted)
		return error_set(error, RESULT_INVALID,
			"begins with a quote that does not end; put a quote at its end as well");
	for (const char *at = text; *at; at++) {
		bool blank = *at == '\t' && setters[key->kind] == set_list;

		if (((unsigned char)*at < ' ' && !blank) || *at == 0x7f)
			return error_set(error, RESULT_INVALID,
				"has a control byte; write blanks, not tabs, and one line only");
	}
	memcpy(bare, text + quoted, size + 1 - quoted);
	if (quoted)
		bare[size - 2] = '\0';
	return setters[key->kind](key, (char *)base + key->offset, bare, error);
}

static void print_list(const char (*list)[CONFIG_WORD], uint32_t maximum, FILE *to)
{
	for (uint32_t i = 0; i < maximum && list[i][0]; i++)
		fprintf(to, "%s%s", i > 0 ? " " : "", list[i]);
}

/* In quotes where config_value_set would otherwise drop or take something. */
static void print_string(const char *text, FILE *to)
{
	size_t size = strlen(text);
	bool quote = size > 0 && (text[0] == '"' || text[0] == ' ' || text[size - 1] == ' ');

	fprintf(to, quote ? "\"%s\"" : "%s", text);
}

void config_value_print(const struct config_key *key, const void *base, FILE *to)
{
	const void *at = (const char *)base + key->offset;

	switch (key->kind) {
	case KEY_NUMBER:
		fprintf(to, "%u", *(const uint32_t *)at);
		return;
	case KEY_BOOL:
		fputs(*(const bool *)at ? "yes" : "no", to);
		return;
	case KEY_WORD:
		fputs(key->words[*(const unsigned int *)at], to);
		return;
	case KEY_PINS:
	case KEY_PREFIXES:
	case KEY_NAMES:
	case KEY_ADDRESSES:
	case KEY_USERS:
		print_list(at, key->maximum, to);
		return;
	default:
		print_string(at, to);
	}
}
