/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the bench measures with. To be run by root in a private world.
 *
 *	driver run
 *		Standard input: one attempt a line, "PAUSE_US CONFDIR SERVICE USER SOURCE TTY
 *		ANSWER" (attempt.h). Standard output: "PROMPT AUTH WHOLE WAITED PROMPTS CODE" each.
 *	driver race COUNT CONFDIR SERVICE
 *		See race.h.
 *	driver flood KIND UID WORKERS CONFDIR SERVICE USER TTY SOCKET
 *		See flood.h.
 */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "flood.h"
#include "race.h"

static int run(void)
{
	struct attempt attempt;
	struct timing timing;

	while (scanf("%ld %255s %255s %255s %255s %255s %255s", &attempt.pause_us, attempt.confdir,
		       attempt.service, attempt.user, attempt.source, attempt.tty,
		       attempt.answer) == 7) {
		attempt_apart(&attempt, &timing);
		printf("%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRIu32 " %d\n",
			timing.prompt, timing.auth, timing.whole, timing.waited, timing.prompts,
			timing.code);
	}
	return 0;
}

static int flood(char **words)
{
	struct attempt attempt = {.source = ANSWER_NONE, .answer = ANSWER_NONE};

	snprintf(attempt.confdir, sizeof(attempt.confdir), "%s", words[3]);
	snprintf(attempt.service, sizeof(attempt.service), "%s", words[4]);
	snprintf(attempt.user, sizeof(attempt.user), "%s", words[5]);
	snprintf(attempt.tty, sizeof(attempt.tty), "%s", words[6]);
	return flood_run(
		words[0], (unsigned int)atoi(words[1]), atoi(words[2]), &attempt, words[7]);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "run") == 0)
		return run();
	if (argc == 5 && strcmp(argv[1], "race") == 0)
		return race_run(atoi(argv[2]), argv[3], argv[4]);
	if (argc == 10 && strcmp(argv[1], "flood") == 0)
		return flood(argv + 2);
	errx(2, "run, race or flood: see tests/bench/driver.c");
}
