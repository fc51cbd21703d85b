/* SPDX-License-Identifier: BSD-3-Clause */
/* The store's checks, each with its sentence, and what a full map or a full disk does. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "smsotpd/store.h"

#define SMALL ((size_t)256 * 1024)

struct place {
	char root[64];
	char path[96]; /* the store's directory, in root */
};

static int place_make(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->root, "/tmp/smsotp-store.XXXXXX");
	if (mkdtemp(place->root) == NULL)
		return -1;
	snprintf(place->path, sizeof(place->path), "%s/store", place->root);
	*state = place;
	return 0;
}

static void place_file(const struct place *place, const char *name, char ret[static 128])
{
	snprintf(ret, 128, "%s/%s", place->path, name);
}

static int place_remove(void **state)
{
	struct place *place = *state;
	char file[128];

	place_file(place, "data.mdb", file);
	unlink(file);
	place_file(place, "lock.mdb", file);
	unlink(file);
	unlink(place->path);
	rmdir(place->path);
	snprintf(file, sizeof(file), "%s/elsewhere", place->root);
	unlink(file);
	rmdir(file);
	int failure = rmdir(place->root);
	free(place);
	return failure;
}

static void make_store(const struct place *place)
{
	struct store *store = NULL;
	struct error error = {""};

	enum result result = store_open(place->path, SMALL, true, &store, &error);
	if (result != RESULT_OK)
		fail_msg("%s", error.text);
	store_close(&store);
	assert_null(store);
}

