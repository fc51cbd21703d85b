/* SPDX-License-Identifier: BSD-3-Clause */
/* The text format to the byte: buckets add up, labels are escaped, what is missing is left out. */
#include "smsotpctl/prometheus.h"

#include "smsotpctl/replace.h"
#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

static char *written(json_t *stats)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	prometheus_write(stats, file);
	fclose(file);
	json_decref(stats);
	return text;
}

static void test_a_histogram(void **state)
{
	char *text = written(json_pack("{s:{s:[i,i,i,i], s:[i,i,i,i,i], s:i}}", "prompt", "bounds",
		1, 20, 1500, 2000, "counts", 3, 0, 2, 1, 4, "sum", 12050));

	(void)state;
	assert_string_equal(text,
		"# HELP smsotp_prompt_seconds From the module's question to the prompt.\n"
		"# TYPE smsotp_prompt_seconds histogram\n"
		"smsotp_prompt_seconds_bucket{le=\"0.001\"} 3\n"
		"smsotp_prompt_seconds_bucket{le=\"0.02\"} 3\n"
		"smsotp_prompt_seconds_bucket{le=\"1.5\"} 5\n"
		"smsotp_prompt_seconds_bucket{le=\"2\"} 6\n"
		"smsotp_prompt_seconds_bucket{le=\"+Inf\"} 10\n"
		"smsotp_prompt_seconds_sum 12.05\n"
		"smsotp_prompt_seconds_count 10\n");
	free(text);
}

#define HUGE_COUNT INT64_C(9223372036854775807)

/* What no daemon says: it is still a histogram whose buckets rise, and every value a number. */
static void test_a_histogram_of_nonsense(void **state)
{
	static const struct {
		const char *sentence;
		json_int_t first, second, third, sum;
		const char *half, *all, *seconds;
	} rows[] = {
		{"all it can hold", HUGE_COUNT, 0, 0, HUGE_COUNT, "9223372036854775807",
			"9223372036854775807", "9223372036854775.807"},
		{"more than it can hold", HUGE_COUNT, HUGE_COUNT, HUGE_COUNT, 1000,
			"18446744073709551614", "18446744073709551615", "1"},
		{"counts below nothing", -5, -HUGE_COUNT - 1, 3, -HUGE_COUNT - 1, "0", "3",
			"-9223372036854775.808"},
		{"a sum below nothing", 1, 1, 1, -10, "2", "3", "-0.01"},
	};
	char expected[1024];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text = written(json_pack("{s:{s:[i,i], s:[I,I,I,i,i], s:I}}", "prompt",
			"bounds", 500, 1000, "counts", rows[i].first, rows[i].second, rows[i].third,
			7, 7, "sum", rows[i].sum));
		snprintf(expected, sizeof(expected),
			"smsotp_prompt_seconds_bucket{le=\"1\"} %s\n"
			"smsotp_prompt_seconds_bucket{le=\"+Inf\"} %s\n"
			"smsotp_prompt_seconds_sum %s\n"
			"smsotp_prompt_seconds_count %s\n",
			rows[i].half, rows[i].all, rows[i].seconds, rows[i].all);
		const char *end = strstr(text, "smsotp_prompt_seconds_bucket{le=\"1\"}");
		HOLDS(rows[i].sentence, end != NULL && strcmp(end, expected) == 0);
		free(text);
	}
	char *text = written(json_pack("{s:{s:s, s:i}, s:{s:s}, s:s}", "prompt", "bounds", "x",
		"sum", 0, "granted", "right", "many", "locks", "all"));
	assert_non_null(strstr(text, "\nsmsotp_prompt_seconds_bucket{le=\"+Inf\"} 0\n"));
	assert_non_null(strstr(text, "\nsmsotp_logins_granted_total{rule=\"right\"} 0\n"));
	assert_non_null(strstr(text, "\nsmsotp_locks_total 0\n"));
	free(text);
}

static void test_labels_and_flags(void **state)
{
	char *text = written(json_pack("{s:s, s:{s:i}, s:b}", "version", "0.1\"\\\nx 9", "granted",
		"right", 7, "stores_open", 1));

	(void)state;
	assert_non_null(strstr(text, "\nsmsotp_build_info{version=\"0.1\\\"\\\\\\nx 9\"} 1\n"));
	assert_non_null(strstr(text, "\nsmsotp_logins_granted_total{rule=\"right\"} 7\n"));
	assert_non_null(strstr(text, "\nsmsotp_stores_open 1\n"));
	assert_null(strstr(text, "smsotp_locks_total"));
	free(text);
	text = written(json_pack("{s:b}", "stores_open", 0));
	assert_non_null(strstr(text, "\nsmsotp_stores_open 0\n"));
	free(text);
}

static void write_ok(FILE *to, const void *context)
{
	fputs(context, to);
}

static void write_bad(FILE *to, const void *context)
{
	fputs(context, to);
	fflush(to);
	assert_int_equal(dup2(STDIN_FILENO, fileno(to)), fileno(to));
	fputs("more", to);
}

static void check_file(const char *path, const char *wanted)
{
	char text[64] = "";
	struct stat status;
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(text, wanted);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0644);
}

static void test_a_file_is_replaced_whole_or_not(void **state)
{
	char directory[] = "/tmp/smsotp-replace-XXXXXX";
	char path[64];

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/x.prom", directory);
	assert_int_equal(replace_file(path, write_ok, "one"), RESULT_OK);
	check_file(path, "one");
	assert_int_equal(replace_file(path, write_ok, "two"), RESULT_OK);
	check_file(path, "two");
	assert_int_equal(freopen("/dev/null", "r", stdin) != NULL, 1);
	assert_int_equal(replace_file(path, write_bad, "three"), RESULT_FAILED);
	check_file(path, "two");
	unlink(path);
	assert_int_equal(rmdir(directory), 0); /* nothing else was left in it */
	assert_int_equal(replace_file(path, write_ok, "four"), RESULT_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_histogram),
		cmocka_unit_test(test_a_histogram_of_nonsense),
		cmocka_unit_test(test_labels_and_flags),
		cmocka_unit_test(test_a_file_is_replaced_whole_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
