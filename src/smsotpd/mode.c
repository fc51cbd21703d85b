/* SPDX-License-Identifier: BSD-3-Clause */
#include "mode.h"

#include <string.h>

#include "wire.h"

#define SECOND      INT64_C(1000)
#define ROW_VERSION 1
#define HUNDRED     100

static const char *const names[CHOICE_COUNT] = {
	[CHOICE_CONFIG] = "config",
	[CHOICE_ENFORCE] = "enforce",
	[CHOICE_WARN] = "warn",
	[CHOICE_OBSERVE] = "observe",
};

const char *choice_name(enum choice choice)
{
	return names[choice];
}

enum result choice_parse(const char *name, enum choice *ret_choice)
{
	for (size_t i = 0; i < CHOICE_COUNT; i++) {
		if (strcmp(names[i], name) == 0) {
			*ret_choice = (enum choice)i;
			return RESULT_OK;
		}
	}
	return RESULT_INVALID;
}

void mode_encode(const struct override *override, uint8_t ret[static MODE_ROW_SIZE])
{
	struct wire wire = {.bytes = ret, .size = MODE_ROW_SIZE};

	wire_put_u8(&wire, ROW_VERSION);
	wire_put_u8(&wire, (uint8_t) override->choice);
	wire_put_u8(&wire, (uint8_t) override->before);
	wire_put_u8(&wire, 0);
	wire_put_u32(&wire, override->confirm);
	wire_put_bytes(&wire, override->boot, BOOT_ID_SIZE);
	wire_put_u64(&wire, (uint64_t) override->since.boottime);
	wire_put_u64(&wire, (uint64_t) override->since.realtime);
}

/* A time that some clock can show, so that a span may be added to it. */
static bool time_valid(int64_t milliseconds)
{
	return milliseconds >= 0 && milliseconds < INT64_MAX / 2;
}

enum result mode_decode(const uint8_t *bytes, size_t size, struct override *ret_override)
{
	uint8_t copy[MODE_ROW_SIZE];
	struct wire wire = {.bytes = copy, .size = sizeof(copy)};
	struct override override = {0};

	if (size != sizeof(copy))
		return RESULT_INVALID;
	memcpy(copy, bytes, sizeof(copy));
	uint8_t version = wire_get_u8(&wire);
	uint8_t choice = wire_get_u8(&wire);
	uint8_t before = wire_get_u8(&wire);
	uint8_t zero = wire_get_u8(&wire);
	override.confirm = wire_get_u32(&wire);
	wire_get_bytes(&wire, override.boot, BOOT_ID_SIZE);
	override.since.boottime = (int64_t)wire_get_u64(&wire);
	override.since.realtime = (int64_t)wire_get_u64(&wire);
	if (wire_done(&wire) != RESULT_OK || version != ROW_VERSION || zero != 0)
		return RESULT_INVALID;
	if (choice >= CHOICE_COUNT || before >= CHOICE_COUNT ||
		override.confirm > MODE_CONFIRM_MAX || !time_valid(override.since.boottime) ||
		!time_valid(override.since.realtime))
		return RESULT_INVALID;
	override.choice = (enum choice)choice;
	override.before = (enum choice)before;
	*ret_override = override;
	return RESULT_OK;
}

/* What is left by one clock; nothing where it shows a time before the choice. */
static int64_t clock_left(int64_t since, int64_t now, int64_t span)
{
	return now < since || now - since >= span ? 0 : span - (now - since);
}

int64_t mode_left(
	const struct override *override, const struct clock *clock, const struct moment *now)
{
	int64_t span = override->confirm * SECOND;
	bool same = memcmp(override->boot, clock->boot, BOOT_ID_SIZE) == 0;
	int64_t wall = clock_left(override->since.realtime, now->realtime, span);

	if (!same)
		return wall;
	int64_t boot = clock_left(override->since.boottime, now->boottime, span);
	/* A wall clock that was set back in this boot has taken nothing away. */
	if (now->realtime < override->since.realtime)
		return boot;
	return boot < wall ? boot : wall;
}

bool mode_ended(
	const struct override *override, const struct clock *clock, const struct moment *now)
{
	return override->confirm > 0 && mode_left(override, clock, now) == 0;
}

void mode_fall(struct override *override)
{
	*override = (struct override){.choice = override->before};
}

enum service_mode mode_strict(const struct config_service *service, enum choice choice)
{
	switch (choice) {
	case CHOICE_ENFORCE:
		return MODE_ENFORCE;
	case CHOICE_WARN:
		return MODE_WARN;
	case CHOICE_OBSERVE:
		return MODE_OBSERVE;
	case CHOICE_CONFIG:
	case CHOICE_COUNT:
		break;
	}
	return service->mode;
}

enum service_mode mode_lax(const struct config_service *service, enum choice choice)
{
	enum service_mode strict = mode_strict(service, choice);

	return service->otherwise > strict ? service->otherwise : strict;
}

bool mode_among(const struct config_service *service, const struct keys *keys,
	const uint8_t tag[static HASH_SIZE])
{
	const struct part parts[] = {
		{"percent", 7}, {service->name, strlen(service->name)}, {tag, HASH_SIZE}};
	uint8_t hash[HASH_SIZE];
	uint32_t number = 0;

	key_hash(keys->name, parts, 3, hash);
	for (size_t i = 0; i < sizeof(number); i++)
		number = number << 8 | hash[i];
	return number % HUNDRED < service->percent;
}
