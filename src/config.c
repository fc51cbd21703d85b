/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "config_check.h"
#include "config_file.h"
#include "config_keys.h"

static enum result set_defaults(const char *section, void *base, struct error *error)
{
	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		const struct config_key *key = &config_keys[i];
		bool service = strcmp(key->section, CONFIG_SERVICE) == 0;

		if (service != (strcmp(section, CONFIG_SERVICE) == 0))
			continue;
		enum result result = config_value_set(key, base, key->value, error);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

enum result config_service_open(
	struct config *config, const char *name, uint32_t *ret_service, struct error *error)
{
	for (uint32_t i = 0; i < config->services; i++) {
		if (strcmp(config->service[i].name, name) == 0) {
			*ret_service = i;
			return RESULT_OK;
		}
	}
	if (strcmp(name, "*") != 0 && !config_name_valid(name))
		return error_set(error, RESULT_INVALID,
			"the section names no PAM service; write [service NAME], where NAME is a "
			"file in /etc/pam.d, or [service *]");
	if (config->services == CONFIG_SERVICES)
		return error_set(error, RESULT_FULL,
			"one service too many; write at most %d, or use also", CONFIG_SERVICES);
	struct config_service *service = &config->service[config->services];
	enum result result = set_defaults(CONFIG_SERVICE, service, error);
	if (result != RESULT_OK)
		return result;
	memcpy(service->name, name, strlen(name) + 1);
	*ret_service = config->services++;
	return RESULT_OK;
}

static enum result set_builtins(struct config *config, struct error *error)
{
	for (const struct config_builtin *row = config_builtins; row->service; row++) {
		uint32_t service = 0;
		enum result result = config_service_open(config, row->service, &service, error);

		if (result == RESULT_OK && row->key)
			result = config_value_set(config_key_find(CONFIG_SERVICE, row->key),
				&config->service[service], row->value, error);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

static enum result config_new(struct config **ret_config, struct error *error)
{
	struct config *config = calloc(1, sizeof(*config));

	if (config)
		config->origin = calloc(1, sizeof(*config->origin));
	if (config && config->origin)
		config->origin->file[config->origin->files++] = strdup("default");
	if (!config || !config->origin || !config->origin->file[0]) {
		config_free(&config);
		return error_set(error, RESULT_MEMORY, "no memory is left for the configuration");
	}
	enum result result = set_defaults("", config, error);
	if (result == RESULT_OK)
		result = set_builtins(config, error);
	if (result != RESULT_OK) {
		config_free(&config);
		return result;
	}
	*ret_config = config;
	return RESULT_OK;
}

enum result config_load(const char *path, struct config **ret_config, struct error *error)
{
	struct config *config = NULL;
	enum result result = config_new(&config, error);

	if (result == RESULT_OK)
		result = config_files_read(config, path ? path : CONFIG_FILE, !path, error);
	if (result == RESULT_OK)
		result = config_check(config, error);
	if (result != RESULT_OK) {
		config_free(&config);
		return result;
	}
	*ret_config = config;
	return RESULT_OK;
}

enum result config_defaults(struct config **ret_config)
{
	struct config *config = NULL;
	struct error error;
	enum result result = config_new(&config, &error);

	if (result == RESULT_OK)
		result = config_check(config, &error);
	if (result != RESULT_OK) {
		config_free(&config);
		return result;
	}
	*ret_config = config;
	return RESULT_OK;
}

void config_free(struct config **config)
{
	if (!*config)
		return;
	struct config_origin *origin = (*config)->origin;
	for (uint32_t i = 0; origin && i < origin->files; i++)
		free(origin->file[i]);
	free(origin);
	free(*config);
	*config = NULL;
}

/* libpam makes the name of a service small before it looks for its file. */
const struct config_service *config_service_find(const struct config *config, const char *name)
{
	const struct config_service *any = NULL;

	for (uint32_t i = 0; i < config->services; i++) {
		const struct config_service *service = &config->service[i];

		if (strcasecmp(service->name, name) == 0)
			return service;
		for (size_t j = 0; j < CONFIG_LIST && service->also[j][0]; j++) {
			if (strcasecmp(service->also[j], name) == 0)
				return service;
		}
		if (strcmp(service->name, "*") == 0)
			any = service;
	}
	return any;
}

bool config_phone_ambiguous(const char *e164)
{
	return strlen(e164) == sizeof("+9199999000") - 1;
}

static bool prefix_allowed(const struct config_gateway *gateway, const char *e164)
{
	const char(*prefixes)[CONFIG_WORD] = gateway->allow_prefixes;

	for (size_t i = 0; i < CONFIG_LIST && prefixes[i][0] != '\0'; i++) {
		if (strncmp(e164, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	}
	return prefixes[0][0] == '\0';
}

const char *config_phone_barred(const struct config_gateway *gateway, const char *e164)
{
	if (config_phone_ambiguous(e164))
		return "the gateway would take the phone's ten digits for an Indian number; "
		       "correct the phone";
	if (!prefix_allowed(gateway, e164))
		return "the phone is in no country of [gateway] allow_prefixes; add its prefix, or "
		       "correct the phone";
	return NULL;
}

const char *config_dlt_missing(const struct config_gateway *gateway, const char *e164)
{
	bool entity = gateway->entity_id[0] != '\0';
	bool template = gateway->template_id[0] != '\0';

	if (gateway->stub || gateway->dlt == DLT_PANEL || strncmp(e164, "+91", 3) != 0 ||
		(entity && template))
		return NULL;
	if (!entity && !template)
		return "entity_id and template_id";
	return entity ? "template_id" : "entity_id";
}
