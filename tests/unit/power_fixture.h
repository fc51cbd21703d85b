/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What reaches the disk of one file, and when: its writes and syncs in their order, with what was
 * promised to others in between. Included by one test, whose program's calls go through here.
 */
#ifndef SMSOTP_POWER_FIXTURE_H
#define SMSOTP_POWER_FIXTURE_H

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "test.h"

#define POWER_ENTRIES 4096

enum power_kind {
	POWER_WRITE,
	POWER_SYNC,    /* all writes before it are on the disk */
	POWER_PROMISE, /* somebody was told what has to last: `number` is the test's */
};

struct power_entry {
	enum power_kind kind;
	int number;
	bool sync; /* a write that was on the disk when it returned (O_DSYNC) */
	off_t at;
	size_t size;
	uint8_t *bytes; /* owned */
};

/* The calls that are stood in for bring no context of ours. */
static struct power {
	pthread_mutex_t mutex;
	bool recording;
	struct stat file; /* whose writes are recorded */
	size_t count;
	struct power_entry entry[POWER_ENTRIES];
} power = {.mutex = PTHREAD_MUTEX_INITIALIZER};

#define POWER_REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

static void power_add(const struct power_entry *entry)
{
	pthread_mutex_lock(&power.mutex);
	assert_true(power.count < POWER_ENTRIES);
	power.entry[power.count++] = *entry;
	pthread_mutex_unlock(&power.mutex);
}

static bool power_sees(int fd)
{
	struct stat status;

	return power.recording && fstat(fd, &status) == 0 && status.st_ino == power.file.st_ino &&
	       status.st_dev == power.file.st_dev;
}

static void power_write(int fd, const void *bytes, size_t size, off_t at)
{
	struct power_entry entry = {.kind = POWER_WRITE, .at = at, .size = size};

	entry.sync = (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
	entry.bytes = malloc(size);
	assert_non_null(entry.bytes);
	memcpy(entry.bytes, bytes, size);
	power_add(&entry);
}

static inline void power_promise(int number)
{
	if (power.recording)
		power_add(&(struct power_entry){.kind = POWER_PROMISE, .number = number});
}

/* Begins with the file as it is. */
static inline void power_start(const char *path)
{
	assert_int_equal(stat(path, &power.file), 0);
	power.count = 0;
	power.recording = true;
}

static inline void power_free(void)
{
	power.recording = false;
	for (size_t i = 0; i < power.count; i++)
		free(power.entry[i].bytes);
	power.count = 0;
}

#define POWER_EXPORTED __attribute__((visibility("default")))

POWER_EXPORTED ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
	ssize_t written = POWER_REAL(pwrite)(fd, bytes, size, at);

	if (power_sees(fd))
		power_write(fd, bytes, size, at);
	return written;
}

POWER_EXPORTED ssize_t writev(int fd, const struct iovec *part, int count)
{
	bool seen = power_sees(fd);
	off_t at = seen ? lseek(fd, 0, SEEK_CUR) : 0;
	ssize_t written = POWER_REAL(writev)(fd, part, count);

	for (int i = 0; seen && i < count; i++) {
		power_write(fd, part[i].iov_base, part[i].iov_len, at);
		at += (off_t)part[i].iov_len;
	}
	return written;
}

POWER_EXPORTED int fdatasync(int fd)
{
	int failure = POWER_REAL(fdatasync)(fd);

	if (power_sees(fd))
		power_add(&(struct power_entry){.kind = POWER_SYNC});
	return failure;
}

POWER_EXPORTED int fsync(int fd)
{
	int failure = POWER_REAL(fsync)(fd);

	if (power_sees(fd))
		power_add(&(struct power_entry){.kind = POWER_SYNC});
	return failure;
}

/* LMDB without MDB_WRITEMAP makes none of these once its file is whole. */
POWER_EXPORTED ssize_t write(int fd, const void *bytes, size_t size)
{
	assert_false(power_sees(fd));
	return POWER_REAL(write)(fd, bytes, size);
}

POWER_EXPORTED int ftruncate(int fd, off_t size)
{
	assert_false(power_sees(fd));
	return POWER_REAL(ftruncate)(fd, size);
}

POWER_EXPORTED int msync(void *map, size_t size, int flags)
{
	assert_false(power.recording);
	return POWER_REAL(msync)(map, size, flags);
}

#endif
