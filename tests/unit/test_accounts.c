/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of passwd(5) in every shape, and a table that follows its file. */
#include "smsotpd/accounts.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "smsotpd/passwd.h"
#include "test.h"

#define UNKNOWN UINT32_MAX
#define MANY    5000

/* What the clock and the file system say; file-scope, because these calls bring no context. */
static struct {
	time_t ahead; /* seconds of the clock: files are older by them */
	bool whole;   /* clock and files have one time, whenever they change */
	int reads;    /* fstat(2): the file was opened */
} looks;

static const struct timespec whole = {.tv_sec = 1767225600};

#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

int clock_gettime(clockid_t clock, struct timespec *ret_now)
{
	int failure = REAL(clock_gettime)(clock, ret_now);

	if (looks.whole)
		*ret_now = whole;
	ret_now->tv_sec += clock == CLOCK_REALTIME ? looks.ahead : 0;
	return failure;
}

static int coarsen(int failure, struct stat *status)
{
	if (looks.whole)
		status->st_ctim = status->st_mtim = whole;
	return failure;
}

int stat(const char *path, struct stat *ret_status)
{
	return coarsen(REAL(stat)(path, ret_status), ret_status);
}

int fstat(int file, struct stat *ret_status)
{
	looks.reads++;
	return coarsen(REAL(fstat)(file, ret_status), ret_status);
}

/* A file of each test's own, and what the log said so far. */
struct desk {
	char directory[32];
	char path[48];
	char other[48];
	int log, stderr_was;
	struct accounts *accounts;
};

static int desk_setup(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	looks.ahead = 60;
	looks.whole = false;
	strcpy(desk->directory, "/tmp/smsotp-accounts-XXXXXX");
	assert_non_null(mkdtemp(desk->directory));
	snprintf(desk->path, sizeof(desk->path), "%s/passwd", desk->directory);
	snprintf(desk->other, sizeof(desk->other), "%s/other", desk->directory);
	desk->stderr_was = dup(STDERR_FILENO);
	desk->log = memfd_create("log", MFD_CLOEXEC);
	dup2(desk->log, STDERR_FILENO);
	*state = desk;
	return 0;
}

static int desk_teardown(void **state)
{
	struct desk *desk = *state;

	dup2(desk->stderr_was, STDERR_FILENO);
	close(desk->stderr_was);
	close(desk->log);
	accounts_free(&desk->accounts);
	remove(desk->path);
	remove(desk->other);
	rmdir(desk->directory);
	free(desk);
	return 0;
}

/* What is in the place of the file is written over; its inode stays. */
static void put(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), strlen(text));
	close(file);
}

static void begin(struct desk *desk)
{
	assert_int_equal(accounts_new(desk->path, &desk->accounts), RESULT_OK);
}

static uint32_t uid_of(struct desk *desk, const char *name)
{
	uint32_t uid = 77;

	if (accounts_uid(desk->accounts, name, &uid))
		return uid;
	assert_int_equal(uid, 77);
	return UNKNOWN;
}

/* Lines that the log got since the last call. */
static int told(struct desk *desk, char ret_text[static 4096])
{
	off_t size = lseek(desk->log, 0, SEEK_END);
	int lines = 0;

	ssize_t got = pread(desk->log, ret_text, 4095, 0);
	assert_true(got == size);
	ret_text[got] = '\0';
	for (ssize_t i = 0; i < got; i++)
		lines += ret_text[i] == '\n';
	assert_int_equal(ftruncate(desk->log, 0), 0);
	lseek(desk->log, 0, SEEK_SET);
	return lines;
}

static const struct {
	const char *sentence;
	const char *text;
	const char *read; /* "name=uid " each */
	size_t spoilt;
} rows[] = {
	{"an account", "alice:x:1000:1001:Alice:/home/alice:/bin/sh\n", "alice=1000 ", 0},
	{"the last without a newline", "a:x:1:1::/:\nb:x:2:2::/:", "a=1 b=2 ", 0},
	{"nothing", "", "", 0},
	{"blank lines and comments", "\n  \n# root:x:0:0\n  # b\na:x:1:1\n", "a=1 ", 0},
	{"no more than a gid", "a:x:1:1\nb::2:2:\n", "a=1 b=2 ", 0},
	{"less than a gid", "a:x:1\nb:x:1:\nc:x\nd\ne:x::1\nf:x:1:x\n", "", 6},
	{"blanks in front", " \ta:x:1:1\n", "a=1 ", 0},
	{"a blank behind the name", "a :x:1:1\n", "a =1 ", 0},
	{"blanks and signs of numbers", "a:x: 1:1\nb:x:+2:1\nc:x:3 :1\n", "a=1 b=2 ", 1},
	{"a negative uid", "a:x:-1:1\nb:x:-2:0\n", "", 2},
	{"zero has no sign", "a:x:-0:0\n", "a=0 ", 0},
	{"one that comes round", "a:x:-18446744073709551615:0\n", "a=1 ", 0},
	{"the largest", "a:x:4294967294:0\n", "a=4294967294 ", 0},
	{"that of nobody", "a:x:4294967295:0\n", "a=4294967295 ", 0},
	{"too large", "a:x:4294967296:0\nb:x:99999999999999999999999:0\n", "", 2},
	{"not decimal", "a:x:0x10:0\nb:x:010:0\n", "b=10 ", 1},
	{"lines of NIS", "+\n-\n+a:x:1:1\n-b:x:2:2\n+::::::\n+@c\nd:x:4:4\n", "d=4 ", 0},
	{"a name twice", "a:x:1:1\na:x:2:2\n", "a=1 a=2 ", 0},
	{"no name", ":x:1:1\n", "=1 ", 0},
	{"bytes above ASCII", "\xc3\xa9:x:5:5\n", "\xc3\xa9=5 ", 0},
};

