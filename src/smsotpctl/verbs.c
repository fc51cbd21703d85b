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
		.group = "identity",
		.name = "release",
		.synopsis = "NAME",
		.operand = true,
		.sentence = "let a changed phone get texts before its quarantine ends",
		.more = "Do so only where you know from the user himself that the number is his.\n",
		.build = recovery_build,
		.show = identity_release_show,
	},
	{
		.group = "recovery",
		.name = "issue",
		.synopsis = "NAME",
		.operand = true,
		.sentence = "print ten codes, each good for one sign-in without a text",
		.more = "They are shown this once. Codes of an earlier issue are void.\n\n"
			"  smsotpctl recovery issue alice | lp\n",
		.build = recovery_build,
		.show = recovery_issue_show,
	},
	{
		.group = "recovery",
		.name = "list",
		.synopsis = "NAME",
		.operand = true,
		.sentence = "show when recovery codes were issued and used, and how many are left",
		.more = "",
		.build = recovery_build,
		.show = recovery_list_show,
	},
	{
		.group = "recovery",
		.name = "revoke",
		.synopsis = "NAME",
		.operand = true,
		.sentence = "void the recovery codes that are left",
		.more = "",
		.build = recovery_build,
		.show = recovery_revoke_show,
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
