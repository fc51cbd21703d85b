/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How strict a service is for a name: what the config says, what the operator said at run time in
 * its place, and whether the name is among the percent. Pure.
 *
 * A choice that wants to be confirmed falls back to the one before at its deadline. In the boot it
 * was made in it ends by whichever of the two clocks comes first; in another boot the wall clock
 * decides. In another boot, where the wall clock shows a time before the choice was made, and in
 * this boot, where the boot's clock does, nobody knows how long ago that was, and it has ended: who
 * waits outside is let in by what worked before. A wall clock set back in this boot takes nothing
 * away.
 *
 * Its row in the state store is MODE_ROW_SIZE bytes, numbers little endian:
 *
 *	version u8 (1), choice u8, before u8, zero u8, confirm u32, boot 16,
 *	since boottime i64, since realtime i64
 */
#ifndef SMSOTP_MODE_H
#define SMSOTP_MODE_H

#include "clock.h"
#include "config.h"
#include "key.h"

#define MODE_ROW_SIZE    40
#define MODE_CONFIRM_MIN 60 /* seconds */
#define MODE_CONFIRM_MAX 86400

/* What decides: the config, or one of its words at run time. */
enum choice { CHOICE_CONFIG = 0, CHOICE_ENFORCE, CHOICE_WARN, CHOICE_OBSERVE, CHOICE_COUNT };

/* All zero: the config decides, as where the state was lost. */
struct override {
	enum choice choice;
	enum choice before; /* what it falls back to */
	uint32_t confirm;   /* seconds within which it wants to be confirmed, 0: it stands */
	uint8_t boot[BOOT_ID_SIZE];
	struct moment since; /* when it was chosen */
};

/* "config", "enforce", "warn", "observe". */
const char *choice_name(enum choice choice);
CHECKED enum result choice_parse(const char *name, enum choice *ret_choice);

void mode_encode(const struct override *override, uint8_t ret[static MODE_ROW_SIZE]);
/* RESULT_INVALID for another version or size, or a value out of range. */
CHECKED enum result mode_decode(const uint8_t *bytes, size_t size, struct override *ret_override);

/* Milliseconds until a choice that is not confirmed ends; 0 where it has, or where it stands. */
int64_t mode_left(
	const struct override *override, const struct clock *clock, const struct moment *now);

/* It was not confirmed in time. */
bool mode_ended(
	const struct override *override, const struct clock *clock, const struct moment *now);

/* What it falls back to, which stands. */
void mode_fall(struct override *override);

/* Of the names that are in the percent. */
enum service_mode mode_strict(const struct config_service *service, enum choice choice);

/* Of the others; never stricter than that. */
enum service_mode mode_lax(const struct config_service *service, enum choice choice);

/*
 * Whether a name is in the service's percent, by a keyed hash of both: the same on this host each
 * time, whoever exists, and who is in at 20 is in at 40. `tag` is login_name_tag of the name.
 */
bool mode_among(const struct config_service *service, const struct keys *keys,
	const uint8_t tag[static HASH_SIZE]);

#endif