static void read_ours(const char *text, size_t size, char *ret_read, size_t *ret_spoilt)
{
	struct passwd_text lines = {.bytes = text, .size = size};
	struct passwd_line line;

	ret_read[0] = '\0';
	while (passwd_next(&lines, &line))
		sprintf(ret_read + strlen(ret_read), "%.*s=%u ", (int)line.length, line.name,
			line.uid);
	*ret_spoilt = lines.spoilt;
}

static void read_libc(const char *text, char *ret_read)
{
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	char buffer[1024];
	struct passwd entry, *found;

	ret_read[0] = '\0';
	while (file != NULL && fgetpwent_r(file, &entry, buffer, sizeof(buffer), &found) == 0) {
		if (entry.pw_name[0] != '+' && entry.pw_name[0] != '-')
			sprintf(ret_read + strlen(ret_read), "%s=%u ", entry.pw_name, entry.pw_uid);
	}
	if (file != NULL)
		fclose(file);
}

/* As the C library reads them, whose word the host's accounts are. */
static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char ours[256], libc[256];
		size_t spoilt = 0;

		read_ours(rows[i].text, strlen(rows[i].text), ours, &spoilt);
		read_libc(rows[i].text, libc);
		HOLDS(rows[i].sentence, strcmp(ours, rows[i].read) == 0);
		HOLDS(rows[i].sentence, strcmp(libc, rows[i].read) == 0);
		HOLDS(rows[i].sentence, spoilt == rows[i].spoilt);
	}
}

static void test_a_zero_ends_a_line(void **state)
{
	static const char text[] = "a:x:1:1\0:2\nb:x\0:2:2\nc:x:3:3\n";
	char ours[256];
	size_t spoilt = 0;

	(void)state;
	read_ours(text, sizeof(text) - 1, ours, &spoilt);
	assert_string_equal(ours, "a=1 c=3 ");
	assert_int_equal(spoilt, 1);
}

static void test_who_is_found(void **state)
{
	struct desk *desk = *state;
	char text[4096];

	put(desk->path, "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/:\n"
			"alice:x:1001:1001::/:\nnone:x:4294967295:1::/:\n+bob:x:5:5::/:\n");
	begin(desk);
	assert_int_equal(uid_of(desk, "root"), 0);
	assert_int_equal(uid_of(desk, "alice"), 1000);
	assert_int_equal(uid_of(desk, "none"), UNKNOWN);
	assert_int_equal(uid_of(desk, "bob"), UNKNOWN);
	assert_int_equal(uid_of(desk, "+bob"), UNKNOWN);
	assert_int_equal(uid_of(desk, "alic"), UNKNOWN);
	assert_int_equal(uid_of(desk, "alice:x"), UNKNOWN);
	assert_int_equal(uid_of(desk, ""), UNKNOWN);
	put(desk->path, "");
	assert_int_equal(uid_of(desk, "root"), UNKNOWN);
	assert_int_equal(told(desk, text), 0);
}

static void test_all_of_many(void **state)
{
	struct desk *desk = *state;
	size_t size = 0;
	char *text = NULL, name[16];
	FILE *file = open_memstream(&text, &size);

	for (uint32_t i = 0; i < MANY; i++)
		fprintf(file, "user%u:x:%u:1::/:\n", i, 10 * i);
	fclose(file);
	put(desk->path, text);
	free(text);
	begin(desk);
	for (uint32_t i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		assert_int_equal(uid_of(desk, name), 10 * i);
		name[0] = 'x';
		assert_int_equal(uid_of(desk, name), UNKNOWN);
	}
}

