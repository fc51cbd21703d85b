/* SPDX-License-Identifier: BSD-3-Clause */
/* One line of a stack's file, in libpam's words (pam.conf(5), pam_handlers.c). */
#ifndef SMSOTP_STACK_LINE_H
#define SMSOTP_STACK_LINE_H

#include "stack.h"

/* What is left of a file's text, and the line it is at. */
struct stack_text {
	const char *at;
	unsigned int number;
};

/* Words that are too long are cut; "" for one that is missing. */
struct stack_line {
	unsigned int number;
	char type[16];                 /* without the "-" before it */
	char control[STACK_ARGUMENTS]; /* without the brackets of [success=ok ...], or one word */
	char module[STACK_ARGUMENTS];
	char arguments[STACK_ARGUMENTS];
};

/* The next line that says something; comments and line ends behind a backslash are taken out. */
bool stack_line_next(struct stack_text *text, struct stack_line *ret_line);

/* What a control does at each return; false where libpam knows it not. */
bool stack_control(const char *control, int ret_action[static STACK_RETURNS]);

#endif
