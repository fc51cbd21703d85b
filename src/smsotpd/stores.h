/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The key and both stores of one host, under [paths] store: key, identity/, state/. Made together
 * at the first start. Later, state that is lost begins empty; identity and key never do by
 * themselves.
 */
#ifndef SMSOTP_STORES_H
#define SMSOTP_STORES_H

#include "identity.h"
#include "key.h"
#include "state.h"

struct config;

struct stores {
	struct keys keys;
	struct identities *identities;
	struct state *state;
	enum key_origin origin; /* KEY_MADE: all of it was made just now */
	bool state_made;        /* the state began empty */
};

/* All or nothing; the sentence says what is wrong and how to mend it. */
CHECKED enum result stores_open(const struct config *config, const struct clock *clock,
	struct stores *ret_stores, struct error *error);
/* As store_after_fork, for both. */
CHECKED enum result stores_after_fork(struct stores *stores, struct error *error);

void stores_close(struct stores *stores);

#endif
