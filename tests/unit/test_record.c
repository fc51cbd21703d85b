/* SPDX-License-Identifier: BSD-3-Clause */
/* A user's record: its bytes, and what a reboot leaves of it. */
#include "core_fixture.h"
#include "smsotpd/record.h"

/* Every field another value: a swapped or forgotten one shows. */
static void record_fill(struct record *record)
{
	uint8_t seed = 1;
	int64_t time = 1000;

	memset(record, 0, sizeof(*record));
	memset(record->boot, seed++, BOOT_ID_SIZE);
	for (size_t i = 0; i < RECORD_CHALLENGES; i++) {
		struct challenge *challenge = &record->challenge[i];
		memset(challenge->binding, seed++, HASH_SIZE);
		challenge->sent = (uint8_t)(2 + i);
		challenge->tries = (uint8_t)(100 + i);
		challenge->live = (uint8_t)(1 + i % CHALLENGE_CODES);
		challenge->last_text = time++;
		for (size_t c = 0; c < CHALLENGE_CODES; c++) {
			memset(challenge->code[c].hash, seed++, HASH_SIZE);
			challenge->code[c].made.boottime = time++;
			challenge->code[c].made.realtime = REALTIME + time++;
		}
		memset(challenge->asker, seed++, ASKER_SIZE);
	}
	for (size_t i = 0; i < RECORD_SOURCES; i++) {
		struct record_source *source = &record->source[i];
		memset(source->hash, seed++, HASH_SIZE);
		source->lockout.failures = (uint32_t)time++;
		source->lockout.wait = (uint32_t)time++;
		source->lockout.first = -time++;
		source->lockout.last = time++;
		source->lockout.until = time++;
		source->last_realtime = REALTIME + time++;
		snprintf(source->label, LABEL_SIZE, "source %zu", i);
	}
	for (size_t i = 0; i < RECORD_KNOWN; i++) {
		memset(record->known[i].hash, seed++, HASH_SIZE);
		record->known[i].realtime = REALTIME + time++;
	}
	for (size_t i = 0; i < RECORD_TALLIES; i++) {
		struct window *const windows[] = {
			&record->tally[i].texts, &record->tally[i].failures};
		for (size_t w = 0; w < COUNT(windows); w++) {
			windows[w]->since = (struct moment){time, REALTIME + time};
			windows[w]->strange = (uint32_t)time++;
			windows[w]->all = (uint32_t)time++;
		}
	}
	record->ceiling.strange = (uint32_t)time++;
	record->ceiling.known = (uint32_t)time++;
}

static void test_there_and_back(void **state)
{
	uint8_t bytes[RECORD_SIZE], again[RECORD_SIZE];
	struct record record, back;

	(void)state;
	record_fill(&record);
	memset(&back, 0, sizeof(back));
	memset(bytes, 0x5a, sizeof(bytes));
	record_encode(&record, bytes);
	assert_int_equal(record_decode(bytes, sizeof(bytes), &back), RESULT_OK);
	assert_memory_equal(&record, &back, sizeof(record));
	record_encode(&back, again);
	assert_memory_equal(bytes, again, sizeof(bytes));
}

static void test_the_layout_of_the_header(void **state)
{
	uint8_t bytes[RECORD_SIZE];
	struct record record;
	const uint8_t *first = bytes + 24;
	const uint8_t *source = first + RECORD_CHALLENGES * 104;
	const uint8_t *known = source + RECORD_SOURCES * 88;

	(void)state;
	record_fill(&record);
	record_encode(&record, bytes);
	assert_memory_equal(bytes, "\1\0\0\0\0\0\0\0", 8);
	assert_memory_equal(bytes + 8, record.boot, BOOT_ID_SIZE);
	assert_memory_equal(first, record.challenge[0].binding, HASH_SIZE);
	assert_int_equal(first[16], record.challenge[0].sent);
	assert_int_equal(first[17], record.challenge[0].tries);
	assert_int_equal(first[18], record.challenge[0].live);
	assert_memory_equal(first + 32, record.challenge[0].code[0].hash, HASH_SIZE);
	assert_memory_equal(first + 96, record.challenge[0].asker, ASKER_SIZE);
	assert_memory_equal(source, record.source[0].hash, HASH_SIZE);
	assert_string_equal((const char *)source + 56, "source 0");
	assert_memory_equal(known, record.known[0].hash, HASH_SIZE);
	const uint8_t *tally = known + RECORD_KNOWN * 24;
	assert_int_equal(tally[16] | tally[17] << 8, record.tally[0].texts.all);
	assert_int_equal(tally[44] | tally[45] << 8, record.tally[0].failures.strange);
	assert_ptr_equal(tally + RECORD_TALLIES * TALLY_SIZE + 8, bytes + RECORD_SIZE);
}

