/* SPDX-License-Identifier: BSD-3-Clause */
#include "passwd.h"

#include <string.h>

/* What is left of one line. */
struct rest {
	const char *at;
	const char *end;
};

/* isspace(3) of the C locale, whatever locale is set; a line has no end of line in it. */
static bool is_blank(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static void skip_blanks(struct rest *rest)
{
	while (rest->at < rest->end && is_blank(*rest->at))
		rest->at++;
}

/* Up to a colon, which goes too, or the end. */
static size_t take_text(struct rest *rest)
{
	size_t size = (size_t)(rest->end - rest->at);
	const char *colon = memchr(rest->at, ':', size);
	size_t length = colon == NULL ? size : (size_t)(colon - rest->at);

	rest->at += colon == NULL ? length : length + 1;
	return length;
}

/*
 * As strtoul(3) of 64 bits: blanks and a sign may stand before it, and a negative one comes round
 * from above. What is no number of 32 bits then is none.
 */
static bool take_number(struct rest *rest, uint32_t *ret_number)
{
	uint64_t number = 0;
	bool over = false;

	skip_blanks(rest);
	bool negative = rest->at < rest->end && *rest->at == '-';
	if (rest->at < rest->end && (*rest->at == '-' || *rest->at == '+'))
		rest->at++;
	const char *first = rest->at;
	for (; rest->at < rest->end && is_digit(*rest->at); rest->at++) {
		over = __builtin_mul_overflow(number, 10, &number) || over;
		over = __builtin_add_overflow(number, (uint64_t)(*rest->at - '0'), &number) || over;
	}
	bool none = rest->at == first || (rest->at < rest->end && *rest->at != ':');
	number = negative ? -number : number;
	if (none || over || number > UINT32_MAX)
		return false;
	rest->at += rest->at < rest->end ? 1 : 0;
	*ret_number = (uint32_t)number;
	return true;
}

/* A byte of zero ends what is read of a line. */
static struct rest take_line(struct passwd_text *text)
{
	const char *start = text->bytes + text->at;
	size_t left = text->size - text->at;
	const char *newline = memchr(start, '\n', left);
	size_t length = newline == NULL ? left : (size_t)(newline - start);

	text->at += newline == NULL ? length : length + 1;
	return (struct rest){.at = start, .end = start + strnlen(start, length)};
}

static bool is_nis(const struct passwd_line *line)
{
	return line->length > 0 && (line->name[0] == '+' || line->name[0] == '-');
}

bool passwd_next(struct passwd_text *text, struct passwd_line *ret_line)
{
	struct passwd_line line = {.name = NULL};
	uint32_t gid;

	while (text->at < text->size) {
		struct rest rest = take_line(text);
		skip_blanks(&rest);
		if (rest.at == rest.end || *rest.at == '#')
			continue;
		line.name = rest.at;
		line.length = take_text(&rest);
		if (is_nis(&line))
			continue;
		(void)take_text(&rest);
		if (take_number(&rest, &line.uid) && take_number(&rest, &gid)) {
			*ret_line = line;
			return true;
		}
		text->spoilt++;
	}
	return false;
}
