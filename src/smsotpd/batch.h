/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Logins that share one transaction of the state store, and where one of them writes there, one of
 * the identity store: with the one commit each of them is decided. A batch that fails is nobody's:
 * each login is done again alone, so that only he fails whose record is at fault.
 */
#ifndef SMSOTP_BATCH_H
#define SMSOTP_BATCH_H

#include "judge.h"

/* Some of `first` and those that follow it may use up a recovery code, which is an identity's. */
bool batch_writes(const struct job *first);

/*
 * Judges them all and sets the result of each: RESULT_OK only where all that it changed is
 * committed. Where batch_writes, the caller has the identities' turn.
 */
void batch_run(const struct judge *judge, struct job *first);

#endif
