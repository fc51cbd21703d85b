/* SPDX-License-Identifier: BSD-3-Clause */
/* A boot id as the kernel writes it, and what is none; and the system's clock. */
#undef _FORTIFY_SOURCE /* its read is defined inline */
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "smsotpd/clock.h"
#include "test.h"

/* What read gives in place of the file's bytes, NULL for these; before libc's it is file-scope. */
static const char *content;

ssize_t read(int fd, void *bytes, size_t size)
{
	if (content == NULL)
		return syscall(SYS_read, fd, bytes, size);
	size_t length = strlen(content) < size ? strlen(content) : size;
	memcpy(bytes, content, length);
	return (ssize_t)length;
}

static void test_boot_ids(void **state)
{
	static const struct {
		const char *text;
		enum result result;
	} rows[] = {
		{"01020304-0506-0708-090a-0b0c0d0e0f10", RESULT_OK},
		{"0102030405060708090a0b0c0d0e0f10", RESULT_OK},
		{"", RESULT_INVALID},
		{"01020304-0506-0708-090a-0b0c0d0e0f1", RESULT_INVALID},
		{"01020304-0506-0708-090a-0b0c0d0e0f101", RESULT_INVALID},
		{"01020304-0506-0708-090a-0b0c0d0e0f10\n", RESULT_INVALID},
		{"01020304 0506 0708 090a 0b0c0d0e0f10", RESULT_INVALID},
		{"01020304-0506-0708-090a-0b0c0d0e0f1/", RESULT_INVALID},
		{"01020304-0506-0708-090a-0b0c0d0e0f1:", RESULT_INVALID},
		{"01020304-0506-0708-090a-0b0c0d0e0f1`", RESULT_INVALID},
		{"01020304-0506-0708-090a-0b0c0d0e0f1g", RESULT_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t boot[BOOT_ID_SIZE] = {0xff};
		HOLDS(rows[i].text, clock_boot_parse(rows[i].text, boot) == rows[i].result);
		for (uint8_t j = 0; rows[i].result == RESULT_OK && j < BOOT_ID_SIZE; j++)
			HOLDS(rows[i].text, boot[j] == j + 1);
		HOLDS(rows[i].text, rows[i].result == RESULT_OK || boot[0] == 0xff);
	}
}

static void test_every_digit(void **state)
{
	uint8_t boot[BOOT_ID_SIZE];

	(void)state;
	assert_int_equal(clock_boot_parse("01234567-89ab-cdef-0000-0000000000ff", boot), RESULT_OK);
	assert_memory_equal(
		boot, "\x01\x23\x45\x67\x89\xab\xcd\xef\0\0\0\0\0\0\0\xff", BOOT_ID_SIZE);
}

static int64_t seconds_of(clockid_t id)
{
	struct timespec now;

	assert_int_equal(clock_gettime(id, &now), 0);
	return now.tv_sec;
}

/* The same in each process of a boot, whatever descriptor it is read by. */
static void test_the_boot_of_this_system(void **state)
{
	struct clock clock, again;
	int standard_input = dup(STDIN_FILENO);

	(void)state;
	assert_int_equal(clock_system(&clock), RESULT_OK);
	close(STDIN_FILENO);
	assert_int_equal(clock_system(&again), RESULT_OK);
	assert_int_equal(dup2(standard_input, STDIN_FILENO), STDIN_FILENO);
	close(standard_input);
	assert_memory_equal(clock.boot, again.boot, BOOT_ID_SIZE);
}

static void test_a_boot_that_cannot_be_read(void **state)
{
	static const char *const contents[] = {"", "01020304-0506-0708-090a-0b0c0d0e0f1",
		"0102030405060708090a0b0c0d0e0f10", "01020304-0506-0708-090a-0b0c0d0e0f1x"};
	struct clock clock = {.boot = {0xff}};
	struct rlimit limit, none;

	(void)state;
	for (size_t i = 0; i < COUNT(contents); i++) {
		content = contents[i];
		HOLDS(contents[i], clock_system(&clock) == RESULT_FAILED);
	}
	content = "01020304-0506-0708-090a-0b0c0d0e0f10";
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	enum result result = clock_system(&clock);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(result, RESULT_FAILED);
	assert_int_equal(clock.boot[0], 0xff);
	assert_int_equal(clock_system(&clock), RESULT_OK);
	content = NULL;
	assert_int_equal(clock.boot[0], 0x01);
}

static void test_the_time_of_this_system(void **state)
{
	struct clock clock;
	struct moment now;
	int64_t boottime = seconds_of(CLOCK_BOOTTIME);
	int64_t realtime = time(NULL);

	(void)state;
	assert_int_equal(clock_system(&clock), RESULT_OK);
	clock.now(&clock, &now);
	assert_in_range(now.boottime, boottime * 1000, (boottime + 60) * 1000);
	assert_in_range(now.realtime, realtime * 1000, (realtime + 60) * 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boot_ids),
		cmocka_unit_test(test_every_digit),
		cmocka_unit_test(test_the_boot_of_this_system),
		cmocka_unit_test(test_a_boot_that_cannot_be_read),
		cmocka_unit_test(test_the_time_of_this_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
