/* SPDX-License-Identifier: BSD-3-Clause */
#include "usage.h"

#include "tool.h"

#define COLUMN 29 /* of the sentences in the list of verbs */

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
	char words[80];

	fputs("usage: smsotpctl [option ...] VERB\n\n", to);
	for (size_t i = 0; i < tool_verbs_count; i++) {
		bool wide = verb_words(&tool_verbs[i], words, sizeof(words)) > COLUMN;
		fprintf(to, "  %-*s%s  %s\n", COLUMN, words,
			wide ? "\n                               " : "", tool_verbs[i].sentence);
	}
	fprintf(to,
		"\n%s\n"
		"Exit status: 0 done, 1 refused, 2 wrong usage, 3 smsotpd does not answer.\n",
		common);
}

void usage_verb(const struct tool_verb *verb, FILE *to)
{
	char words[80];

	verb_words(verb, words, sizeof(words));
	fprintf(to, "usage: smsotpctl [option ...] %s\n\nsmsotpctl %s%s%s: %s.\n", words,
		verb->group, verb->group[0] == '\0' ? "" : " ", verb->name, verb->sentence);
	if (verb->more[0] != '\0')
		fprintf(to, "\n%s", verb->more);
	fprintf(to, "\n%s", common);
}
