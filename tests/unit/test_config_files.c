/* SPDX-License-Identifier: BSD-3-Clause */
/* Which files are read, in which order, and whose are not. */
#include "config_file.h"
#include "config_fixture.h"

static void path_in(const struct fixture *fixture, const char *name, char ret[static 128])
{
	snprintf(ret, 128, "%s/%s", fixture->directory, name);
}

static void part_write(const struct fixture *fixture, const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", fixture->parts, name);
	text_write(path, text);
}

static void part_remove(const struct fixture *fixture, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", fixture->parts, name);
	assert_int_equal(unlink(path), 0);
}

static void assert_load(const char *path, enum result expected, const char *sentence)
{
	struct config *config = NULL;
	struct error error = {""};
	char text[640];

	assert_int_equal(config_load(path, &config, &error), expected);
	snprintf(text, sizeof(text), "%s%s", expected == RESULT_OK ? "" : path, sentence);
	assert_string_equal(error.text, text);
	assert_int_equal(config != NULL, expected == RESULT_OK);
	config_free(&config);
}

/* As the daemons' own config; `closed` is what they cannot read, NULL where they can read all. */
static void assert_installed(const struct fixture *fixture, const char *closed, const char *mend)
{
	struct config *config = load_defaults();
	struct error error = {""};
	char text[320] = "";

	if (closed != NULL)
		snprintf(text, sizeof(text),
			"%s: is closed to both daemons, which are not root; open it with chmod %s",
			closed, mend);
	assert_int_equal(config_files_read(config, fixture->path, true, &error),
		closed == NULL ? RESULT_OK : RESULT_REFUSED);
	if (closed != NULL)
		assert_string_equal(error.text, text);
	config_free(&config);
}

static void test_parts_in_order(void **state)
{
	const struct fixture *fixture = *state;

	part_write(fixture, "20.conf", "[code]\ntries = 2\ndigits = 8\n");
	part_write(fixture, "10.conf", "[code]\ntries = 1\nexpiry = 600\n");
	part_write(fixture, ".30.conf", "[resend]\ntexts = 9\n");
	part_write(fixture, "40.conf~", "[resend]\ntexts = 9\n");
	part_write(fixture, ".conf", "[resend]\ntexts = 9\n");
	struct config *config = load_good(fixture, "[code]\nexpiry = 300\n[resend]\nhold = 0\n");
	assert_int_equal(config->code.tries, 2);
	assert_int_equal(config->code.digits, 8);
	assert_int_equal(config->code.expiry, 600);
	assert_int_equal(config->resend.hold, 0);
	assert_int_equal(config->resend.texts, 3);
	config_free(&config);
	part_write(fixture, "20.conf", "[gateway]\nurl = https://h/\n");
	part_write(fixture, "10.conf", "[gateway]\nstub = yes\n");
	config = load_good(fixture, "");
	assert_true(config->gateway.stub);
	config_free(&config);
	for (int i = 0; i < 5; i++)
		part_remove(fixture,
			(const char *[]){"10.conf", "20.conf", ".30.conf", "40.conf~", ".conf"}[i]);
}

static void test_broken_part(void **state)
{
	const struct fixture *fixture = *state;

	part_write(fixture, "10.conf", "[code]\ntries = 0\n");
	text_write(fixture->path, "");
	assert_load(fixture->path, RESULT_INVALID,
		".d/10.conf:2: [code] tries: is out of range; write a whole number from 1 to 10");
	part_remove(fixture, "10.conf");
	assert_load(fixture->path, RESULT_OK, "");
}

static void test_too_many_parts(void **state)
{
	const struct fixture *fixture = *state;
	char name[32];

	text_write(fixture->path, "");
	for (int i = 2; i <= CONFIG_FILES; i++) {
		sprintf(name, "%02d.conf", i);
		part_write(fixture, name, "");
	}
	assert_load(
		fixture->path, RESULT_FULL, ".d/64.conf: is one file too many; keep at most 63");
	for (int i = 2; i <= CONFIG_FILES; i++) {
		sprintf(name, "%02d.conf", i);
		part_remove(fixture, name);
	}
}

/* Not read as if it were not there: its parts may hold who is to be asked. */
static void test_parts_that_are_no_directory(void **state)
{
	const struct fixture *fixture = *state;

	text_write(fixture->path, "");
	assert_int_equal(rmdir(fixture->parts), 0);
	assert_load(fixture->path, RESULT_OK, "");
	text_write(fixture->parts, "[code]\ntries = 1\n");
	assert_load(fixture->path, RESULT_FAILED,
		".d: cannot be opened, Not a directory; see its mode");
	assert_int_equal(unlink(fixture->parts), 0);
	assert_int_equal(mkdir(fixture->parts, 0755), 0);
}

