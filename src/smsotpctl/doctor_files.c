/* SPDX-License-Identifier: BSD-3-Clause */
/* Owners and modes of all that the daemons read and write. */
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor.h"

#define USER_DAEMON "smsotp"
#define USER_SENDER "smsotp-send"

enum base { BASE_CONFIG, BASE_STORE, BASE_RUN, BASE_LOG, BASE_PASSWORD };

/* `mode` is the most that may be set. What is not `needed` is made when a daemon starts. */
static const struct {
	enum base base;
	const char *below;
	const char *user;
	mode_t mode;
	bool directory;
	bool needed;
} rows[] = {
	{BASE_CONFIG, "", "root", 0755, false, false},
	{BASE_CONFIG, ".d", "root", 0755, true, false},
	{BASE_STORE, "", USER_DAEMON, 0700, true, true},
	{BASE_STORE, "/identity", USER_DAEMON, 0700, true, false},
	{BASE_STORE, "/identity/data.mdb", USER_DAEMON, 0600, false, false},
	{BASE_STORE, "/identity/lock.mdb", USER_DAEMON, 0600, false, false},
	{BASE_STORE, "/state", USER_DAEMON, 0700, true, false},
	{BASE_STORE, "/state/data.mdb", USER_DAEMON, 0600, false, false},
	{BASE_STORE, "/state/lock.mdb", USER_DAEMON, 0600, false, false},
	{BASE_STORE, "/key", USER_DAEMON, 0600, false, false},
	{BASE_RUN, "", "root", 0711, true, true},
	{BASE_RUN, "/stub.log", USER_SENDER, 0600, false, false},
	{BASE_LOG, "", USER_DAEMON, 0750, true, true},
	{BASE_LOG, "/events.jsonl", USER_DAEMON, 0640, false, false},
	{BASE_PASSWORD, "", USER_SENDER, 0600, false, true},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

const char *doctor_config_file(const struct doctor *doctor)
{
	return doctor->config_path == NULL ? CONFIG_FILE : doctor->config_path;
}

static const char *base_path(const struct doctor *doctor, enum base base)
{
	const struct config *config = doctor->config;

	switch (base) {
	case BASE_STORE:
		return config->paths.store;
	case BASE_RUN:
		return config->paths.run;
	case BASE_LOG:
		return config->paths.log;
	case BASE_PASSWORD:
		return config->gateway.stub ? "" : config->gateway.password_file;
	default:
		return doctor_config_file(doctor);
	}
}

static void missing(const struct doctor *doctor, const char *path, size_t row)
{
	char command[2 * PATH_MAX + 64] = "systemd-tmpfiles --create smsotp.conf";

	if (!rows[row].needed)
		return;
	if (rows[row].base == BASE_PASSWORD)
		snprintf(command, sizeof(command), "install -m 0400 -o %s /dev/stdin %s",
			USER_SENDER, path);
	finding_add(doctor->findings, FILE_MISSING, &(struct mend){.text = command}, "%s: %s", path,
		strerror(errno));
}

/* smsotp can put links there, and root's command is not to follow them. */
static bool below_smsotp(size_t row)
{
	return rows[row].below[0] != '\0' &&
	       (rows[row].base == BASE_STORE || rows[row].base == BASE_LOG);
}

static void judge(const struct doctor *doctor, const char *path, size_t row, uid_t uid,
	const struct stat *status)
{
	bool guarded = below_smsotp(row);
	const char *as = guarded ? "setpriv --reuid=" USER_DAEMON " --clear-groups " : "";
	char command[2 * PATH_MAX + 64];
	const struct mend mend = {.text = command};
	mode_t mode = status->st_mode & 07777;

	if (rows[row].directory ? !S_ISDIR(status->st_mode) : !S_ISREG(status->st_mode)) {
		snprintf(command, sizeof(command), "%smv -T %s %s.away", as, path, path);
		finding_add(doctor->findings, FILE_KIND, &mend, "%s is no %s", path,
			rows[row].directory ? "directory" : "regular file");
		return;
	}
	/* -R goes through no link, not even one on the way to the file. */
	snprintf(command, sizeof(command), "chown %s%s %s", guarded ? "-R " : "", rows[row].user,
		guarded ? base_path(doctor, rows[row].base) : path);
	if (status->st_uid != uid)
		finding_add(doctor->findings, FILE_OWNER, &mend, "%s belongs to uid %u, not to %s",
			path, status->st_uid, rows[row].user);
	snprintf(command, sizeof(command), "%schmod %04o %s", as, mode & rows[row].mode, path);
	if ((mode & ~rows[row].mode) != 0)
		finding_add(doctor->findings, FILE_MODE, &mend, "%s is open to others (mode %04o)",
			path, mode);
}

static void look(const struct doctor *doctor, size_t row)
{
	const struct passwd *user = getpwnam(rows[row].user);
	const char *base = base_path(doctor, rows[row].base);
	char path[PATH_MAX];
	struct stat status;

	if (base[0] == '\0' || user == NULL)
		return;
	snprintf(path, sizeof(path), "%s%s", base, rows[row].below);
	uid_t uid = user->pw_uid;
	if (lstat(path, &status) != 0)
		missing(doctor, path, row);
	else
		judge(doctor, path, row, uid, &status);
}

void doctor_files(struct doctor *doctor)
{
	static const char *const users[] = {USER_DAEMON, USER_SENDER};

	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		if (getpwnam(users[i]) == NULL)
			finding_add(doctor->findings, FILE_USER,
				&(struct mend){.text = "systemd-sysusers smsotp.conf"},
				"there is no user %s, so the daemon cannot start", users[i]);
	}
	for (size_t i = 0; i < ROWS; i++)
		look(doctor, i);
}
