/* SPDX-License-Identifier: BSD-3-Clause */
/* What an event comes to: its line in the file, and its entry for the journal. */
#include "smsotpd/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "smsotpd/journal.h"
#include "test.h"

#define DIRECTORY_SIZE 64

struct place {
	char directory[DIRECTORY_SIZE];
	char path[DIRECTORY_SIZE + 16];
};

/* The thread's alone asks for it; the kernel refuses. What stands before libc's is file-scope. */
static int policy = -1;
static bool asked_here;
static pthread_t test_thread;

int sched_setscheduler(pid_t pid, int wanted, const struct sched_param *param)
{
	policy = pid == 0 && param->sched_priority == 0 ? wanted : -1;
	asked_here = pthread_equal(pthread_self(), test_thread);
	errno = EPERM;
	return -1;
}

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	snprintf(place->directory, DIRECTORY_SIZE, "/tmp/smsotp-audit-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	snprintf(place->path, sizeof(place->path), "%s/" AUDIT_FILE, place->directory);
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	unlink(place->path);
	rmdir(place->directory);
	free(place);
	return 0;
}

static void file_put(const struct place *place, const char *text)
{
	FILE *file = fopen(place->path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* The whole file, after one event. */
static void write_one(const struct place *place, char *ret, size_t size)
{
	const struct moment now = {.realtime = 1};
	struct audit *audit = NULL;

	assert_int_equal(audit_start(place->directory, false, &audit), RESULT_OK);
	audit_write(audit, &now, LOG_INFO, "daemon.start", json_pack("{s:s}", "detail", "1"));
	audit_stop(&audit);
	FILE *file = fopen(place->path, "r");
	assert_non_null(file);
	ret[fread(ret, 1, size - 1, file)] = '\0';
	fclose(file);
}

#define LINE "{\"time\":\"1970-01-01T00:00:00.001Z\",\"event\":\"daemon.start\",\"detail\":\"1\"}\n"

static void test_a_line_that_was_left_half(void **state)
{
	static const struct {
		const char *before;
		const char *after;
	} rows[] = {
		{"", LINE},
		{"{}\n", "{}\n" LINE},
		{"{\"time\":\"197", "{\"time\":\"197\n" LINE},
		{"{", "{\n" LINE},
	};
	char found[512];

	for (size_t i = 0; i < COUNT(rows); i++) {
		file_put(*state, rows[i].before);
		write_one(*state, found, sizeof(found));
		assert_string_equal(found, rows[i].after);
	}
}

static void test_its_thread_gives_way(void **state)
{
	char found[512];

	policy = -1;
	test_thread = pthread_self();
	write_one(*state, found, sizeof(found));
	assert_string_equal(found, LINE);
	assert_int_equal(policy, SCHED_BATCH);
	assert_false(asked_here);
}

static void test_the_journals_entry(void **state)
{
	char entry[JOURNAL_ENTRY_SIZE];
	json_t *fields = json_pack("{s:s, s:i, s:b, s:b, s:s}", "id", "0a", "uid", 1000, "known", 1,
		"stub", 0, "tty", "\\x1b");

	(void)state;
	size_t length = journal_entry(5, "login.begin id=\"0a\"", "login.begin", fields, entry);
	entry[length] = '\0';
	assert_string_equal(entry, "MESSAGE=login.begin id=\"0a\"\nPRIORITY=5\n"
				   "SYSLOG_IDENTIFIER=smsotpd\nSMSOTP_EVENT=login.begin\n"
				   "SMSOTP_ID=0a\nSMSOTP_UID=1000\nSMSOTP_KNOWN=yes\n"
				   "SMSOTP_STUB=no\nSMSOTP_TTY=\\x1b\n");
	json_decref(fields);
}

/* Standard error is a pipe from here on. Returns the end to read, with what it was before. */
static FILE *standard_error(int *ret_before)
{
	int ends[2];

	*ret_before = dup(STDERR_FILENO);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	close(ends[1]);
	return fdopen(ends[0], "r");
}

static void standard_error_back(int before)
{
	dup2(before, STDERR_FILENO);
	close(before);
}

/* The events in the file, by name. */
static void assert_file(const struct place *place, const char *expected)
{
	char line[512];
	char names[512] = "";
	FILE *file = fopen(place->path, "r");

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		const char *name = strstr(line, "\"event\":\"") + strlen("\"event\":\"");
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%.*s\n",
			(int)strcspn(name, "\""), name);
	}
	fclose(file);
	assert_string_equal(names, expected);
}

