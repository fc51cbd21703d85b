/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Logins that were just granted, so that the session phase of each is believed once: for the same
 * name, service and source, within PASS_MS of the success; or within PASS_WAIVED_MS of the begin
 * where no code is required, and another factor is still asked for. In memory, of fixed size, the
 * oldest gives way.
 */
#ifndef SMSOTP_PASS_H
#define SMSOTP_PASS_H

#include "ledger.h"

#define PASS_MS        60000
#define PASS_WAIVED_MS 600000
#define PASS_SIZE      512

struct pass {
	uint8_t id[WIRE_ID_SIZE];
	uint8_t subject[HASH_SIZE];
	int64_t granted; /* boottime, 0 for a free entry */
	bool opened;
};

struct passes {
	struct pass pass[PASS_SIZE];
};

void pass_grant(struct passes *passes, const struct visitor *visitor, int64_t now);

/* True once for each login that was granted within the last `within` milliseconds. */
bool pass_open(struct passes *passes, const struct visitor *visitor, int64_t now, int64_t within);

/* When it was granted, by the boot's clock; 0 where it is not there. */
int64_t pass_since(const struct passes *passes, const struct visitor *visitor);

/* True once for each opened one, whenever it ends; false too where so many came after it. */
bool pass_close(struct passes *passes, const struct visitor *visitor);

#endif
