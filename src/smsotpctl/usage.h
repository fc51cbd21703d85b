/* SPDX-License-Identifier: BSD-3-Clause */
/* --help, from the table of verbs. */
#ifndef SMSOTP_USAGE_H
#define SMSOTP_USAGE_H

#include <stdio.h>

struct tool_verb;

void usage_all(FILE *to);
void usage_verb(const struct tool_verb *verb, FILE *to);

#endif