static void test_what_is_no_record_is_refused(void **state)
{
	static const struct {
		const char *sentence;
		size_t at;
		uint8_t byte;
	} rows[] = {
		{"another version", 0, 2},
		{"no version", 0, 0},
		{"a later byte of the version", 7, 1},
		{"three live codes", 24 + 18, 3},
		{"255 live codes", 24 + 18, 255},
		{"live codes of no text", 24 + 16, 0},
		{"a text but no live code", 24 + 18, 0},
		{"a label without its end", 24 + 16 * 104 + 56 + 31, 'x'},
		{"a code made in the year 30 000 000", 24 + 32 + 16 + 7, 0x7f},
		{"a last text before the beginning of time", 24 + 24 + 7, 0x80},
		{"a first failure of the far future", 24 + 16 * 104 + 24 + 7, 0x7f},
		{"a last failure of the far future", 24 + 16 * 104 + 32 + 7, 0x7f},
		{"a lock that no clock can reach", 24 + 16 * 104 + 40 + 7, 0x7f},
		{"a source's wall clock out of range", 24 + 16 * 104 + 48 + 7, 0x7f},
		{"a known place's wall clock out of range", RECORD_SIZE - 8 - 96 - 1, 0x80},
		{"a window of the far future", RECORD_SIZE - 8 - 96 + 7, 0x7f},
		{"more strangers than all", RECORD_SIZE - 8 - 96 + 16 + 7, 0x7f},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t bytes[RECORD_SIZE];
		struct record record, before;

		record_fill(&record);
		before = record;
		record_encode(&record, bytes);
		bytes[rows[i].at] = rows[i].byte;
		enum result result = record_decode(bytes, sizeof(bytes), &record);
		HOLDS(rows[i].sentence, result == RESULT_INVALID);
		assert_memory_equal(&record, &before, sizeof(record));
	}
}

static void test_other_sizes_are_refused(void **state)
{
	static uint8_t bytes[RECORD_SIZE + 8] = {1};
	struct record record;

	(void)state;
	assert_int_equal(record_decode(bytes, RECORD_SIZE, &record), RESULT_OK);
	for (size_t size = 0; size < sizeof(bytes); size++) {
		if (size != RECORD_SIZE)
			assert_int_equal(record_decode(bytes, size, &record), RESULT_INVALID);
	}
}

/* A record of boot 1 with one code, one known place and a lock of an hour from `moment_after(0)`.
 */
static void locked_record(struct record *record)
{
	memset(record, 0, sizeof(*record));
	memset(record->boot, 1, BOOT_ID_SIZE);
	record->challenge[3] = (struct challenge){.sent = 1, .live = 1};
	record->challenge[3].code[0].made = moment_after(0);
	record->source[2].lockout = (struct lockout){.failures = 0,
		.wait = 3600,
		.first = BOOTTIME - MINUTES(1),
		.last = BOOTTIME,
		.until = BOOTTIME + HOURS(1)};
	record->source[2].last_realtime = REALTIME;
	record->known[1].realtime = REALTIME;
}

static void test_the_same_boot_changes_nothing(void **state)
{
	const struct moment now = moment_after(MINUTES(20));
	struct record record, before;

	(void)state;
	locked_record(&record);
	before = record;
	record_rebase(&record, before.boot, &now);
	assert_memory_equal(&record, &before, sizeof(record));
}

