/* SPDX-License-Identifier: BSD-3-Clause */
#include "rule.h"

#include <stdbool.h>
#include <string.h>

#define DIGITS "0123456789"

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static bool text_valid(const struct text *text)
{
	const char *phone = text->phone.e164;
	const char *code = text->code.digits;
	size_t digits = phone[0] == '+' ? strspn(phone + 1, DIGITS) : 0;
	size_t code_digits = strspn(code, DIGITS);

	return digits >= PHONE_DIGITS_MIN && phone[1 + digits] == '\0' &&
	       code_digits >= CODE_DIGITS_MIN && code[code_digits] == '\0';
}

/* Carriers of India drop a text without its registered ids and tell nobody. */
static const char *dlt_missing(const struct config_gateway *gateway, const struct phone *phone)
{
	bool entity = gateway->entity_id[0] != '\0';
	bool template = gateway->template_id[0] != '\0';

	if (gateway->dlt == DLT_PANEL || !starts_with(phone->e164, "+91") || (entity && template))
		return NULL;
	if (!entity && !template)
		return "entity_id and template_id";
	return entity ? "template_id" : "entity_id";
}

enum result rule_check(
	const struct config_gateway *gateway, const struct text *text, struct error *error)
{
	if (!text_valid(text))
		return error_set(error, RESULT_INVALID,
			"smsotpd handed over a malformed phone or code: run the same version of "
			"both");
	if (!config_prefix_allowed(gateway, text->phone.e164))
		return error_set(error, RESULT_REFUSED,
			"the phone's country is not in [gateway] allow_prefixes: add it, or "
			"correct "
			"the phone");
	const char *missing = gateway->stub ? NULL : dlt_missing(gateway, &text->phone);
	if (missing != NULL)
		return error_set(error, RESULT_REFUSED,
			"carriers drop texts to +91 without DLT ids: set [gateway] %s, or dlt = "
			"panel",
			missing);
	return RESULT_OK;
}
