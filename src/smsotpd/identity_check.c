/* SPDX-License-Identifier: BSD-3-Clause */
#include "identity_check.h"

#include <string.h>

#include "log.h"

#define EMAIL_MAX 254 /* RFC 5321 section 4.5.3.1.3, less the angle brackets */

bool identity_name_valid(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length > IDENTITY_NAME_MAX || name[0] == '-')
		return false;
	for (; *name != '\0'; name++) {
		if (*name <= ' ' || *name >= 0x7f || strchr(":/,\"", *name) != NULL)
			return false;
	}
	return true;
}

enum result identity_name_check(const char *name, struct error *error)
{
	char shown[4 * IDENTITY_NAME_MAX + 1];

	if (identity_name_valid(name))
		return RESULT_OK;
	return error_set(error, RESULT_INVALID,
		"\"%s\" cannot name an identity; use a login name of at most %d letters, "
		"digits and marks",
		log_escape(name, shown, sizeof(shown)), IDENTITY_NAME_MAX);
}

bool trait_name_valid(const char *name)
{
	static const char *const taken[] = {"name", "uid", "suspended"};
	size_t length = strlen(name);

	if (length == 0 || length > TRAIT_NAME_MAX || name[0] < 'a' || name[0] > 'z')
		return false;
	if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != length)
		return false;
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		if (strcmp(name, taken[i]) == 0)
			return false;
	}
	return true;
}

enum result schema_check(const struct schema *schema, struct error *error)
{
	char shown[4 * TRAIT_NAME_MAX + 1];

	if (schema->count > SCHEMA_TRAITS_MAX)
		return error_set(
			error, RESULT_INVALID, "a schema has at most %d traits", SCHEMA_TRAITS_MAX);
	for (size_t i = 0; i < schema->count; i++) {
		const char *name = schema->trait[i].name;
		if (!trait_name_valid(name))
			return error_set(error, RESULT_INVALID,
				"\"%s\" cannot name a trait; use a-z, 0-9, _ and -, a letter "
				"first, "
				"and not name, uid or suspended",
				log_escape(name, shown, sizeof(shown)));
		if (schema_find(schema, name) != i)
			return error_set(error, RESULT_INVALID,
				"the schema has the trait %s twice; leave one of them out", name);
	}
	return RESULT_OK;
}

/* Bytes that follow a first byte of UTF-8 (RFC 3629 section 4), -1 where it cannot be a first. */
static int utf8_more(unsigned char first)
{
	if (first < 0x80)
		return 0;
	if (first >= 0xc2 && first <= 0xdf)
		return 1;
	if (first >= 0xe0 && first <= 0xef)
		return 2;
	return first >= 0xf0 && first <= 0xf4 ? 3 : -1;
}

/* UTF-8, but no C0 or C1 control: nothing that ends a line or drives a terminal. */
static bool is_plain(const char *value)
{
	const unsigned char *at = (const unsigned char *)value;

	while (*at != '\0') {
		unsigned char first = *at++;
		int more = utf8_more(first);
		bool control = first < 0x20 || first == 0x7f || (first == 0xc2 && *at < 0xa0);
		bool surrogate = first == 0xed && *at >= 0xa0;
		bool overlong = (first == 0xe0 && *at < 0xa0) || (first == 0xf0 && *at < 0x90);
		bool beyond = first == 0xf4 && *at >= 0x90;
		if (more < 0 || control || surrogate || overlong || beyond)
			return false;
		for (; more > 0; more--) {
			if ((*at++ & 0xc0) != 0x80)
				return false;
		}
	}
	return true;
}

static bool is_email(const char *value)
{
	const char *at = strchr(value, '@');

	if (at == NULL || at == value || strchr(at + 1, '@') != NULL || strlen(value) > EMAIL_MAX)
		return false;
	const char *domain = at + 1;
	size_t length = strlen(domain);
	if (length == 0 || domain[0] == '.' || domain[length - 1] == '.')
		return false;
	return strpbrk(value, " \t,;:<>()[]\"\\") == NULL && strstr(domain, "..") == NULL;
}

static enum result check_phone(const struct identity *identity, const struct trait *trait,
	const char *country, char value[static TRAIT_VALUE_MAX + 1], struct error *error)
{
	WIPED(phone) phone = {0};

	if (phone_parse(value, country, &phone) != RESULT_OK)
		return error_set(error, RESULT_INVALID,
			"%s of %s is no phone number; write it as + with country code and "
			"number%s",
			trait->name, identity->name,
			country[0] == '\0' ? ", or set country in [identity]" : "");
	memcpy(value, phone.e164, strlen(phone.e164) + 1);
	return RESULT_OK;
}

static enum result check_value(const struct identity *identity, const struct trait *trait,
	const char *country, char value[static TRAIT_VALUE_MAX + 1], struct error *error)
{
	if (value[0] == '\0' && trait->required)
		return error_set(error, RESULT_INVALID,
			"%s has no %s, which the schema requires; give it one, or leave the trait "
			"not required until all have one",
			identity->name, trait->name);
	if (value[0] == '\0')
		return RESULT_OK;
	if (!is_plain(value))
		return error_set(error, RESULT_INVALID,
			"%s of %s holds a control character or is not UTF-8; leave that out",
			trait->name, identity->name);
	if (trait->type == TRAIT_EMAIL && !is_email(value))
		return error_set(error, RESULT_INVALID,
			"%s of %s is no mail address; write it as user@domain", trait->name,
			identity->name);
	if (trait->type == TRAIT_PHONE)
		return check_phone(identity, trait, country, value, error);
	return RESULT_OK;
}

enum result identity_check(const struct schema *schema, const char *country,
	struct identity *identity, struct error *error)
{
	enum result result = identity_name_check(identity->name, error);

	for (size_t i = 0; i < schema->count && result == RESULT_OK; i++)
		result = check_value(
			identity, &schema->trait[i], country, identity->value[i], error);
	return result;
}
