/* SPDX-License-Identifier: BSD-3-Clause */
#include "clock.h"

#include <fcntl.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#define BOOT_ID_PATH "/proc/sys/kernel/random/boot_id"
#define BOOT_ID_TEXT 36 /* a UUID, RFC 9562 section 4 */

static int64_t read_ms(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void system_now(const struct clock *clock, struct moment *ret_now)
{
	(void)clock;
	ret_now->boottime = read_ms(CLOCK_BOOTTIME);
	ret_now->realtime = read_ms(CLOCK_REALTIME);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum result clock_boot_parse(const char *text, uint8_t ret_boot[static BOOT_ID_SIZE])
{
	uint8_t boot[BOOT_ID_SIZE] = {0};
	size_t digits = 0;

	for (; digits < 2 * BOOT_ID_SIZE && *text != '\0'; text++) {
		if (*text == '-')
			continue;
		int value = hex_value(*text);
		if (value < 0)
			return RESULT_INVALID;
		boot[digits / 2] = (uint8_t)(boot[digits / 2] << 4 | value);
		digits++;
	}
	if (digits != 2 * BOOT_ID_SIZE || *text != '\0')
		return RESULT_INVALID;
	for (size_t i = 0; i < BOOT_ID_SIZE; i++)
		ret_boot[i] = boot[i];
	return RESULT_OK;
}

enum result clock_system(struct clock *ret_clock)
{
	char text[BOOT_ID_TEXT + 1] = "";
	struct clock clock = {.now = system_now};
	int fd = open(BOOT_ID_PATH, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return RESULT_FAILED;
	ssize_t size = read(fd, text, BOOT_ID_TEXT);
	close(fd);
	if (size != BOOT_ID_TEXT || clock_boot_parse(text, clock.boot) != RESULT_OK)
		return RESULT_FAILED;
	*ret_clock = clock;
	return RESULT_OK;
}
