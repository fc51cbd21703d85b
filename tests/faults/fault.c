/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Preloaded into a program, it makes the n-th call that the page names fail, or ends the program
 * there. Passed on uncounted: what cannot fail for want of anything (an eventfd's write), and the
 * memory of three whose own faults these are: name services crash (glibc 2.36), ld.so crashes in a
 * later dlsym(3) where a dlopen(3) had none (glibc 2.36), and libseccomp 2.5.4 loops for ever in
 * seccomp_load(3).
 */
#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <lmdb.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fault.h"

#define EXPORTED __attribute__((visibility("default")))

/* The calls that are stood in for bring no context of ours. */
static struct fault_page *page;

/* Where the code of those lies whose memory is passed on. */
static struct range {
	const char *object;
	uintptr_t start, end;
} spared[] = {{.object = "/ld-linux"}, {.object = "/libseccomp"}};

/* In a call of libc whose own memory is passed on. */
static _Thread_local int looking_up;

#define SPARED (sizeof(spared) / sizeof(spared[0]))

static int spare(struct dl_phdr_info *object, size_t size, void *context)
{
	(void)size;
	(void)context;
	for (size_t i = 0; i < SPARED; i++) {
		if (strstr(object->dlpi_name, spared[i].object) == NULL)
			continue;
		spared[i].start = object->dlpi_addr;
		for (size_t j = 0; j < object->dlpi_phnum; j++) {
			const ElfW(Phdr) *part = &object->dlpi_phdr[j];
			uintptr_t end = object->dlpi_addr + part->p_vaddr + part->p_memsz;
			if (part->p_type == PT_LOAD && end > spared[i].end)
				spared[i].end = end;
		}
	}
	return 0;
}

static bool is_spared(const void *caller)
{
	if (looking_up > 0)
		return true;
	for (size_t i = 0; i < SPARED; i++) {
		if ((uintptr_t)caller >= spared[i].start && (uintptr_t)caller < spared[i].end)
			return true;
	}
	return false;
}

__attribute__((constructor)) static void page_map(void)
{
	dl_iterate_phdr(spare, NULL);
	const char *path = getenv(FAULT_VARIABLE);
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	void *map = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map != MAP_FAILED)
		page = map;
}

static void die(void)
{
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

/* Counts one call; what is to become of it. FAULT_DIE does not return. */
static bool struck(enum fault_class kind, const char *name, enum fault_act *ret_act)
{
	if (page == NULL || (page->classes & kind) == 0)
		return false;
	uint32_t number = ++page->count;
	if (number < page->first || number > page->last)
		return false;
	if (++page->hits == 1)
		strncpy(page->name, name, sizeof(page->name) - 1);
	*ret_act = page->act;
	if (*ret_act == FAULT_DIE)
		die();
	return true;
}

/* Pipes, files and sockets; what has no type is an eventfd or the like. */
static bool can_fail(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && (status.st_mode & S_IFMT) != 0;
}

#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

/* A function `name` that counts as `kind` where `counts`; it fails by `failure` with `number` in
 * errno. */
#define STAND_IN(kind, counts, type, failure, number, name, parameters, arguments)                 \
	EXPORTED type name parameters                                                              \
	{                                                                                          \
		static __typeof__(&name) real;                                                     \
		enum fault_act act = FAULT_FAIL;                                                   \
		if (real == NULL)                                                                  \
			real = REAL(name);                                                         \
		bool hit = (counts) && struck(kind, #name, &act);                                  \
		bool late = (kind) == FAULT_FILE && act == FAULT_LATE;                             \
		if (hit && act != FAULT_DIE_AFTER && !late) {                                      \
			errno = number;                                                            \
			return failure;                                                            \
		}                                                                                  \
		type result = real arguments;                                                      \
		if (hit && act == FAULT_DIE_AFTER)                                                 \
			die();                                                                     \
		if (hit && late) {                                                                 \
			errno = number;                                                            \
			return failure;                                                            \
		}                                                                                  \
		return result;                                                                     \
	}

/* clang-format off */
#define MEMORY(name, parameters, arguments) \
	STAND_IN(FAULT_MEMORY, !is_spared(__builtin_return_address(0)), void *, NULL, ENOMEM, name, \
		parameters, arguments)
#define STORE(name, parameters, arguments) \
	STAND_IN(FAULT_STORE, true, int, EIO, EIO, name, parameters, arguments)
#define WRITES(type, number, name, parameters, arguments) \
	STAND_IN(FAULT_FILE, can_fail(fd), type, -1, number, name, parameters, arguments)
#define SPEAKS(type, number, name, parameters, arguments) \
	STAND_IN(FAULT_SOCKET, true, type, -1, number, name, parameters, arguments)

MEMORY(malloc, (size_t size), (size))
MEMORY(calloc, (size_t count, size_t size), (count, size))
MEMORY(realloc, (void *old, size_t size), (old, size))
STAND_IN(FAULT_MEMORY, true, int, ENOMEM, ENOMEM, posix_memalign,
	(void **ret, size_t alignment, size_t size), (ret, alignment, size))

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

EXPORTED void *dlopen(const char *path, int mode)
{
	looking_up++;
	void *object = REAL(dlopen)(path, mode);
	looking_up--;
	return object;
}

EXPORTED struct passwd *getpwnam(const char *name)
{
	looking_up++;
	struct passwd *found = REAL(getpwnam)(name);
	looking_up--;
	return found;
}

/* A commit that fails has freed its transaction: lmdb.h. */
EXPORTED int mdb_txn_commit(MDB_txn *txn)
{
	enum fault_act act = FAULT_FAIL;
	bool hit = struck(FAULT_STORE, "mdb_txn_commit", &act);

	if (hit && act == FAULT_FAIL) {
		REAL(mdb_txn_abort)(txn);
		return EIO;
	}
	int failure = REAL(mdb_txn_commit)(txn);
	if (hit && act == FAULT_DIE_AFTER)
		die();
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
	if (struck(FAULT_CURL, "curl_easy_setopt", &act))
		return CURLE_OUT_OF_MEMORY;
	return REAL(curl_easy_setopt)(easy, option, value);
}