static void test_missing(void **state)
{
	const struct fixture *fixture = *state;
	char path[128];

	path_in(fixture, "none.conf", path);
	assert_load(path, RESULT_NOT_FOUND,
		": cannot be opened, No such file or directory; name a file that can be read");
}

static void test_kind_of_file(void **state)
{
	const struct fixture *fixture = *state;
	char path[128];

	assert_load(fixture->parts, RESULT_REFUSED, ": is no regular file; put one in its place");
	path_in(fixture, "fifo", path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_load(path, RESULT_REFUSED, ": is no regular file; put one in its place");
	path_in(fixture, "link.conf", path);
	text_write(fixture->path, "[code]\ntries = 1\n");
	assert_int_equal(symlink("smsotp.conf", path), 0);
	assert_load(path, RESULT_OK, "");
}

static void test_modes(void **state)
{
	static const mode_t wrong[] = {0664, 0646, 0666};
	const struct fixture *fixture = *state;
	char link[128];

	text_write(fixture->path, "");
	path_in(fixture, "mode.conf", link);
	assert_int_equal(symlink("smsotp.conf", link), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(chmod(fixture->path, wrong[i]), 0);
		assert_load(fixture->path, RESULT_REFUSED,
			": can be written by others; take that away with chmod go-w");
		assert_load(link, RESULT_REFUSED,
			": can be written by others; take that away with chmod go-w");
	}
	assert_int_equal(chmod(fixture->path, 0600), 0);
	assert_int_equal(chmod(fixture->parts, 0775), 0);
	assert_load(fixture->path, RESULT_REFUSED,
		".d: can be written by others; take that away with chmod go-w");
	assert_int_equal(chmod(fixture->parts, 0755), 0);
	assert_load(fixture->path, RESULT_OK, "");
}

/* What root reads and the daemons cannot, in the config that they read; drafts are root's own. */
static void test_closed_to_the_daemons(void **state)
{
	const struct fixture *fixture = *state;
	char part[128];
	const struct {
		const char *path;
		mode_t mode;
		mode_t open;
		const char *mend;
	} rows[] = {
		{fixture->directory, 0700, 0711, "go+x"},
		{fixture->path, 0600, 0644, "go+r"},
		{fixture->parts, 0711, 0755, "go+rx"},
		{fixture->parts, 0754, 0755, "go+rx"},
		{part, 0640, 0644, "go+r"},
	};

	if (geteuid() != 0)
		skip();
	text_write(fixture->path, "");
	snprintf(part, sizeof(part), "%s/10.conf", fixture->parts);
	text_write(part, "[code]\ntries = 1\n");
	assert_int_equal(chmod(fixture->directory, 0711), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(chmod(rows[i].path, rows[i].mode), 0);
		assert_load(fixture->path, RESULT_OK, "");
		assert_installed(fixture, rows[i].path, rows[i].mend);
		assert_int_equal(chmod(rows[i].path, rows[i].open), 0);
		assert_installed(fixture, NULL, NULL);
	}
	assert_int_equal(unlink(part), 0);
	assert_int_equal(unlink(fixture->path), 0);
	assert_installed(fixture, NULL, NULL);
}

/* Only root can make a file another's. */
static void test_owner(void **state)
{
	const struct fixture *fixture = *state;

	if (geteuid() != 0)
		skip();
	text_write(fixture->path, "");
	assert_int_equal(chown(fixture->path, 65534, 65534), 0);
	assert_load(fixture->path, RESULT_REFUSED,
		": belongs to another user; make it root's with chown root");
	assert_int_equal(chown(fixture->path, 0, 0), 0);
	assert_int_equal(chown(fixture->parts, 65534, 65534), 0);
	assert_load(fixture->path, RESULT_REFUSED,
		".d: belongs to another user; make it root's with chown root");
	assert_int_equal(chown(fixture->parts, 0, 0), 0);
}

static void test_forms_of_text(void **state)
{
	static const char *const texts[] = {
		"\xEF\xBB\xBF[code]\ntries = 7\n",
		"[code]\r\ntries = 7\r\n",
		"  [ code ]  \n  tries=7  ",
		"# [x]\n; [y]\n\n[code]\ntries : \"7\"",
		"[code]\n[audit]\n[code]\ntries = 07\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct config *config = load_good(*state, texts[i]);

		assert_int_equal(config->code.tries, 7);
		config_free(&config);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts_in_order),
		cmocka_unit_test(test_broken_part),
		cmocka_unit_test(test_too_many_parts),
		cmocka_unit_test(test_parts_that_are_no_directory),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_kind_of_file),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_closed_to_the_daemons),
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_forms_of_text),
	};

	return cmocka_run_group_tests(tests, fixture_make, fixture_remove);
}
