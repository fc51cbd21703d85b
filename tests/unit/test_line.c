/* SPDX-License-Identifier: BSD-3-Clause */
/* The words for the user, to the letter. */
#include "line.h"
#include "test.h"

static const struct {
	const char *sentence;
	struct answer answer;
	const char *text;
} lines[] = {
	{"sent, resend later", {.line = LINE_SENT, .resend = 30, .help = ""},
		"We sent a code to your registered phone. Code (r: resend in 30 s): "},
	{"sent, resend now", {.line = LINE_SENT, .help = ""},
		"We sent a code to your registered phone. Code (r: resend): "},
	{"sent, no resend", {.line = LINE_SENT, .resend = RESEND_NEVER, .help = ""},
		"We sent a code to your registered phone. Code: "},
	{"three tries", {.line = LINE_WRONG, .tries = 3, .help = ""},
		"That code is not right, 3 tries left. Code (r: resend): "},
	{"one try", {.line = LINE_WRONG, .tries = 1, .resend = 7, .help = ""},
		"That code is not right, 1 try left. Code (r: resend in 7 s): "},
	{"expired", {.line = LINE_EXPIRED, .help = ""},
		"That code has expired. Code (r: resend): "},
	{"no texts for seven minutes", {.line = LINE_NO_TEXTS, .seconds = 420, .help = ""},
		"No more texts for now, try again in 7 minutes. Code: "},
	{"no texts for a minute", {.line = LINE_NO_TEXTS, .seconds = 59, .help = ""},
		"No more texts for now, try again in 1 minute. Code: "},
	{"a prompt shows no help", {.line = LINE_SENT, .help = "No code? Call 5555."},
		"We sent a code to your registered phone. Code (r: resend): "},
	{"locked for four minutes", {.line = LINE_LOCKED, .seconds = 240, .help = ""},
		"Too many wrong codes. Try again in 4 minutes."},
	{"a second more is a minute more", {.line = LINE_LOCKED, .seconds = 241, .help = ""},
		"Too many wrong codes. Try again in 5 minutes."},
	{"sixty seconds are one minute", {.line = LINE_LOCKED, .seconds = 60, .help = ""},
		"Too many wrong codes. Try again in 1 minute."},
	{"sixty-one are two", {.line = LINE_LOCKED, .seconds = 61, .help = ""},
		"Too many wrong codes. Try again in 2 minutes."},
	{"a moment is a minute", {.line = LINE_LOCKED, .seconds = 1, .help = ""},
		"Too many wrong codes. Try again in 1 minute."},
	{"locked, with help", {.line = LINE_LOCKED, .seconds = 60, .help = "No code? Call 5555."},
		"Too many wrong codes. Try again in 1 minute. No code? Call 5555."},
	{"waived, sent",
		{.verdict = VERDICT_ASK_WAIVED, .line = LINE_SENT, .resend = 30, .help = ""},
		"We sent a code to your registered phone. Code (r: resend in 30 s) (not yet "
		"required): "},
	{"waived, resend now", {.verdict = VERDICT_ASK_WAIVED, .line = LINE_EXPIRED, .help = ""},
		"That code has expired. Code (r: resend) (not yet required): "},
	{"waived, no resend",
		{.verdict = VERDICT_ASK_WAIVED,
			.line = LINE_SENT,
			.resend = RESEND_NEVER,
			.help = ""},
		"We sent a code to your registered phone. Code (not yet required): "},
	{"waived, no texts",
		{.verdict = VERDICT_ASK_WAIVED, .line = LINE_NO_TEXTS, .seconds = 420, .help = ""},
		"No more texts for now, try again in 7 minutes. Code (not yet required): "},
	{"waived, locked",
		{.verdict = VERDICT_WAIVED, .line = LINE_LOCKED, .seconds = 60, .help = "Call."},
		"Too many wrong codes. Try again in 1 minute. (not yet required) Call."},
	{"waived, unavailable", {.verdict = VERDICT_WAIVED, .line = LINE_UNAVAILABLE, .help = ""},
		"Sign-in by text is not available now. (not yet required)"},
	{"unavailable", {.line = LINE_UNAVAILABLE, .help = ""},
		"Sign-in by text is not available now."},
	{"unavailable, with help", {.line = LINE_UNAVAILABLE, .help = "Call 5555."},
		"Sign-in by text is not available now. Call 5555."},
};

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		char text[LINE_SIZE];

		line_write(&lines[i].answer, text);
		HOLDS(lines[i].sentence, strcmp(text, lines[i].text) == 0);
	}
}

static void assert_fits(const char *text)
{
	assert_true(strlen(text) < 200);
	for (; *text != '\0'; text++)
		assert_in_range(*text, 0x20, 0x7e);
}

/* With the longest help and the widest numbers that a frame can bring. */
static void test_every_line_is_short_and_ascii(void **state)
{
	static const uint32_t numbers[] = {0, 1, 59, 3600, UINT32_MAX - 1, UINT32_MAX};
	char help[HELP_SIZE_MAX + 1] = "";

	(void)state;
	memset(help, 'h', HELP_SIZE_MAX);
	for (int line = 0; line < LINE_COUNT; line++) {
		for (size_t i = 0; i < COUNT(numbers); i++) {
			const struct answer answer = {.line = (enum line)line,
				.tries = numbers[i],
				.seconds = numbers[i],
				.resend = numbers[i],
				.help = help};
			char text[LINE_SIZE];

			line_write(&answer, text);
			assert_fits(text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_every_line_is_short_and_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
