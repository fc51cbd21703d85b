/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls of LMDB, files, sockets and libcurl that fail. What cannot fail for want of anything (an
 * eventfd's write) is passed on uncounted.
 */
#include <curl/curl.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fault.h"

/* Pipes, files and sockets; what has no type is an eventfd or the like. */
static bool can_fail(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && (status.st_mode & S_IFMT) != 0;
}

/* clang-format off */
#define STORE(name, parameters, arguments) \
	STAND_IN(FAULT_STORE, true, int, EIO, EIO, name, parameters, arguments)
#define WRITES(type, number, name, parameters, arguments) \
	STAND_IN(FAULT_FILE, can_fail(fd), type, -1, number, name, parameters, arguments)
#define SPEAKS(type, number, name, parameters, arguments) \
	STAND_IN(FAULT_SOCKET, true, type, -1, number, name, parameters, arguments)

STORE(mdb_env_create, (MDB_env **ret), (ret))
STORE(mdb_env_open, (MDB_env *env, const char *path, unsigned int flags, mdb_mode_t mode),
	(env, path, flags, mode))
STORE(mdb_env_set_mapsize, (MDB_env *env, size_t size), (env, size))
STORE(mdb_dbi_open, (MDB_txn *txn, const char *name, unsigned int flags, MDB_dbi *ret),
	(txn, name, flags, ret))
STORE(mdb_txn_begin, (MDB_env *env, MDB_txn *parent, unsigned int flags, MDB_txn **ret),
	(env, parent, flags, ret))
STORE(mdb_stat, (MDB_txn *txn, MDB_dbi table, MDB_stat *ret), (txn, table, ret))
STORE(mdb_get, (MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *ret), (txn, table, key, ret))
STORE(mdb_put, (MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *value, unsigned int flags),
	(txn, table, key, value, flags))
STORE(mdb_del, (MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *value),
	(txn, table, key, value))
STORE(mdb_cursor_open, (MDB_txn *txn, MDB_dbi table, MDB_cursor **ret), (txn, table, ret))
STORE(mdb_cursor_get, (MDB_cursor *cursor, MDB_val *key, MDB_val *value, MDB_cursor_op op),
	(cursor, key, value, op))

WRITES(ssize_t, EIO, write, (int fd, const void *bytes, size_t size), (fd, bytes, size))
WRITES(ssize_t, ENOSPC, pwrite, (int fd, const void *bytes, size_t size, off_t at),
	(fd, bytes, size, at))
WRITES(ssize_t, ENOSPC, writev, (int fd, const struct iovec *parts, int count),
	(fd, parts, count))
WRITES(int, EIO, fdatasync, (int fd), (fd))
WRITES(int, EIO, fsync, (int fd), (fd))
WRITES(int, ENOSPC, ftruncate, (int fd, off_t size), (fd, size))
STAND_IN(FAULT_FILE, true, int, ENOSPC, ENOSPC, posix_fallocate, (int fd, off_t at, off_t size),
	(fd, at, size))

SPEAKS(int, EMFILE, socket, (int family, int type, int protocol), (family, type, protocol))
SPEAKS(int, ECONNREFUSED, connect, (int fd, const struct sockaddr *address, socklen_t size),
	(fd, address, size))
SPEAKS(int, EMFILE, accept4, (int fd, struct sockaddr *ret, socklen_t *ret_size, int flags),
	(fd, ret, ret_size, flags))
SPEAKS(int, ENOBUFS, getsockopt, (int fd, int level, int name, void *ret, socklen_t *ret_size),
	(fd, level, name, ret, ret_size))
SPEAKS(int, ENOMEM, epoll_ctl, (int epoll, int op, int fd, struct epoll_event *event),
	(epoll, op, fd, event))
SPEAKS(ssize_t, EPIPE, send, (int fd, const void *bytes, size_t size, int flags),
	(fd, bytes, size, flags))
SPEAKS(ssize_t, EPIPE, sendmsg, (int fd, const struct msghdr *message, int flags),
	(fd, message, flags))
SPEAKS(ssize_t, ECONNRESET, recv, (int fd, void *bytes, size_t size, int flags),
	(fd, bytes, size, flags))
SPEAKS(ssize_t, ECONNRESET, recvmsg, (int fd, struct msghdr *message, int flags),
	(fd, message, flags))

/* curl.h checks arguments by macros of these names. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
STAND_IN(FAULT_CURL, true, CURL *, NULL, ENOMEM, curl_easy_init, (void), ())
STAND_IN(FAULT_CURL, true, CURLM *, NULL, ENOMEM, curl_multi_init, (void), ())
STAND_IN(FAULT_CURL, true, CURLMcode, CURLM_OUT_OF_MEMORY, ENOMEM, curl_multi_add_handle,
	(CURLM *multi, CURL *easy), (multi, easy))
STAND_IN(FAULT_CURL, true, CURLMcode, CURLM_OUT_OF_MEMORY, ENOMEM, curl_multi_perform,
	(CURLM *multi, int *ret_running), (multi, ret_running))
STAND_IN(FAULT_CURL, true, CURLMcode, CURLM_OUT_OF_MEMORY, ENOMEM, curl_multi_poll,
	(CURLM *multi, struct curl_waitfd *more, unsigned int count, int milliseconds, int *ret),
	(multi, more, count, milliseconds, ret))
STAND_IN(FAULT_CURL, true, struct curl_slist *, NULL, ENOMEM, curl_slist_append,
	(struct curl_slist *list, const char *text), (list, text))
/* clang-format on */

/* A commit that fails has freed its transaction: lmdb.h. */
EXPORTED int mdb_txn_commit(MDB_txn *txn)
{
	enum fault_act act = FAULT_FAIL;
	bool hit = fault_struck(FAULT_STORE, "mdb_txn_commit", &act);

	if (hit && act == FAULT_FAIL) {
		REAL(mdb_txn_abort)(txn);
		return EIO;
	}
	int failure = REAL(mdb_txn_commit)(txn);
	if (hit && act == FAULT_DIE_AFTER)
		fault_die();
	return failure;
}

/* Each option takes one value of the size of a pointer, curl_easy_setopt(3). */
EXPORTED CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
	enum fault_act act = FAULT_FAIL;
	va_list arguments;

	va_start(arguments, option);
	void *value = va_arg(arguments, void *);
	va_end(arguments);
	if (fault_struck(FAULT_CURL, "curl_easy_setopt", &act))
		return CURLE_OUT_OF_MEMORY;
	return REAL(curl_easy_setopt)(easy, option, value);
}