static void test_a_reboot(void **state)
{
	static const struct {
		const char *sentence;
		int64_t boottime; /* of the new boot */
		int64_t elapsed;  /* by the wall clock since the failure */
		int64_t left;     /* of the lock */
	} rows[] = {
		{"what the wall clock shows is served", SECONDS(30), MINUTES(20), MINUTES(40)},
		{"the wall clock alone counts", HOURS(9), MINUTES(20), MINUTES(40)},
		{"a lock ends while the host is off", SECONDS(30), HOURS(1), 0},
		{"a clock that went backwards serves nothing", SECONDS(30), -DAYS(2), HOURS(1)},
		{"a clock that stands serves nothing", SECONDS(30), 0, HOURS(1)},
		{"a failure at the boot's first moment", MINUTES(20), MINUTES(20), MINUTES(40)},
	};
	static const uint8_t boot[BOOT_ID_SIZE] = {2};
	static const struct challenge none[RECORD_CHALLENGES];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct moment now = {rows[i].boottime, REALTIME + rows[i].elapsed};
		struct record record;

		locked_record(&record);
		record_rebase(&record, boot, &now);
		assert_memory_equal(record.boot, boot, BOOT_ID_SIZE);
		assert_memory_equal(record.challenge, none, sizeof(none));
		int64_t left = lockout_left(&record.source[2].lockout, now.boottime);
		HOLDS(rows[i].sentence, left == rows[i].left);
		HOLDS(rows[i].sentence, record.known[1].realtime == REALTIME);
		HOLDS(rows[i].sentence, record.source[0].lockout.last == 0);
		HOLDS(rows[i].sentence, record.source[2].lockout.last != 0);
		HOLDS(rows[i].sentence, record.source[2].lockout.wait == 3600);
	}
}

static void test_a_machine_that_was_set_back(void **state)
{
	const struct moment now = {BOOTTIME - SECONDS(1), REALTIME + MINUTES(20)};
	static const struct challenge none[RECORD_CHALLENGES];
	struct record record;

	(void)state;
	locked_record(&record);
	record_rebase(&record, record.boot, &now);
	assert_memory_equal(record.challenge, none, sizeof(none));
	assert_int_equal(lockout_left(&record.source[2].lockout, now.boottime), MINUTES(40));
	locked_record(&record);
	record.challenge[3] = (struct challenge){0};
	record_rebase(&record, record.boot, &now);
	assert_int_equal(lockout_left(&record.source[2].lockout, now.boottime), MINUTES(40));
}

/* A window that lies ahead would never end. */
static void test_a_tally_of_a_machine_that_was_set_back(void **state)
{
	const struct moment now = {BOOTTIME, REALTIME + MINUTES(1)};
	struct record record;

	(void)state;
	for (size_t i = 0; i < RECORD_TALLIES; i++) {
		memset(&record, 0, sizeof(record));
		record.tally[i].texts =
			(struct window){.since = {BOOTTIME + 1, REALTIME}, .strange = 2, .all = 3};
		record_rebase(&record, record.boot, &now);
		assert_true(record.tally[i].texts.since.boottime <= now.boottime);
		assert_int_equal(record.tally[i].texts.all, 3);
	}
}

static void test_reboot_after_reboot_serves_once(void **state)
{
	struct record record;

	(void)state;
	locked_record(&record);
	for (uint8_t boot = 2; boot < 12; boot++) {
		const struct moment now = {SECONDS(10), REALTIME + MINUTES(boot)};
		uint8_t id[BOOT_ID_SIZE] = {boot};
		record_rebase(&record, id, &now);
		int64_t left = lockout_left(&record.source[2].lockout, now.boottime);
		assert_int_equal(left, HOURS(1) - MINUTES(boot));
	}
}

static void test_a_new_record_is_of_this_boot(void **state)
{
	static const uint8_t boot[BOOT_ID_SIZE] = {7};
	const struct moment now = moment_after(0);
	struct record record = {0}, expected = {0};

	(void)state;
	memcpy(expected.boot, boot, BOOT_ID_SIZE);
	record_rebase(&record, boot, &now);
	assert_memory_equal(&record, &expected, sizeof(record));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_the_layout_of_the_header),
		cmocka_unit_test(test_what_is_no_record_is_refused),
		cmocka_unit_test(test_other_sizes_are_refused),
		cmocka_unit_test(test_the_same_boot_changes_nothing),
		cmocka_unit_test(test_a_reboot),
		cmocka_unit_test(test_a_machine_that_was_set_back),
		cmocka_unit_test(test_a_tally_of_a_machine_that_was_set_back),
		cmocka_unit_test(test_reboot_after_reboot_serves_once),
		cmocka_unit_test(test_a_new_record_is_of_this_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
