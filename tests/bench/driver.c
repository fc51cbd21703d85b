/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the bench measures with. To be run by root in a private world.
 *
 *	driver run fork|exec [SLOTS]
 *		Standard input: one attempt a line, "PAUSE_US THINK_US CONFDIR SERVICE USER SOURCE
 *		TTY ANSWER" (attempt.h), each in a child, or in a child that is a program anew.
 *		SLOTS is a pipe's descriptor: as many bytes as are in it are worked on at once.
 *		Standard output: "BEGUN PROMPT AUTH WHOLE WAITED PROMPTS CODE" each.
 *	driver maps CONFDIR SERVICE USER
 *		/proc/self/maps before pam_start, a blank line, and the same at the prompt.
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

static int run(enum apart apart, int slots)
{
	struct attempt attempt = {.slots = slots};
	struct timing timing;

	while (scanf("%ld %ld %255s %255s %255s %255s %255s %255s", &attempt.pause_us,
		       &attempt.think_us, attempt.confdir, attempt.service, attempt.user,
		       attempt.source, attempt.tty, attempt.answer) == 8) {
		attempt_apart(&attempt, apart, &timing);
		printf("%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRIu32
		       " %d\n",
			timing.begun, timing.prompt, timing.auth, timing.whole, timing.waited,
			timing.prompts, timing.code);
	}
	return 0;
}

static char *show_maps(void *context)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];

	(void)context;
	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL)
		fputs(line, stdout);
	if (maps != NULL)
		fclose(maps);
	putchar('\n');
	return NULL;
}

static int maps(char **words)
{
	struct attempt attempt = {.slots = -1, .source = ANSWER_NONE, .tty = ANSWER_NONE};
	struct timing timing = {0};

	snprintf(attempt.confdir, sizeof(attempt.confdir), "%s", words[0]);
	snprintf(attempt.service, sizeof(attempt.service), "%s", words[1]);
	snprintf(attempt.user, sizeof(attempt.user), "%s", words[2]);
	(void)show_maps(NULL);
	attempt_here(&attempt, show_maps, NULL, &timing);
	return timing.prompts == 0;
}

static int flood(char **words)
{
	struct attempt attempt = {.slots = -1, .source = ANSWER_NONE, .answer = ANSWER_NONE};

	snprintf(attempt.confdir, sizeof(attempt.confdir), "%s", words[3]);
	snprintf(attempt.service, sizeof(attempt.service), "%s", words[4]);
	snprintf(attempt.user, sizeof(attempt.user), "%s", words[5]);
	snprintf(attempt.tty, sizeof(attempt.tty), "%s", words[6]);
	return flood_run(
		words[0], (unsigned int)atoi(words[1]), atoi(words[2]), &attempt, words[7]);
}

int main(int argc, char **argv)
{
	if ((argc == 3 || argc == 4) && strcmp(argv[1], "run") == 0)
		return run(strcmp(argv[2], "exec") == 0 ? APART_EXEC : APART_FORK,
			argc == 4 ? atoi(argv[3]) : -1);
	if (argc == 3 && strcmp(argv[1], "once") == 0)
		return attempt_once(atoi(argv[2]));
	if (argc == 5 && strcmp(argv[1], "maps") == 0)
		return maps(argv + 2);
	if (argc == 5 && strcmp(argv[1], "race") == 0)
		return race_run(atoi(argv[2]), argv[3], argv[4]);
	if (argc == 10 && strcmp(argv[1], "flood") == 0)
		return flood(argv + 2);
	errx(2, "run, maps, race or flood: see tests/bench/driver.c");
}
