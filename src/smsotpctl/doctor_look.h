/* SPDX-License-Identifier: BSD-3-Clause */
/* One stack that asks us, as the parts of the doctor look at it that go by stacks. */
#ifndef SMSOTP_DOCTOR_LOOK_H
#define SMSOTP_DOCTOR_LOOK_H

#include "doctor.h"
#include "walk.h"

#define LOOK_BIT(what) (1U << (what))

struct look {
	struct doctor *doctor;
	const char *service;
	const struct stack *stack;
	const struct stack_entry *ours; /* our first line */
};

/* The line to write where `entry` stands, and why; the service is put before the cause. */
void look_mend(const struct look *look, enum finding_id id, const struct stack_entry *entry,
	const char *text, const char *cause);

/* Whether what it comes to where smsotpd does not answer fits how strict the service is. */
void look_at_away(const struct look *look);

#endif
