/* SPDX-License-Identifier: BSD-3-Clause */
/* Which place a hash stands for, as far as the trail still tells. */
#ifndef SMSOTP_PLACES_H
#define SMSOTP_PLACES_H

#include <jansson.h>

#include "tool.h"

/*
 * Puts `source` beside the `place` of each object of `places` at which events of `user` have one.
 * What logrotate(8) has taken away, or what cannot be read, leaves the hash alone.
 */
void places_name(const struct tool *tool, const char *user, json_t *places);

#endif
