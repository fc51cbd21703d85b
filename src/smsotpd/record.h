/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A user's record in the state store: RECORD_SIZE bytes whatever it holds, so that it never grows
 * and every name costs the same. Encode and decode are pure. All numbers are little endian.
 *
 *	version u8 (1), zeros 7, boot id 16
 *	16 challenges of 104: binding 16, sent u8, tries u8, live u8, zeros 5, last text i64,
 *		2 codes of 32: hash 16, made boottime i64, made realtime i64; asker 8
 *	16 sources of 88: hash 16, failures u32, wait u32, first i64, last i64, until i64,
 *		last realtime i64, label 32
 *	8 known of 24: hash 16, realtime i64
 *	2 tallies of 48 (the user's short and day), each 2 windows (texts, failures) of 24:
 *		since boottime i64, since realtime i64, all u32, strange u32
 *	ceiling: strange u32, known u32
 *
 * Boottime values are of the boot in the record; record_rebase moves a record to another boot.
 */
#ifndef SMSOTP_RECORD_H
#define SMSOTP_RECORD_H

#include "budget.h"
#include "key.h"
#include "lockout.h"

#define RECORD_CHALLENGES 16
#define RECORD_SOURCES    16
#define RECORD_KNOWN      8
#define CHALLENGE_CODES   2
#define LABEL_SIZE        32
#define ASKER_SIZE        8
#define TALLY_SIZE        48
#define RECORD_TALLIES    2
#define RECORD_SIZE                                                                                \
	(24 + RECORD_CHALLENGES * 104 + RECORD_SOURCES * 88 + RECORD_KNOWN * 24 +                  \
		RECORD_TALLIES * TALLY_SIZE + 8)

struct live_code {
	uint8_t hash[HASH_SIZE];
	struct moment made;
};

/* Free where sent is 0. code[0] is the newest of `live` codes. */
struct challenge {
	uint8_t binding[HASH_SIZE]; /* of service, source, first factor and phone */
	uint8_t sent;
	uint8_t tries; /* wrong answers so far */
	uint8_t live;
	int64_t last_text;
	struct live_code code[CHALLENGE_CODES];
	uint8_t asker[ASKER_SIZE]; /* the login id that asked for the newest text */
};

/* Free where lockout.last is 0. */
struct record_source {
	uint8_t hash[HASH_SIZE];
	struct lockout lockout;
	int64_t last_realtime;  /* of the last failure, to move it to another boot */
	char label[LABEL_SIZE]; /* for smsotpctl lock list, NUL-padded */
};

/* A place where this user signed in. Free where realtime is 0. */
struct known {
	uint8_t hash[HASH_SIZE];
	int64_t realtime;
};

struct record {
	uint8_t boot[BOOT_ID_SIZE];
	struct challenge challenge[RECORD_CHALLENGES];
	struct record_source source[RECORD_SOURCES];
	struct known known[RECORD_KNOWN];
	struct tally tally[RECORD_TALLIES]; /* LIMIT_USER, LIMIT_USER_DAY */
	struct ceiling ceiling;
};

/* The same 48 bytes stand alone in the state store, for a source and for the host. */
void tally_encode(const struct tally *tally, uint8_t ret[static TALLY_SIZE]);
CHECKED enum result tally_decode(const uint8_t *bytes, size_t size, struct tally *ret_tally);

/* Moves a tally of another boot to this one; needed too where it is of a future that was set back.
 */
void tally_rebase(struct tally *tally, const struct moment *now);
bool tally_from_future(const struct tally *tally, const struct moment *now);

void record_encode(const struct record *record, uint8_t ret[static RECORD_SIZE]);

/* RESULT_INVALID for another version, size, a count out of range or a time no clock can show. */
CHECKED enum result record_decode(const uint8_t *bytes, size_t size, struct record *ret_record);

/*
 * Makes the record one of this boot. After a reboot every code is void, and a lock goes on for what
 * is left of it by the wall clock; where that clock went backwards nothing of it has been served.
 * So too where the boot's own clock is behind the record: the machine was set back, its disk not.
 */
void record_rebase(
	struct record *record, const uint8_t boot[static BOOT_ID_SIZE], const struct moment *now);

#endif
