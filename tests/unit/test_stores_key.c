/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is kept of the stores where their key is lost, new or another machine's, and what a start
 * that is cut off leaves to the next.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core_fixture.h"
#include "remove_tree.h"
#include "smsotpd/modes.h"
#include "smsotpd/state_row.h"
#include "smsotpd/stores.h"
#include "test.h"

/* The stores of one host. */
struct host {
	char directory[32];
	struct config *config;
	struct stores stores;
	struct error error;
};

static int setup(void **state)
{
	struct host *host = calloc(1, sizeof(*host));

	strcpy(host->directory, "/tmp/smsotp-host-XXXXXX");
	assert_non_null(mkdtemp(host->directory));
	host->config = defaults();
	strcpy(host->config->paths.store, host->directory);
	host->config->store.identity_size = 4;
	host->config->store.state_size = 16;
	*state = host;
	return 0;
}

static int teardown(void **state)
{
	struct host *host = *state;

	stores_close(&host->stores);
	config_free(&host->config);
	remove_tree(host->directory);
	free(host);
	return 0;
}

static void path_of(const struct host *host, const char *name, char ret[static 64])
{
	snprintf(ret, 64, "%s/%s", host->directory, name);
}

static bool is_there(const struct host *host, const char *name)
{
	char path[64];

	path_of(host, name, path);
	return access(path, F_OK) == 0;
}

static void rename_in(const struct host *host, const char *from, const char *to)
{
	char before[64], after[64];

	path_of(host, from, before);
	path_of(host, to, after);
	assert_int_equal(rename(before, after), 0);
}

static void mode_of(const struct host *host, const char *name, mode_t mode)
{
	char path[64];

	path_of(host, name, path);
	assert_int_equal(chmod(path, mode), 0);
}

static void now_of_nobody(const struct clock *clock, struct moment *ret_now)
{
	(void)clock;
	*ret_now = moment_after(0);
}

static enum result try_again(struct host *host)
{
	const struct clock clock = {.boot = {1}, .now = now_of_nobody};

	stores_close(&host->stores);
	host->stores = (struct stores){.origin = KEY_READ};
	return stores_open(host->config, &clock, &host->stores, &host->error);
}

static void open_again(struct host *host)
{
	if (try_again(host) != RESULT_OK)
		fail_msg("%s", host->error.text);
}

