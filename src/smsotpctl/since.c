/* SPDX-License-Identifier: BSD-3-Clause */
#include "since.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 9 /* of a number of days: no sum below overflows */

/* 9999-12-31T23:59:59Z: what has five digits of a year compares wrong. */
#define LAST INT64_C(253402300799)

static bool moment_write(int64_t seconds, char ret[static SINCE_SIZE])
{
	time_t time = (time_t)seconds;
	struct tm tm;

	if (seconds < 0 || seconds > LAST || gmtime_r(&time, &tm) == NULL)
		return false;
	return strftime(ret, SINCE_SIZE, "%Y-%m-%dT%H:%M:%S.000Z", &tm) == SINCE_SIZE - 1;
}

static int64_t unit_seconds(const char *unit)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} rows[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(unit, rows[i].unit) == 0)
			return rows[i].seconds;
	}
	return 0;
}

static bool read_ago(const char *text, time_t now, char ret[static SINCE_SIZE])
{
	size_t digits = strspn(text, "0123456789");
	int64_t unit = unit_seconds(text + digits);

	if (digits == 0 || digits > DIGITS_MAX || unit == 0)
		return false;
	return moment_write((int64_t)now - strtoll(text, NULL, 10) * unit, ret);
}

/* strptime(3) takes blanks and short numbers: only what has this very shape is handed to it. */
static bool has_shape(const char *text, const char *shape)
{
	for (; *shape != '\0'; shape++, text++) {
		bool fits = *shape == '0' ? isdigit((unsigned char)*text) != 0 : *text == *shape;
		if (!fits)
			return false;
	}
	return text[0] == '\0' || strcmp(text, "Z") == 0;
}

static bool read_moment(const char *text, char ret[static SINCE_SIZE])
{
	static const struct {
		const char *shape;
		const char *format;
	} rows[] = {
		{"0000-00-00", "%Y-%m-%d"},
		{"0000-00-00T00:00", "%Y-%m-%dT%H:%M"},
		{"0000-00-00T00:00:00", "%Y-%m-%dT%H:%M:%S"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tm tm = {.tm_mday = 1};
		if (!has_shape(text, rows[i].shape))
			continue;
		const char *end = strptime(text, rows[i].format, &tm);
		return end != NULL && (*end == '\0' || *end == 'Z') &&
		       moment_write((int64_t)timegm(&tm), ret);
	}
	return false;
}

bool since_read(const char *text, time_t now, char ret_since[static SINCE_SIZE])
{
	char since[SINCE_SIZE];

	if (!read_ago(text, now, since) && !read_moment(text, since))
		return false;
	memcpy(ret_since, since, SINCE_SIZE);
	return true;
}
