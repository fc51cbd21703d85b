/* SPDX-License-Identifier: BSD-3-Clause */
#include "gsm.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "secret.h"

#define BAD_CHARACTER UINT32_MAX

/* What of the default alphabet is not ASCII: TS 23.038 section 6.2.1, by code point. */
static const uint16_t basic[] = {
	0x00a1,
	0x00a3,
	0x00a4,
	0x00a5,
	0x00a7,
	0x00bf,
	0x00c4,
	0x00c5,
	0x00c6,
	0x00c7,
	0x00c9,
	0x00d1,
	0x00d6,
	0x00d8,
	0x00dc,
	0x00df,
	0x00e0,
	0x00e4,
	0x00e5,
	0x00e6,
	0x00e8,
	0x00e9,
	0x00ec,
	0x00f1,
	0x00f2,
	0x00f6,
	0x00f8,
	0x00f9,
	0x00fc,
	0x0393,
	0x0394,
	0x0398,
	0x039b,
	0x039e,
	0x03a0,
	0x03a3,
	0x03a6,
	0x03a8,
	0x03a9,
};

/* Decodes one character of UTF-8 (RFC 3629); a NUL ends a sequence early and so spoils it. */
static uint32_t character_next(const char **text)
{
	const unsigned char *at = (const unsigned char *)*text;
	size_t more = at[0] < 0x80             ? 0
		      : (at[0] & 0xe0) == 0xc0 ? 1
		      : (at[0] & 0xf0) == 0xe0 ? 2
					       : 3;
	uint32_t value = more == 0 ? at[0] : at[0] & (0x3fu >> more);

	/* Four bytes lie outside the GSM alphabets, so they need no decoding. */
	if (more == 3)
		return BAD_CHARACTER;
	for (size_t i = 1; i <= more; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return BAD_CHARACTER;
		value = value << 6 | (at[i] & 0x3fu);
	}
	/* The longer form of a character is another byte string than the one it stands for. */
	if ((more == 1 && value < 0x80) || (more == 2 && value < 0x800))
		return BAD_CHARACTER;
	*text += more + 1;
	return value;
}

/* 1 in the default alphabet, 2 in its extension table, 0 in neither. */
static size_t character_septets(uint32_t character)
{
	if (character == '\f' || character == 0x20ac)
		return 2;
	if (character < 0x80 && strchr("^{}\\[~]|", (int)character) != NULL)
		return 2;
	if (character == '\n' || character == '\r')
		return 1;
	if (character >= 0x20 && character < 0x7f)
		return character == '`' ? 0 : 1;
	for (size_t i = 0; i < sizeof(basic) / sizeof(basic[0]); i++) {
		if (basic[i] == character)
			return 1;
	}
	return 0;
}

enum result gsm_septets(const char *text, size_t *ret_septets, size_t *ret_at)
{
	const char *at = text;
	size_t septets = 0;

	while (*at != '\0') {
		const char *start = at;
		uint32_t character = character_next(&at);
		size_t more = character == BAD_CHARACTER ? 0 : character_septets(character);
		if (more == 0) {
			*ret_at = (size_t)(start - text);
			return RESULT_INVALID;
		}
		septets += more;
	}
	*ret_septets = septets;
	return RESULT_OK;
}

enum result message_check(const char *text, struct error *error)
{
	const size_t place = sizeof(MESSAGE_PLACE) - 1;
	const char *first = strstr(text, MESSAGE_PLACE);
	size_t septets = 0;
	size_t at = 0;

	if (first == NULL)
		return error_set(error, RESULT_INVALID,
			"the text has no place for the code: write " MESSAGE_PLACE
			" where it stands");
	if (strstr(first + place, MESSAGE_PLACE) != NULL)
		return error_set(error, RESULT_INVALID,
			"the text has more than one " MESSAGE_PLACE ": leave one");
	if (gsm_septets(text, &septets, &at) != RESULT_OK)
		return error_set(error, RESULT_INVALID,
			"the text's byte %zu (0x%02x) begins a character outside the GSM alphabet: "
			"replace it, or each text costs as several and may not match its template",
			at + 1, (unsigned char)text[at]);
	/* Each brace of the place counts two septets, and the place is not sent. */
	septets = septets - (place + 2) + CODE_DIGITS_MAX;
	if (septets > GSM_PART_SEPTETS)
		return error_set(error, RESULT_INVALID,
			"the text takes %zu septets with a code of %d digits and one part holds "
			"%d: "
			"shorten it",
			septets, CODE_DIGITS_MAX, GSM_PART_SEPTETS);
	return RESULT_OK;
}
