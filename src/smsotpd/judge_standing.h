/* SPDX-License-Identifier: BSD-3-Clause */
/* Which rule of a service stands between an identity and a text, and whether one could reach it. */
#ifndef SMSOTP_JUDGE_STANDING_H
#define SMSOTP_JUDGE_STANDING_H

#include "job.h"

struct config;

/* What counts besides the identity and its schema. */
struct circumstance {
	const struct config_service *service;
	bool first_factor; /* service->before is met */
	bool uid_differs;  /* the account's uid is known, and is not the identity's */
	bool waits;        /* its phone was changed, and gets no text yet */
};

/* The first rule that stands in the way of a text; all of them look alike to the user. */
enum standing judge_standing(const struct schema *schema, const struct identity *identity,
	const struct circumstance *circumstance, struct phone *ret_phone);

/* Why smsotp-send would let no text go to this phone, NULL where it would. */
const char *judge_unsendable(const struct config *config, const struct phone *phone);

#endif
