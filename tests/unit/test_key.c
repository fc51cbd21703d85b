/* SPDX-License-Identifier: BSD-3-Clause */
/* The host's key: made once, read back, and refused where something is wrong with its file. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core_fixture.h"

static const uint8_t boot[16] = {1};
static const uint8_t next_boot[16] = {2};

struct place {
	char directory[32];
	char path[64];
	char other[64];
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->directory, "/tmp/smsotp-key-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	sprintf(place->path, "%s/key", place->directory);
	sprintf(place->other, "%s/other", place->directory);
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	unlink(place->path);
	unlink(place->other);
	assert_int_equal(rmdir(place->directory), 0); /* nothing half made stays */
	free(place);
	return 0;
}

static enum result load(const struct place *place, bool make, struct keys *keys,
	enum key_origin *origin, struct error *error)
{
	error->text[0] = '\0';
	return key_load(place->path, make, boot, keys, origin, error);
}

static void make(const struct place *place, struct keys *keys)
{
	enum key_origin origin = KEY_READ;
	struct error error;

	assert_int_equal(load(place, true, keys, &origin, &error), RESULT_OK);
	assert_int_equal(origin, KEY_MADE);
}

static void test_made_and_read_back(void **state)
{
	const struct place *place = *state;
	enum key_origin origin = KEY_MADE;
	struct keys keys, back;
	struct error error;
	struct stat status;

	mode_t before = umask(0);
	make(place, &keys);
	umask(before);
	assert_int_equal(stat(place->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(status.st_size, 13 + KEY_SIZE + KEY_SIZE);
	for (int make = 0; make < 2; make++) {
		assert_int_equal(load(place, make, &back, &origin, &error), RESULT_OK);
		assert_int_equal(origin, KEY_READ);
		assert_memory_equal(&keys, &back, sizeof(keys));
	}
}

static void test_each_purpose_has_its_key_and_each_host_too(void **state)
{
	const struct place *place = *state;
	struct keys keys, others;

	make(place, &keys);
	const uint8_t *all[] = {keys.identity, keys.name, keys.code, keys.token};
	for (size_t i = 0; i < COUNT(all); i++)
		for (size_t j = i + 1; j < COUNT(all); j++)
			assert_memory_not_equal(all[i], all[j], KEY_SIZE);
	assert_int_equal(unlink(place->path), 0);
	make(place, &others);
	assert_memory_not_equal(keys.identity, others.identity, KEY_SIZE);
	assert_memory_not_equal(keys.code, others.code, KEY_SIZE);
}

static void test_a_boot_changes_the_tokens_key_alone(void **state)
{
	const struct place *place = *state;
	enum key_origin origin;
	struct keys keys, after;
	struct error error;

	make(place, &keys);
	assert_int_equal(
		key_load(place->path, false, next_boot, &after, &origin, &error), RESULT_OK);
	assert_memory_not_equal(keys.token, after.token, KEY_SIZE);
	assert_memory_equal(keys.identity, after.identity, KEY_SIZE);
	assert_memory_equal(keys.name, after.name, KEY_SIZE);
	assert_memory_equal(keys.code, after.code, KEY_SIZE);
}

static void test_a_missing_key_is_not_made_by_itself(void **state)
{
	enum key_origin origin = KEY_READ;
	struct keys keys;
	struct error error;

	assert_int_equal(load(*state, false, &keys, &origin, &error), RESULT_NOT_FOUND);
	assert_non_null(strstr(error.text, "restore"));
}

static void truncated(const struct place *place)
{
	assert_int_equal(truncate(place->path, 13 + KEY_SIZE + KEY_SIZE - 1), 0);
}

static void emptied(const struct place *place)
{
	assert_int_equal(truncate(place->path, 0), 0);
}

static void foreign(const struct place *place)
{
	int fd = open(place->path, O_WRONLY);

	assert_int_equal(write(fd, "another-key 1", 13), 13);
	close(fd);
}

static void readable_by_others(const struct place *place)
{
	assert_int_equal(chmod(place->path, 0640), 0);
}

static void owned_by_another(const struct place *place)
{
	assert_int_equal(chown(place->path, 65534, (gid_t)-1), 0);
}

static void a_link(const struct place *place)
{
	assert_int_equal(rename(place->path, place->other), 0);
	assert_int_equal(symlink(place->other, place->path), 0);
}

static void test_what_is_wrong_is_refused_and_not_replaced(void **state)
{
	static const struct {
		const char *sentence;
		void (*spoil)(const struct place *place);
		const char *word; /* of the error */
		bool root;        /* only root can spoil it so */
	} rows[] = {
		{"a byte short", truncated, "damaged", false},
		{"empty", emptied, "damaged", false},
		{"another file", foreign, "damaged", false},
		{"readable by others", readable_by_others, " --clear-groups chmod 0600", false},
		{"owned by another", owned_by_another, "chown -h 0", true},
		{"a link", a_link, "cannot open", false},
	};
	const struct place *place = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		enum key_origin origin = KEY_READ;
		struct keys keys = {{7}, {7}, {7}, {7}}, before = keys, made;
		struct error error;
		struct stat status, after;

		if (rows[i].root && geteuid() != 0)
			continue;
		make(place, &made);
		rows[i].spoil(place);
		assert_int_equal(lstat(place->path, &status), 0);
		enum result result = load(place, true, &keys, &origin, &error);
		HOLDS(rows[i].sentence, result == RESULT_REFUSED);
		HOLDS(rows[i].sentence, strstr(error.text, rows[i].word) != NULL);
		HOLDS(rows[i].sentence, strstr(error.text, place->path) != NULL);
		HOLDS(rows[i].sentence, memcmp(&keys, &before, sizeof(keys)) == 0);
		assert_int_equal(lstat(place->path, &after), 0);
		HOLDS(rows[i].sentence, status.st_ino == after.st_ino);
		assert_int_equal(unlink(place->path), 0);
		unlink(place->other);
	}
}

static void test_a_directory_that_is_not_there(void **state)
{
	enum key_origin origin;
	struct keys keys;
	struct error error = {""};

	(void)state;
	assert_int_equal(key_load("/nonexistent/smsotp/key", true, boot, &keys, &origin, &error),
		RESULT_FAILED);
	assert_non_null(strstr(error.text, "/nonexistent/smsotp/key"));
}

static void machine_id_set(const char *id)
{
	int fd = open("/etc/machine-id", O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_int_equal(write(fd, id, strlen(id)), strlen(id));
	close(fd);
}

/* In a mount namespace of its own, with an /etc of its own: not every host has a machine-id. */
static void own_etc(void)
{
	if (geteuid() != 0)
		skip();
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(mount("none", "/etc", "tmpfs", 0, NULL), 0);
}

static void test_a_cloned_image_gets_a_key_of_its_own(void **state)
{
	const struct place *place = *state;
	enum key_origin origin = KEY_READ;
	struct keys keys, moved = {{7}, {7}, {7}, {7}}, untouched = moved, back;
	struct error error;

	own_etc();
	machine_id_set("fedcba9876543210fedcba9876543210\n");
	make(place, &keys);
	machine_id_set("0123456789abcdef0123456789abcdef\n");
	for (int times = 0; times < 2; times++) {
		assert_int_equal(load(place, false, &moved, &origin, &error), RESULT_OK);
		assert_int_equal(origin, KEY_MOVED);
		assert_memory_equal(&moved, &untouched, sizeof(moved));
	}
	assert_int_equal(load(place, true, &moved, &origin, &error), RESULT_OK);
	assert_int_equal(origin, KEY_MADE);
	assert_memory_not_equal(keys.identity, moved.identity, KEY_SIZE);
	assert_memory_not_equal(keys.token, moved.token, KEY_SIZE);
	assert_int_equal(load(place, false, &back, &origin, &error), RESULT_OK);
	assert_int_equal(origin, KEY_READ);
	assert_memory_equal(&moved, &back, sizeof(back));
	assert_int_equal(umount("/etc"), 0);
}

/* What cannot be read may be there: only a host that has none has none. */
static void test_a_machine_id_that_cannot_be_read(void **state)
{
	const struct place *place = *state;
	enum key_origin origin = KEY_MADE;
	struct keys keys, back;
	struct error error;

	own_etc();
	make(place, &keys);
	machine_id_set("uninitialized\n");
	assert_int_equal(load(place, false, &back, &origin, &error), RESULT_OK);
	assert_int_equal(origin, KEY_READ);
	assert_int_equal(unlink("/etc/machine-id"), 0);
	assert_int_equal(mkdir("/etc/machine-id", 0755), 0);
	assert_int_equal(load(place, true, &back, &origin, &error), RESULT_FAILED);
	assert_non_null(strstr(error.text, "/etc/machine-id"));
	assert_int_equal(rmdir("/etc/machine-id"), 0);
	assert_int_equal(symlink("machine-id", "/etc/machine-id"), 0);
	assert_int_equal(load(place, true, &back, &origin, &error), RESULT_FAILED);
	assert_non_null(strstr(error.text, "/etc/machine-id"));
	assert_int_equal(unlink(place->path), 0);
	assert_int_equal(load(place, true, &back, &origin, &error), RESULT_FAILED);
	assert_int_equal(access(place->path, F_OK), -1);
	assert_int_equal(umount("/etc"), 0);
}

static void test_parts_keep_their_borders(void **state)
{
	const struct part joined[] = {{"ab", 2}, {"c", 1}};
	const struct part split[] = {{"a", 1}, {"bc", 2}};
	const struct part one[] = {{"abc", 3}};
	const uint8_t key[KEY_SIZE] = {1}, other[KEY_SIZE] = {2};
	uint8_t first[HASH_SIZE], hash[HASH_SIZE];

	(void)state;
	key_hash(key, joined, 2, first);
	key_hash(key, split, 2, hash);
	assert_memory_not_equal(first, hash, HASH_SIZE);
	key_hash(key, one, 1, hash);
	assert_memory_not_equal(first, hash, HASH_SIZE);
	key_hash(other, joined, 2, hash);
	assert_memory_not_equal(first, hash, HASH_SIZE);
	key_hash(key, joined, 2, hash);
	assert_memory_equal(first, hash, HASH_SIZE);
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		row(test_made_and_read_back),
		row(test_each_purpose_has_its_key_and_each_host_too),
		row(test_a_boot_changes_the_tokens_key_alone),
		row(test_a_missing_key_is_not_made_by_itself),
		row(test_what_is_wrong_is_refused_and_not_replaced),
		row(test_a_directory_that_is_not_there),
		row(test_a_cloned_image_gets_a_key_of_its_own),
		row(test_a_machine_id_that_cannot_be_read),
		row(test_parts_keep_their_borders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
