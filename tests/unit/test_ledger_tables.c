/* SPDX-License-Identifier: BSD-3-Clause */
/* The ledger's sets where they are full, and where they end. */
#include "smsotpd/ledger_tables.h"

#include <sys/mman.h>
#include <unistd.h>

#include "core_fixture.h"

#define SET      7
#define SAME_SET 65536 /* numbers so far apart fall into one set */

struct guarded {
	struct config *config;
	uint8_t *map;
	size_t size;
	struct ledger *ledger; /* with nothing behind it */
};

static int setup(void **state)
{
	struct guarded *guarded = calloc(1, sizeof(*guarded));
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	guarded->config = defaults();
	guarded->size = (sizeof(struct ledger) + page - 1) / page * page;
	guarded->map = mmap(NULL, guarded->size + page, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(guarded->map != MAP_FAILED);
	assert_int_equal(mprotect(guarded->map + guarded->size, page, PROT_NONE), 0);
	guarded->ledger =
		(struct ledger *)(void *)(guarded->map + guarded->size - sizeof(struct ledger));
	*state = guarded;
	return 0;
}

static int teardown(void **state)
{
	struct guarded *guarded = *state;

	munmap(guarded->map, guarded->size + (size_t)sysconf(_SC_PAGESIZE));
	config_free(&guarded->config);
	free(guarded);
	return 0;
}

#define with_guard(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* The n-th visitor whose dialogues and rows are in SET. */
static struct visitor visitor(uint32_t n)
{
	struct visitor visitor = {.id = {0}};
	uint32_t number = SET + n * SAME_SET;

	memcpy(visitor.id, &number, sizeof(number));
	memcpy(visitor.name, &number, sizeof(number));
	hash_fill(visitor.subject, number);
	return visitor;
}

static size_t dialogues(const struct ledger *ledger)
{
	size_t count = 0;

	for (size_t i = 0; i < LEDGER_SETS * LEDGER_WAYS; i++)
		count += ledger->dialogue[i / LEDGER_WAYS][i % LEDGER_WAYS].used;
	return count;
}

static void test_a_full_set_gives_up_its_oldest_dialogue(void **state)
{
	struct guarded *guarded = *state;
	struct ledger *ledger = guarded->ledger;

	for (uint32_t i = 0; i <= LEDGER_WAYS; i++) {
		struct visitor one = visitor(i);
		/* The third is the oldest. */
		struct moment begun = moment_after(i == 2 ? -SECONDS(9) : SECONDS(i));
		(void)dialogue_add(ledger, &one, &begun);
	}
	for (uint32_t i = 0; i <= LEDGER_WAYS; i++) {
		struct visitor one = visitor(i);
		assert_true((dialogue_find(ledger, &one) == NULL) == (i == 2));
	}
	assert_int_equal(dialogues(ledger), LEDGER_WAYS);
}

/* What a token of long ago restored is older than what is free, and stays all the same. */
static void test_a_free_entry_comes_first(void **state)
{
	struct guarded *guarded = *state;
	const struct moment long_ago = {-DAYS(9), -DAYS(9)};

	for (uint32_t i = 0; i < 2; i++) {
		struct visitor one = visitor(i);
		(void)dialogue_add(guarded->ledger, &one, &long_ago);
	}
	assert_int_equal(dialogues(guarded->ledger), 2);
}

static void test_a_dialogue_is_restored_once(void **state)
{
	struct guarded *guarded = *state;
	const struct visitor one = visitor(0);
	const struct moment now = moment_after(0);

	for (int i = 0; i < 3; i++)
		ledger_restore(guarded->ledger, &one, &now);
	assert_int_equal(dialogues(guarded->ledger), 1);
}

static void test_an_entry_of_the_next_set_is_not_found(void **state)
{
	struct guarded *guarded = *state;
	const struct visitor one = visitor(0);
	const struct moment now = moment_after(0);
	struct dialogue *dialogue = dialogue_add(guarded->ledger, &one, &now);

	guarded->ledger->dialogue[SET + 1][0] = *dialogue;
	dialogue->used = false;
	assert_null(dialogue_find(guarded->ledger, &one));
}

static void test_a_row_is_of_one_name_and_one_source(void **state)
{
	struct guarded *guarded = *state;
	struct visitor other = visitor(0);
	struct visitor one = visitor(0);
	const uint32_t source = SAME_SET;

	(void)row_get(guarded->ledger, guarded->config, &one);
	memcpy(other.source, &source, sizeof(source));
	assert_null(row_find(guarded->ledger, &other));
	other = visitor(1);
	assert_null(row_find(guarded->ledger, &other));
	assert_non_null(row_find(guarded->ledger, &one));
}

/* Until when a row matters: its lock, its code on the way, its texts; see row_end(). */
static void test_a_full_set_gives_up_the_row_that_ends_first(void **state)
{
	static const struct {
		const char *sentence;
		struct row others, first;
	} rows[] = {
		{"a lock", {.lockout = {.until = BOOTTIME + 3}},
			{.lockout = {.until = BOOTTIME + 2}}},
		{"a code", {.live_until = BOOTTIME + 3}, {.live_until = BOOTTIME + 2}},
		{"texts", {.texts = {.since = {.boottime = BOOTTIME + 3}}},
			{.texts = {.since = {.boottime = BOOTTIME + 2}}}},
		{"a code, before texts",
			{.live_until = BOOTTIME + MINUTES(12),
				.texts = {.since = {.boottime = BOOTTIME}}},
			{.texts = {.since = {.boottime = BOOTTIME + MINUTES(1)}}}},
		{"a lock, before the day of a text", {.lockout = {.until = BOOTTIME + MINUTES(20)}},
			{.texts = {.since = {.boottime = BOOTTIME}},
				.texts_day = {.since = {.boottime = BOOTTIME}, .all = 1}}},
	};
	struct guarded *guarded = *state;
	struct row *set = guarded->ledger->row[SET];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct visitor last = visitor(LEDGER_WAYS);
		memset(guarded->ledger, 0, sizeof(*guarded->ledger));
		for (uint32_t way = 0; way < LEDGER_WAYS; way++) {
			struct visitor one = visitor(way);
			set[way] = way == 2 ? rows[i].first : rows[i].others;
			set[way].used = true;
			memcpy(set[way].name, one.name, HASH_SIZE);
		}
		HOLDS(rows[i].sentence,
			row_get(guarded->ledger, guarded->config, &last) == &set[2]);
		HOLDS(rows[i].sentence, !guarded->ledger->row[SET + 1][0].used);
	}
}

