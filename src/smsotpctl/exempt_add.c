/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * exempt add prints a Match block for sshd_config and writes nothing. sshd knows no key in Match,
 * so the block has sshd ask "exempt key", which hands out the one key and its last day.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "exempt.h"
#include "tool.h"

/* The first thing that is wrong with what the command line said, or NULL. */
static const char *fault_of(const struct tool *tool)
{
	const struct {
		const char *value;
		const char *missing;
		const char *(*fault)(const char *value);
	} rows[] = {
		{tool->operand, "the user is missing", exempt_user_fault},
		{tool->key, "--key is missing: ssh-keygen -lf FILE.pub prints it",
			exempt_key_fault},
		{tool->from, "--from is missing: where the key comes from", exempt_net_fault},
		{tool->owner, "--owner is missing: who answers for it", exempt_owner_fault},
		{tool->reason, "--reason is missing: what it is for", exempt_reason_fault},
		{tool->until, "--until is missing: its last day", NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].value == NULL)
			return rows[i].missing;
		const char *fault = rows[i].fault == NULL ? NULL : rows[i].fault(rows[i].value);
		if (fault != NULL)
			return fault;
	}
	return exempt_until_fault(tool->until, time(NULL));
}

/* This program's path, which sshd is to call it by: no byte of it may say more to sshd. */
static bool own_path(char ret[static PATH_MAX])
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789/._+-@~:,=";
	ssize_t length = readlink("/proc/self/exe", ret, PATH_MAX - 1);

	ret[length < 0 ? 0 : length] = '\0';
	return ret[0] == '/' && ret[strspn(ret, plain)] == '\0';
}

enum tool_exit exempt_add_run(const struct tool *tool)
{
	char path[PATH_MAX];
	const char *fault = fault_of(tool);

	if (fault != NULL)
		return tool_fail(TOOL_USAGE, "%s", fault);
	if (!own_path(path))
		return tool_fail(TOOL_REFUSED,
			"the path of smsotpctl cannot stand in sshd_config; install it in "
			"/usr/sbin");
	printf("# smsotp exempt: until=%s owner=%s\n"
	       "# smsotp reason: %s\n"
	       "Match User %s Address %s\n"
	       "\tAuthenticationMethods publickey\n"
	       "\tPubkeyAuthentication yes\n"
	       "\tAuthorizedKeysFile none\n"
	       "\tTrustedUserCAKeys none\n"
	       "\tAuthorizedKeysCommandUser nobody\n"
	       "\tAuthorizedKeysCommand %s exempt key --key %s --until %s %%f,%%t,%%k\n",
		tool->until, tool->owner, tool->reason, tool->operand, tool->from, path, tool->key,
		tool->until);
	if (isatty(STDERR_FILENO))
		fprintf(stderr,
			"Put it into /etc/ssh/sshd_config.d/20-%s.conf, then: sshd -t && systemctl "
			"reload ssh\n",
			tool->operand);
	return TOOL_OK;
}

/* The offered key: fingerprint, type and key, as sshd hands them over. */
static bool print_key(const char *offered, const char *wanted, const char *until)
{
	size_t length = strlen(wanted);
	char day[sizeof("20270131")];

	if (strncmp(offered, wanted, length) != 0 || offered[length] != ',')
		return false;
	const char *type = offered + length + 1;
	const char *key = strchr(type, ',');
	if (key == NULL || strstr(type, "-cert-") != NULL)
		return false;
	snprintf(day, sizeof(day), "%.4s%.2s%.2s", until, until + 5, until + 8);
	printf("expiry-time=\"%s2359\" %.*s %s\n", day, (int)(key - type), type, key + 1);
	return true;
}

enum tool_exit exempt_key_run(const struct tool *tool)
{
	time_t end = 0;

	if (tool->key == NULL || exempt_key_fault(tool->key) != NULL || tool->until == NULL ||
		!exempt_day_end(tool->until, &end))
		return tool_fail(TOOL_USAGE, "sshd calls this as smsotpctl exempt add prints it");
	if (end < time(NULL) || !print_key(tool->operand, tool->key, tool->until))
		return TOOL_REFUSED;
	return TOOL_OK;
}
