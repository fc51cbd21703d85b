/* SPDX-License-Identifier: BSD-3-Clause */
#include "accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "key.h"
#include "log.h"
#include "passwd.h"

#define TABLE_FIRST   64
#define STAMP_SECONDS 2 /* how coarse a file system's times may be */

/* Names are keyed hashes here too: a search takes the same steps whatever it is for. */
struct account {
	uint8_t hash[HASH_SIZE];
	uint32_t place; /* in the file, until the first of a name is found */
	uint32_t uid;
};

struct table {
	struct account *account; /* in the order of their hashes */
	size_t count;
	size_t room;
};

/* What one version of the file is told from another by. */
struct stamp {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
	struct timespec modified;
};

/* What the log was told last, so that it is told once. */
enum complaint {
	COMPLAINT_NONE = 0,
	COMPLAINT_UNREADABLE,
	COMPLAINT_KIND,
	COMPLAINT_LARGE,
	COMPLAINT_MEMORY,
	COMPLAINT_SPOILT,
};

struct accounts {
	const char *path;
	uint8_t key[KEY_SIZE]; /* of this process */
	struct stamp stamp;
	bool sure; /* the table is what `stamp` stands for, and no change after it can look alike */
	struct table table;
	enum complaint complaint;
};

static void complain(struct accounts *accounts, enum complaint complaint, int failure)
{
	static const char *const sentences[] = {
		[COMPLAINT_UNREADABLE] = "cannot be read",
		[COMPLAINT_KIND] = "is no file",
		[COMPLAINT_LARGE] = "is larger than 64 MB",
		[COMPLAINT_MEMORY] = "finds no memory",
	};
	bool again = complaint == accounts->complaint;

	accounts->complaint = complaint;
	if (again || complaint == COMPLAINT_NONE)
		return;
	if (complaint == COMPLAINT_SPOILT)
		log_line(LOG_WARNING,
			"%s has lines that are no accounts, and they are passed over; pwck(8) "
			"names them",
			accounts->path);
	else
		log_line(LOG_WARNING,
			"%s %s%s%s: whether an account was made anew under an old name is unknown; "
			"mend it, nothing has to be restarted",
			accounts->path, sentences[complaint], failure == 0 ? "" : ", ",
			failure == 0 ? "" : strerror(failure));
}

static void hash_name(
	const struct accounts *accounts, const char *name, size_t length, uint8_t ret[HASH_SIZE])
{
	const struct part part = {name, length};

	key_hash(accounts->key, &part, 1, ret);
}

static enum result table_add(struct accounts *accounts, const struct passwd_line *line)
{
	struct table *table = &accounts->table;

	if (table->count == table->room) {
		size_t room = table->room == 0 ? TABLE_FIRST : 2 * table->room;
		struct account *larger = reallocarray(table->account, room, sizeof(*larger));
		if (larger == NULL)
			return RESULT_MEMORY;
		table->account = larger;
		table->room = room;
	}
	struct account *account = &table->account[table->count];
	account->place = (uint32_t)table->count++;
	account->uid = line->uid;
	hash_name(accounts, line->name, line->length, account->hash);
	return RESULT_OK;
}

