/* SPDX-License-Identifier: BSD-3-Clause */
#include "secret.h"

#include <string.h>

void code_wipe(struct code *code)
{
	explicit_bzero(code, sizeof(*code));
}

void phone_wipe(struct phone *phone)
{
	explicit_bzero(phone, sizeof(*phone));
}

void reply_wipe(struct reply *reply)
{
	explicit_bzero(reply, sizeof(*reply));
}

void password_wipe(struct password *password)
{
	explicit_bzero(password, sizeof(*password));
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Copies the digits of `text` to the end of `digits`; anything but digits and separators fails. */
static bool digits_append(struct phone *digits, size_t *length, const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr(" -.()", *text) != NULL)
			continue;
		if (!is_digit(*text) || *length > PHONE_DIGITS_MAX)
			return false;
		digits->e164[(*length)++] = *text;
	}
	return true;
}

static const char *skip_separators(const char *text)
{
	return text + strspn(text, " -.()");
}

enum result phone_parse(const char *text, const char *country, struct phone *ret_phone)
{
	WIPED(phone) phone = {.e164 = "+"};
	size_t length = 1;
	bool international = true;

	text = skip_separators(text);
	if (text[0] == '+') {
		text++;
	} else if (text[0] == '0' && text[1] == '0') {
		text += 2;
	} else {
		international = false;
		if (text[0] == '0')
			text++;
	}
	if (!international && (country[0] == '\0' || !digits_append(&phone, &length, country)))
		return RESULT_INVALID;
	if (!digits_append(&phone, &length, text))
		return RESULT_INVALID;
	if (length < 1 + PHONE_DIGITS_MIN || length > 1 + PHONE_DIGITS_MAX || phone.e164[1] == '0')
		return RESULT_INVALID;
	*ret_phone = phone;
	return RESULT_OK;
}

void phone_mask(const struct phone *phone, char ret[static PHONE_MASKED_SIZE])
{
	size_t length = strlen(phone->e164);

	memset(ret, 0, PHONE_MASKED_SIZE);
	for (size_t i = 0; i < length; i++) {
		bool shown = i < 3 || i + 2 >= length;
		ret[i] = shown ? phone->e164[i] : 'x';
	}
}