/* Opens again and expects `expected` with a sentence that holds `words`. */
static void expect_refusal(const struct place *place, enum result expected, const char *words)
{
	struct store *store = NULL;
	struct error error = {""};

	assert_int_equal(store_open(place->path, SMALL, false, &store, &error), expected);
	assert_null(store);
	if (strstr(error.text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", error.text, words);
}

static enum result put(struct store *store, MDB_dbi table, uint32_t number, size_t size)
{
	static uint8_t bytes[2048];
	MDB_txn *txn = NULL;
	MDB_val key = {sizeof(number), &number};
	MDB_val value = {size, bytes};

	enum result result = store_begin(store, true, &txn);
	if (result == RESULT_OK)
		result = store_result(mdb_put(txn, table, &key, &value, 0));
	if (result == RESULT_OK)
		result = store_commit(&txn);
	store_abort(&txn);
	return result;
}

static void test_whole_files(void **state)
{
	const struct place *place = *state;
	struct stat status;
	char file[128];

	make_store(place);
	assert_int_equal(stat(place->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	place_file(place, "data.mdb", file);
	assert_int_equal(stat(file, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(status.st_size, SMALL);
	assert_true((size_t)status.st_blocks * 512 >= SMALL);
	place_file(place, "lock.mdb", file);
	assert_int_equal(stat(file, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_true(status.st_blocks * 512 >= status.st_size);
}

static void test_lock_file_stays_whole(void **state)
{
	const struct place *place = *state;
	struct stat before, after;
	struct store *store = NULL;
	struct error error;
	MDB_dbi table = 0;
	char file[128];

	make_store(place);
	place_file(place, "lock.mdb", file);
	assert_int_equal(stat(file, &before), 0);
	assert_int_equal(store_open(place->path, SMALL, false, &store, &error), RESULT_OK);
	assert_int_equal(store_table(store, "t", &table), RESULT_OK);
	assert_int_equal(put(store, table, 1, 100), RESULT_OK);
	assert_int_equal(stat(file, &after), 0);
	assert_int_equal(before.st_size, after.st_size);
	assert_int_equal(before.st_blocks, after.st_blocks);
	store_close(&store);
}

static void test_missing(void **state)
{
	const struct place *place = *state;
	char file[128];

	expect_refusal(place, RESULT_NOT_FOUND, "does not exist");
	make_store(place);
	place_file(place, "data.mdb", file);
	assert_int_equal(unlink(file), 0);
	expect_refusal(place, RESULT_NOT_FOUND, "backup");
	assert_int_equal(close(open(file, O_CREAT | O_WRONLY, 0600)), 0);
	expect_refusal(place, RESULT_NOT_FOUND, "empty");
}

static void test_wrong_mode(void **state)
{
	const struct place *place = *state;
	char file[128];

	make_store(place);
	assert_int_equal(chmod(place->path, 0750), 0);
	expect_refusal(place, RESULT_REFUSED, "chmod 0700");
	assert_int_equal(chmod(place->path, 0700), 0);
	place_file(place, "data.mdb", file);
	assert_int_equal(chmod(file, 0640), 0);
	expect_refusal(place, RESULT_REFUSED, "chmod 0600");
	assert_int_equal(chmod(file, 0600), 0);
	place_file(place, "lock.mdb", file);
	assert_int_equal(chmod(file, 0660), 0);
	expect_refusal(place, RESULT_REFUSED, "lock.mdb");
}

static void test_wrong_owner(void **state)
{
	const struct place *place = *state;
	char file[128];

	if (geteuid() != 0)
		skip();
	make_store(place);
	assert_int_equal(chown(place->path, 12345, 0), 0);
	expect_refusal(place, RESULT_REFUSED, "owned by uid 12345, not by uid 0");
	assert_int_equal(chown(place->path, 0, 0), 0);
	place_file(place, "data.mdb", file);
	assert_int_equal(chown(file, 12345, 0), 0);
	expect_refusal(place, RESULT_REFUSED, "chown 0");
}

static void test_links(void **state)
{
	const struct place *place = *state;
	char file[128], elsewhere[128];

	make_store(place);
	snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", place->root);
	place_file(place, "data.mdb", file);
	assert_int_equal(rename(file, elsewhere), 0);
	assert_int_equal(symlink(elsewhere, file), 0);
	expect_refusal(place, RESULT_REFUSED, "data.mdb is a link");
	assert_int_equal(unlink(file), 0);
	assert_int_equal(mkfifo(file, 0600), 0);
	expect_refusal(place, RESULT_REFUSED, "no regular file");
	assert_int_equal(unlink(file), 0);
	place_file(place, "lock.mdb", file);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(unlink(elsewhere), 0);
	assert_int_equal(rename(place->path, elsewhere), 0);
	assert_int_equal(symlink(elsewhere, place->path), 0);
	expect_refusal(place, RESULT_REFUSED, "is a link");
}

static void test_opened_twice(void **state)
{
	const struct place *place = *state;
	struct store *store = NULL;
	struct error error;

	assert_int_equal(store_open(place->path, SMALL, true, &store, &error), RESULT_OK);
	expect_refusal(place, RESULT_EXISTS, "open already");
	store_close(&store);
}

static void test_cut_short(void **state)
{
	const struct place *place = *state;
	struct store *store = NULL;
	struct error error;
	MDB_dbi table = 0;
	char file[128];

	assert_int_equal(store_open(place->path, SMALL, true, &store, &error), RESULT_OK);
	assert_int_equal(store_table(store, "t", &table), RESULT_OK);
	for (uint32_t i = 0; i < 20; i++)
		assert_int_equal(put(store, table, i, 2000), RESULT_OK);
	store_close(&store);
	place_file(place, "data.mdb", file);
	assert_int_equal(truncate(file, 16384), 0);
	expect_refusal(place, RESULT_FAILED, "cut short");
}

static void test_not_a_store(void **state)
{
	const struct place *place = *state;
	char file[128];

	make_store(place);
	place_file(place, "data.mdb", file);
	assert_int_equal(truncate(file, 0), 0);
	assert_int_equal(truncate(file, 65536), 0);
	expect_refusal(place, RESULT_FAILED, "does not open");
}

static void test_map_full(void **state)
{
	const struct place *place = *state;
	struct store *store = NULL;
	struct error error;
	MDB_dbi table = 0;
	unsigned int used = 0;
	uint32_t i = 0;

	assert_int_equal(store_open(place->path, SMALL, true, &store, &error), RESULT_OK);
	assert_int_equal(store_table(store, "t", &table), RESULT_OK);
	assert_int_equal(store_used(store, &used), RESULT_OK);
	assert_true(used < 15);
	while (i < 1000 && put(store, table, i, 2000) == RESULT_OK)
		i++;
	assert_in_range(i, 50, 999);
	assert_int_equal(put(store, table, i, 2000), RESULT_FULL);
	assert_int_equal(store_used(store, &used), RESULT_OK);
	assert_in_range(used, 80, 100);
	/* What was there is there, and may be replaced. */
	MDB_txn *txn = NULL;
	MDB_val key = {sizeof(i), &i}, value;
	i--;
	assert_int_equal(store_begin(store, false, &txn), RESULT_OK);
	assert_int_equal(mdb_get(txn, table, &key, &value), 0);
	assert_int_equal(value.mv_size, 2000);
	store_abort(&txn);
	assert_int_equal(store_begin(store, true, &txn), RESULT_OK);
	assert_int_equal(mdb_del(txn, table, &key, NULL), 0);
	assert_int_equal(store_commit(&txn), RESULT_OK);
	assert_null(txn);
	store_close(&store);
}

static void test_closes_on_exec(void **state)
{
	const struct place *place = *state;
	struct store *store = NULL;
	struct error error;

	assert_int_equal(store_open(place->path, SMALL, true, &store, &error), RESULT_OK);
	for (int file = 3; file < 64; file++) {
		char link[64], target[128] = "";
		snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
		if (readlink(link, target, sizeof(target) - 1) < 0 ||
			strstr(target, place->path) == NULL)
			continue;
		assert_true(fcntl(file, F_GETFD) & FD_CLOEXEC);
	}
	store_close(&store);
}

/* In a process of its own with a file system of `kilobytes`: what store_open returns, 99 for none.
 */
static int open_on_small_disk(const struct place *place, unsigned int kilobytes, bool existing)
{
	pid_t child = fork();

	if (child == 0) {
		char options[32];
		struct store *store = NULL;
		struct error error;
		snprintf(options, sizeof(options), "size=%uk", kilobytes);
		if (unshare(CLONE_NEWNS) != 0 ||
			mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
			mount("tmpfs", place->root, "tmpfs", 0, options) != 0)
			_exit(99);
		if (existing && store_open(place->path, SMALL, true, &store, &error) != RESULT_OK)
			_exit(98);
		store_close(&store);
		enum result result =
			store_open(place->path, existing ? 4 * SMALL : SMALL, true, &store, &error);
		_exit((int)result);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFEXITED(status))
		fail_msg("ended by signal %d with %u kB", WTERMSIG(status), kilobytes);
	return WEXITSTATUS(status);
}

static void test_full_disk(void **state)
{
	const struct place *place = *state;

	if (geteuid() != 0)
		skip();
	for (unsigned int kilobytes = 4; kilobytes <= 320; kilobytes += 12)
		assert_int_equal(open_on_small_disk(place, kilobytes, false), RESULT_FULL);
	assert_int_equal(open_on_small_disk(place, 512, false), RESULT_OK);
	assert_int_equal(open_on_small_disk(place, 512, true), RESULT_FULL);
}

/* Once made, the store commits on a disk that others filled. */
static void test_disk_filled_later(void **state)
{
	const struct place *place = *state;

	if (geteuid() != 0)
		skip();
	pid_t child = fork();
	if (child == 0) {
		struct store *store = NULL;
		struct error error;
		MDB_dbi table = 0;
		char file[128];
		if (unshare(CLONE_NEWNS) != 0 ||
			mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
			mount("tmpfs", place->root, "tmpfs", 0, "size=512k") != 0 ||
			store_open(place->path, SMALL, true, &store, &error) != RESULT_OK)
			_exit(99);
		snprintf(file, sizeof(file), "%s/elsewhere", place->root);
		int filler = open(file, O_CREAT | O_WRONLY, 0600);
		char page[4096] = {0};
		while (write(filler, page, sizeof(page)) > 0)
			;
		if (store_table(store, "t", &table) != RESULT_OK)
			_exit(98);
		for (uint32_t i = 0; i < 50; i++) {
			if (put(store, table, i, 2000) != RESULT_OK)
				_exit(97);
		}
		_exit(0);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define AT_A_PLACE(test) cmocka_unit_test_setup_teardown(test, place_make, place_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_A_PLACE(test_whole_files),
		AT_A_PLACE(test_lock_file_stays_whole),
		AT_A_PLACE(test_missing),
		AT_A_PLACE(test_wrong_mode),
		AT_A_PLACE(test_wrong_owner),
		AT_A_PLACE(test_links),
		AT_A_PLACE(test_opened_twice),
		AT_A_PLACE(test_cut_short),
		AT_A_PLACE(test_not_a_store),
		AT_A_PLACE(test_map_full),
		AT_A_PLACE(test_closes_on_exec),
		AT_A_PLACE(test_full_disk),
		AT_A_PLACE(test_disk_filled_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
