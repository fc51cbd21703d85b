/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whose turn it is to write: a lock between smsotpd and the children that it forks, which can be
 * tried, as LMDB's own cannot. In memory that both share; a holder who dies gives it up.
 */
#ifndef SMSOTP_TURN_H
#define SMSOTP_TURN_H

#include <stdbool.h>

#include "result.h"

struct turn;

CHECKED enum result turn_new(struct turn **ret_turn);
void turn_free(struct turn **turn);

/* Each true, and each wait, is followed by one give on the same thread. */
bool turn_try(struct turn *turn);
void turn_wait(struct turn *turn);
void turn_give(struct turn *turn);

#endif
