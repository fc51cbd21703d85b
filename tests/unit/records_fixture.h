/* SPDX-License-Identifier: BSD-3-Clause */
/* A state store with records of many. */
#ifndef SMSOTP_TEST_RECORDS_FIXTURE_H
#define SMSOTP_TEST_RECORDS_FIXTURE_H

#include "smsotpd/state.h"
#include "smsotpd/store.h"
#include "test.h"

#define SAVE_BATCH 64

/* Records of the users "WORD0", "WORD1" and so on, in commits of SAVE_BATCH each. */
static inline void save_records(struct state *state, const struct record *record, const char *word,
	size_t first, size_t count)
{
	MDB_txn *txn = NULL;

	for (size_t i = first; i < first + count; i++) {
		uint8_t id[HASH_SIZE];
		char name[32];
		snprintf(name, sizeof(name), "%s%zu", word, i);
		state_id(state, name, true, id);
		if (txn == NULL)
			assert_int_equal(state_begin(state, true, &txn), RESULT_OK);
		assert_int_equal(state_save(state, txn, id, record), RESULT_OK);
		if (i % SAVE_BATCH == SAVE_BATCH - 1 || i == first + count - 1)
			assert_int_equal(store_commit(&txn), RESULT_OK);
	}
}

static inline void save_empty(struct state *state, const char *word, size_t first, size_t count)
{
	static const struct record empty;

	save_records(state, &empty, word, first, count);
}

#endif
