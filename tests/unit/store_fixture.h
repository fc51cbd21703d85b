/* SPDX-License-Identifier: BSD-3-Clause */
/* A directory of each test's own, for one store. */
#ifndef SMSOTP_STORE_FIXTURE_H
#define SMSOTP_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "smsotpd/store.h"

#define SMALL ((size_t)256 * 1024)

struct place {
	char root[64];
	char path[96]; /* the store's directory, in root */
};

static inline int place_make(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->root, "/tmp/smsotp-store.XXXXXX");
	if (mkdtemp(place->root) == NULL)
		return -1;
	snprintf(place->path, sizeof(place->path), "%s/store", place->root);
	*state = place;
	return 0;
}

static inline void place_file(const struct place *place, const char *name, char ret[static 128])
{
	snprintf(ret, 128, "%s/%s", place->path, name);
}

static inline int place_remove(void **state)
{
	struct place *place = *state;
	char file[128];

	place_file(place, "data.mdb", file);
	unlink(file);
	place_file(place, "lock.mdb", file);
	unlink(file);
	unlink(place->path);
	rmdir(place->path);
	snprintf(file, sizeof(file), "%s/elsewhere", place->root);
	unlink(file);
	rmdir(file);
	int failure = rmdir(place->root);
	free(place);
	return failure;
}

static inline void make_store(const struct place *place)
{
	struct store *store = NULL;
	struct error error = {""};

	enum result result = store_open(place->path, SMALL, true, &store, &error);
	if (result != RESULT_OK)
		fail_msg("%s", error.text);
	store_close(&store);
	assert_null(store);
}

/* Opens again and expects `expected` with a sentence that holds `words`. */
static inline void expect_refusal(
	const struct place *place, enum result expected, const char *words)
{
	struct store *store = NULL;
	struct error error = {""};

	assert_int_equal(store_open(place->path, SMALL, false, &store, &error), expected);
	assert_null(store);
	if (strstr(error.text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", error.text, words);
}

static inline enum result put(struct store *store, MDB_dbi table, uint32_t number, size_t size)
{
	static uint8_t bytes[2048];
	MDB_txn *txn = NULL;
	MDB_val key = {sizeof(number), &number};
	MDB_val value = {size, bytes};

	enum result result = store_begin(store, true, &txn);
	if (result == RESULT_OK)
		result = store_result(mdb_put(txn, table, &key, &value, 0));
	if (result == RESULT_OK)
		result = store_commit(&txn);
	store_abort(&txn);
	return result;
}

#define AT_A_PLACE(test) cmocka_unit_test_setup_teardown(test, place_make, place_remove)

#endif
