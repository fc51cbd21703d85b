/* SPDX-License-Identifier: BSD-3-Clause */
/* What a full map and a full disk do: an error, never a signal, and nothing half made. */
#include <dlfcn.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store_fixture.h"

/* What is stood in for below brings no context of ours. */
static struct {
	ino_t synced;   /* the file that was synced last while it was no longer than LMDB made it */
	bool allocated; /* a file had its room after that */
} order;

#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

int fsync(int fd)
{
	struct stat status;

	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 2 * 4096)
		order.synced = status.st_ino;
	return REAL(fsync)(fd);
}

int posix_fallocate(int fd, off_t at, off_t size)
{
	struct stat status;

	order.allocated = fstat(fd, &status) == 0 && status.st_ino == order.synced;
	return REAL(posix_fallocate)(fd, at, size);
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

/*
 * What `work` returns in a process of its own, where the place is a file system of `kilobytes`; 99
 * where there can be none.
 */
static int on_small_disk(
	const struct place *place, unsigned int kilobytes, int (*work)(const struct place *place))
{
	pid_t child = fork();

	if (child == 0) {
		char options[32];
		snprintf(options, sizeof(options), "size=%uk", kilobytes);
		if (unshare(CLONE_NEWNS) != 0 ||
			mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
			mount("tmpfs", place->root, "tmpfs", 0, options) != 0)
			_exit(99);
		_exit(work(place));
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFEXITED(status))
		fail_msg("ended by signal %d with %u kB", WTERMSIG(status), kilobytes);
	return WEXITSTATUS(status);
}

static int make_there(const struct place *place)
{
	struct store *store = NULL;
	struct error error;

	enum result result = store_open(place->path, SMALL, true, &store, &error);
	store_close(&store);
	return (int)result;
}

static int grow_there(const struct place *place)
{
	struct store *store = NULL;
	struct error error;

	if (store_open(place->path, SMALL, true, &store, &error) != RESULT_OK)
		return 98;
	store_close(&store);
	enum result result = store_open(place->path, 4 * SMALL, true, &store, &error);
	store_close(&store);
	return (int)result;
}

/* Once made, the store commits on a disk that others filled. */
static int write_there(const struct place *place)
{
	struct store *store = NULL;
	struct error error;
	MDB_dbi table = 0;
	char file[128], page[4096] = {0};

	if (store_open(place->path, SMALL, true, &store, &error) != RESULT_OK)
		return 98;
	snprintf(file, sizeof(file), "%s/elsewhere", place->root);
	int filler = open(file, O_CREAT | O_WRONLY, 0600);
	while (write(filler, page, sizeof(page)) > 0)
		;
	enum result result = store_table(store, "t", &table);
	for (uint32_t i = 0; i < 50 && result == RESULT_OK; i++)
		result = put(store, table, i, 2000);
	close(filler);
	store_close(&store);
	return (int)result;
}

static void test_full_disk(void **state)
{
	const struct place *place = *state;

	if (geteuid() != 0)
		skip();
	for (unsigned int kilobytes = 4; kilobytes <= 320; kilobytes += 12)
		assert_int_equal(on_small_disk(place, kilobytes, make_there), RESULT_FULL);
	assert_int_equal(on_small_disk(place, 512, make_there), RESULT_OK);
	assert_int_equal(on_small_disk(place, 512, grow_there), RESULT_FULL);
	assert_int_equal(on_small_disk(place, 512, write_there), RESULT_OK);
}

static void room(rlim_t bytes)
{
	struct rlimit limit;

	assert_ptr_not_equal(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes == 0 ? limit.rlim_max : bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* There was room for the first of the two pages that LMDB begins with. */
static void test_half_begun(void **state)
{
	const struct place *place = *state;
	struct store *store = NULL;
	struct error error;
	char file[128];

	make_store(place);
	place_file(place, "data.mdb", file);
	assert_int_equal(unlink(file), 0);
	room(4096);
	enum result result = store_open(place->path, SMALL, true, &store, &error);
	room(0);
	assert_int_equal(result, RESULT_FULL);
	assert_int_equal(access(file, F_OK), -1);
	make_store(place);
}

/* Power may end at any time: a file of zeros is none that LMDB opens, an empty one is. */
static void test_begun_before_it_is_long(void **state)
{
	memset(&order, 0, sizeof(order));
	make_store(*state);
	assert_true(order.allocated);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_A_PLACE(test_map_full),
		AT_A_PLACE(test_full_disk),
		AT_A_PLACE(test_half_begun),
		AT_A_PLACE(test_begun_before_it_is_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
