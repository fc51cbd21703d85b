/* SPDX-License-Identifier: BSD-3-Clause */
#include "reply.h"

#include <stdbool.h>
#include <string.h>

/* What is left to scan: [at, end). `folds`: marks, which are capitals, are found in any case. */
struct span {
	const char *at;
	const char *end;
	bool folds;
};

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char to_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Goes on in a name, so that REQID is not found in XREQID nor <ERROR in <ERRORS. */
static bool is_word(char c)
{
	return is_digit(c) || c == '_' || (to_upper(c) >= 'A' && to_upper(c) <= 'Z');
}

static bool span_begins(struct span span, const char *word)
{
	for (; *word != '\0'; word++, span.at++) {
		if (span.at == span.end)
			return false;
		if ((span.folds ? to_upper(*span.at) : *span.at) != *word)
			return false;
	}
	return true;
}

/* Moves behind the next `mark` that ends as a whole word. */
static bool span_find(struct span *span, const char *mark)
{
	size_t length = strlen(mark);

	for (struct span at = *span; at.at < at.end; at.at++) {
		if (!span_begins(at, mark))
			continue;
		const char *behind = at.at + length;
		if (behind < span->end && is_word(*behind))
			continue;
		span->at = behind;
		return true;
	}
	return false;
}

static void span_skip_blanks(struct span *span)
{
	while (span->at < span->end && is_blank(*span->at))
		span->at++;
}

static bool span_take(struct span *span, char c)
{
	if (span->at == span->end || *span->at != c)
		return false;
	span->at++;
	return true;
}

/* Digits, at least one; what does not fit `ret` is dropped. */
static bool span_digits(struct span *span, char ret[static REPORT_WORD_MAX + 1])
{
	const char *start = span->at;
	size_t length = 0;

	for (; span->at < span->end && is_digit(*span->at); span->at++) {
		if (length < REPORT_WORD_MAX)
			ret[length++] = *span->at;
	}
	if (span->at == start)
		return false;
	ret[length] = '\0';
	return true;
}

/* = 'digits' or = "digits", any blanks round '='. `ret` is set on true only. */
static bool attribute_value(struct span span, char ret[static REPORT_WORD_MAX + 1])
{
	char digits[REPORT_WORD_MAX + 1];

	span_skip_blanks(&span);
	if (!span_take(&span, '='))
		return false;
	span_skip_blanks(&span);
	char quote = '\'';
	if (!span_take(&span, quote)) {
		quote = '"';
		if (!span_take(&span, quote))
			return false;
	}
	if (!span_digits(&span, digits) || !span_take(&span, quote))
		return false;
	memcpy(ret, digits, sizeof(digits));
	return true;
}

/* Finds `name` = 'digits' within one tag. */
static bool tag_attribute(struct span tag, const char *name, char ret[static REPORT_WORD_MAX + 1])
{
	const char *start = tag.at;
	size_t length = strlen(name);

	while (span_find(&tag, name)) {
		const char *before = tag.at - length - 1;
		if ((before < start || !is_word(*before)) && attribute_value(tag, ret))
			return true;
	}
	return false;
}

/* The first `<element` whose tag has `name` = 'digits'. */
static bool element_attribute(struct span span, const char *element, const char *name,
	char ret[static REPORT_WORD_MAX + 1])
{
	while (span_find(&span, element)) {
		const char *close = memchr(span.at, '>', (size_t)(span.end - span.at));
		if (close == NULL)
			return false;
		if (tag_attribute((struct span){span.at, close, span.folds}, name, ret))
			return true;
		span.at = close;
	}
	return false;
}

/* <CODE>104<CODE> has been seen: what follows the digits does not matter. */
static void scan_code(struct span span, struct gateway_reply *reply)
{
	while (reply->code[0] == '\0' && span_find(&span, "<CODE")) {
		span_skip_blanks(&span);
		if (!span_take(&span, '>'))
			continue;
		span_skip_blanks(&span);
		(void)span_digits(&span, reply->code);
	}
}

static void scan_description(struct span span, struct gateway_reply *reply)
{
	size_t length = 0;

	if (!span_find(&span, "<DESC"))
		return;
	span_skip_blanks(&span);
	if (!span_take(&span, '>'))
		return;
	span_skip_blanks(&span);
	for (; span.at < span.end && *span.at != '<'; span.at++) {
		char c = *span.at;
		if (length + 1 == sizeof(reply->description))
			break;
		if (is_digit(c))
			c = 'x';
		else if (is_blank(c))
			c = ' ';
		else if (c < 0x20 || c >= 0x7f)
			c = '?';
		reply->description[length++] = c;
	}
	while (length > 0 && reply->description[length - 1] == ' ')
		length--;
	reply->description[length] = '\0';
}

static bool finds(struct span span, const char *mark)
{
	return span_find(&span, mark);
}

void gateway_reply_scan(const char *bytes, size_t size, struct gateway_reply *ret_reply)
{
	const struct span all = {bytes, bytes + size, false};
	const struct span any_case = {bytes, bytes + size, true};
	struct gateway_reply reply = {.word = GATEWAY_STRANGE};

	if (size == 0 || size > REPLY_SIZE_MAX || memchr(bytes, '\0', size) != NULL) {
		*ret_reply = reply;
		return;
	}
	bool result = element_attribute(all, "<RESULT", "REQID", reply.reqid);
	bool message = element_attribute(all, "<MID", "TID", reply.tid);
	if (finds(any_case, "<ERROR") || finds(any_case, "<REQUEST-ERROR")) {
		reply.word = GATEWAY_ERROR;
		scan_code(any_case, &reply);
		scan_description(any_case, &reply);
	} else if (!finds(all, "</RESULT")) {
		reply.word = finds(all, "<RESULT") ? GATEWAY_CUT : GATEWAY_STRANGE;
	} else if (result && message) {
		reply.word = GATEWAY_ACCEPTED;
	}
	*ret_reply = reply;
}
