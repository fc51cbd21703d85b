/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The operator's choices at run time, by section, as the main thread goes by them. They stand in
 * the state store too (ctl_mode.c writes them there): a row for each that is not the config's.
 */
#ifndef SMSOTP_MODES_H
#define SMSOTP_MODES_H

#include "login.h"
#include "mode.h"
#include "state.h"

struct modes_row {
	char service[CONFIG_WORD]; /* "" for a free row */
	struct override override;
	bool granted; /* a login that began since then was let in by it */
};

/* All zero: the config decides everywhere. */
struct modes {
	struct modes_row row[CONFIG_SERVICES];
};

/* Reads from the store what is said of the config's sections. A row that cannot be read is left
 * out: *ret_spoilt counts them. */
CHECKED enum result modes_load(struct state *state, const struct config *config,
	struct modes *ret_modes, size_t *ret_spoilt);

/* Adds those of `from` whose sections `modes` lacks, as far as there is room; of one that was not
 * confirmed in time what it falls back to. */
void modes_join(struct modes *modes, const struct modes *from, const struct clock *clock);

/* The section's; all zero where there is none. */
struct override modes_find(const struct modes *modes, const char *service);

/* Replaces it; one that leaves all to the config takes no row. False where there is no room. */
bool modes_put(struct modes *modes, const char *service, const struct override *override);

/* Whether modes_put of the section would find room. */
bool modes_room(const struct modes *modes, const char *service);

/* Whether any choice waits to be confirmed. */
bool modes_wait(const struct modes *modes);

/*
 * Whether a login's name is among the percent of its service; the case of letters makes no other
 * name. Where the stores are not open there are no keys (NULL), and everybody is.
 */
bool modes_among(const struct keys *keys, const struct login *login);

/*
 * How strict a login's service is for its name. Where the stores are not open there are no keys
 * (NULL), and nobody is left out of the percent.
 */
enum service_mode modes_of(const struct modes *modes, const struct keys *keys,
	const struct login *login, const struct clock *clock, const struct moment *now);

/* A login of that service and mode, which began at `begun` (boottime), was let in. */
void modes_granted(
	struct modes *modes, const struct login *login, const struct clock *clock, int64_t begun);

/* Whether that happened since the section's choice was made. */
bool modes_proven(const struct modes *modes, const char *service);

/* Lets one choice fall that was not confirmed in time; false where there is none. */
bool modes_fall(struct modes *modes, const struct clock *clock, const struct moment *now,
	char ret_service[static CONFIG_WORD], struct override *ret_was);

#endif
