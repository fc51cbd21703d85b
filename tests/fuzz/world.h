/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Both stores with some people in them, in memory (/dev/shm), for targets that judge and keep. They
 * are the same for every input: what an input writes is never committed.
 */
#ifndef SMSOTP_FUZZ_WORLD_H
#define SMSOTP_FUZZ_WORLD_H

#include "config.h"
#include "smsotpd/identity_tables.h"
#include "smsotpd/judge.h"

#define WORLD_BOOTTIME INT64_C(18000000) /* up for five hours */
#define WORLD_REALTIME INT64_C(1800000000000)

struct world {
	char directory[32];
	char accounts[48]; /* as /etc/passwd */
	struct config *config;
	struct keys keys;
	struct clock clock; /* shows `now` */
	struct moment now;
	struct judge judge;
	struct recovery_code codes[RECOVERY_CODES]; /* of demo */
};

/*
 * demo (uid 1000, +919999900001, recovery codes), gone (1001, suspended), bare (1002, no phone),
 * root (0), toor (no uid), user1 (2001). The accounts have their uids. Random numbers are the same
 * in every run.
 */
struct world *world_make(void);

/* Time, boot and random numbers as at the start. */
void world_begin(struct world *world);

/* From now on commits succeed and keep nothing. */
void world_freeze(void);

#endif