static int compare(const void *one, const void *other)
{
	const struct account *a = one, *b = other;
	int order = memcmp(a->hash, b->hash, HASH_SIZE);

	return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

/* In order, and of each name the first. */
static void table_sort(struct table *table)
{
	struct account *account = table->account;
	size_t kept = 0;

	if (table->count > 1)
		qsort(account, table->count, sizeof(*account), compare);
	for (size_t i = 0; i < table->count; i++) {
		if (kept == 0 || memcmp(account[i].hash, account[kept - 1].hash, HASH_SIZE) != 0)
			account[kept++] = account[i];
	}
	table->count = kept;
}

static void table_clear(struct table *table)
{
	free(table->account);
	*table = (struct table){.account = NULL};
}

/* As many steps for each hash, there or not. */
static const struct account *table_find(
	const struct table *table, const uint8_t hash[static HASH_SIZE])
{
	const struct account *at = table->account;

	if (table->count == 0)
		return NULL;
	for (size_t left = table->count; left > 1;) {
		size_t half = left / 2;
		at += memcmp(at[half].hash, hash, HASH_SIZE) <= 0 ? half : 0;
		left -= half;
	}
	return memcmp(at->hash, hash, HASH_SIZE) == 0 ? at : NULL;
}

static bool time_equal(const struct timespec *one, const struct timespec *other)
{
	return one->tv_sec == other->tv_sec && one->tv_nsec == other->tv_nsec;
}

static bool stamp_equal(const struct stamp *one, const struct stamp *other)
{
	return one->device == other->device && one->inode == other->inode &&
	       one->size == other->size && time_equal(&one->changed, &other->changed) &&
	       time_equal(&one->modified, &other->modified);
}

static void stamp_take(const struct stat *status, struct stamp *ret_stamp)
{
	*ret_stamp = (struct stamp){
		.device = status->st_dev,
		.inode = status->st_ino,
		.size = status->st_size,
		.changed = status->st_ctim,
		.modified = status->st_mtim,
	};
}

/*
 * A change right after the file was looked at may leave it as it looked. A stamp of the future is
 * of a clock that was set back, and as good as any.
 */
static bool settled(const struct stamp *stamp, const struct timespec *looked)
{
	int64_t age = looked->tv_sec - stamp->changed.tv_sec;

	return age > STAMP_SECONDS || age < -STAMP_SECONDS;
}

/* RESULT_FAILED: see errno. */
static enum result read_all(int file, char *text, size_t size, size_t *ret_size)
{
	size_t at = 0;

	/* It may be shorter by now. */
	for (ssize_t got = 1; got != 0 && at < size;) {
		got = read(file, text + at, size - at);
		if (got < 0 && errno != EINTR)
			return RESULT_FAILED;
		at += got > 0 ? (size_t)got : 0;
	}
	*ret_size = at;
	return RESULT_OK;
}

static enum complaint fill(struct accounts *accounts, const char *text, size_t size)
{
	struct passwd_text lines = {.bytes = text, .size = size};
	struct passwd_line line;

	while (passwd_next(&lines, &line)) {
		if (table_add(accounts, &line) != RESULT_OK)
			return COMPLAINT_MEMORY;
	}
	table_sort(&accounts->table);
	return lines.spoilt > 0 ? COMPLAINT_SPOILT : COMPLAINT_NONE;
}

static enum complaint load_file(struct accounts *accounts, int file, const struct stat *status)
{
	size_t size = (size_t)status->st_size;

	if (!S_ISREG(status->st_mode))
		return COMPLAINT_KIND;
	if (size > ACCOUNTS_FILE_MAX)
		return COMPLAINT_LARGE;
	char *text = malloc(size + 1);
	if (text == NULL)
		return COMPLAINT_MEMORY;
	enum complaint complaint = COMPLAINT_UNREADABLE;
	if (read_all(file, text, size, &size) == RESULT_OK)
		complaint = fill(accounts, text, size);
	free(text);
	return complaint;
}

static void load(struct accounts *accounts)
{
	enum complaint complaint = COMPLAINT_UNREADABLE;
	struct timespec looked;
	struct stat status;

	table_clear(&accounts->table);
	accounts->sure = false;
	clock_gettime(CLOCK_REALTIME, &looked);
	int file = open(accounts->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file >= 0 && fstat(file, &status) == 0) {
		stamp_take(&status, &accounts->stamp);
		complaint = load_file(accounts, file, &status);
	}
	int failure = complaint == COMPLAINT_UNREADABLE ? errno : 0;
	if (complaint == COMPLAINT_MEMORY)
		table_clear(&accounts->table);
	/* What may be gone by the next look is tried again. */
	if (complaint != COMPLAINT_UNREADABLE && complaint != COMPLAINT_MEMORY)
		accounts->sure = settled(&accounts->stamp, &looked);
	if (file >= 0)
		close(file);
	complain(accounts, complaint, failure);
}

/* One stat(2), and nothing else unless the file is another. */
static void refresh(struct accounts *accounts)
{
	struct stat status;
	struct stamp stamp;

	if (stat(accounts->path, &status) == 0) {
		stamp_take(&status, &stamp);
		if (accounts->sure && stamp_equal(&stamp, &accounts->stamp))
			return;
	}
	load(accounts);
}

enum result accounts_new(const char *path, struct accounts **ret_accounts)
{
	struct accounts *accounts = calloc(1, sizeof(*accounts));

	if (accounts == NULL)
		return RESULT_MEMORY;
	accounts->path = path;
	randombytes_buf(accounts->key, sizeof(accounts->key));
	load(accounts);
	*ret_accounts = accounts;
	return RESULT_OK;
}

void accounts_free(struct accounts **accounts)
{
	if (*accounts == NULL)
		return;
	table_clear(&(*accounts)->table);
	free(*accounts);
	*accounts = NULL;
}

bool accounts_uid(struct accounts *accounts, const char *name, uint32_t *ret_uid)
{
	uint8_t hash[HASH_SIZE];

	refresh(accounts);
	hash_name(accounts, name, strlen(name), hash);
	const struct account *account = table_find(&accounts->table, hash);
	if (account == NULL || account->uid == PASSWD_NO_UID)
		return false;
	*ret_uid = account->uid;
	return true;
}
