/* SPDX-License-Identifier: BSD-3-Clause */
/* The bytes of a configuration file: what is taken is printed and must read back to the same. */
#include <stdlib.h>
#include <string.h>

#include "config_check.h"
#include "config_file.h"
#include "config_keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct config *parse(const void *bytes, size_t size)
{
	struct config *config = NULL;
	struct error error = {""};

	if (config_defaults(&config) != RESULT_OK)
		abort();
	/* What config_check made of no file is not yet so for this one. */
	config->gateway.stub = false;
	FILE *from = fmemopen((void *)(uintptr_t)bytes, size, "r");
	enum result result = config_file_parse(config, from, "fuzz", &error);
	if (result == RESULT_OK)
		result = config_check(config, &error);
	fclose(from);
	if ((result == RESULT_OK) != (error.text[0] == '\0'))
		abort();
	if (result != RESULT_OK)
		config_free(&config);
	return config;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *printed = NULL;
	size_t length = 0;

	struct config *first = size > 0 ? parse(bytes, size) : NULL;
	if (!first)
		return 0;
	FILE *to = open_memstream(&printed, &length);
	config_print(first, to);
	fclose(to);
	struct config *second = parse(printed, length);
	if (!second || memcmp(first, second, offsetof(struct config, origin)) != 0)
		abort();
	config_free(&first);
	config_free(&second);
	free(printed);
	return 0;
}
