/* SPDX-License-Identifier: BSD-3-Clause */
/* How strict a service is: the row, the deadline, and who is in the percent. */
#include "core_fixture.h"
#include "smsotpd/login.h"
#include "smsotpd/mode.h"

#define NAMES 3000

static const struct clock here = {.boot = {1}};
static const struct clock rebooted = {.boot = {2}};

static struct override pending(uint32_t confirm)
{
	return (struct override){.choice = CHOICE_ENFORCE,
		.before = CHOICE_OBSERVE,
		.confirm = confirm,
		.boot = {1},
		.since = moment_after(0)};
}

static void test_there_and_back(void **state)
{
	const struct override override = pending(600);
	uint8_t bytes[MODE_ROW_SIZE];
	struct override back;

	(void)state;
	mode_encode(&override, bytes);
	assert_int_equal(mode_decode(bytes, sizeof(bytes), &back), RESULT_OK);
	assert_int_equal(back.choice, override.choice);
	assert_int_equal(back.before, override.before);
	assert_int_equal(back.confirm, override.confirm);
	assert_memory_equal(back.boot, override.boot, BOOT_ID_SIZE);
	assert_int_equal(back.since.boottime, override.since.boottime);
	assert_int_equal(back.since.realtime, override.since.realtime);
}

static void test_other_rows_are_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t byte;
	} rows[] = {{0, 0}, {0, 2}, {1, CHOICE_COUNT}, {2, CHOICE_COUNT}, {3, 1}, {7, 1},
		{31, 0x80}, {39, 0x7f}};
	const struct override override = pending(600);
	uint8_t bytes[MODE_ROW_SIZE + 1] = {0};
	struct override back;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		mode_encode(&override, bytes);
		bytes[rows[i].at] = rows[i].byte;
		assert_int_equal(mode_decode(bytes, MODE_ROW_SIZE, &back), RESULT_INVALID);
	}
	mode_encode(&override, bytes);
	assert_int_equal(mode_decode(bytes, MODE_ROW_SIZE - 1, &back), RESULT_INVALID);
	assert_int_equal(mode_decode(bytes, MODE_ROW_SIZE + 1, &back), RESULT_INVALID);
}

static void test_the_largest_that_is_read(void **state)
{
	struct override override = pending(MODE_CONFIRM_MAX), back;
	uint8_t bytes[MODE_ROW_SIZE];

	(void)state;
	override.since.boottime = override.since.realtime = INT64_MAX / 2 - 1;
	mode_encode(&override, bytes);
	assert_int_equal(mode_decode(bytes, sizeof(bytes), &back), RESULT_OK);
	override.since.boottime++;
	mode_encode(&override, bytes);
	assert_int_equal(mode_decode(bytes, sizeof(bytes), &back), RESULT_INVALID);
}

static void test_the_deadline_by_both_clocks(void **state)
{
	static const struct {
		const char *sentence;
		bool reboot;
		int64_t boottime; /* since the choice */
		int64_t realtime;
		bool ended;
	} rows[] = {
		{"at once", false, 0, 0, false},
		{"just before", false, MINUTES(10) - 1, MINUTES(10) - 1, false},
		{"at its end", false, MINUTES(10), MINUTES(10), true},
		{"long after it", false, DAYS(1), DAYS(1), true},
		{"by the boot's clock alone", false, MINUTES(10), SECONDS(1), true},
		{"by the wall clock alone", false, SECONDS(1), MINUTES(10), true},
		{"the wall clock was set back", false, SECONDS(1), -DAYS(1), false},
		{"set back, and its time is over", false, MINUTES(10), -DAYS(1), true},
		{"the machine was set back", false, -SECONDS(1), SECONDS(1), true},
		{"rebooted in time", true, -HOURS(5), MINUTES(2), false},
		{"rebooted too late", true, -HOURS(5), MINUTES(10), true},
		{"rebooted, up for longer than before", true, HOURS(1), MINUTES(2), false},
		{"rebooted into the past", true, -HOURS(5), -SECONDS(1), true},
	};
	const struct override override = pending(600);
	struct override standing = override;

	(void)state;
	standing.confirm = 0;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct clock *clock = rows[i].reboot ? &rebooted : &here;
		const struct moment now = {override.since.boottime + rows[i].boottime,
			override.since.realtime + rows[i].realtime};
		HOLDS(rows[i].sentence, mode_ended(&override, clock, &now) == rows[i].ended);
		HOLDS(rows[i].sentence, (mode_left(&override, clock, &now) == 0) == rows[i].ended);
		HOLDS(rows[i].sentence, !mode_ended(&standing, clock, &now));
	}
}

static void test_what_it_falls_to_stands(void **state)
{
	struct override override = pending(600);

	(void)state;
	mode_fall(&override);
	assert_int_equal(override.choice, CHOICE_OBSERVE);
	assert_int_equal(override.confirm, 0);
}

