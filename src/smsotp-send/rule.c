/* SPDX-License-Identifier: BSD-3-Clause */
#include "rule.h"

#include <stdbool.h>
#include <string.h>

#define DIGITS "0123456789"

static bool text_valid(const struct text *text)
{
	const char *phone = text->phone.e164;
	const char *code = text->code.digits;
	size_t digits = phone[0] == '+' ? strspn(phone + 1, DIGITS) : 0;
	size_t code_digits = strspn(code, DIGITS);

	return digits >= PHONE_DIGITS_MIN && phone[1 + digits] == '\0' &&
	       code_digits >= CODE_DIGITS_MIN && code[code_digits] == '\0';
}

enum result rule_check(
	const struct config_gateway *gateway, const struct text *text, struct error *error)
{
	if (!text_valid(text))
		return error_set(error, RESULT_INVALID,
			"smsotpd handed over a malformed phone or code: run the same version of "
			"both");
	const char *barred = config_phone_barred(gateway, text->phone.e164);
	if (barred != NULL)
		return error_set(error, RESULT_REFUSED, "%s", barred);
	const char *missing = config_dlt_missing(gateway, text->phone.e164);
	if (missing != NULL)
		return error_set(error, RESULT_REFUSED,
			"carriers drop texts to +91 without DLT ids: set [gateway] %s, or dlt = "
			"panel",
			missing);
	return RESULT_OK;
}
