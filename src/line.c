/* SPDX-License-Identifier: BSD-3-Clause */
#include "line.h"

#include <stdio.h>

#define SECONDS_PER_MINUTE 60
#define PROMPT_SIZE        64

/* "Code (r: resend in 30 s) (not yet required): " */
static void prompt_write(const struct answer *answer, char ret[static PROMPT_SIZE])
{
	const char *end = answer->verdict == VERDICT_ASK_WAIVED ? " (" WAIVER ")" : "";

	if (answer->resend == RESEND_NEVER || answer->line == LINE_NO_TEXTS)
		snprintf(ret, PROMPT_SIZE, "Code%s: ", end);
	else if (answer->resend == 0)
		snprintf(ret, PROMPT_SIZE, "Code (r: resend)%s: ", end);
	else
		snprintf(ret, PROMPT_SIZE, "Code (r: resend in %u s)%s: ", answer->resend, end);
}

/* "4 minutes", rounded up. */
static void wait_write(uint32_t seconds, char ret[static PROMPT_SIZE])
{
	uint32_t minutes = seconds / SECONDS_PER_MINUTE + (seconds % SECONDS_PER_MINUTE != 0);

	if (minutes <= 1)
		snprintf(ret, PROMPT_SIZE, "1 minute");
	else
		snprintf(ret, PROMPT_SIZE, "%u minutes", minutes);
}

void line_write(const struct answer *answer, char ret[static LINE_SIZE])
{
	char prompt[PROMPT_SIZE];
	char wait[PROMPT_SIZE];
	const char *tries = answer->tries == 1 ? "try" : "tries";
	const char *waiver = answer->verdict == VERDICT_WAIVED ? " (" WAIVER ")" : "";
	const char *gap = answer->help[0] == '\0' ? "" : " ";

	prompt_write(answer, prompt);
	wait_write(answer->seconds, wait);
	switch (answer->line) {
	case LINE_SENT:
		snprintf(ret, LINE_SIZE, "We sent a code to your registered phone. %s", prompt);
		return;
	case LINE_WRONG:
		snprintf(ret, LINE_SIZE, "That code is not right, %u %s left. %s", answer->tries,
			tries, prompt);
		return;
	case LINE_EXPIRED:
		snprintf(ret, LINE_SIZE, "That code has expired. %s", prompt);
		return;
	case LINE_NO_TEXTS:
		snprintf(
			ret, LINE_SIZE, "No more texts for now, try again in %s. %s", wait, prompt);
		return;
	case LINE_LOCKED:
		snprintf(ret, LINE_SIZE, "Too many wrong codes. Try again in %s.%s%s%s", wait,
			waiver, gap, answer->help);
		return;
	case LINE_NONE:
	case LINE_UNAVAILABLE:
	case LINE_COUNT:
		break;
	}
	snprintf(ret, LINE_SIZE, "Sign-in by text is not available now.%s%s%s", waiver, gap,
		answer->help);
}
