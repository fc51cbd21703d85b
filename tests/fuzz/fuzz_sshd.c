/* SPDX-License-Identifier: BSD-3-Clause */
/* Any text as what "sshd -T" prints, as a file of sshd's, and as the comments of an exemption. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "smsotpctl/exempt.h"
#include "smsotpctl/sshd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_file(const char *text)
{
	struct sshd_file *file = sshd_file_parse("file", text);
	struct exempt exempt;

	for (size_t i = 0; file != NULL && i < file->matches; i++) {
		const struct sshd_match *match = &file->match[i];
		if (match->line >= file->count || file->line[match->line].match != (int)i - 1 ||
			strcmp(file->line[match->line].keyword, "match") != 0)
			abort();
		const char *methods = sshd_match_value(file, i, "authenticationmethods");
		if (methods != NULL && sshd_methods_first(methods) && !sshd_methods_with(methods))
			abort();
		if (exempt_read(match->comment, &exempt) && strchr(exempt.owner, '\n') != NULL)
			abort();
	}
	sshd_file_free(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	char value[32];

	if (text == NULL)
		return 0;
	if (sshd_setting(text, "usepam", value, sizeof(value)) && strchr(value, '\n') != NULL)
		abort();
	(void)sshd_methods_without(text);
	take_file(text);
	free(text);
	return 0;
}
