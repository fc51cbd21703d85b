/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "config_keys.h"

/*
 * A live line in [gateway] turns the stub off, so where no file sets one its keys are printed as
 * comments: what is printed must read back to the same.
 */
static bool key_live(const struct config *config, const struct config_key *key)
{
	return strcmp(key->section, "gateway") != 0 || strcmp(key->name, "stub") == 0 ||
	       config->gateway.any;
}

static void print_key(const struct config *config, const struct config_key *key, uint32_t service,
	const void *base, FILE *to)
{
	const struct config_mark *mark = config_mark(config->origin, key, service);

	fprintf(to, "# %s", config->origin->file[mark->file]);
	if (mark->line > 0)
		fprintf(to, ":%u", mark->line);
	fprintf(to, "\n%s%s = ", key_live(config, key) ? "" : "#", key->name);
	config_value_print(key, base, to);
	fputc('\n', to);
}

static void print_service(const struct config *config, uint32_t service, FILE *to)
{
	fprintf(to, "\n[%s %s]\n", CONFIG_SERVICE, config->service[service].name);
	for (size_t i = CONFIG_KEYS - CONFIG_SERVICE_KEYS; i < CONFIG_KEYS; i++)
		print_key(config, &config_keys[i], service, &config->service[service], to);
}

void config_print(const struct config *config, FILE *to)
{
	const char *section = "";

	for (size_t i = 0; i < CONFIG_KEYS - CONFIG_SERVICE_KEYS; i++) {
		const struct config_key *key = &config_keys[i];

		if (strcmp(section, key->section) != 0)
			fprintf(to, "%s[%s]\n", i > 0 ? "\n" : "", key->section);
		section = key->section;
		print_key(config, key, 0, config, to);
	}
	for (uint32_t i = 0; i < config->services; i++)
		print_service(config, i, to);
}
