/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The key and both stores of one host, under [paths] store: key, identity/, state/. Made together
 * at the first start. Later, state that is lost begins empty; identity and key never do by
 * themselves. A key that is new, or another machine's, is exchanged last, once both stores are
 * whole under it: what fails before is begun again by the next try, which deletes no identity.
 */
#ifndef SMSOTP_STORES_H
#define SMSOTP_STORES_H

#include <stdbool.h>
#include <sys/types.h>

#include "identity.h"
#include "key.h"
#include "state.h"

struct config;

struct stores {
	struct keys keys;
	struct identities *identities;
	struct state *state;
	enum key_origin origin; /* not KEY_READ: the key is new, and the state began empty */
	bool state_made;        /* the state began empty */
};

/* What of them is missing, and of which directory; all zero where there is none. */
struct stores_lack {
	dev_t device;
	ino_t inode;
	unsigned int files; /* a bit for each; 0: all are there */
};

/* All or nothing; the sentence says what is wrong and how to mend it. */
CHECKED enum result stores_open(const struct config *config, const struct clock *clock,
	struct stores *ret_stores, struct error *error);
/* Looks at what there is, whoever may read it. */
void stores_lack(const struct config *config, struct stores_lack *ret_lack);

/*
 * Whether stores that did not open may be tried again unasked: nothing is missing, or nothing but
 * what was missing then in this very directory, and no less of it while the key is. So nothing is
 * made anew or taken over in the middle of a backup's being restored, or in an empty place that a
 * file system is to be mounted on.
 */
bool stores_again(const struct stores_lack *before, const struct stores_lack *now);

/* As store_after_fork, for both. */
CHECKED enum result stores_after_fork(struct stores *stores, struct error *error);

void stores_close(struct stores *stores);

#endif
