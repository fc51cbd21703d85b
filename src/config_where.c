/* SPDX-License-Identifier: BSD-3-Clause */
#include "config_where.h"

#include <string.h>

#include "config_keys.h"

static void rule_write(const struct config_key *key, const struct config_service *service,
	const void *base, char rule[static CONFIG_RULE_SIZE])
{
	bool named = strcmp(key->section, CONFIG_SERVICE) == 0;
	FILE *to = fmemopen(rule, CONFIG_RULE_SIZE, "w");

	if (to == NULL)
		return;
	fprintf(to, "[%s%s%s] %s = ", key->section, named ? " " : "", named ? service->name : "",
		key->name);
	config_value_print(key, base, to);
	fclose(to);
	rule[CONFIG_RULE_SIZE - 1] = '\0';
}

void config_where(const struct config *config, const char *section, const char *name,
	const struct config_service *service, char rule[static CONFIG_RULE_SIZE],
	char where[static CONFIG_WHERE_SIZE])
{
	const struct config_key *key = config_key_find(section, name);
	bool named = strcmp(section, CONFIG_SERVICE) == 0;

	rule[0] = where[0] = '\0';
	if (key == NULL || (named && service == NULL))
		return;
	uint32_t place = named ? (uint32_t)(service - config->service) : 0;
	const struct config_mark *mark = config_mark(config->origin, key, place);
	rule_write(key, service, named ? (const void *)service : (const void *)config, rule);
	if (mark->line > 0)
		snprintf(where, CONFIG_WHERE_SIZE, "%s:%u", config->origin->file[mark->file],
			mark->line);
	else
		snprintf(where, CONFIG_WHERE_SIZE, "%s", config->origin->file[mark->file]);
}
