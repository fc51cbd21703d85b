/* SPDX-License-Identifier: BSD-3-Clause */
#include "judge_standing.h"

#include <string.h>

#include "config.h"

static bool is_root(const struct identity *identity)
{
	return identity->uid == 0 || strcmp(identity->name, "root") == 0;
}

/* "alice bob" lets those two, "!alice" all but her, whatever else is listed; nothing, everybody. */
static bool users_let(const struct config_service *service, const char *name)
{
	bool listed = false;
	bool named = false;

	for (size_t i = 0; i < CONFIG_USERS && service->users[i][0] != '\0'; i++) {
		const char *entry = service->users[i];
		if (entry[0] == '!' && strcmp(entry + 1, name) == 0)
			return false;
		if (entry[0] != '!')
			listed = true;
		if (strcmp(entry, name) == 0)
			named = true;
	}
	return named || !listed;
}

static bool trait_lets(const struct schema *schema, const struct config_service *service,
	const struct identity *identity)
{
	size_t length = strcspn(service->trait, "=");

	if (service->trait[0] == '\0')
		return true;
	for (size_t i = 0; i < schema->count; i++) {
		const char *name = schema->trait[i].name;
		if (strlen(name) == length && strncmp(name, service->trait, length) == 0)
			return strcmp(identity->value[i], service->trait + length + 1) == 0;
	}
	return false;
}

enum standing judge_standing(const struct schema *schema, const struct identity *identity,
	const struct circumstance *circumstance, struct phone *ret_phone)
{
	const struct config_service *service = circumstance->service;
	enum result phone = identity_phone(schema, identity, ret_phone);

	if (identity->suspended)
		return STANDING_SUSPENDED;
	if (!service->root && is_root(identity))
		return STANDING_ROOT;
	if (circumstance->uid_differs)
		return STANDING_UID;
	if (!users_let(service, identity->name))
		return STANDING_FILTERED;
	if (!trait_lets(schema, service, identity))
		return STANDING_TRAIT;
	if (!circumstance->first_factor)
		return STANDING_BEFORE;
	if (phone == RESULT_INVALID)
		return STANDING_NO_TRAIT;
	if (phone != RESULT_OK)
		return STANDING_NO_PHONE;
	return circumstance->waits ? STANDING_QUARANTINE : STANDING_GOOD;
}

const char *judge_unsendable(const struct config *config, const struct phone *phone)
{
	const char *barred = config_phone_barred(&config->gateway, phone->e164);

	if (barred != NULL)
		return barred;
	if (config_dlt_missing(&config->gateway, phone->e164) != NULL)
		return "no text goes to +91 without [gateway] entity_id and template_id";
	return NULL;
}
