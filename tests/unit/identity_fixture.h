/* SPDX-License-Identifier: BSD-3-Clause */
/* An identity store of each test's own, and one transaction for each call. */
#ifndef SMSOTP_IDENTITY_FIXTURE_H
#define SMSOTP_IDENTITY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "smsotpd/identity.h"

static const uint8_t key[STORE_KEY_SIZE] = "a key of the tests alone";

struct fixture {
	char root[64];
	char path[96];
	struct identities *identities;
	struct error error;
};

static inline int fixture_make(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->root, "/tmp/smsotp-identity.XXXXXX");
	if (mkdtemp(fixture->root) == NULL)
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/identity", fixture->root);
	*state = fixture;
	return identities_open(fixture->path, IDENTITY_STORE_SIZE, true, key, &fixture->identities,
		&fixture->error);
}

static inline int fixture_remove(void **state)
{
	struct fixture *fixture = *state;
	char file[128];

	identities_close(&fixture->identities);
	snprintf(file, sizeof(file), "%s/data.mdb", fixture->path);
	unlink(file);
	snprintf(file, sizeof(file), "%s/lock.mdb", fixture->path);
	unlink(file);
	rmdir(fixture->path);
	int failure = rmdir(fixture->root);
	free(fixture);
	return failure;
}

static inline void reopen(struct fixture *fixture, const uint8_t with[static STORE_KEY_SIZE])
{
	identities_close(&fixture->identities);
	enum result result = identities_open(fixture->path, IDENTITY_STORE_SIZE, false, with,
		&fixture->identities, &fixture->error);
	if (result != RESULT_OK)
		fail_msg("%s", fixture->error.text);
}

static inline enum result put(struct fixture *fixture, const char *name, uint32_t uid,
	const char *first, const char *second)
{
	struct identity identity = {.uid = uid};
	MDB_txn *txn = NULL;

	snprintf(identity.name, sizeof(identity.name), "%s", name);
	snprintf(identity.value[0], sizeof(identity.value[0]), "%s", first);
	snprintf(identity.value[1], sizeof(identity.value[1]), "%s", second);
	assert_int_equal(identities_begin(fixture->identities, true, &txn), RESULT_OK);
	enum result result =
		identities_put(fixture->identities, txn, &identity, "91", &fixture->error);
	if (result == RESULT_OK)
		result = store_commit(&txn);
	store_abort(&txn);
	return result;
}

static inline enum result remove_name(struct fixture *fixture, const char *name)
{
	MDB_txn *txn = NULL;

	assert_int_equal(identities_begin(fixture->identities, true, &txn), RESULT_OK);
	enum result result = identities_remove(fixture->identities, txn, name, &fixture->error);
	if (result == RESULT_OK)
		result = store_commit(&txn);
	store_abort(&txn);
	return result;
}

static inline enum result set_schema(
	struct fixture *fixture, const struct schema *schema, bool force)
{
	MDB_txn *txn = NULL;

	assert_int_equal(identities_begin(fixture->identities, true, &txn), RESULT_OK);
	enum result result = identities_set_schema(
		fixture->identities, txn, schema, "91", force, &fixture->error);
	if (result == RESULT_OK)
		result = store_commit(&txn);
	store_abort(&txn);
	return result;
}

static inline enum result find(
	struct fixture *fixture, const char *name, struct identity *ret_identity)
{
	MDB_txn *txn = NULL;

	assert_int_equal(identities_begin(fixture->identities, false, &txn), RESULT_OK);
	enum result result = identities_find(fixture->identities, txn, name, ret_identity);
	store_abort(&txn);
	return result;
}

static inline enum result find_uid(
	struct fixture *fixture, uint32_t uid, struct identity *ret_identity)
{
	MDB_txn *txn = NULL;
	struct schema schema;

	assert_int_equal(identities_begin(fixture->identities, false, &txn), RESULT_OK);
	assert_int_equal(identities_schema(fixture->identities, txn, &schema), RESULT_OK);
	enum result result =
		identities_find_uid(fixture->identities, txn, &schema, uid, ret_identity);
	store_abort(&txn);
	return result;
}

static inline enum result find_phone(
	struct fixture *fixture, const char *typed, struct identity *ret_identity)
{
	MDB_txn *txn = NULL;
	struct schema schema;

	assert_int_equal(identities_begin(fixture->identities, false, &txn), RESULT_OK);
	assert_int_equal(identities_schema(fixture->identities, txn, &schema), RESULT_OK);
	enum result result =
		identities_find_phone(fixture->identities, txn, &schema, typed, "91", ret_identity);
	store_abort(&txn);
	return result;
}

static inline void expect_words(const struct fixture *fixture, const char *words)
{
	if (strstr(fixture->error.text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", fixture->error.text, words);
}

static const struct schema phone_identifies = {
	.count = 2,
	.trait = {{.name = "phone", .type = TRAIT_PHONE, .identifier = true},
		{.name = "email", .type = TRAIT_EMAIL, .identifier = true}},
};

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, fixture_make, fixture_remove)

#endif
