/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of the state store, whatever they hold: what is taken is a row again, byte for byte. */
#include "fuzz.h"

#include "smsotpd/mode.h"
#include "smsotpd/record.h"
#include "smsotpd/seen.h"

#define CLOCK_END INT64_C(9300000000000)

static void try_mode(const uint8_t *bytes, size_t size)
{
	const struct clock clock = {.boot = {1}};
	const struct moment now = {INT64_C(20000000), INT64_C(1800000000000)};
	uint8_t again[MODE_ROW_SIZE];
	struct override override;

	if (mode_decode(bytes, size, &override) != RESULT_OK)
		return;
	mode_encode(&override, again);
	must(memcmp(again, bytes, sizeof(again)) == 0);
	must(mode_left(&override, &clock, &now) <= MODE_CONFIRM_MAX * INT64_C(1000));
	must(choice_name(override.choice) != NULL);
	mode_fall(&override);
	must(!mode_ended(&override, &clock, &now));
}

static void try_seen(const uint8_t *bytes, size_t size)
{
	uint8_t again[SEEN_ROW_SIZE];
	struct seen seen;

	if (seen_decode(bytes, size, &seen) != RESULT_OK)
		return;
	must(seen_encode(&seen, again) == size && memcmp(again, bytes, size) == 0);
}

static void try_tally(const uint8_t *bytes, size_t size)
{
	const struct moment now = {INT64_C(20000000), INT64_C(1800000000000)};
	uint8_t again[TALLY_SIZE];
	struct tally tally;

	if (tally_decode(bytes, size, &tally) != RESULT_OK)
		return;
	must(tally.texts.strange <= tally.texts.all);
	must(tally.failures.strange <= tally.failures.all);
	tally_encode(&tally, again);
	must(size == TALLY_SIZE && memcmp(again, bytes, size) == 0);
	bool far = llabs(tally.texts.since.realtime) > CLOCK_END ||
		   llabs(tally.failures.since.realtime) > CLOCK_END;
	(void)tally_from_future(&tally, &now);
	tally_rebase(&tally, &now);
	/* What counts nothing may stand at any time. */
	must(tally.texts.all == 0 || tally.texts.since.boottime <= now.boottime);
	must(tally.failures.all == 0 || tally.failures.since.boottime <= now.boottime);
	/* The kernel's clock ends in 2262; what lies further off may leave the range when moved. */
	tally_encode(&tally, again);
	must(far || tally_decode(again, sizeof(again), &tally) == RESULT_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	try_tally(bytes, size);
	try_mode(bytes, size);
	try_seen(bytes, size);
	return 0;
}
