/* SPDX-License-Identifier: BSD-3-Clause */
/* The words for the user: one line each, ASCII, under 200 characters, in the prompt itself. */
#ifndef SMSOTP_LINE_H
#define SMSOTP_LINE_H

#include "ask.h"

#define LINE_SIZE 256

/*
 * Prompts end in "Code...: "; LINE_LOCKED and LINE_UNAVAILABLE are messages, with the operator's
 * help. Where what fails is waived, prompts and messages say so.
 */
void line_write(const struct answer *answer, char ret[static LINE_SIZE]);

#endif
