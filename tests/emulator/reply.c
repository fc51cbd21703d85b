/* SPDX-License-Identifier: BSD-3-Clause */
#include "reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REQID_FIRST UINT64_C(10000000000)
#define TID_FIRST   UINT64_C(20000000000)

/* How one style writes: what stands between tags, attributes, and round the '=' of TAG and TID. */
struct form_of_style {
	const char *name;
	const char *version;
	const char *between;
	const char *attribute;
	const char *equals;
	bool nested; /* ERROR in ERROR, and a TID beside it */
};

static const struct form_of_style styles[] = {
	[STYLE_V101] = {"v101", "1.01", "\n", " ", " = ", true},
	[STYLE_V100] = {"v100", "1.00", "\n", " ", " = ", false},
	[STYLE_WRAPPED] = {"wrapped", "1.01", "\n", "\n", "\n= ", true},
	[STYLE_ONELINE] = {"oneline", "1.01", "\t", " ", " = ", true},
};

_Static_assert(sizeof(styles) / sizeof(styles[0]) == STYLE_COUNT, "a row for every style");

enum result style_find(const char *name, enum style *ret_style)
{
	for (size_t i = 0; i < STYLE_COUNT; i++) {
		if (strcmp(styles[i].name, name) != 0)
			continue;
		*ret_style = (enum style)i;
		return RESULT_OK;
	}
	return RESULT_NOT_FOUND;
}

/* The gateway's clock is Indian: UTC+05:30. */
static void print_date(FILE *reply)
{
	time_t now = time(NULL) + 5 * 3600 + 1800;
	struct tm date;
	char text[32];

	gmtime_r(&now, &date);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &date);
	fputs(text, reply);
}

static void print_error(
	FILE *reply, const struct form_of_style *style, const struct message *message)
{
	const char *between = style->between;

	if (style->nested)
		fprintf(reply, "<ERROR INDEX = '1'>%s", between);
	fprintf(reply, "<ERROR>%s<CODE>%d</CODE>%s<DESC>%s</DESC>%s</ERROR>%s", between,
		message->code, between, message->description, between, between);
	if (style->nested)
		fprintf(reply, "</ERROR>%s", between);
}

static void print_message(FILE *reply, const struct form_of_style *style,
	const struct message *message, size_t index, uint64_t tid)
{
	bool refused = message->fate == FATE_REFUSED;

	fprintf(reply, "<MID%sSUBMITDATE='", style->attribute);
	print_date(reply);
	fprintf(reply, "'%sID='%zu'%sTAG%s'null'", style->attribute, index, style->attribute,
		style->equals);
	if (!refused || style->nested)
		fprintf(reply, "%sTID%s'%llu'", style->attribute, style->equals,
			(unsigned long long)tid);
	fprintf(reply, ">%s", style->between);
	if (refused)
		print_error(reply, style, message);
	else
		fputs(style->between, reply);
	fprintf(reply, "</MID>%s", style->between);
}

static void print_request_error(
	FILE *reply, const struct form_of_style *style, const struct judgement *judgement)
{
	const char *between = style->between;

	fprintf(reply,
		"<RESULT>%s<REQUEST-ERROR>%s<ERROR>%s<CODE>%d<CODE>%s<DESC> %s </DESC>%s"
		"</ERROR>%s</REQUEST-ERROR>%s</RESULT>%s",
		between, between, between, judgement->code, between, judgement->description,
		between, between, between, between);
}

char *reply_write(const struct judgement *judgement, enum style style, uint64_t serial)
{
	const struct form_of_style *form = &styles[style];
	char *text = NULL;
	size_t size = 0;
	FILE *reply = open_memstream(&text, &size);

	if (reply == NULL)
		return NULL;
	fprintf(reply,
		"<!DOCTYPE RESULT SYSTEM "
		"'http://bulkpush.mytoday.com/BulkSms/BulkSmsRespV%s.dtd'>%s",
		form->version, form->between);
	if (judgement->code != 0) {
		print_request_error(reply, form, judgement);
	} else {
		fprintf(reply, "<RESULT REQID ='%llu'>%s",
			(unsigned long long)(REQID_FIRST + serial), form->between);
		for (size_t i = 0; i < judgement->count; i++)
			print_message(reply, form, &judgement->message[i], i + 1,
				TID_FIRST + 100 * serial + i + 1);
		fprintf(reply, "</RESULT>%s", form->between);
	}
	if (fclose(reply) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