static void test_words(void **state)
{
	enum choice choice;

	(void)state;
	for (int i = 0; i < CHOICE_COUNT; i++) {
		assert_int_equal(choice_parse(choice_name((enum choice)i), &choice), RESULT_OK);
		assert_int_equal(choice, i);
	}
	assert_int_equal(choice_parse("Enforce", &choice), RESULT_INVALID);
	assert_int_equal(choice_parse("", &choice), RESULT_INVALID);
}

/* Of two modes the first is for the percent; the other is never stricter. */
static void test_strict_and_lax(void **state)
{
	static const struct {
		enum service_mode mode;
		enum service_mode otherwise;
		enum choice choice;
		enum service_mode strict;
		enum service_mode lax;
	} rows[] = {
		{MODE_ENFORCE, MODE_OBSERVE, CHOICE_CONFIG, MODE_ENFORCE, MODE_OBSERVE},
		{MODE_ENFORCE, MODE_WARN, CHOICE_CONFIG, MODE_ENFORCE, MODE_WARN},
		{MODE_ENFORCE, MODE_ENFORCE, CHOICE_OBSERVE, MODE_OBSERVE, MODE_OBSERVE},
		{MODE_ENFORCE, MODE_WARN, CHOICE_OBSERVE, MODE_OBSERVE, MODE_OBSERVE},
		{MODE_OBSERVE, MODE_OBSERVE, CHOICE_ENFORCE, MODE_ENFORCE, MODE_OBSERVE},
		{MODE_OBSERVE, MODE_OBSERVE, CHOICE_WARN, MODE_WARN, MODE_OBSERVE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct config_service service = {
			.mode = rows[i].mode, .otherwise = rows[i].otherwise};
		assert_int_equal(mode_strict(&service, rows[i].choice), rows[i].strict);
		assert_int_equal(mode_lax(&service, rows[i].choice), rows[i].lax);
	}
}

static bool among(const char *service, uint32_t percent, const struct keys *keys, int number)
{
	struct config_service section = {.percent = percent};
	uint8_t tag[HASH_SIZE];
	char name[32];

	snprintf(section.name, sizeof(section.name), "%s", service);
	snprintf(name, sizeof(name), "user%d", number);
	login_name_tag(keys, false, 0, name, tag);
	return mode_among(&section, keys, tag);
}

/* Who is in at some percent is in at more, and as many are as that says. */
static void test_the_percent_grows(void **state)
{
	static const uint32_t steps[] = {0, 1, 20, 40, 99, 100};
	struct keys keys;

	(void)state;
	keys_fill(&keys, 1);
	for (size_t i = 0; i < COUNT(steps); i++) {
		int count = 0;
		for (int n = 0; n < NAMES; n++) {
			bool in = among("sshd", steps[i], &keys, n);
			bool more = i + 1 < COUNT(steps) && among("sshd", steps[i + 1], &keys, n);
			assert_true(!in || more || i + 1 == COUNT(steps));
			count += in;
		}
		int expected = (int)(NAMES * steps[i] / 100);
		assert_in_range(count + 100, expected, expected + 200);
		assert_true((steps[i] != 0 || count == 0) && (steps[i] != 100 || count == NAMES));
	}
}

/* Another version, too, has the same names in: the first sixteen as bits. */
static void test_who_is_in_stays_in(void **state)
{
	struct keys keys;
	unsigned int in = 0;

	(void)state;
	keys_fill(&keys, 1);
	for (int n = 0; n < 16; n++)
		in = in << 1 | among("sshd", 50, &keys, n);
	assert_int_equal(in, 0xa09f);
}

static void test_services_and_hosts_differ(void **state)
{
	int same_service = 0, same_host = 0;
	struct keys keys, others;

	(void)state;
	keys_fill(&keys, 1);
	keys_fill(&others, 9);
	for (int n = 0; n < NAMES; n++) {
		bool in = among("sshd", 50, &keys, n);
		same_service += in == among("sudo", 50, &keys, n);
		same_host += in == among("sshd", 50, &others, n);
		assert_int_equal(in, among("sshd", 50, &keys, n));
	}
	assert_in_range(same_service, NAMES * 4 / 10, NAMES * 6 / 10);
	assert_in_range(same_host, NAMES * 4 / 10, NAMES * 6 / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_other_rows_are_refused),
		cmocka_unit_test(test_the_largest_that_is_read),
		cmocka_unit_test(test_the_deadline_by_both_clocks),
		cmocka_unit_test(test_what_it_falls_to_stands),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_strict_and_lax),
		cmocka_unit_test(test_the_percent_grows),
		cmocka_unit_test(test_who_is_in_stays_in),
		cmocka_unit_test(test_services_and_hosts_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