static void test_an_empty_row_comes_first(void **state)
{
	struct guarded *guarded = *state;
	struct visitor one = visitor(0), two = visitor(1);
	struct row *row = row_get(guarded->ledger, guarded->config, &one);

	row->lockout.first = row->texts.since.boottime = -DAYS(9);
	assert_ptr_equal(row_get(guarded->ledger, guarded->config, &two), row + 1);
}

/* Up to the very last row. */
static void test_all_rows_are_forgotten(void **state)
{
	static const uint32_t sets[] = {0, 1, LEDGER_SETS - 1};
	struct guarded *guarded = *state;
	struct ledger *ledger = guarded->ledger;
	const struct moment now = moment_after(0);
	struct visitor one = visitor(0);
	int64_t longest = -1;

	for (int turn = 0; turn < 2; turn++) {
		for (size_t i = 0; i < COUNT(sets); i++) {
			struct row *row = &ledger->row[sets[i]][LEDGER_WAYS - 1];
			*row = (struct row){.used = true};
			memcpy(row->name, one.name, HASH_SIZE);
			if (i > 0)
				row->lockout = (struct lockout){
					.last = BOOTTIME, .until = BOOTTIME + SECONDS(i)};
		}
		ledger->row[5][0].lockout.last = BOOTTIME; /* of nobody */
		assert_int_equal(ledger_locks(ledger, one.name, &now, &longest), 2);
		assert_int_equal(longest, SECONDS(2));
		if (turn == 0)
			assert_int_equal(ledger_forget(ledger, one.name), 3);
		else
			assert_int_equal(ledger_forget_all(ledger), 2);
		assert_int_equal(ledger_locks(ledger, one.name, &now, &longest), 0);
		assert_int_equal(longest, 0);
	}
	for (size_t i = 0; i < LEDGER_SETS * LEDGER_WAYS; i++)
		assert_int_equal(ledger->row[i / LEDGER_WAYS][i % LEDGER_WAYS].lockout.last, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_guard(test_a_full_set_gives_up_its_oldest_dialogue),
		with_guard(test_a_free_entry_comes_first),
		with_guard(test_a_dialogue_is_restored_once),
		with_guard(test_an_entry_of_the_next_set_is_not_found),
		with_guard(test_a_row_is_of_one_name_and_one_source),
		with_guard(test_a_full_set_gives_up_the_row_that_ends_first),
		with_guard(test_an_empty_row_comes_first),
		with_guard(test_all_rows_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
