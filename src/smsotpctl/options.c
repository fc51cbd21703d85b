/* SPDX-License-Identifier: BSD-3-Clause */
#include "options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "usage.h"
#include "version.h"

#define LINES_DEFAULT 20
#define LINES_MAX     1000000

/* Of options that have no short form. */
enum letter {
	LETTER_USER = 256,
	LETTER_ID,
	LETTER_KIND,
	LETTER_SINCE,
	LETTER_PROMETHEUS,
	LETTER_OUTPUT,
	LETTER_DRY_RUN,
	LETTER_REPLACE,
	LETTER_ONLY,
	LETTER_MAX_CHANGE,
	LETTER_FORMAT,
};

static const struct option table[] = {
	{"config", required_argument, NULL, 'c'},
	{"socket", required_argument, NULL, 's'},
	{"json", no_argument, NULL, 'j'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{"reveal", no_argument, NULL, 'r'},
	{"force", no_argument, NULL, 'F'},
	{"all", no_argument, NULL, 'a'},
	{"follow", no_argument, NULL, 'f'},
	{"user", required_argument, NULL, LETTER_USER},
	{"id", required_argument, NULL, LETTER_ID},
	{"kind", required_argument, NULL, LETTER_KIND},
	{"since", required_argument, NULL, LETTER_SINCE},
	{"prometheus", no_argument, NULL, LETTER_PROMETHEUS},
	{"output", required_argument, NULL, LETTER_OUTPUT},
	{"service", required_argument, NULL, 'S'},
	{"from", required_argument, NULL, 'A'},
	{"key", required_argument, NULL, 'K'},
	{"uid", required_argument, NULL, 'U'},
	{"tty", required_argument, NULL, 'T'},
	{"password", no_argument, NULL, 'p'},
	{"owner", required_argument, NULL, 'O'},
	{"reason", required_argument, NULL, 'R'},
	{"until", required_argument, NULL, 'D'},
	{"confirm", required_argument, NULL, 'C'},
	{"confirmed", no_argument, NULL, 'Y'},
	{"dry-run", no_argument, NULL, LETTER_DRY_RUN},
	{"replace", no_argument, NULL, LETTER_REPLACE},
	{"only", required_argument, NULL, LETTER_ONLY},
	{"max-change", required_argument, NULL, LETTER_MAX_CHANGE},
	{"format", required_argument, NULL, LETTER_FORMAT},
	{NULL, 0, NULL, 0},
};

#define VALUE(member) offsetof(struct tool, member)
#define NO_VALUE      0 /* there stands `config`, which is no verb's own */

/* Options that a verb has to take, by their letter, and where their value goes. */
static const struct {
	int letter;
	enum tool_option option;
	size_t value;
} flags[] = {
	{'r', OPTION_REVEAL, NO_VALUE},
	{'F', OPTION_FORCE, NO_VALUE},
	{'a', OPTION_ALL, NO_VALUE},
	{'n', OPTION_LINES, NO_VALUE},
	{'f', OPTION_FOLLOW, NO_VALUE},
	{LETTER_USER, OPTION_USER, VALUE(user)},
	{LETTER_ID, OPTION_ID, VALUE(id)},
	{LETTER_KIND, OPTION_KIND, VALUE(kind)},
	{LETTER_SINCE, OPTION_SINCE, VALUE(since)},
	{LETTER_PROMETHEUS, OPTION_PROMETHEUS, NO_VALUE},
	{LETTER_OUTPUT, OPTION_OUTPUT, VALUE(output)},
	{'S', OPTION_SERVICE, VALUE(service)},
	{'A', OPTION_FROM, VALUE(from)},
	{'K', OPTION_KEY, VALUE(key)},
	{'U', OPTION_UID, VALUE(uid)},
	{'T', OPTION_TTY, VALUE(tty)},
	{'p', OPTION_PASSWORD, NO_VALUE},
	{'O', OPTION_OWNER, VALUE(owner)},
	{'R', OPTION_REASON, VALUE(reason)},
	{'D', OPTION_UNTIL, VALUE(until)},
	{'C', OPTION_CONFIRM, NO_VALUE},
	{'Y', OPTION_CONFIRMED, NO_VALUE},
	{LETTER_DRY_RUN, OPTION_DRY_RUN, NO_VALUE},
	{LETTER_REPLACE, OPTION_REPLACE, NO_VALUE},
	{LETTER_ONLY, OPTION_ONLY, VALUE(only)},
	{LETTER_MAX_CHANGE, OPTION_MAX_CHANGE, NO_VALUE},
	{LETTER_FORMAT, OPTION_FORMAT, VALUE(format)},
};

struct said {
	bool help;
	bool version;
	bool wrong;
};

static void note_flag(struct tool *tool, int letter)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (flags[i].letter != letter)
			continue;
		tool->options |= (unsigned int)flags[i].option;
		if (flags[i].value != NO_VALUE)
			memcpy((char *)tool + flags[i].value, &optarg, sizeof(optarg));
	}
}

