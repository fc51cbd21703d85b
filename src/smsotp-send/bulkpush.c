/* SPDX-License-Identifier: BSD-3-Clause */
#include "bulkpush.h"

#include <string.h>

/* In the documented case: the gateway seems to take any, but nobody promises that. */
struct parameter {
	const char *name;
	const char *value;
};

static bool byte_unreserved(unsigned char byte)
{
	return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
	       (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' ||
	       byte == '~';
}

static bool byte_put(struct form *form, char byte)
{
	if (form->length + 1 >= sizeof(form->bytes))
		return false;
	form->bytes[form->length++] = byte;
	return true;
}

/*
 * Percent-encodes everything but RFC 3986 section 2.3 unreserved, a blank as %20: '+' for a blank
 * would rest on how the gateway decodes a form.
 */
static bool value_put(struct form *form, const char *value)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; *value != '\0'; value++) {
		unsigned char byte = (unsigned char)*value;
		bool put = byte_unreserved(byte)
				   ? byte_put(form, (char)byte)
				   : byte_put(form, '%') && byte_put(form, hex[byte >> 4]) &&
					     byte_put(form, hex[byte & 15]);
		if (!put)
			return false;
	}
	return true;
}

static bool parameter_put(struct form *form, const struct parameter *parameter)
{
	if (parameter->value[0] == '\0')
		return true;
	if (form->length > 0 && !byte_put(form, '&'))
		return false;
	return value_put(form, parameter->name) && byte_put(form, '=') &&
	       value_put(form, parameter->value);
}

enum result form_build(const struct config_gateway *gateway, const struct password *password,
	const struct phone *phone, const struct message *message, struct form *ret_form)
{
	WIPED(form) form = {0};
	const char *e164 = phone->e164;
	const struct parameter parameters[] = {
		{"feedid", gateway->feed_id}, {"username", gateway->username},
		{"password", gateway->auth == AUTH_PASSWORD ? password->text : ""},
		{"To", e164[0] == '+' ? e164 + 1 : e164}, {"Text", message->text},
		{"templateid", gateway->template_id}, {"entityid", gateway->entity_id},
		{"senderid", gateway->sender_id},
		{"async", "0"}, /* the reply speaks of this message */
		{"short", "0"}, /* no links are rewritten: the text must match its template */
	};

	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
		if (!parameter_put(&form, &parameters[i]))
			return RESULT_FULL;
	}
	*ret_form = form;
	return RESULT_OK;
}

void form_wipe(struct form *form)
{
	explicit_bzero(form, sizeof(*form));
}
