/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of the operator's choices: what takes a row, which rows of the store are read, and what
 * is added to what stands. */
#include "core_fixture.h"
#include "smsotpd/modes.h"
#include "smsotpd/state_row.h"
#include "stores_fixture.h"

#define READERS 2048 /* more than a store has room for at once */

static const struct override enforce = {.choice = CHOICE_ENFORCE};

static struct override pending(const struct scene *scene, enum choice choice)
{
	struct override override = {
		.choice = choice, .before = CHOICE_WARN, .confirm = 600, .since = scene->now};

	memcpy(override.boot, scene->clock.boot, BOOT_ID_SIZE);
	return override;
}

/* Section names of some letters each, the table's room in number. */
static void fill(struct modes *modes)
{
	char name[CONFIG_WORD];

	for (int i = 0; i < CONFIG_SERVICES; i++) {
		snprintf(name, sizeof(name), "section%d", i);
		assert_true(modes_room(modes, name));
		assert_true(modes_put(modes, name, &enforce));
	}
}

static void test_a_full_table(void **state)
{
	const struct override config = {.choice = CHOICE_CONFIG};
	struct modes modes = {.row = {{.service = ""}}};

	(void)state;
	/* What leaves all to the config takes no room. */
	for (int i = 0; i < CONFIG_SERVICES; i++)
		assert_true(modes_put(&modes, i % 2 == 0 ? "sshd" : "sudo", &config));
	fill(&modes);
	assert_false(modes_room(&modes, "sshd"));
	assert_false(modes_put(&modes, "sshd", &enforce));
	assert_true(modes_put(&modes, "sshd", &config));
	assert_true(modes_room(&modes, "section7"));
	assert_true(modes_put(&modes, "section7", &config));
	assert_true(modes_room(&modes, "sshd"));
	assert_true(modes_put(&modes, "sshd", &enforce));
	assert_int_equal(modes_find(&modes, "sshd").choice, CHOICE_ENFORCE);
	assert_int_equal(modes_find(&modes, "section7").choice, CHOICE_CONFIG);
}

static void test_names_that_are_none(void **state)
{
	const struct override fallen = {.choice = CHOICE_CONFIG, .before = CHOICE_WARN};
	struct modes modes = {.row = {{.service = ""}}};
	char name[CONFIG_WORD + 1];

	(void)state;
	memset(name, 'x', sizeof(name));
	name[CONFIG_WORD] = '\0';
	assert_false(modes_put(&modes, name, &enforce));
	assert_false(modes_put(&modes, "", &enforce));
	assert_true(modes_put(&modes, "sshd", &enforce));
	assert_true(modes_put(&modes, "sshd", &fallen));
	assert_int_equal(modes_find(&modes, "").before, CHOICE_CONFIG);
	name[CONFIG_WORD - 1] = '\0';
	assert_true(modes_put(&modes, name, &enforce));
	assert_int_equal(modes_find(&modes, name).choice, CHOICE_ENFORCE);
}

/* The config's own mode can be chosen for a time, too. What lies behind a table is not its own. */
static void test_what_waits(void **state)
{
	const struct scene *scene = *state;
	const struct override config = pending(scene, CHOICE_CONFIG);
	const struct moment late = {
		scene->now.boottime + MINUTES(10), scene->now.realtime + MINUTES(10)};
	struct modes modes[2] = {{.row = {{.service = ""}}}}, joined = modes[0];
	struct override was;
	char service[CONFIG_WORD];

	assert_true(modes_put(&modes[1], "sshd", &config));
	assert_true(modes_wait(&modes[1]));
	assert_int_equal(modes_find(&modes[1], "sshd").confirm, 600);
	assert_false(modes_wait(&modes[0]));
	assert_false(modes_fall(&modes[0], &scene->clock, &late, service, &was));
	modes_join(&joined, &modes[0], &scene->clock);
	assert_false(modes_wait(&joined));
	modes_join(&joined, &modes[1], &scene->clock);
	assert_true(modes_wait(&joined));
	assert_true(modes_fall(&joined, &scene->clock, &late, service, &was));
	assert_int_equal(modes_find(&joined, "sshd").choice, CHOICE_WARN);
}

static void save(struct scene *scene, const char *name, size_t size)
{
	const struct override override = pending(scene, CHOICE_OBSERVE);
	uint8_t bytes[MODE_ROW_SIZE];
	MDB_txn *txn = NULL;

	mode_encode(&override, bytes);
	assert_int_equal(state_begin(scene->judge.state, true, &txn), RESULT_OK);
	assert_int_equal(
		state_row_save(scene->judge.state, txn, STATE_MODES, (struct row_bytes){name, size},
			(struct row_bytes){bytes, sizeof(bytes)}),
		RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
}

static enum result load(struct scene *scene, struct modes *ret_modes, size_t *ret_spoilt)
{
	return modes_load(scene->judge.state, scene->config, ret_modes, ret_spoilt);
}

/* Another name of a section, one that the config lacks, and one that is too long for a section. */
static void test_rows_of_no_section(void **state)
{
	static const char sshd[CONFIG_WORD] = "sshd";
	struct scene *scene = *state;
	struct modes modes;
	size_t spoilt = 9;

	save(scene, "sudo-i", strlen("sudo-i"));
	save(scene, "gone", strlen("gone"));
	save(scene, sshd, sizeof(sshd));
	assert_int_equal(load(scene, &modes, &spoilt), RESULT_OK);
	assert_int_equal(spoilt, 0);
	for (size_t i = 0; i < CONFIG_SERVICES; i++)
		assert_string_equal(modes.row[i].service, "");
	save(scene, "sudo", strlen("sudo"));
	assert_int_equal(load(scene, &modes, &spoilt), RESULT_OK);
	assert_int_equal(modes_find(&modes, "sudo").choice, CHOICE_OBSERVE);
}

/* Who reads goes again; where nobody more may read, nothing is said to have been. */
static void test_readers(void **state)
{
	struct scene *scene = *state;
	struct modes modes = {.row = {{.service = ""}}};
	MDB_txn *readers[READERS];
	size_t spoilt = 9, count = 0;

	save(scene, "sudo", strlen("sudo"));
	for (int i = 0; i < READERS; i++)
		assert_int_equal(load(scene, &modes, &spoilt), RESULT_OK);
	while (count < READERS &&
		state_begin(scene->judge.state, false, &readers[count]) == RESULT_OK)
		count++;
	modes = (struct modes){.row = {{.service = ""}}};
	spoilt = 9;
	assert_int_equal(load(scene, &modes, &spoilt), RESULT_FULL);
	assert_int_equal(spoilt, 9);
	assert_int_equal(modes_find(&modes, "sudo").choice, CHOICE_CONFIG);
	while (count > 0)
		store_abort(&readers[--count]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_full_table),
		cmocka_unit_test(test_names_that_are_none),
		with_scene(test_what_waits),
		with_scene(test_rows_of_no_section),
		with_scene(test_readers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
