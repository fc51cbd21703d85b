/* SPDX-License-Identifier: BSD-3-Clause */
/* What a stranger types at login: where a phone may stand for a name; what is taken is E.164, is
 * itself when it is read again, and shows four digits when it is masked. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text, const char *country)
{
	char masked[PHONE_MASKED_SIZE];
	struct phone phone, again;

	if (phone_parse(text, country, &phone) != RESULT_OK)
		return;
	size_t digits = strspn(phone.e164 + 1, "0123456789");
	if (phone.e164[0] != '+' || phone.e164[1] == '0' || phone.e164[1 + digits] != '\0' ||
		digits > 15 || digits < 7)
		abort();
	phone_mask(&phone, masked);
	if (strlen(masked) != strlen(phone.e164) || strspn(masked + 3, "x") != digits - 4 ||
		strncmp(masked, phone.e164, 3) != 0 ||
		strcmp(masked + digits - 1, phone.e164 + digits - 1) != 0)
		abort();
	if (phone_parse(phone.e164, "", &again) != RESULT_OK || strcmp(phone.e164, again.e164) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	check(text, "");
	check(text, "91");
	check(text, "1");
	free(text);
	return 0;
}
