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
		.synopsis = "FILE.csv",
		.operand = true,
		.sentence = "make or change identities from a file, all of it or nothing",
		.more = "The first line names the columns: name, and any of uid, suspended and the "
			"traits.\nAn empty field takes away what the identity had. - reads "
			"standard "
			"input.\n\n"
			"  name,uid,phone\n"
			"  alice,1000,+91 99999 00001\n",
		.build = import_build,
		.show = import_show,
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
		.name = "mode",
		.synopsis = "[SERVICE [MODE] [--confirm TIME|--confirmed]]",
		.more_operands = 2,
		.options = OPTION_CONFIRM | OPTION_CONFIRMED,
		.sentence = "show how strict services are, or choose it at run time",
		.more = "MODE is enforce: a code is required; warn: it is asked for, and whoever "
			"has "
			"none goes on;\nobserve: it is not asked for; or config, which leaves it "
			"to "
			"[service] mode. It holds until\nit is chosen anew. With --confirm 10m (or "
			"90s, 2h) it falls back by itself, unless somebody\nhas signed in by it "
			"since "
			"and --confirmed is given.\n\n"
			"  smsotpctl mode sshd enforce --confirm 10m\n"
			"  ssh HOST          # from another terminal\n"
			"  smsotpctl mode sshd --confirmed\n",
		.build = mode_build,
		.show = mode_show,
	},
	{
		.group = "",
		.name = "report",
		.synopsis = "[SERVICE]",
		.more_operands = 1,
		.sentence = "list who would be locked out where a code is required",
		.more = "Identities that get no text, and accounts without an identity that signed "
			"in while\nthe service was observed or warned.\n",
		.build = report_build,
		.show = report_show,
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
