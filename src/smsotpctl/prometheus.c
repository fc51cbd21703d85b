/* SPDX-License-Identifier: BSD-3-Clause */
#include "prometheus.h"

#include <limits.h>

/* One row a metric. `label` names the keys of `field`, an object; NULL where it is one value. */
struct metric {
	const char *name;
	const char *type;
	const char *help;
	const char *field;
	const char *label;
};

static const struct metric metrics[] = {
	{"smsotp_build_info", "gauge", "1, with the version of smsotpd.", "version", "version"},
	{"smsotp_uptime_seconds", "gauge", "Since smsotpd started; the counters began then.",
		"uptime", NULL},
	{"smsotp_stores_open", "gauge", "1 where the stores are open, 0 where nobody gets in.",
		"stores_open", NULL},
	{"smsotp_sender_reachable", "gauge", "1 where smsotp-send takes texts.", "sender_reachable",
		NULL},
	{"smsotp_logins_granted_total", "counter", "Answers that let somebody in, by rule.",
		"granted", "rule"},
	{"smsotp_logins_refused_total", "counter", "Answers that were refused, by rule.", "refused",
		"rule"},
	{"smsotp_logins_unavailable_total", "counter", "Steps that could not be judged, by rule.",
		"unavailable", "rule"},
	{"smsotp_text_requests_total", "counter",
		"Times that a text was asked for, by the rule that sent one or sent none.",
		"requests", "rule"},
	{"smsotp_locks_total", "counter",
		"Refusals that ended a dialogue: by a lock, or by its last try.", "locks", NULL},
	{"smsotp_texts_total", "counter", "Texts that were to leave, by what became of them.",
		"texts", "result"},
	{"smsotp_texts_answered_total", "counter", "Texts whose code let somebody in.",
		"texts_answered", NULL},
	{"smsotp_answer_seconds", "histogram", "From a text's asking to its right code.", "answer",
		NULL},
	{"smsotp_prompt_seconds", "histogram", "From the module's question to the prompt.",
		"prompt", NULL},
};

static void write_label(const char *name, const char *value, FILE *to)
{
	fprintf(to, "{%s=\"", name);
	for (; *value != '\0'; value++) {
		if (*value == '\n') {
			fputs("\\n", to);
			continue;
		}
		if (*value == '"' || *value == '\\')
			fputc('\\', to);
		fputc(*value, to);
	}
	fputs("\"}", to);
}

/* 1500 is "1.5": the shortest form, for a bucket's name is text. */
static void write_seconds(json_int_t milliseconds, FILE *to)
{
	unsigned long long all = (unsigned long long)milliseconds;
	int digits = 3;

	if (milliseconds < 0) {
		fputc('-', to);
		all = 0 - all;
	}
	fprintf(to, "%llu", all / 1000);
	unsigned int rest = (unsigned int)(all % 1000);
	if (rest == 0)
		return;
	for (; rest % 10 == 0; digits--)
		rest /= 10;
	fprintf(to, ".%0*u", digits, rest);
}

static long long number_of(const json_t *value)
{
	if (json_is_boolean(value))
		return json_is_true(value) ? 1 : 0;
	return (long long)json_integer_value(value);
}

/* A bucket holds what those below it hold, so none may be less. */
static unsigned long long add_count(unsigned long long count, long long more)
{
	unsigned long long room = ULLONG_MAX - count;

	if (more <= 0)
		return count;
	return count + ((unsigned long long)more < room ? (unsigned long long)more : room);
}

static void write_histogram(const char *name, const json_t *histogram, FILE *to)
{
	const json_t *bounds = json_object_get(histogram, "bounds");
	const json_t *counts = json_object_get(histogram, "counts");
	unsigned long long count = 0;

	for (size_t i = 0; i <= json_array_size(bounds); i++) {
		count = add_count(count, number_of(json_array_get(counts, i)));
		fprintf(to, "%s_bucket{le=\"", name);
		if (i < json_array_size(bounds))
			write_seconds(json_integer_value(json_array_get(bounds, i)), to);
		else
			fputs("+Inf", to);
		fprintf(to, "\"} %llu\n", count);
	}
	fprintf(to, "%s_sum ", name);
	write_seconds(json_integer_value(json_object_get(histogram, "sum")), to);
	fprintf(to, "\n%s_count %llu\n", name, count);
}

static void write_labelled(const struct metric *metric, const json_t *values, FILE *to)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)values, key, value)
	{
		fputs(metric->name, to);
		write_label(metric->label, key, to);
		fprintf(to, " %lld\n", number_of(value));
	}
}

static void write_metric(const struct metric *metric, const json_t *value, FILE *to)
{
	fprintf(to, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name,
		metric->type);
	if (json_is_object(value) && metric->label == NULL) {
		write_histogram(metric->name, value, to);
	} else if (json_is_object(value)) {
		write_labelled(metric, value, to);
	} else if (json_is_string(value) && metric->label != NULL) {
		fputs(metric->name, to);
		write_label(metric->label, json_string_value(value), to);
		fputs(" 1\n", to);
	} else {
		fprintf(to, "%s %lld\n", metric->name, number_of(value));
	}
}

void prometheus_write(const json_t *stats, FILE *to)
{
	for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
		const json_t *value = json_object_get(stats, metrics[i].field);
		if (value != NULL)
			write_metric(&metrics[i], value, to);
	}
}