/* Even where the file system's times are so coarse that all changes look alike. */
static void test_written_over_in_place(void **state)
{
	struct desk *desk = *state;
	char text[64];

	looks.ahead = 2;
	looks.whole = true;
	put(desk->path, "alice:x:1000:1::/:\n");
	begin(desk);
	for (uint32_t uid = 1000; uid < 1050; uid++) {
		snprintf(text, sizeof(text), "alice:x:%u:1::/:\n", uid);
		put(desk->path, text);
		assert_int_equal(uid_of(desk, "alice"), uid);
	}
}

/* Of the same size and the same times but that of the change itself, which nobody can set. */
static void test_put_in_its_place(void **state)
{
	struct desk *desk = *state;
	struct stat before;
	int reads;

	put(desk->path, "alice:x:1000:1::/:\n");
	begin(desk);
	assert_int_equal(uid_of(desk, "alice"), 1000);
	assert_int_equal(stat(desk->path, &before), 0);
	put(desk->other, "alice:x:1001:1::/:\n");
	const struct timespec times[] = {before.st_atim, before.st_mtim};
	assert_int_equal(utimensat(AT_FDCWD, desk->other, times, 0), 0);
	assert_int_equal(rename(desk->other, desk->path), 0);
	assert_int_equal(uid_of(desk, "alice"), 1001);
	put(desk->path, "alice:x:1002:1::/:\n");
	assert_int_equal(utimensat(AT_FDCWD, desk->path, times, 0), 0);
	assert_int_equal(uid_of(desk, "alice"), 1002);
	reads = looks.reads;
	assert_int_equal(uid_of(desk, "alice"), 1002);
	assert_int_equal(uid_of(desk, "bob"), UNKNOWN);
	assert_int_equal(looks.reads, reads);
}

static void make_nothing(const struct desk *desk)
{
	(void)desk;
}

static void make_directory(const struct desk *desk)
{
	assert_int_equal(mkdir(desk->path, 0755), 0);
}

static void make_pipe(const struct desk *desk)
{
	assert_int_equal(mkfifo(desk->path, 0644), 0);
}

static void make_circle(const struct desk *desk)
{
	assert_int_equal(symlink("passwd", desk->path), 0);
}

static void make_huge(const struct desk *desk)
{
	put(desk->path, "alice:x:1000:1::/:\n");
	assert_int_equal(truncate(desk->path, (off_t)ACCOUNTS_FILE_MAX + 1), 0);
}

/* Nobody is known then; the log says so once, and once more when it comes back. */
static void test_what_is_no_file(void **state)
{
	static const struct {
		const char *sentence;
		void (*make)(const struct desk *desk);
		const char *says;
	} kinds[] = {
		{"missing", make_nothing, "cannot be read, No such file"},
		{"a directory", make_directory, "is no file"},
		{"a pipe that nobody writes to", make_pipe, "is no file"},
		{"a link to itself", make_circle, "cannot be read, Too many levels"},
		{"too large", make_huge, "larger than 64 MB"},
	};
	struct desk *desk = *state;
	char text[4096];

	for (size_t i = 0; i < COUNT(kinds); i++) {
		put(desk->path, "alice:x:1000:1::/:\n");
		begin(desk);
		for (int round = 0; round < 2; round++) {
			HOLDS(kinds[i].sentence, uid_of(desk, "alice") == 1000);
			HOLDS(kinds[i].sentence, told(desk, text) == 0);
			remove(desk->path);
			kinds[i].make(desk);
			HOLDS(kinds[i].sentence, uid_of(desk, "alice") == UNKNOWN);
			HOLDS(kinds[i].sentence, uid_of(desk, "alice") == UNKNOWN);
			HOLDS(kinds[i].sentence, told(desk, text) == 1);
			HOLDS(text, strstr(text, kinds[i].says) != NULL);
			remove(desk->path);
			put(desk->path, "alice:x:1000:1::/:\n");
		}
		accounts_free(&desk->accounts);
	}
}

static void test_spoilt_lines_are_told_once(void **state)
{
	struct desk *desk = *state;
	char text[4096];

	put(desk->path, "alice:x:1000:1::/:\nbob\n");
	begin(desk);
	assert_int_equal(uid_of(desk, "alice"), 1000);
	assert_int_equal(told(desk, text), 1);
	assert_non_null(strstr(text, "pwck"));
	put(desk->path, "alice:x:1001:1::/:\nbob:x\n");
	assert_int_equal(uid_of(desk, "alice"), 1001);
	assert_int_equal(told(desk, text), 0);
}

#define with_desk(test) cmocka_unit_test_setup_teardown(test, desk_setup, desk_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_a_zero_ends_a_line),
		with_desk(test_who_is_found),
		with_desk(test_all_of_many),
		with_desk(test_written_over_in_place),
		with_desk(test_put_in_its_place),
		with_desk(test_what_is_no_file),
		with_desk(test_spoilt_lines_are_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
