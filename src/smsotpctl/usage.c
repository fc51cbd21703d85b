/* SPDX-License-Identifier: BSD-3-Clause */
#include "usage.h"

#include "tool.h"

#define WORDS_SIZE  160
#define WORDS_WIDTH 29 /* a verb with more words has its sentence on the next line */

static const char common[] =
	"  --config FILE  find the socket by FILE instead of /etc/smsotp/smsotp.conf\n"
	"  --socket PATH  ask at PATH\n"
	"  --json         print the daemon's reply as JSON\n"
	"  --help         say more about a verb\n"
	"  --version\n";

static int verb_words(const struct tool_verb *verb, char *ret, size_t size)
{
	return snprintf(ret, size, "%s%s%s%s%s", verb->group, verb->group[0] == '\0' ? "" : " ",
		verb->name, verb->synopsis[0] == '\0' ? "" : " ", verb->synopsis);
}

void usage_all(FILE *to)
{
	char words[WORDS_SIZE];

	fputs("usage: smsotpctl [option ...] VERB\n\n", to);
	for (size_t i = 0; i < tool_verbs_count; i++) {
		int width = verb_words(&tool_verbs[i], words, sizeof(words));
		fprintf(to, "  %-*s%s", WORDS_WIDTH, words, width > WORDS_WIDTH ? "\n" : "");
		fprintf(to, "%*s%s\n", width > WORDS_WIDTH ? WORDS_WIDTH + 4 : 2, "",
			tool_verbs[i].sentence);
	}
	fprintf(to,
		"\n%s\n"
		"Exit status: 0 done, 1 refused, 2 wrong usage, 3 smsotpd does not answer,\n"
		"4 an import would change more than --max-change allows.\n",
		common);
}

void usage_verb(const struct tool_verb *verb, FILE *to)
{
	char words[WORDS_SIZE];

	verb_words(verb, words, sizeof(words));
	fprintf(to, "usage: smsotpctl [option ...] %s\n\nsmsotpctl %s%s%s: %s.\n", words,
		verb->group, verb->group[0] == '\0' ? "" : " ", verb->name, verb->sentence);
	if (verb->more[0] != '\0')
		fprintf(to, "\n%s", verb->more);
	fprintf(to, "\n%s", common);
}
