/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as a file of accounts: the same names and uids as fgetpwent_r(3) reads, in its order.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smsotpd/passwd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next that is none of NIS. False at the end. */
static bool libc_next(FILE *file, char *buffer, size_t size, struct passwd_line *ret_line)
{
	struct passwd entry, *found = NULL;

	do {
		if (fgetpwent_r(file, &entry, buffer, size, &found) != 0)
			return false;
	} while (entry.pw_name[0] == '+' || entry.pw_name[0] == '-');
	*ret_line = (struct passwd_line){
		.name = entry.pw_name, .length = strlen(entry.pw_name), .uid = entry.pw_uid};
	return true;
}

static void compare(char *bytes, size_t size)
{
	struct passwd_text text = {.bytes = bytes, .size = size};
	struct passwd_line ours, libc;
	FILE *file = fmemopen(bytes, size, "r");
	char *buffer = malloc(size + 64);
	bool more = true;

	if (file == NULL || buffer == NULL)
		abort();
	while (more) {
		more = passwd_next(&text, &ours);
		if (libc_next(file, buffer, size + 64, &libc) != more)
			abort();
		if (more && (ours.length != libc.length || ours.uid != libc.uid ||
				    memcmp(ours.name, libc.name, ours.length) != 0))
			abort();
	}
	fclose(file);
	free(buffer);
}

static void read_alone(const char *bytes, size_t size)
{
	struct passwd_text text = {.bytes = bytes, .size = size};
	struct passwd_line line;

	while (passwd_next(&text, &line)) {
		if (line.name < bytes || line.length > (size_t)(bytes + size - line.name))
			abort();
	}
}

/*
 * glibc 2.36 reads on into what its buffer held before where a line with blanks in front ends in
 * no newline: so each has one, and zeros, which end a line too, are not compared.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1);

	if (copy == NULL)
		abort();
	if (size > 0)
		memcpy(copy, data, size);
	copy[size] = '\n';
	read_alone(copy, size);
	if (memchr(copy, '\0', size) == NULL)
		compare(copy, size + 1);
	free(copy);
	return 0;
}
