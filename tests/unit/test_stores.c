/* SPDX-License-Identifier: BSD-3-Clause */
/* When stores that did not open are tried again unasked. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core_fixture.h"
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
		{"the identities have come, and not their key", {1, 2, ALL}, {1, 2, KEY | STATE},
			false},
		{"the state has come alone", {1, 2, ALL}, {1, 2, KEY | IDENTITY}, false},
		{"a first start that was cut off", {1, 2, KEY | STATE}, {1, 2, KEY | STATE}, true},
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
	snprintf(config->paths.store, sizeof(config->paths.store), "/etc/passwd");
	stores_lack(config, &lack);
	HOLDS("what cannot be looked at may be there", lack.files == 0);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_lack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
