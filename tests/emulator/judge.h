/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What Netcore would say to a request: the documented parameters, the account, and each number of
 * `To`. Knows nothing of transport or of how a reply is written.
 */
#ifndef EMULATOR_JUDGE_H
#define EMULATOR_JUDGE_H

#include <stdbool.h>

#include "form.h"

#define RECIPIENTS_MAX 50 /* numbers in `To`, comma-separated */
#define TO_SIZE        24

enum gateway_code {
	GATEWAY_CREDIT = 104,
	GATEWAY_EMPTY = 106,
	GATEWAY_NUMBER = 120,
	GATEWAY_ACCOUNT = 122,
};

/* What becomes of one message. All but FATE_REFUSED and FATE_IGNORED are accepted in the reply. */
enum fate {
	FATE_REFUSED = 0,
	FATE_IGNORED,   /* a fault: nobody looked at it */
	FATE_DELIVERED, /* it reaches the phone */
	FATE_DUPLICATE, /* the number had the same text within 30 minutes: dropped silently */
	FATE_NO_DLT,    /* +91 without entityid and templateid: the carrier drops it silently */
	FATE_COUNT,
};

struct message {
	char to[TO_SIZE];     /* as it came, cut to the size */
	char digits[TO_SIZE]; /* with the country code, "" where it is no number */
	enum fate fate;
	int code; /* of FATE_REFUSED */
	char description[80];
};

struct judgement {
	int code; /* a request-level error, 0 for none; then count is 0 */
	const char *description;
	size_t count;
	struct message message[RECIPIENTS_MAX];
};

/* What the emulator demands; NULL for what it does not. */
struct account {
	const char *feed_id;
	const char *username;
	const char *password;
	bool international; /* numbers outside +91 are taken, without DLT ids */
};

void judge_request(
	const struct account *account, const struct form *form, struct judgement *ret_judgement);

/* "accepted", "refused", "dropped duplicate"... for the log. */
const char *fate_name(enum fate fate);

/* Whether `name` is a parameter of the public reference or of its widely used additions. */
bool parameter_known(const char *name);

#endif
