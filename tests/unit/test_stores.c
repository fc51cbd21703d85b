/* SPDX-License-Identifier: BSD-3-Clause */
/* When stores that did not open are tried again unasked, and what another machine keeps of them. */
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core_fixture.h"
#include "smsotpd/modes.h"
#include "smsotpd/state_row.h"
#include "smsotpd/stores.h"
#include "test.h"

enum { KEY = 1, IDENTITY = 2, STATE = 4, ALL = KEY | IDENTITY | STATE };

static void test_again(void **state)
{
	static const struct {
		const char *sentence;
		struct stores_lack before, now;
		bool again;
	} rows[] = {
		{"nothing was missing", {1, 2, 0}, {1, 2, 0}, true},
		{"all has come", {0, 0, ALL}, {1, 2, 0}, true},
		{"all has come where some was", {1, 2, KEY}, {1, 3, 0}, true},
		{"a first start in the same place", {1, 2, ALL}, {1, 2, ALL}, true},
		{"some of it has come", {1, 2, ALL}, {1, 2, STATE}, true},
		{"no directory yet", {0, 0, ALL}, {0, 0, ALL}, false},
		{"the directory has come alone", {0, 0, ALL}, {1, 2, ALL}, false},
		{"and a part of it", {0, 0, ALL}, {1, 2, STATE}, false},
		{"another directory", {1, 2, ALL}, {1, 3, ALL}, false},
		{"another disk", {1, 2, ALL}, {2, 2, ALL}, false},
		{"more is missing", {1, 2, IDENTITY}, {1, 2, IDENTITY | KEY}, false},
		{"something else is", {1, 2, KEY}, {1, 2, STATE}, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		HOLDS(rows[i].sentence,
			stores_again(&rows[i].before, &rows[i].now) == rows[i].again);
}

static void touch(const char *directory, const char *name, bool file)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (file)
		assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0600)), 0);
	else
		assert_int_equal(mkdir(path, 0700), 0);
}

static void test_lack(void **state)
{
	static const struct {
		const char *name;
		bool file;
		unsigned int left;
	} rows[] = {{"key.first", true, ALL}, {"key", true, IDENTITY | STATE},
		{"state", false, IDENTITY | STATE}, {"identity", false, IDENTITY | STATE},
		{"identity/data.mdb", true, STATE}, {"state/data.mdb", true, 0}};
	char directory[] = "/tmp/smsotp-lack-XXXXXX";
	struct config *config = defaults();
	struct stores_lack lack;
	struct stat status;
	char path[128];

	(void)state;
	assert_non_null(mkdtemp(directory));
	assert_int_equal(stat(directory, &status), 0);
	snprintf(config->paths.store, sizeof(config->paths.store), "%s/none", directory);
	stores_lack(config, &lack);
	assert_true(lack.inode == 0 && lack.files == ALL);
	snprintf(config->paths.store, sizeof(config->paths.store), "%s", directory);
	for (size_t i = 0; i < COUNT(rows); i++) {
		touch(directory, rows[i].name, rows[i].file);
		stores_lack(config, &lack);
		HOLDS(rows[i].name, lack.files == rows[i].left);
		assert_true(lack.inode == status.st_ino && lack.device == status.st_dev);
	}
	for (size_t i = COUNT(rows); i > 0; i--) {
		snprintf(path, sizeof(path), "%s/%s", directory, rows[i - 1].name);
		(void)remove(path);
	}
	assert_int_equal(rmdir(directory), 0);
	config_free(&config);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void now_of_nobody(const struct clock *clock, struct moment *ret_now)
{
	(void)clock;
	*ret_now = moment_after(0);
}

static void open_again(const struct config *config, struct stores *ret_stores)
{
	const struct clock clock = {.boot = {1}, .now = now_of_nobody};
	struct error error = {""};

	stores_close(ret_stores);
	*ret_stores = (struct stores){.origin = KEY_READ};
	if (stores_open(config, &clock, ret_stores, &error) != RESULT_OK)
		fail_msg("%s", error.text);
}

/* alice, and of the state a row whose key is no secret's: whoever has the file finds it. */
static void fill(const struct stores *stores)
{
	const struct override warn = {.choice = CHOICE_WARN};
	struct identity alice = {.name = "alice", .uid = 7};
	uint8_t bytes[MODE_ROW_SIZE];
	struct error error;
	MDB_txn *txn = NULL;

	assert_int_equal(identities_begin(stores->identities, true, &txn), RESULT_OK);
	assert_int_equal(identities_put(stores->identities, txn, &alice, "", &error), RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
	mode_encode(&warn, bytes);
	assert_int_equal(state_begin(stores->state, true, &txn), RESULT_OK);
	assert_int_equal(
		state_row_save(stores->state, txn, STATE_MODES, (struct row_bytes){"sshd", 4},
			(struct row_bytes){bytes, sizeof(bytes)}),
		RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
}

static void expect(const struct config *config, const struct stores *stores, enum key_origin origin,
	bool made, enum choice choice)
{
	struct identity found = {.name = ""};
	struct modes modes;
	size_t spoilt = 0;
	MDB_txn *txn = NULL;

	assert_int_equal(stores->origin, origin);
	assert_int_equal(stores->state_made, made);
	assert_int_equal(identities_begin(stores->identities, false, &txn), RESULT_OK);
	assert_int_equal(identities_find(stores->identities, txn, "alice", &found), RESULT_OK);
	store_abort(&txn);
	assert_int_equal(found.uid, 7);
	assert_int_equal(modes_load(stores->state, config, &modes, &spoilt), RESULT_OK);
	assert_int_equal(spoilt, 0);
	assert_int_equal(modes_find(&modes, "sshd").choice, choice);
}

/* The key's file ends with a hash of the machine that made it. */
static void move(const struct config *config)
{
	char path[PATH_MAX + 8], last;

	snprintf(path, sizeof(path), "%s/key", config->paths.store);
	int fd = open(path, O_RDWR);
	off_t end = lseek(fd, -1, SEEK_END);
	assert_int_equal(pread(fd, &last, 1, end), 1);
	last ^= 1;
	assert_int_equal(pwrite(fd, &last, 1, end), 1);
	close(fd);
}

/* Locks, codes and modes are those of the machine they were made on. */
static void test_another_machine_keeps_identities_alone(void **state)
{
	char directory[] = "/tmp/smsotp-clone-XXXXXX";
	struct config *config = defaults();
	struct stores stores = {0};

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(config->paths.store, sizeof(config->paths.store), "%s", directory);
	config->store.identity_size = 4;
	config->store.state_size = 16;
	open_again(config, &stores);
	fill(&stores);
	expect(config, &stores, KEY_MADE, true, CHOICE_WARN);
	open_again(config, &stores);
	expect(config, &stores, KEY_READ, false, CHOICE_WARN);
	stores_close(&stores);
	move(config);
	open_again(config, &stores);
	expect(config, &stores, KEY_MOVED, true, CHOICE_CONFIG);
	open_again(config, &stores);
	expect(config, &stores, KEY_READ, false, CHOICE_CONFIG);
	stores_close(&stores);
	config_free(&config);
	assert_int_equal(nftw(directory, remove_one, 4, FTW_DEPTH | FTW_PHYS), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_lack),
		cmocka_unit_test(test_another_machine_keeps_identities_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
