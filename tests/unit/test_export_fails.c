/* SPDX-License-Identifier: BSD-3-Clause */
/* An export is whole, or it is refused: where its file takes no more, and where nobody waits. */
#include <errno.h>
#include <sys/syscall.h>

#include "import_fixture.h"

#define PEOPLE 300

/* The write(2) of that number fails, and those after it do not. What stands before a library's own
 * can only be file-scope. */
static unsigned int strike, count;

__attribute__((visibility("default"))) ssize_t write(int fd, const void *bytes, size_t size)
{
	if (strike == 0 || ++count != strike)
		return syscall(SYS_write, fd, bytes, size);
	errno = ENOMEM;
	return -1;
}

/* Many names of traits and few values: most of it is what jansson does not look back at. */
static void fill(struct fixture *fixture)
{
	size_t size = 0;
	char *text = NULL;
	FILE *file = open_memstream(&text, &size);

	fputs("{\"schema\":{\"traits\":[", file);
	for (char letter = 'a'; letter < 'a' + SCHEMA_TRAITS_MAX; letter++)
		fprintf(file, "%s{\"name\":\"%c%030d\",\"type\":\"string\"}",
			letter == 'a' ? "" : ",", letter, 0);
	fputs("]}}\n", file);
	for (int i = 0; i < PEOPLE; i++)
		fprintf(file, "{\"name\":\"u%0*d\"}\n", 1 + i % 40, i);
	fclose(file);
	expect_ok(import_with(fixture, "", text, size));
	free(text);
}

static json_t *export_struck(struct fixture *fixture, const char *format, unsigned int number)
{
	int bulk = memfd_create("test", MFD_CLOEXEC);
	char request[64];

	snprintf(request, sizeof(request), "{\"verb\": \"export\", \"format\": \"%s\"}", format);
	count = 0;
	strike = number;
	json_t *reply = run(fixture, request, bulk);
	strike = 0;
	close(bulk);
	return reply;
}

static void test_each_write(void **state)
{
	static const char *const formats[] = {"jsonl", "csv"};
	struct fixture *fixture = *state;

	fill(fixture);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		unsigned int number = 1;
		for (;; number++) {
			json_t *reply = export_struck(fixture, formats[i], number);
			if (count < number) {
				expect_ok(reply);
				break;
			}
			expect_error(reply, "no memory for the export (Cannot allocate memory)");
		}
		assert_true(number > (i == 0 ? 3 : 1));
	}
}

static bool gone(void *context, size_t done, unsigned int permille)
{
	(void)context;
	(void)permille;
	return done < 200;
}

static bool waits(void *context, size_t done, unsigned int permille)
{
	size_t *last = context;

	assert_true(done >= *last && permille < 1000);
	*last = done;
	return true;
}

static void test_whoever_asked(void **state)
{
	struct fixture *fixture = *state;
	size_t last = 0;
	const struct ctl_progress there = {.context = &last, .tell = waits};
	const struct ctl_progress away = {.tell = gone};
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	fputs("name\n", file);
	for (int i = 0; i < 2000; i++)
		fprintf(file, "u%d\n", i);
	fclose(file);
	expect_ok(import_with(fixture, "", text, size));
	free(text);
	fixture->context.progress = &there;
	expect_ok(export_struck(fixture, "csv", 0));
	assert_in_range(last, 1, 1999);
	fixture->context.progress = &away;
	expect_error(export_struck(fixture, "csv", 0), "whoever asked has gone");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORES(test_each_write),
		WITH_STORES(test_whoever_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
