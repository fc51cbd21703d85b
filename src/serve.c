/* SPDX-License-Identifier: BSD-3-Clause */
#include "serve.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#define ALIVE_MS 1000 /* each word to the watchdog wakes systemd itself */

static void names_free(char ***names)
{
	for (size_t i = 0; *names != NULL && (*names)[i] != NULL; i++)
		free((*names)[i]);
	free(*names);
}

/* RESULT_NOT_FOUND where systemd handed no socket of that name over. */
static enum result listen_inherited(const char *name, int *ret_socket, struct error *error)
{
	__attribute__((cleanup(names_free))) char **names = NULL;
	/* The environment stays: the next listener's name is looked up there too. */
	int count = sd_listen_fds_with_names(0, &names);

	for (int i = 0; i < count; i++) {
		int fd = SD_LISTEN_FDS_START + i;
		if (strcmp(names[i], name) != 0)
			continue;
		if (sd_is_socket(fd, AF_UNIX, SOCK_SEQPACKET, 1) <= 0)
			return error_set(error, RESULT_REFUSED,
				"systemd's socket \"%s\" does not listen as SOCK_SEQPACKET: use "
				"ListenSequentialPacket= in its unit",
				name);
		if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0)
			return error_set(error, RESULT_FAILED,
				"cannot make socket \"%s\" nonblocking: %s", name, strerror(errno));
		*ret_socket = fd;
		return RESULT_OK;
	}
	return RESULT_NOT_FOUND;
}

/* Removes a socket that nobody listens on. */
static enum result path_clear(
	const char *path, const struct sockaddr_un *address, struct error *error)
{
	struct stat status;
	int looked = lstat(path, &status);

	if (looked != 0 && errno == ENOENT)
		return RESULT_OK;
	if (looked != 0)
		return error_set(
			error, RESULT_FAILED, "cannot look at %s: %s", path, strerror(errno));
	if (!S_ISSOCK(status.st_mode))
		return error_set(error, RESULT_REFUSED, "%s is no socket: move it away", path);
	int probe = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (probe < 0)
		return error_set(error, RESULT_FAILED, "cannot make a socket: %s", strerror(errno));
	int failed = connect(probe, (const struct sockaddr *)address, sizeof(*address));
	/* A full backlog (EAGAIN) or another type (EPROTOTYPE) shows a listener as well. */
	bool stale = failed != 0 && errno == ECONNREFUSED;
	close(probe);
	if (!stale)
		return error_set(error, RESULT_EXISTS,
			"another daemon listens on %s: stop it, or set another [paths] run", path);
	if (unlink(path) != 0)
		return error_set(error, RESULT_FAILED, "cannot remove the stale socket %s: %s",
			path, strerror(errno));
	return RESULT_OK;
}

/* Only root can give the socket away; for anybody else it stays his own. */
static enum result path_give(const char *path, const char *owner, struct error *error)
{
	if (geteuid() != 0)
		return RESULT_OK;
	const struct passwd *user = getpwnam(owner);
	if (user == NULL)
		return error_set(error, RESULT_NOT_FOUND,
			"there is no system user %s: create it (systemd-sysusers)", owner);
	if (lchown(path, user->pw_uid, user->pw_gid) != 0)
		return error_set(error, RESULT_FAILED, "cannot give %s to %s: %s", path, owner,
			strerror(errno));
	return RESULT_OK;
}

static enum result listen_bind(int fd, const char *path, const struct sockaddr_un *address,
	const char *owner, struct error *error)
{
	/*
	 * A socket's inode takes the descriptor's mode at bind(2), so it is never open to others;
	 * before listen(2) nobody can connect while it changes hands.
	 */
	if (fchmod(fd, S_IRUSR | S_IWUSR) != 0 ||
		bind(fd, (const struct sockaddr *)address, sizeof(*address)) != 0)
		return error_set(error, RESULT_FAILED, "cannot bind %s: %s", path, strerror(errno));
	enum result result = path_give(path, owner, error);
	if (result != RESULT_OK)
		return result;
	if (listen(fd, SERVE_BACKLOG) != 0)
		return error_set(
			error, RESULT_FAILED, "cannot listen on %s: %s", path, strerror(errno));
	return RESULT_OK;
}

