/* SPDX-License-Identifier: BSD-3-Clause */
#include "tool.h"

const struct tool_verb tool_verbs[] = {
	{
		.group = "identity",
		.name = "set",
		.synopsis = "NAME",
		.operand = true,
		.sentence = "make or change an identity from lines on standard input",
		.more = "Each line is \"trait: value\", \"uid: NUMBER\" or \"suspended: yes\" (or "
			"no).\nWhat no line names stays as it is; an empty value takes it away.\n\n"
			"  smsotpctl identity set alice <<.\n"
			"  phone: +91 99999 00001\n"
			"  uid: 1000\n"
			"  .\n",
		.build = identity_set_build,
		.show = identity_set_show,
	},
	{
		.group = "identity",
		.name = "show",
		.synopsis = "NAME [--reveal]",
		.operand = true,
		.options = OPTION_REVEAL,
		.sentence = "show one identity, phone and mail address masked",
		.more = "--reveal shows them whole.\n",
		.build = identity_name_build,
		.show = identity_show_show,
	},
	{
		.group = "identity",
		.name = "list",
		.synopsis = "[--reveal]",
		.options = OPTION_REVEAL,
		.sentence = "list all identities, phones and mail addresses masked",
		.more = "--reveal shows them whole.\n",
		.build = identity_list_build,
		.show = identity_list_show,
	},
	{
		.group = "identity",
		.name = "remove",
		.synopsis = "NAME",
		.operand = true,
		.sentence = "remove an identity and all that is remembered of it",
		.more = "",
		.build = identity_name_build,
	},
	{
		.group = "",
		.name = "import",
		.synopsis = "FILE [--dry-run] [--replace] [--only NAMES] [--max-change N%] "
			    "[--format F]",
		.operand = true,
		.options = OPTION_DRY_RUN | OPTION_REPLACE | OPTION_ONLY | OPTION_MAX_CHANGE |
			   OPTION_FORMAT,
		.sentence = "make or change identities from a file, all of it or nothing",
		.more = "CSV, whose first line names the columns (name, and any of uid, suspended "
			"and the\ntraits), or JSON lines, as export writes them. What is empty "
			"or null takes away\nwhat the identity had. - reads standard input.\n\n"
			"  --dry-run        say what would change, by name, and change nothing\n"
			"  --replace        identities that are not in the file go\n"
			"  --only NAMES     only for the names in the file NAMES, one on each "
			"line\n"
			"  --max-change N%  do nothing where more of the store's identities would "
			"change\n                   or go (10 with --replace, else 100): exit "
			"status 4\n"
			"  --format F       csv or jsonl, whatever the file is called\n\n"
			"  name,uid,phone\n"
			"  alice,1000,+91 99999 00001\n",
		.build = import_build,
		.faults = import_faults,
		.show = import_show,
	},
	{
		.group = "",
		.name = "export",
		.synopsis = "--output FILE|--reveal [--format F]",
		.options = OPTION_FORMAT | OPTION_OUTPUT | OPTION_REVEAL,
		.sentence = "write all identities, phones whole, as import reads them",
		.more = "  --output FILE  make FILE, readable by you alone\n"
			"  --reveal       to standard output, which must be no file that others "
			"read\n"
			"  --format F     jsonl, which has all and is the backup, or csv\n",
		.build = export_build,
		.finish = export_finish,
	},
	{
		.group = "schema",
		.name = "show",
		.synopsis = "",
		.sentence = "show which traits identities have",
		.more = "",
		.show = schema_show_show,
	},
	{
		.group = "schema",
		.name = "set",
		.synopsis = "[--force]",
		.options = OPTION_FORCE,
		.sentence = "replace the schema from lines on standard input",
		.more = "Each line is \"trait: TYPE\" with identifier, required or both behind it; "
			"TYPE is phone,\nemail or string. --force also drops traits that "
			"identities hold values of.\n\n"
			"  smsotpctl schema set <<.\n"
			"  phone: phone identifier required\n"
			"  email: email\n"
			"  .\n",
		.build = schema_set_build,
		.show = schema_set_show,
	},
	{
		.group = "lock",
		.name = "list",
		.synopsis = "",
		.sentence = "list failures and locks of identities, by source",
		.more = "",
		.show = lock_list_show,
	},
	{
		.group = "lock",
		.name = "clear",
		.synopsis = "NAME|--all",
		.operand = true,
		.or_all = true,
		.options = OPTION_ALL,
		.sentence = "forget the failures and locks of one name, or of all",
		.more = "",
		.build = lock_clear_build,
		.show = lock_clear_show,
	},
	{
		.group = "",
		.name = "send-test",
		.synopsis = "NAME",
		.operand = true,
		.sentence = "send a text whose code no sign-in takes, and say what became of it",
		.more = "Exit status 0 means that the gateway accepted it, which is not: "
			"delivered.\n",
		.build = send_test_build,
		.show = send_test_show,
		.judge = send_test_judge,
	},
	{
		.group = "",
		.name = "events",
		.synopsis = "[-n NUMBER] [--follow]",
		.options = OPTION_LINES | OPTION_FOLLOW,
		.sentence = "show the last events of the trail",
		.more = "-n NUMBER shows so many (20); --follow goes on until ^C; --json prints "
			"them "
			"as they stand.\n",
		.run = events_run,
	},
	{
		.group = "",
		.name = "status",
		.synopsis = "",
		.sentence = "show how smsotpd does, and warn of what keeps people out",
		.more = "",
		.show = status_show,
	},
};

const size_t tool_verbs_count = sizeof(tool_verbs) / sizeof(tool_verbs[0]);
