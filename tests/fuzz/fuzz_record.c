/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A record from the store, whatever it holds: every rule of challenges runs over it, and what comes
 * out is a record again. The first bytes choose the steps; what is short of a record is zeros.
 */
#include "fuzz.h"

#include "config.h"
#include "smsotpd/challenge.h"

#define STEPS 8

static void step(struct record *record, struct attempt *attempt, uint8_t choice)
{
	uint8_t hash[HASH_SIZE] = {choice};

	/* Hashes that stand in the record, and some that do not. */
	if ((choice & 0x04) == 0)
		memcpy(hash, record->challenge[choice % RECORD_CHALLENGES].code[0].hash, HASH_SIZE);
	if ((choice & 0x10) != 0)
		memcpy(attempt->binding, record->challenge[choice % RECORD_CHALLENGES].binding,
			HASH_SIZE);
	if ((choice & 0x20) != 0)
		memcpy(attempt->source, record->source[choice % RECORD_SOURCES].hash, HASH_SIZE);
	memcpy(attempt->asker, record->challenge[0].asker, ASKER_SIZE);
	attempt->early = (choice & 0x08) != 0;
	attempt->now.boottime += choice * INT64_C(1000);
	attempt->now.realtime += choice * INT64_C(1000);
	(void)challenge_known(record, attempt);
	(void)challenge_has(record, attempt, hash);
	if (choice >> 6 == 0)
		must(challenge_begin(record, attempt, hash) < EFFECT_COUNT);
	else if (choice >> 6 == 1)
		must(challenge_resend(record, attempt, hash) < EFFECT_COUNT);
	else {
		challenge_withdraw(record, attempt);
		must(challenge_verify(record, attempt, hash, choice >> 6 == 2) < EFFECT_COUNT);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct config *config;
	static uint8_t in[RECORD_SIZE], out[RECORD_SIZE];
	struct record record, again;

	if (config == NULL && config_defaults(&config) != RESULT_OK)
		abort();
	if (size < STEPS || size - STEPS > RECORD_SIZE)
		return 0;
	memset(in, 0, sizeof(in));
	memcpy(in, bytes + STEPS, size - STEPS);
	in[0] = 1;
	if (record_decode(in, sizeof(in), &record) != RESULT_OK)
		return 0;
	for (size_t i = 0; i < RECORD_CHALLENGES; i++)
		must(record.challenge[i].live <= CHALLENGE_CODES);
	struct attempt attempt = {.config = config,
		.now = {INT64_C(20000000), INT64_C(1800000000000)},
		.label = "192.0.2.1"};
	uint8_t boot[BOOT_ID_SIZE];
	memcpy(boot, record.boot, BOOT_ID_SIZE);
	boot[0] ^= bytes[0] & 1;
	struct record before = record;
	record_rebase(&record, boot, &attempt.now);
	bool moved = memcmp(before.source, record.source, sizeof(record.source)) != 0;
	for (size_t i = 0; i < STEPS; i++) {
		step(&record, &attempt, bytes[i]);
		record_encode(&record, out);
		/* Moved by a reboot, or by a clock that was set back, absurd times may leave the
		 * range. */
		must(record_decode(out, sizeof(out), &again) == RESULT_OK || moved);
	}
	return 0;
}
