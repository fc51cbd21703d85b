/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of the state store, whatever they hold: what is taken is a row again, byte for byte. */
#include "fuzz.h"

#include "smsotpd/mode.h"
#include "smsotpd/seen.h"

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
	must(seen_encode(&seen, again) == size);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	try_mode(bytes, size);
	try_seen(bytes, size);
	return 0;
}
