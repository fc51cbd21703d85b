/* SPDX-License-Identifier: BSD-3-Clause */
/* What smsotpctl events shows: from when on, which events, and lines of a file that changes. */
#include "smsotpctl/filter.h"
#include "smsotpctl/trail.h"

#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#define NOW 1763890200 /* 2025-11-23T09:30:00Z */

static void test_since(void **state)
{
	static const struct {
		const char *text;
		const char *since; /* NULL: refused */
	} rows[] = {
		{"90s", "2025-11-23T09:28:30.000Z"},
		{"10m", "2025-11-23T09:20:00.000Z"},
		{"2h", "2025-11-23T07:30:00.000Z"},
		{"3d", "2025-11-20T09:30:00.000Z"},
		{"0s", "2025-11-23T09:30:00.000Z"},
		{"2025-11-23", "2025-11-23T00:00:00.000Z"},
		{"2025-11-23Z", "2025-11-23T00:00:00.000Z"},
		{"2025-11-23T09:30", "2025-11-23T09:30:00.000Z"},
		{"2025-11-23T09:30:07Z", "2025-11-23T09:30:07.000Z"},
		{"", NULL},
		{"m", NULL},
		{"10", NULL},
		{"10 m", NULL},
		{"-10m", NULL},
		{"10w", NULL},
		{"9999999999s", NULL},
		{"999999999d", NULL},
		{"2025-11-23 09:30", NULL},
		{"2025-13-01", NULL},
		{"2025-11-23T25:00", NULL},
		{"25-11-23", NULL},
		{"1969-12-31", NULL},
		{"2025-11-23T09:30:07+01:00", NULL},
		{"2025-11-23ZZ", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char since[SINCE_SIZE] = "before";
		bool read = since_read(rows[i].text, NOW, since);
		HOLDS(rows[i].text, read == (rows[i].since != NULL));
		assert_string_equal(since, read ? rows[i].since : "before");
	}
}

static void test_filter(void **state)
{
	static const struct {
		const char *sentence;
		struct filter filter;
		bool takes;
	} rows[] = {
		{"nothing asked", {0}, true},
		{"the user", {.user = "alice"}, true},
		{"another", {.user = "alic"}, false},
		{"the id", {.id = "0f6a11"}, true},
		{"its beginning", {.id = "0f"}, true},
		{"another id", {.id = "1f"}, false},
		{"the kind", {.kind = "login.refused"}, true},
		{"its beginning", {.kind = "login"}, true},
		{"a pattern", {.kind = "*.ref?sed"}, true},
		{"another pattern", {.kind = "*.granted"}, false},
		{"the moment itself", {.since = "2025-11-23T09:30:00.000Z"}, true},
		{"later", {.since = "2025-11-23T09:30:00.001Z"}, false},
		{"all of them", {.user = "alice", .id = "0f", .kind = "login"}, true},
		{"all but one", {.user = "alice", .id = "1f", .kind = "login"}, false},
	};
	json_t *event = json_pack("{s:s, s:s, s:s, s:s}", "time", "2025-11-23T09:30:00.000Z",
		"event", "login.refused", "id", "0f6a11", "user", "alice");
	json_t *bare = json_pack("{s:s}", "event", "daemon.start");
	const struct filter user = {.user = "alice"}, since = {.since = "2025-11-23T09:30:00.000Z"};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		HOLDS(rows[i].sentence, filter_takes(&rows[i].filter, event) == rows[i].takes);
	assert_false(filter_takes(&user, bare));
	assert_false(filter_takes(&since, bare));
	assert_false(filter_any(&rows[0].filter));
	assert_true(filter_any(&since));
	json_decref(event);
	json_decref(bare);
}

struct seen {
	char text[256];
	size_t lines;
};

static void take(const char *line, size_t length, void *context)
{
	struct seen *seen = context;
	size_t at = strlen(seen->text);

	seen->lines++;
	snprintf(seen->text + at, sizeof(seen->text) - at, "%.*s|", (int)length, line);
}

static void append(const char *path, const char *bytes, size_t size)
{
	FILE *file = fopen(path, "a");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	fclose(file);
}

static void test_lines_of_a_file_that_changes(void **state)
{
	char path[] = "/tmp/smsotp-trail-XXXXXX";
	char moved[sizeof(path) + 2];
	struct seen seen = {.lines = 0};
	int made = mkstemp(path);

	(void)state;
	assert_true(made >= 0);
	close(made);
	snprintf(moved, sizeof(moved), "%s.1", path);
	append(path, "one\ntwo\nhal", 11);
	FILE *file = trail_open(path);
	assert_non_null(file);
	trail_read(file, take, &seen);
	assert_string_equal(seen.text, "one|two|");
	trail_read(file, take, &seen);
	assert_int_equal(seen.lines, 2);
	append(path, "f\n\0x\n", 5);
	trail_read(file, take, &seen);
	assert_string_equal(seen.text, "one|two|half||");
	assert_int_equal(seen.lines, 4);
	assert_false(trail_replaced(file, path));
	assert_int_equal(rename(path, moved), 0);
	assert_false(trail_replaced(file, path));
	append(path, "new\n", 4);
	assert_true(trail_replaced(file, path));
	fclose(file);
	unlink(path);
	assert_int_equal(symlink(moved, path), 0);
	assert_null(trail_open(path));
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_null(trail_open(path));
	unlink(path);
	unlink(moved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_lines_of_a_file_that_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
