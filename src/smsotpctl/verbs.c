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
		.group = "identity",
		.name = "suspend",
		.synopsis = "NAME",
		.operand = true,
		.sentence = "let it sign in no more; its live codes are void at once",
		.more = "Where it was suspended already nothing is done.\n",
		.build = identity_name_build,
		.show = identity_suspend_show,
	},
	{
		.group = "identity",
		.name = "resume",
		.synopsis = "NAME",
		.operand = true,
		.sentence = "let a suspended one sign in again, with codes that come from now on",
		.more = "",
		.build = identity_name_build,
		.show = identity_resume_show,
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
		.synopsis = "[NAME]",
		.operand = true,
		.or_none = true,
		.sentence =
			"list failures and locks, all or of one name: where, until when and why",
		.more = "With a NAME it says as well what is shown under that name now, which need "
			"not exist.\n",
		.build = lock_list_build,
		.show = lock_list_show,
	},
	{
		.group = "lock",
		.name = "clear",
		.synopsis = "NAME|--all",
		.operand = true,
		.or_all = true,
		.options = OPTION_ALL,
		.sentence = "forget the failures, locks and spent texts of one name, or of all",
		.more = "--all also clears what is shown under names that do not exist.\n",
		.build = lock_clear_build,
		.show = lock_clear_show,
	},
	{
		.group = "",
		.name = "explain",
		.synopsis = "USER [--service NAME] [--from ADDRESS] [--key FILE] [--uid NUMBER] "
			    "[--tty NAME] [--password]",
		.operand = true,
		.options = OPTION_SERVICE | OPTION_FROM | OPTION_KEY | OPTION_UID | OPTION_TTY |
			   OPTION_PASSWORD,
		.sentence = "say what a sign-in would meet now, and which rule decides",
		.more = "Nothing is sent, charged or written. USER need not exist.\n\n"
			"  --service NAME  the PAM service (sshd)\n"
			"  --from ADDRESS  where an ssh login comes from\n"
			"  --key FILE      the public key that has passed at sshd, as "
			"id_ed25519.pub\n"
			"  --uid NUMBER    who runs sudo, su or another program of the host\n"
			"  --tty NAME      the terminal of a console login, as /dev/tty1\n"
			"  --password      a password has passed before\n",
		.build = explain_build,
		.show = explain_show,
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
		.operand = true,
		.or_none = true,
		.or_word = true,
		.options = OPTION_CONFIRM | OPTION_CONFIRMED,
		.sentence = "show how strict services are, or choose it at run time",
		.more = "MODE is enforce: a code is required; warn: it is asked for, and whoever "
			"has "
			"none goes on;\nobserve: it is not asked for; or config, which leaves it "
			"to "
			"[service] mode. It holds until\nit is chosen anew. With --confirm 10m (or "
			"90s, 2h; 60 s to 24 h) it falls back by itself,\nunless "
			"somebody has signed in by it since and --confirmed is given.\n\n"
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
		.operand = true,
		.or_none = true,
		.sentence = "list who would be locked out where a code is required",
		.more = "Identities that get no text, and accounts without an identity that signed "
			"in while\nthe service was observed or warned.\n",
		.build = report_build,
		.show = report_show,
	},
	{
		.group = "",
		.name = "events",
		.synopsis = "[OPTION ...]",
		.options = OPTION_LINES | OPTION_FOLLOW | OPTION_USER | OPTION_ID | OPTION_KIND |
			   OPTION_SINCE,
		.sentence = "show the last events of the trail",
		.more = "  -n NUMBER      the last so many that fit (20; with --since all)\n"
			"  --follow       go on until ^C\n"
			"  --user NAME    of this user\n"
			"  --id ID        of this login; its first digits do\n"
			"  --kind KIND    login.granted, a beginning such as login, or "
			"'*.refused'\n"
			"  --since WHEN   10m, 2h, 3d ago, or UTC as 2026-11-23T09:30\n"
			"--json prints them as they stand; smsotp-events(5) says what they mean.\n",
		.run = events_run,
	},
	{
		.group = "",
		.name = "stats",
		.synopsis = "[--prometheus] [--output FILE]",
		.options = OPTION_PROMETHEUS | OPTION_OUTPUT,
		.sentence = "show what smsotpd has counted since it started",
		.more = "--prometheus shows it for node_exporter's textfile collector; --output "
			"FILE\nreplaces FILE at once instead of printing.\n",
		.run = stats_run,
	},
	{
		.group = "",
		.name = "status",
		.synopsis = "[USER]",
		.operand = true,
		.or_none = true,
		.sentence = "show how smsotpd does and what keeps people out, or how one user does",
		.more = "Of a user: live codes (never the code), texts and wrong codes left, "
			"locks, "
			"and where\nhe signed in last.\n",
		.build = status_build,
		.enrich = status_enrich,
		.show = status_show,
	},
	{
		.group = "",
		.name = "doctor",
		.synopsis = "",
		.sentence = "look at PAM, sshd, files, clock and gateway for what goes wrong",
		.more = "It runs without smsotpd, changes nothing and sends nothing. Each finding "
			"names the\nline that mends it. Exit status 1: there is an error among "
			"them.\n",
		.run = doctor_run,
	},
	{
		.group = "exempt",
		.name = "add",
		.synopsis = "USER --key FP --from NET --owner WHO --reason TEXT --until DATE",
		.operand = true,
		.options = OPTION_KEY | OPTION_FROM | OPTION_OWNER | OPTION_REASON | OPTION_UNTIL,
		.sentence = "print an sshd Match block by which one key needs no code",
		.more = "All five are needed, and nothing is written:\n\n"
			"  --key FP       fingerprint of the key, SHA256:... by ssh-keygen -l\n"
			"  --from NET     where it comes from, as 192.0.2.0/24\n"
			"  --owner WHO    who answers for it\n"
			"  --reason TEXT  what it is for\n"
			"  --until DATE   its last day, as 2027-01-31\n",
		.run = exempt_add_run,
	},
	{
		.group = "exempt",
		.name = "key",
		.synopsis = "FP,TYPE,KEY --key FP --until DATE",
		.operand = true,
		.options = OPTION_KEY | OPTION_UNTIL,
		.sentence = "hand sshd an exempted key: what exempt add prints calls it",
		.more = "",
		.run = exempt_key_run,
	},
};

const size_t tool_verbs_count = sizeof(tool_verbs) / sizeof(tool_verbs[0]);
