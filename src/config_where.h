/* SPDX-License-Identifier: BSD-3-Clause */
/* One key's value in force, and the line that set it, as words for an operator. */
#ifndef SMSOTP_CONFIG_WHERE_H
#define SMSOTP_CONFIG_WHERE_H

#include "config.h"

#define CONFIG_RULE_SIZE  4608 /* the longest list with its key and section */
#define CONFIG_WHERE_SIZE 320

struct config_key;

/*
 * `rule` becomes "[limits] texts_user = 5", `where` "FILE:LINE" or "default". Both "" where there
 * is no such key. `service` counts for keys of the section "service" and may be NULL for others.
 */
void config_where(const struct config *config, const char *section, const char *key,
	const struct config_service *service, char rule[static CONFIG_RULE_SIZE],
	char where[static CONFIG_WHERE_SIZE]);

#endif
