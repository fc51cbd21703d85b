/* SPDX-License-Identifier: BSD-3-Clause */
/* The store's checks, each with its sentence. */
#include <fcntl.h>
#include <sys/stat.h>

#include "store_fixture.h"

static struct stat stat_file(const struct place *place, const char *name)
{
	struct stat status;
	char file[128];

	place_file(place, name, file);
	assert_int_equal(stat(file, &status), 0);
	return status;
}

static void test_whole_files(void **state)
{
	const struct place *place = *state;

	make_store(place);
	assert_int_equal(stat_file(place, ".").st_mode & 07777, 0700);
	struct stat data = stat_file(place, "data.mdb");
	assert_int_equal(data.st_mode & 07777, 0600);
	assert_int_equal(data.st_size, SMALL);
	assert_true((size_t)data.st_blocks * 512 >= SMALL);
	struct stat lock = stat_file(place, "lock.mdb");
	assert_int_equal(lock.st_mode & 07777, 0600);
	assert_true(lock.st_blocks * 512 >= lock.st_size);
}

static void test_lock_file_stays_whole(void **state)
{
	const struct place *place = *state;
	struct store *store = NULL;
	struct error error;
	MDB_dbi table = 0;

	make_store(place);
	struct stat before = stat_file(place, "lock.mdb");
	assert_int_equal(store_open(place->path, SMALL, false, &store, &error), RESULT_OK);
	assert_int_equal(store_table(store, "t", &table), RESULT_OK);
	assert_int_equal(put(store, table, 1, 100), RESULT_OK);
	struct stat after = stat_file(place, "lock.mdb");
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
	expect_refusal(place, RESULT_REFUSED, " --clear-groups chmod 0700");
	assert_int_equal(chmod(place->path, 0700), 0);
	place_file(place, "data.mdb", file);
	assert_int_equal(chmod(file, 0640), 0);
	expect_refusal(place, RESULT_REFUSED, " --clear-groups chmod 0600");
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
	expect_refusal(place, RESULT_REFUSED, "chown -R 0");
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

static size_t data_size(const struct place *place)
{
	return (size_t)stat_file(place, "data.mdb").st_size;
}

static void test_another_size(void **state)
{
	const struct place *place = *state;
	struct store *store = NULL;
	struct error error;
	MDB_dbi table = 0;
	uint32_t kept = 0;

	make_store(place);
	assert_int_equal(store_open(place->path, 2 * SMALL, false, &store, &error), RESULT_OK);
	assert_int_equal(data_size(place), 2 * SMALL);
	assert_int_equal(store_table(store, "t", &table), RESULT_OK);
	while (put(store, table, kept, 2000) == RESULT_OK)
		kept++;
	store_close(&store);
	expect_refusal(place, RESULT_REFUSED, "set its size to 1 or more");
	assert_int_equal(store_open(place->path, 4 * SMALL, false, &store, &error), RESULT_OK);
	assert_int_equal(store_table(store, "t", &table), RESULT_OK);
	assert_int_equal(put(store, table, kept, 2000), RESULT_OK);
	store_close(&store);
}

/* What fits into less opens as less, and writes no further. */
static void test_a_smaller_size(void **state)
{
	const struct place *place = *state;
	struct store *store = NULL;
	struct error error;
	MDB_dbi table = 0;
	uint32_t kept = 0;

	assert_int_equal(store_open(place->path, 4 * SMALL, true, &store, &error), RESULT_OK);
	store_close(&store);
	assert_int_equal(store_open(place->path, SMALL, false, &store, &error), RESULT_OK);
	assert_int_equal(data_size(place), 4 * SMALL);
	assert_int_equal(store_table(store, "t", &table), RESULT_OK);
	while (put(store, table, kept, 2000) == RESULT_OK)
		kept++;
	assert_true(kept * 2000 < SMALL);
	store_close(&store);
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
		AT_A_PLACE(test_another_size),
		AT_A_PLACE(test_a_smaller_size),
		AT_A_PLACE(test_not_a_store),
		AT_A_PLACE(test_closes_on_exec),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