static bool read_lines(const char *text, long *ret_lines)
{
	char *end = NULL;
	long lines = strtol(text, &end, 10);

	if (end == text || *end != '\0' || lines < 1 || lines > LINES_MAX)
		return false;
	*ret_lines = lines;
	return true;
}

/* "90", "90s", "10m" or "2h", in seconds. */
static bool read_time(const char *text, long *ret_seconds)
{
	static const struct {
		const char *unit;
		long seconds;
	} units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}};
	char *end = NULL;
	long number = strtol(text, &end, 10);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (end == text || strcmp(end, units[i].unit) != 0 || number < 1 ||
			number > LINES_MAX)
			continue;
		*ret_seconds = number * units[i].seconds;
		return true;
	}
	return false;
}

/* "5", "5%", "5 %" */
static bool read_percent(const char *text, long *ret_percent)
{
	char *end = NULL;
	long percent = strtol(text, &end, 10);

	while (*end == ' ')
		end++;
	if (end == text || (*end != '\0' && strcmp(end, "%") != 0) || percent < 0 || percent > 100)
		return false;
	*ret_percent = percent;
	return true;
}

static bool is_format(const char *text)
{
	return strcmp(text, "csv") == 0 || strcmp(text, "jsonl") == 0;
}

static void read_options(int argc, char **argv, struct tool *tool, struct said *said)
{
	int choice;

	while ((choice = getopt_long(argc, argv, "hn:f", table, NULL)) != -1) {
		note_flag(tool, choice);
		if (choice == 'c')
			tool->config = optarg;
		else if (choice == 's')
			tool->socket = optarg;
		else if (choice == 'j')
			tool->json = true;
		else if (choice == 'h')
			said->help = true;
		else if (choice == 'V')
			said->version = true;
		else if (choice == '?' || (choice == 'n' && !read_lines(optarg, &tool->lines)) ||
			 (choice == 'C' && !read_time(optarg, &tool->confirm)) ||
			 (choice == LETTER_MAX_CHANGE &&
				 !read_percent(optarg, &tool->max_change)) ||
			 (choice == LETTER_FORMAT && !is_format(optarg)))
			said->wrong = true;
	}
}

/* The verb whose words come first in `words`; *ret_used of them. */
static const struct tool_verb *find_verb(char **words, int count, int *ret_used)
{
	for (size_t i = 0; i < tool_verbs_count; i++) {
		const struct tool_verb *verb = &tool_verbs[i];
		bool two = verb->group[0] != '\0';
		if (count < (two ? 2 : 1) || (two && strcmp(words[0], verb->group) != 0) ||
			strcmp(words[two ? 1 : 0], verb->name) != 0)
			continue;
		*ret_used = two ? 2 : 1;
		return verb;
	}
	return NULL;
}

/* NULL where the rest of the command line fits the verb, else what does not. */
static const char *misfit(const struct tool_verb *verb, const struct tool *tool, int operands)
{
	bool all = verb->or_all && (tool->options & OPTION_ALL) != 0;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		unsigned int option = (unsigned int)flags[i].option;
		if ((tool->options & option) != 0 && (verb->options & option) == 0)
			return "an option is not for this verb";
	}
	if (operands > (verb->operand && !all ? 1 : 0) + (verb->or_word ? 1 : 0))
		return "there is a word too many";
	bool free = all || verb->or_none;
	return verb->operand && !free && operands == 0 ? "a word is missing" : NULL;
}

static enum tool_exit wrong(const struct tool_verb *verb, const char *what)
{
	if (what != NULL)
		(void)tool_fail(TOOL_USAGE, "%s", what);
	if (verb == NULL)
		usage_all(stderr);
	else
		usage_verb(verb, stderr);
	return TOOL_USAGE;
}

static enum tool_exit help(const struct tool_verb *verb)
{
	if (verb == NULL)
		usage_all(stdout);
	else
		usage_verb(verb, stdout);
	return TOOL_OK;
}

enum tool_exit tool_options(int argc, char **argv, struct tool *ret_tool,
	const struct tool_verb **ret_verb, bool *ret_done)
{
	struct tool tool = {.lines = LINES_DEFAULT};
	struct said said = {0};
	int used = 0;

	read_options(argc, argv, &tool, &said);
	const struct tool_verb *verb = find_verb(argv + optind, argc - optind, &used);
	*ret_done = true;
	if (said.wrong)
		return wrong(verb, NULL);
	if (said.help)
		return help(verb);
	if (said.version) {
		printf("smsotpctl %s\n", SMSOTP_VERSION);
		return TOOL_OK;
	}
	if (verb == NULL)
		return wrong(NULL, optind < argc ? "there is no such verb" : NULL);
	const char *what = misfit(verb, &tool, argc - optind - used);
	if (what != NULL)
		return wrong(verb, what);
	tool.operand = argv[optind + used];
	tool.word = tool.operand == NULL ? NULL : argv[optind + used + 1];
	*ret_tool = tool;
	*ret_verb = verb;
	*ret_done = false;
	return TOOL_OK;
}
