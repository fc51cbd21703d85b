/* SPDX-License-Identifier: BSD-3-Clause */
/* A directory of its own for each test program, and configurations written there and read back. */
#ifndef SMSOTP_TEST_CONFIG_FIXTURE_H
#define SMSOTP_TEST_CONFIG_FIXTURE_H

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config.h"
#include "config_keys.h"

struct fixture {
	char directory[32];
	char path[64];  /* smsotp.conf in it; not there yet */
	char parts[64]; /* smsotp.conf.d in it; there and empty */
};

static inline void bytes_write(const char *path, const char *bytes, size_t size)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0644), 0);
}

static inline void text_write(const char *path, const char *text)
{
	bytes_write(path, text, strlen(text));
}

/* The caller frees it. */
static inline char *text_read(const char *path)
{
	FILE *file = fopen(path, "r");

	if (!file)
		fail_msg("%s cannot be read: run this at the top of the tree", path);
	char *text = calloc(1, 65536);
	assert_non_null(text);
	assert_true(fread(text, 1, 65535, file) < 65535);
	fclose(file);
	return text;
}

static inline int fixture_make(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	strcpy(fixture->directory, "/tmp/smsotp-config-XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	sprintf(fixture->path, "%s/smsotp.conf", fixture->directory);
	sprintf(fixture->parts, "%s/smsotp.conf.d", fixture->directory);
	assert_int_equal(mkdir(fixture->parts, 0755), 0);
	*state = fixture;
	return 0;
}

/* Only names that tests make lie there. */
static inline int fixture_remove(void **state)
{
	struct fixture *fixture = *state;
	char command[160];

	snprintf(command, sizeof(command), "rm -r '%s'", fixture->directory);
	int status = system(command);
	free(fixture);
	return status;
}

static inline enum result load_text(const struct fixture *fixture, const char *text,
	struct config **ret_config, struct error *error)
{
	text_write(fixture->path, text);
	return config_load(fixture->path, ret_config, error);
}

static inline struct config *load_good(const struct fixture *fixture, const char *text)
{
	struct config *config = NULL;
	struct error error = {""};
	enum result result = load_text(fixture, text, &config, &error);

	if (result != RESULT_OK)
		fail_msg("%s", error.text);
	return config;
}

static inline struct config *load_defaults(void)
{
	struct config *config = NULL;

	assert_int_equal(config_defaults(&config), RESULT_OK);
	return config;
}

/* Equal in every byte but the origin. */
static inline void assert_same(const struct config *left, const struct config *right)
{
	size_t size = offsetof(struct config, origin);

	assert_memory_equal(left, right, size);
}

/* The value of a key as config_print writes it. */
static inline void value_text(
	struct config *config, const struct config_key *key, uint32_t service, char ret[static 512])
{
	/* A stream that nothing was written to leaves the bytes as they were. */
	memset(ret, 0, 512);
	FILE *to = fmemopen(ret, 512, "w");
	assert_non_null(to);
	config_value_print(key, config_base(config, key, service), to);
	fclose(to);
}

#endif
