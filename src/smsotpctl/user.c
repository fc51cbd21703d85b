/* SPDX-License-Identifier: BSD-3-Clause */
/* status USER */
#include <stdio.h>

#include "output.h"
#include "tool.h"

static long long number(const json_t *object, const char *name)
{
	return (long long)json_integer_value(json_object_get(object, name));
}

static void print_codes(const json_t *codes)
{
	if (json_array_size(codes) == 0)
		puts("code         none on its way");
	for (size_t i = 0; i < json_array_size(codes); i++) {
		const json_t *code = json_array_get(codes, i);
		printf("code         on its way: %lld s old, ends in %lld s, tries left %lld, "
		       "texts %lld\n",
			number(code, "age"), number(code, "expires"), number(code, "tries_left"),
			number(code, "texts"));
	}
}

static void print_texts(const json_t *texts)
{
	for (size_t i = 0; i < json_array_size(texts); i++) {
		const json_t *limit = json_array_get(texts, i);
		printf("%-13sleft %lld at new places, %lld at known ones",
			output_field(limit, "key"), number(limit, "left_new"),
			number(limit, "left_known"));
		if (number(limit, "seconds") > 0)
			printf(", for %lld s", number(limit, "seconds"));
		putchar('\n');
	}
}

static void print_known(const json_t *known)
{
	if (json_array_size(known) == 0)
		puts("known        no place");
	for (size_t i = 0; i < json_array_size(known); i++) {
		const json_t *place = json_array_get(known, i);
		bool stale = json_is_true(json_object_get(place, "stale"));
		printf("known        %s ", output_field(place, "place"));
		if (output_text(output_field(place, "source")) > 0)
			putchar(' ');
		printf("signed in %s%s\n", output_field(place, "last"),
			stale ? ", not within 60 days" : "");
	}
}

void user_show(const json_t *reply)
{
	const json_t *ceiling = json_object_get(reply, "ceiling");
	const json_t *uid = json_object_get(reply, "uid");
	const json_t *locks = json_object_get(reply, "locks");

	fputs("name         ", stdout);
	output_text(output_field(reply, "name"));
	putchar('\n');
	if (json_is_integer(uid))
		printf("uid          %lld\n", (long long)json_integer_value(uid));
	printf("suspended    %s\n",
		json_is_true(json_object_get(reply, "suspended")) ? "yes" : "no");
	printf("phone        %s\n", json_is_true(json_object_get(reply, "phone")) ? "yes" : "none");
	print_codes(json_object_get(reply, "codes"));
	print_texts(json_object_get(reply, "texts"));
	printf("wrong codes  %lld of %lld at new places since the last sign-in, %lld of %lld in a "
	       "row at known ones\n",
		number(ceiling, "new"), number(ceiling, "new_most"), number(ceiling, "known"),
		number(ceiling, "known_most"));
	print_known(json_object_get(reply, "known"));
	if (json_array_size(locks) == 0)
		return;
	putchar('\n');
	lock_table(locks);
}