static void write_at(struct audit *audit, int64_t boottime, const char *event)
{
	const struct moment now = {.boottime = boottime, .realtime = 1};

	audit_write(audit, &now, LOG_INFO, event, json_object());
}

/* Where standard error is not the journal, the line of text is there. */
static void test_the_journal_is_wanted_or_not(void **state)
{
	static const bool wanted[] = {false, true, false};
	static const char *const events[] = {"one", "two", "three"};
	const struct place *place = *state;
	struct audit *audit = NULL;
	char line[64] = "";
	int before;
	FILE *said = standard_error(&before);

	assert_int_equal(audit_start(place->directory, true, &audit), RESULT_OK);
	for (size_t i = 0; i < COUNT(wanted); i++) {
		audit_journal(audit, wanted[i]);
		write_at(audit, 0, events[i]);
	}
	audit_stop(&audit);
	standard_error_back(before);
	assert_non_null(fgets(line, sizeof(line), said));
	assert_string_equal(line, "two\n");
	assert_null(fgets(line, sizeof(line), said));
	fclose(said);
}

/* The next line on standard error, which is waited for: `head`, the file's path, `tail`. */
static void said_next(const struct place *place, FILE *said, const char *head, const char *tail)
{
	char line[512] = "";
	char expected[512];

	assert_non_null(fgets(line, sizeof(line), said));
	snprintf(expected, sizeof(expected), "%s%s%s\n", head, place->path, tail);
	assert_string_equal(line, expected);
}

#define OPENS_NOT(place, said)                                                                     \
	said_next(place, said, "cannot open ", ": see its directory's owner and room")
#define LACKS_TWO(place, said)                                                                     \
	said_next(place, said, "", " lacks 2 events: it could not be written")

/* A directory stands where the file is to be, and goes while the thread waits for events. */
static void test_what_keeps_it_shut_goes(void **state)
{
	const struct place *place = *state;
	struct audit *audit = NULL;
	int before;
	FILE *said = standard_error(&before);

	assert_int_equal(mkdir(place->path, 0700), 0);
	assert_int_equal(audit_start(place->directory, false, &audit), RESULT_OK);
	write_at(audit, 5000, "one");
	OPENS_NOT(place, said);
	assert_int_equal(rmdir(place->path), 0);
	write_at(audit, 5999, "two");
	write_at(audit, 6000, "three");
	LACKS_TWO(place, said);
	write_at(audit, 6001, "four");
	audit_stop(&audit);
	standard_error_back(before);
	assert_null(fgets((char[8]){""}, 8, said));
	fclose(said);
	assert_file(place, "three\nfour\n");
}

/* Nobody is left to be told later. */
static void test_what_it_lacks_is_told_at_the_end(void **state)
{
	const struct place *place = *state;
	struct audit *audit = NULL;
	int before;
	FILE *said = standard_error(&before);

	assert_int_equal(symlink("/dev/full", place->path), 0);
	assert_int_equal(audit_start(place->directory, false, &audit), RESULT_OK);
	write_at(audit, 0, "one");
	OPENS_NOT(place, said);
	audit_reopen(audit);
	write_at(audit, 1, "two");
	audit_stop(&audit);
	standard_error_back(before);
	OPENS_NOT(place, said);
	LACKS_TWO(place, said);
	fclose(said);
}

/* A newline would begin another field: such a value is left out whole, as one without room is. */
static void test_nothing_makes_a_field_of_its_own(void **state)
{
	char entry[JOURNAL_ENTRY_SIZE];
	char *huge = calloc(1, 2 * JOURNAL_ENTRY_SIZE);

	(void)state;
	memset(huge, 'x', 2 * JOURNAL_ENTRY_SIZE - 1);
	json_t *fields = json_pack(
		"{s:s, s:s, s:s}", "tty", "a\nSMSOTP_USER=root", "ruser", huge, "id", "0a");
	size_t length = journal_entry(6, "m", "e", fields, entry);
	assert_true(length < JOURNAL_ENTRY_SIZE);
	entry[length] = '\0';
	assert_null(strstr(entry, "SMSOTP_USER"));
	assert_null(strstr(entry, "RUSER"));
	assert_non_null(strstr(entry, "\nSMSOTP_ID=0a\n"));
	json_decref(fields);
	free(huge);
}

#define with_place(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_place(test_a_line_that_was_left_half),
		with_place(test_its_thread_gives_way),
		with_place(test_the_journal_is_wanted_or_not),
		with_place(test_what_keeps_it_shut_goes),
		with_place(test_what_it_lacks_is_told_at_the_end),
		cmocka_unit_test(test_the_journals_entry),
		cmocka_unit_test(test_nothing_makes_a_field_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