/* No file may be larger than `megabytes`, which is what a disk that has no more room says. */
static void room(rlim_t megabytes)
{
	struct rlimit limit;

	assert_ptr_not_equal(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = megabytes << 20;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void room_again(void)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void no_room(struct host *host, rlim_t megabytes)
{
	room(megabytes);
	enum result result = try_again(host);
	room_again();
	assert_int_equal(result, RESULT_FULL);
}

/* alice, and of the state a row whose key is no secret's: whoever has the file finds it. */
static void fill(const struct host *host)
{
	const struct override warn = {.choice = CHOICE_WARN};
	const struct stores *stores = &host->stores;
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

/* That alice is there, and what else. */
static void expect(
	const struct host *host, enum key_origin origin, bool state_made, enum choice choice)
{
	const struct stores *stores = &host->stores;
	struct identity found = {.name = ""};
	struct modes modes;
	size_t spoilt = 0;
	MDB_txn *txn = NULL;

	assert_int_equal(stores->origin, origin);
	assert_int_equal(stores->state_made, state_made);
	assert_int_equal(identities_begin(stores->identities, false, &txn), RESULT_OK);
	assert_int_equal(identities_find(stores->identities, txn, "alice", &found), RESULT_OK);
	store_abort(&txn);
	assert_int_equal(found.uid, 7);
	assert_int_equal(modes_load(stores->state, host->config, &modes, &spoilt), RESULT_OK);
	assert_int_equal(spoilt, 0);
	assert_int_equal(modes_find(&modes, "sshd").choice, choice);
	assert_true(is_there(host, "key"));
	assert_false(is_there(host, "key.first"));
}

static void begin(struct host *host)
{
	open_again(host);
	fill(host);
	expect(host, KEY_MADE, true, CHOICE_WARN);
	stores_close(&host->stores);
}

/* The key's file ends with a hash of the machine that made it. */
static void move(const struct host *host)
{
	char path[64], last;

	path_of(host, "key", path);
	int fd = open(path, O_RDWR);
	off_t end = lseek(fd, -1, SEEK_END);
	assert_int_equal(pread(fd, &last, 1, end), 1);
	last ^= 1;
	assert_int_equal(pwrite(fd, &last, 1, end), 1);
	close(fd);
}

/* Where others may write, or what they have put there, no key is made and none is read. */
static void test_a_place_of_others(void **state)
{
	struct host *host = *state;
	char moved[96];

	mode_of(host, "", 0777);
	assert_int_equal(try_again(host), RESULT_REFUSED);
	assert_non_null(strstr(host->error.text, "mode 0777, not 0700"));
	mode_of(host, "", 0700);
	assert_false(is_there(host, "key") || is_there(host, "key.first"));
	begin(host);
	snprintf(moved, sizeof(moved), "%s.moved", host->directory);
	assert_int_equal(rename(host->directory, moved), 0);
	assert_int_equal(try_again(host), RESULT_NOT_FOUND);
	assert_int_equal(symlink(moved, host->directory), 0);
	assert_int_equal(try_again(host), RESULT_REFUSED);
	assert_non_null(strstr(host->error.text, "is a link"));
	assert_int_equal(unlink(host->directory), 0);
	assert_int_equal(rename(moved, host->directory), 0);
	open_again(host);
	expect(host, KEY_READ, false, CHOICE_WARN);
}

/* Locks, codes and modes are those of the machine they were made on. */
static void test_another_machine_keeps_identities_alone(void **state)
{
	struct host *host = *state;

	begin(host);
	open_again(host);
	expect(host, KEY_READ, false, CHOICE_WARN);
	stores_close(&host->stores);
	move(host);
	open_again(host);
	expect(host, KEY_MOVED, true, CHOICE_CONFIG);
	open_again(host);
	expect(host, KEY_READ, false, CHOICE_CONFIG);
}

/* However late the first try fails, the next one knows it still. */
static void test_another_machine_is_known_until_it_opens(void **state)
{
	static const struct {
		const char *name;
		mode_t bad, good;
	} rows[] = {
		{"identity", 0755, 0700},
		{"identity/data.mdb", 0644, 0600},
		{"state", 0755, 0700},
	};
	struct host *host = *state;

	begin(host);
	for (size_t i = 0; i < COUNT(rows); i++) {
		open_again(host);
		fill(host);
		stores_close(&host->stores);
		move(host);
		mode_of(host, rows[i].name, rows[i].bad);
		assert_int_equal(try_again(host), RESULT_REFUSED);
		mode_of(host, rows[i].name, rows[i].good);
		open_again(host);
		expect(host, KEY_MOVED, true, CHOICE_CONFIG);
	}
}

/* The way that smsotpd(8) tells: what was under the lost key is no use, but the identities. */
static void test_a_lost_key(void **state)
{
	struct host *host = *state;

	begin(host);
	rename_in(host, "key", "lost");
	assert_int_equal(try_again(host), RESULT_NOT_FOUND);
	rename_in(host, "identity", "away");
	open_again(host);
	assert_int_equal(host->stores.origin, KEY_MADE);
	assert_true(host->stores.state_made);
	stores_close(&host->stores);
	rename_in(host, "identity", "empty");
	rename_in(host, "away", "identity");
	open_again(host);
	expect(host, KEY_READ, false, CHOICE_CONFIG);
}

/* Whatever it finds, a first start that goes on deletes nobody. */
static void test_a_lost_key_without_room(void **state)
{
	struct host *host = *state;

	begin(host);
	rename_in(host, "key", "lost");
	rename_in(host, "identity", "away");
	no_room(host, 2);
	assert_true(is_there(host, "key.first"));
	rename_in(host, "identity", "empty");
	rename_in(host, "away", "identity");
	open_again(host);
	expect(host, KEY_MADE, true, CHOICE_CONFIG);
}

static void test_a_first_start_goes_on(void **state)
{
	struct host *host = *state;

	no_room(host, 2);
	assert_false(is_there(host, "identity/data.mdb"));
	no_room(host, 8);
	assert_true(is_there(host, "identity/data.mdb"));
	assert_false(is_there(host, "state/data.mdb"));
	assert_false(is_there(host, "key"));
	begin(host);
	open_again(host);
	expect(host, KEY_READ, false, CHOICE_WARN);
}

/* A backup came instead: what a first start has left is good for nothing more. */
static void test_a_key_that_came_back(void **state)
{
	struct host *host = *state;

	begin(host);
	rename_in(host, "key", "away");
	rename_in(host, "identity", "aside");
	no_room(host, 2);
	assert_true(is_there(host, "key.first"));
	rename_in(host, "away", "key");
	rename_in(host, "identity", "empty");
	rename_in(host, "aside", "identity");
	open_again(host);
	assert_false(is_there(host, "key.first"));
	stores_close(&host->stores);
	rename_in(host, "key", "away");
	assert_int_equal(try_again(host), RESULT_NOT_FOUND);
}

/* The key and the identities of a backup beside the state of the key that was made since. */
static void test_a_key_that_came_back_beside_another_state(void **state)
{
	struct host *host = *state;

	begin(host);
	rename_in(host, "key", "key.backup");
	rename_in(host, "identity", "identity.backup");
	begin(host);
	rename_in(host, "key.backup", "key");
	rename_in(host, "identity", "empty");
	rename_in(host, "identity.backup", "identity");
	open_again(host);
	expect(host, KEY_READ, true, CHOICE_CONFIG);
	open_again(host);
	expect(host, KEY_READ, false, CHOICE_CONFIG);
}

/* An empty file is what a power failure leaves of one that was just made. */
static void test_a_state_that_is_empty(void **state)
{
	struct host *host = *state;
	char path[64];

	begin(host);
	path_of(host, "state/data.mdb", path);
	assert_int_equal(truncate(path, 0), 0);
	open_again(host);
	expect(host, KEY_READ, true, CHOICE_CONFIG);
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_place_of_others, setup, teardown),
		row(test_another_machine_keeps_identities_alone),
		row(test_another_machine_is_known_until_it_opens),
		row(test_a_lost_key),
		row(test_a_lost_key_without_room),
		row(test_a_first_start_goes_on),
		row(test_a_key_that_came_back),
		row(test_a_key_that_came_back_beside_another_state),
		row(test_a_state_that_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