enum result serve_listen(
	const char *name, const char *path, const char *owner, int *ret_socket, struct error *error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	enum result result = listen_inherited(name, ret_socket, error);

	if (result != RESULT_NOT_FOUND)
		return result;
	if (strlen(path) >= sizeof(address.sun_path))
		return error_set(error, RESULT_INVALID,
			"%s is longer than a socket's path may be (%zu bytes): shorten [paths] run",
			path, sizeof(address.sun_path) - 1);
	memcpy(address.sun_path, path, strlen(path) + 1);
	result = path_clear(path, &address, error);
	if (result != RESULT_OK)
		return result;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_set(error, RESULT_FAILED, "cannot make a socket: %s", strerror(errno));
	result = listen_bind(fd, path, &address, owner, error);
	if (result != RESULT_OK) {
		close(fd);
		return result;
	}
	*ret_socket = fd;
	return RESULT_OK;
}

static enum result become(const char *name, struct error *error)
{
	const struct passwd *user = getpwnam(name);

	if (user == NULL)
		return error_set(error, RESULT_NOT_FOUND,
			"there is no system user %s: create it (systemd-sysusers)", name);
	if (user->pw_uid == 0)
		return error_set(error, RESULT_REFUSED, "the system user %s has root's uid", name);
	uid_t uid = user->pw_uid;
	gid_t gid = user->pw_gid;
	if (setgroups(1, &gid) != 0 || setresgid(gid, gid, gid) != 0 ||
		setresuid(uid, uid, uid) != 0)
		return error_set(error, RESULT_FAILED, "cannot become the user %s: %s", name,
			strerror(errno));
	if (setuid(0) == 0)
		return error_set(
			error, RESULT_FAILED, "root's rights came back after becoming %s", name);
	return RESULT_OK;
}

/* As it is touched: a map of LMDB is not read in. A finite limit would make a later mmap(2) fail.
 */
void serve_lock_memory(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY)
		(void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

enum result serve_drop(const char *user, struct error *error)
{
	const struct rlimit none = {0, 0};
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
	enum result result = RESULT_OK;

	if (geteuid() == 0) {
		/* Refused in a container, for one: serve_lock_memory looks at what holds. */
		(void)setrlimit(RLIMIT_MEMLOCK, &all);
		result = become(user, error);
	}
	if (result != RESULT_OK)
		return result;
	/* After the change of user, which sets "dumpable" anew: prctl(2), PR_SET_DUMPABLE. */
	if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return error_set(error, RESULT_FAILED,
			"cannot close this process to core dumps: %s", strerror(errno));
	serve_lock_memory();
	return RESULT_OK;
}

enum result serve_directory(const char *path, struct error *error)
{
	const mode_t mode = S_IRWXU | S_IXGRP | S_IXOTH;
	struct stat status;

	if (mkdir(path, S_IRWXU) == 0 && chmod(path, mode) != 0)
		return error_set(error, RESULT_FAILED, "cannot set the mode of %s: %s", path,
			strerror(errno));
	if (lstat(path, &status) != 0)
		return error_set(error, RESULT_FAILED, "cannot make the directory %s: %s", path,
			strerror(errno));
	if (!S_ISDIR(status.st_mode))
		return error_set(error, RESULT_REFUSED, "%s is no directory: move it away", path);
	if (status.st_uid != 0 && status.st_uid != geteuid())
		return error_set(error, RESULT_REFUSED,
			"%s belongs to uid %u, who could replace its sockets: chown root it", path,
			status.st_uid);
	if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return error_set(error, RESULT_REFUSED,
			"others may write in %s and could replace its sockets: chmod go-w it",
			path);
	return RESULT_OK;
}

void serve_files(unsigned int count)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	if (limit.rlim_cur < count) {
		limit.rlim_cur = limit.rlim_max < count ? limit.rlim_max : count;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	count = limit.rlim_cur < count ? (unsigned int)limit.rlim_cur : count;
	/* Where a table grows while another thread runs, open(2) and accept(2) wait until every
	 * processor has been idle or switched: 10 to 30 ms, and whoever signs in waits with them.
	 */
	int first = open("/", O_PATH | O_CLOEXEC);
	int last = first < 0 ? -1 : fcntl(first, F_DUPFD_CLOEXEC, (int)count - 1);
	if (last >= 0)
		close(last);
	if (first >= 0)
		close(first);
}

void serve_ready(void)
{
	sd_notify(0, "READY=1");
}

void serve_alive(int64_t now)
{
	static int64_t due;

	if (now < due)
		return;
	due = now + ALIVE_MS;
	sd_notify(0, "WATCHDOG=1");
}
